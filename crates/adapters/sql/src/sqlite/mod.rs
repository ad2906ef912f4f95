//! An SQLite file: one thread writes, lookups are read where they are asked for.
//!
//! sqlx answers each statement from a thread of its own, and the way there and back costs more
//! than most statements (ADR 0007). So it only migrates files; this reads and writes them.

mod readers;
mod writer;

use std::{path::Path, str::FromStr, time::Duration};

use basalt_ports::StorageError;
use rusqlite::{
    Connection, OpenFlags,
    config::DbConfig,
    types::{ToSql, ToSqlOutput, ValueRef},
};
use sea_orm::{
    DatabaseConnection, SqlxSqliteConnector, Value as Sql,
    sqlx::{
        ConnectOptions,
        sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous},
    },
};

use crate::SqlOptions;

use readers::Readers;
use writer::Writer;

/// How long a statement waits for the lock of another process.
const BUSY: Duration = Duration::from_secs(5);
/// Prepared statements that the connection which writes keeps, and each of those that read: some 10 KB each.
const STATEMENTS: usize = 128;
const READER_STATEMENTS: usize = 48;

/// An open file.
pub(crate) struct File {
    pub(crate) writer: Writer,
    pub(crate) readers: Readers,
    /// Is it opened to be filled, with no other process that has it open?
    pub(crate) alone: bool,
    options: SqliteConnectOptions,
}

impl File {
    /// Opens `sqlite://PATH`, makes the file if there is none. Error: `Unavailable`.
    pub(crate) fn open(url: &str, options: SqlOptions) -> Result<Self, StorageError> {
        if url.contains(":memory:") {
            return Err(StorageError::unavailable("a file is needed; memory:// keeps all in memory"));
        }
        let file = SqliteConnectOptions::from_str(url).map_err(StorageError::unavailable)?;
        let work = if options.bulk { Work::WriteMany } else { Work::Write };
        let connection = connection(file.get_filename(), work).map_err(StorageError::unavailable)?;
        let alone = work == Work::WriteMany && is_alone(&connection).map_err(StorageError::unavailable)?;
        let writer = Writer::new(connection)?;
        let readers = Readers::new(file.get_filename().to_owned(), options);
        let options = file.synchronous(SqliteSynchronous::Full).busy_timeout(BUSY).pragma("temp_store", "MEMORY");
        Ok(Self { writer, readers, alone, options: options.disable_statement_logging() })
    }

    /// Runs statements without parameters that change tables or indexes.
    pub(crate) async fn change(&self, statements: Vec<String>) -> Result<(), StorageError> {
        let path = self.options.get_filename().to_owned();
        let work = move || {
            let connection = connection(&path, Work::Sort)?;
            statements.iter().try_for_each(|statement| connection.execute_batch(statement))
        };
        let done = tokio::task::spawn_blocking(work).await.map_err(StorageError::unavailable)?;
        done.map_err(StorageError::unavailable)
    }

    /// A connection for migrations, which are the same for all databases. To be closed.
    pub(crate) async fn migrating(&self) -> Result<DatabaseConnection, StorageError> {
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(self.options.clone()).await;
        pool.map(SqlxSqliteConnector::from_sqlx_sqlite_pool).map_err(StorageError::unavailable)
    }
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Work {
    Read,
    Write,
    WriteMany,
    /// Makes indexes of all that is there.
    Sort,
}

fn connection(path: &Path, work: Work) -> rusqlite::Result<Connection> {
    let writes = work != Work::Read;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let flags = if writes { flags | OpenFlags::SQLITE_OPEN_CREATE } else { flags };
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(if writes { STATEMENTS } else { READER_STATEMENTS });
    // Else a statement with `LIMIT ?` is parsed anew each time it is run: its plan could be another for another number.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // `FULL`: an answered write survives a power cut. The cache is small for readers: what is
    // read again and again is cached as entities. A write goes through ten indexes and more.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864;",
    )?;
    // In KiB. Pages of indexes change with nearly every write: the longer the log may be, the fewer of
    // them are copied into the file (in pages of 4 KiB; the log is read at start, 16 MiB in no time).
    connection.execute_batch(match work {
        Work::Read => "PRAGMA cache_size = -1024; PRAGMA query_only = ON",
        Work::Write => "PRAGMA cache_size = -4096; PRAGMA wal_autocheckpoint = 4096",
        Work::WriteMany => "PRAGMA cache_size = -98304; PRAGMA wal_autocheckpoint = 32768",
        // What is sorted beyond the cache goes into files: in memory it would be all that is there. The
        // table is read once for each index, through the pages that the system has anyway.
        Work::Sort => {
            "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 32768; PRAGMA temp_store = FILE; \
             PRAGMA mmap_size = 17179869184"
        }
    })?;
    Ok(connection)
}

/// Has nobody else the file open? Only then a connection can leave its log, to which it returns at once.
fn is_alone(connection: &Connection) -> rusqlite::Result<bool> {
    let mode = |wanted: &str| {
        let sql = format!("PRAGMA journal_mode = {wanted}");
        connection.query_row(&sql, [], |row| row.get::<_, String>(0))
    };
    let left = match mode("DELETE") {
        Ok(mode) => mode == "delete",
        Err(rusqlite::Error::SqliteFailure(error, _text)) if error.code == rusqlite::ErrorCode::DatabaseBusy => false,
        Err(error) => return Err(error),
    };
    mode("WAL")?;
    Ok(left)
}

/// A value as a parameter.
struct Bound<'a>(&'a Sql);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self.0 {
            Sql::Bool(value) => value.map(|flag| ValueRef::Integer(i64::from(flag))),
            Sql::Int(value) => value.map(|number| ValueRef::Integer(i64::from(number))),
            Sql::BigInt(value) => value.map(ValueRef::Integer),
            Sql::BigUnsigned(value) => {
                let number = value.map(i64::try_from).transpose();
                number.map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?.map(ValueRef::Integer)
            }
            Sql::Double(value) => value.map(ValueRef::Real),
            Sql::String(value) => value.as_ref().map(|text| ValueRef::Text(text.as_bytes())),
            other => {
                let error = format!("no column holds {other:?}");
                return Err(rusqlite::Error::ToSqlConversionFailure(error.into()));
            }
        };
        Ok(ToSqlOutput::Borrowed(value.unwrap_or(ValueRef::Null)))
    }
}

fn bound(values: &[Sql]) -> impl rusqlite::Params {
    rusqlite::params_from_iter(values.iter().map(Bound))
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_statement_with_a_limit_is_parsed_once_however_often_it_is_run() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("a.sqlite");
        let writes = connection(&file, Work::Write).unwrap();
        writes.execute_batch("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2), (3)").unwrap();
        let reads = connection(&file, Work::Read).unwrap();
        let mut statement = reads.prepare_cached("SELECT a FROM t ORDER BY a LIMIT ?").unwrap();
        for limit in 1..=3_u32 {
            let found: Vec<u32> = statement.query_map([limit], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
            assert_eq!(found, (1..=limit).collect::<Vec<_>>());
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
