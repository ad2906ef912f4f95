//! Errors of databases as meanings.

use basalt_ports::StorageError;
use rusqlite::ffi;
use sea_orm::{DbErr, RuntimeErr, sqlx};

use crate::layout::Table;

/// What went wrong in a transaction.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The answer of the commit.
    Final(StorageError),
    /// Two transactions were in each other's way; the same may succeed now.
    Again(Fault),
    /// A record that was not there is there now; trying again will tell.
    Conflicting(StorageError),
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        Self::Final(error)
    }
}

/// What a driver told.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) enum Fault {
    /// Of a server.
    Server(#[from] DbErr),
    /// Of a file.
    File(#[from] rusqlite::Error),
}

/// An error that has no meaning of its own.
pub(crate) fn unavailable(error: DbErr) -> StorageError {
    StorageError::unavailable(error)
}

/// The error of a statement within a transaction that writes.
pub(crate) fn failed(error: impl Into<Fault>) -> Failure {
    let error = error.into();
    if error.is_transient() { Failure::Again(error) } else { Failure::Final(StorageError::unavailable(error)) }
}

/// The error of a statement that writes this table.
pub(crate) fn write_failed(table: &Table, error: Fault) -> Failure {
    match error.conflicting_field(table) {
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

impl Fault {
    /// Deadlocks, serialisation failures, time-outs of locks.
    fn is_transient(&self) -> bool {
        let error = match self {
            Self::Server(error) => database_error(error),
            Self::File(error) => {
                let code = error.sqlite_error_code();
                return matches!(code, Some(ffi::ErrorCode::DatabaseBusy | ffi::ErrorCode::DatabaseLocked));
            }
        };
        let Some(error) = error else { return false };
        if let Some(error) = error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
            // Lock wait timeout, deadlock, record has changed since last read (MariaDB).
            return matches!(error.number(), 1205 | 1213 | 1020);
        }
        // serialization_failure, deadlock_detected, lock_not_available.
        error.code().is_some_and(|code| matches!(code.as_ref(), "40001" | "40P01" | "55P03"))
    }

    /// Which unique field a statement violated: `_id`, or the fields of an index.
    fn conflicting_field(&self, table: &Table) -> Option<String> {
        let found = match self {
            Self::Server(error) => {
                let error = database_error(error).filter(|error| error.is_unique_violation())?;
                let message = error.message();
                table.unique.iter().find(|unique| match error.constraint() {
                    Some(constraint) => constraint == unique.name,
                    // MySQL: `Duplicate entry '…' for key 'table.name'`; the end only, the value is the user's.
                    None => message.ends_with(&format!("{}'", unique.name)),
                })
            }
            Self::File(rusqlite::Error::SqliteFailure(code, Some(message)))
                if matches!(code.extended_code, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) =>
            {
                // `UNIQUE constraint failed: table.column, table.column`.
                let named = message.strip_prefix("UNIQUE constraint failed: ");
                table.unique.iter().find(|unique| {
                    let columns: Vec<String> =
                        unique.columns.iter().map(|column| format!("{}.{column}", table.name)).collect();
                    named == Some(&columns.join(", "))
                })
            }
            Self::File(_) => return None,
        };
        Some(found.map_or_else(|| "_id".into(), |unique| unique.fields.join(",")))
    }
}
