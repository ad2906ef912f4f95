//! One transaction that writes, on a server or on a file.
//!
//! sqlx answers each SQLite statement from a thread of its own, and the way there and back costs
//! more than most statements. So a file gets as many statements as possible in one go.

use futures_util::TryStreamExt;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, RuntimeErr, TransactionTrait, Value as Sql,
    sqlx::{self, AssertSqlSafe, Either, Executor, Row, Sqlite, pool::PoolConnection, sqlite::SqliteRow},
};
use sea_query_sqlx::SqlxValues;

use crate::{
    SqlStorage,
    dialect::Dialect,
    error::{Failure, failed},
};

/// Longer texts are sent one by one: they belong to imports, and are not worth remembering as one.
const TOGETHER_BYTES: usize = 8 * 1024;

/// A statement and its values.
pub(crate) struct Command<'a> {
    pub(crate) sql: &'a str,
    pub(crate) values: Vec<Sql>,
}

/// A statement failed: which one of those sent, and how.
pub(crate) struct Failed {
    pub(crate) at: usize,
    pub(crate) error: DbErr,
}

/// One transaction that writes.
pub(crate) enum Session {
    /// On a server.
    Server(DatabaseTransaction),
    /// On a file.
    File(FileTransaction),
}

impl Session {
    /// Begins one; a file is locked with the first statements only.
    pub(crate) async fn begin(storage: &SqlStorage) -> Result<Self, Failure> {
        if storage.dialect == Dialect::Sqlite {
            let pool = storage.writer.get_sqlite_connection_pool();
            let connection = pool.acquire().await.map_err(|error| failed(wrapped(error)))?;
            return Ok(Self::File(FileTransaction { connection, begun: false }));
        }
        storage.writer.begin().await.map(Self::Server).map_err(failed)
    }

    /// Id, version and text of records.
    pub(crate) async fn read(
        &mut self,
        storage: &SqlStorage,
        command: Command<'_>,
    ) -> Result<Vec<(String, i64, String)>, Failure> {
        match self {
            Self::Server(transaction) => {
                let rows = transaction.query_all_raw(storage.statement(command.sql, command.values)).await;
                let record = |row: QueryResult| {
                    Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?))
                };
                rows.map_err(failed)?.into_iter().map(record).collect::<Result<_, DbErr>>().map_err(failed)
            }
            Self::File(file) => {
                let mut rows = Vec::new();
                file.run(&[command], |row| rows.push(row)).await.map_err(|failure| failed(failure.error))?;
                let record = |row: SqliteRow| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
                rows.into_iter().map(record).collect::<Result<_, sqlx::Error>>().map_err(|error| failed(wrapped(error)))
            }
        }
    }

    /// Runs statements that return no rows, in their order; how many rows each changed.
    pub(crate) async fn write(&mut self, storage: &SqlStorage, commands: Vec<Command<'_>>) -> Result<Vec<u64>, Failed> {
        match self {
            Self::Server(transaction) => {
                let mut changed = Vec::with_capacity(commands.len());
                for (at, Command { sql, values }) in commands.into_iter().enumerate() {
                    let done = transaction.execute_raw(storage.statement(sql, values)).await;
                    changed.push(done.map_err(|error| Failed { at, error })?.rows_affected());
                }
                Ok(changed)
            }
            Self::File(file) => {
                let together = commands.iter().map(|command| command.sql.len()).sum::<usize>() <= TOGETHER_BYTES;
                if together {
                    return file.run(&commands, |_row| ()).await;
                }
                let mut changed = Vec::with_capacity(commands.len());
                for (at, command) in commands.into_iter().enumerate() {
                    let done = file.run(&[command], |_row| ()).await;
                    changed.extend(done.map_err(|failure| Failed { at, ..failure })?);
                }
                Ok(changed)
            }
        }
    }

    /// Makes all of it lasting.
    pub(crate) async fn commit(self) -> Result<(), Failure> {
        match self {
            Self::Server(transaction) => transaction.commit().await.map_err(failed),
            Self::File(file) => file.end("COMMIT").await.map_err(failed),
        }
    }

    /// Undoes all of it.
    pub(crate) async fn rollback(self) -> Result<(), DbErr> {
        match self {
            Self::Server(transaction) => transaction.rollback().await,
            Self::File(file) => file.end("ROLLBACK").await,
        }
    }
}

/// A transaction on a file. Dropped before its end, it closes the connection, which undoes it.
pub(crate) struct FileTransaction {
    connection: PoolConnection<Sqlite>,
    begun: bool,
}

impl FileTransaction {
    async fn run(&mut self, commands: &[Command<'_>], mut each: impl FnMut(SqliteRow)) -> Result<Vec<u64>, Failed> {
        let mut texts: Vec<&str> = commands.iter().map(|command| command.sql).collect();
        let before = usize::from(!self.begun);
        if !self.begun {
            texts.insert(0, "BEGIN IMMEDIATE");
            self.begun = true;
        }
        let values = commands.iter().flat_map(|command| command.values.iter().cloned()).collect();
        let query = sqlx::query_with(AssertSqlSafe(texts.join("; ")), SqlxValues(sea_orm::Values(values)));
        let mut changed = Vec::with_capacity(texts.len());
        {
            // Several statements in one text: of sqlx's drivers only SQLite's can, as the contract suite proves.
            let mut results = Executor::fetch_many(&mut *self.connection, query);
            loop {
                match results.try_next().await {
                    Ok(Some(Either::Left(done))) => changed.push(done.rows_affected()),
                    Ok(Some(Either::Right(row))) => each(row),
                    Ok(None) => break,
                    Err(error) => {
                        return Err(Failed { at: changed.len().saturating_sub(before), error: wrapped(error) });
                    }
                }
            }
        }
        changed.drain(..before.min(changed.len()));
        Ok(changed)
    }

    async fn end(mut self, how: &'static str) -> Result<(), DbErr> {
        if self.begun {
            sqlx::query(how).execute(&mut *self.connection).await.map_err(wrapped)?;
            self.begun = false;
        }
        Ok(())
    }
}

impl Drop for FileTransaction {
    fn drop(&mut self) {
        if self.begun {
            self.connection.close_on_drop();
        }
    }
}

fn wrapped(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}
