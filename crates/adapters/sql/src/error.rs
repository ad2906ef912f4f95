//! Errors of databases as meanings.

use basalt_ports::StorageError;
use sea_orm::{DbErr, RuntimeErr, sqlx};

use crate::layout::Table;

/// What went wrong in a transaction.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The answer of the commit.
    Final(StorageError),
    /// Two transactions were in each other's way; the same may succeed now.
    Again(DbErr),
    /// A record that was not there is there now; trying again will tell.
    Conflicting(StorageError),
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        Self::Final(error)
    }
}

/// An error that has no meaning of its own.
pub(crate) fn unavailable(error: DbErr) -> StorageError {
    StorageError::unavailable(error)
}

/// The error of a statement within a transaction that writes.
pub(crate) fn failed(error: DbErr) -> Failure {
    if is_transient(&error) { Failure::Again(error) } else { Failure::Final(unavailable(error)) }
}

/// The error of a statement that writes this table.
pub(crate) fn write_failed(table: &Table, error: DbErr) -> Failure {
    match conflicting_field(table, &error) {
        Some(field) => Failure::Final(StorageError::Conflict { collection: table.of.name, field }),
        None => failed(error),
    }
}

fn database_error(error: &DbErr) -> Option<&(dyn sqlx::error::DatabaseError + 'static)> {
    let (DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))
    | DbErr::Conn(RuntimeErr::SqlxError(error))) = error
    else {
        return None;
    };
    error.as_database_error()
}

/// Deadlocks, serialisation failures, time-outs of locks.
fn is_transient(error: &DbErr) -> bool {
    let Some(error) = database_error(error) else { return false };
    if let Some(error) = error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
        // Lock wait timeout, deadlock, record has changed since last read (MariaDB).
        return matches!(error.number(), 1205 | 1213 | 1020);
    }
    match error.code().as_deref() {
        // serialization_failure, deadlock_detected, lock_not_available; SQLITE_BUSY and its kin.
        Some(code) => matches!(code, "40001" | "40P01" | "55P03" | "5" | "261" | "517" | "6" | "262"),
        None => false,
    }
}

/// Which unique field a statement violated: `_id`, or the fields of an index.
fn conflicting_field(table: &Table, error: &DbErr) -> Option<String> {
    let error = database_error(error).filter(|error| error.is_unique_violation())?;
    let message = error.message();
    for unique in &table.unique {
        let named = match error.constraint() {
            Some(constraint) => constraint == unique.name,
            // MySQL: `Duplicate entry '…' for key 'table.name'`; the end only, the value is the user's.
            None if message.ends_with(&format!("{}'", unique.name)) => true,
            // SQLite: `UNIQUE constraint failed: table.column, table.column`.
            None => {
                let columns: Vec<String> =
                    unique.columns.iter().map(|column| format!("{}.{column}", table.name)).collect();
                message.strip_prefix("UNIQUE constraint failed: ") == Some(&columns.join(", "))
            }
        };
        if named {
            return Some(unique.fields.join(","));
        }
    }
    Some("_id".into())
}
