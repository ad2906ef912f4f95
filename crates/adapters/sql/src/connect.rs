//! Connections, each database with the settings that the contract needs.

use std::{str::FromStr, time::Duration};

use basalt_ports::StorageError;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbErr, SqlxMySqlConnector, SqlxPostgresConnector,
    sqlx::{
        self, ConnectOptions, Connection, Executor, MySql, Postgres, mysql::MySqlConnectOptions, pool::PoolOptions,
        postgres::PgConnectOptions,
    },
};

use crate::{dialect::Dialect, error::unavailable, sqlite::File};

/// How to use a database.
#[derive(Clone, Copy, Debug)]
pub struct SqlOptions {
    /// Connections at most: of PostgreSQL and MySQL in all, of SQLite for reading (one more writes).
    pub connections: u32,
    /// How long to wait for a free connection.
    pub acquire_timeout: Duration,
    /// Records with more parts than these keep them in a table of their own.
    pub many: usize,
    /// Are thousands of records written one after the other? Then the connection that writes SQLite keeps more pages in memory,
    /// and [`Storage::migrate`](basalt_ports::Storage::migrate) puts off the indexes of nearly empty tables until
    /// [`Storage::catch_up`](basalt_ports::Storage::catch_up), if no other process has the file open.
    pub bulk: bool,
}

impl Default for SqlOptions {
    fn default() -> Self {
        Self { connections: 4, acquire_timeout: Duration::from_secs(30), many: basalt_domain::parts::MANY, bulk: false }
    }
}

/// An idle connection is asked whether it still works after this time.
const IDLE: Duration = Duration::from_secs(10);

/// Where the records are.
pub(crate) enum Place {
    /// On a server.
    Server(DatabaseConnection),
    /// In a file.
    File(Box<File>),
}

/// Connects to `sqlite://PATH`, `postgres://…` or `mysql://…`.
pub(crate) async fn connect(url: &str, options: SqlOptions) -> Result<(Dialect, Place), StorageError> {
    match url.split(':').next() {
        Some("sqlite") => Ok((Dialect::Sqlite, Place::File(Box::new(File::open(url, options)?)))),
        Some("postgres" | "postgresql") => postgres(url, options).await,
        Some("mysql" | "mariadb") => mysql(url, options).await,
        _ => Err(StorageError::unavailable("the address of an SQL database begins with sqlite:, postgres: or mysql:")),
    }
}

/// What is the same for all servers.
fn pool<D: sqlx::Database>(options: SqlOptions) -> PoolOptions<D> {
    PoolOptions::new()
        .max_connections(options.connections.max(1))
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .before_acquire(|connection: &mut D::Connection, meta| {
            Box::pin(async move {
                if meta.idle_for > IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
}

async fn postgres(url: &str, options: SqlOptions) -> Result<(Dialect, Place), StorageError> {
    let server = PgConnectOptions::from_str(url)
        .map_err(StorageError::unavailable)?
        .application_name("basalt")
        .disable_statement_logging();
    let pool = pool::<Postgres>(options).connect_with(server).await.map_err(StorageError::unavailable)?;
    let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
    Ok((Dialect::Postgres, Place::Server(connection)))
}

async fn mysql(url: &str, options: SqlOptions) -> Result<(Dialect, Place), StorageError> {
    let url = url.replacen("mariadb:", "mysql:", 1);
    let server = MySqlConnectOptions::from_str(&url)
        .map_err(StorageError::unavailable)?
        .charset("utf8mb4")
        // Forgetting a statement costs 40 ms: sqlx 0.9.0 sends it apart from what follows, without
        // TCP_NODELAY (https://github.com/transact-rs/sqlx/issues/4335). So forget few.
        .statement_cache_capacity(512)
        .disable_statement_logging();
    let pool = pool::<MySql>(options)
        .after_connect(|connection, _meta| {
            Box::pin(async move {
                // Too long a value is an error, not cut. Long texts sort to their end. Waiting ends.
                connection
                    .execute(
                        "SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES'), \
                         max_sort_length = 65536, innodb_lock_wait_timeout = 10",
                    )
                    .await?;
                // Rows that are read for writing are locked, the gaps between them are not.
                connection.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED").await?;
                Ok(())
            })
        })
        .connect_with(server)
        .await
        .map_err(StorageError::unavailable)?;
    let connection = SqlxMySqlConnector::from_sqlx_mysql_pool(pool);
    let collation = mysql_collation(&connection).await.map_err(unavailable)?;
    Ok((Dialect::Mysql { collation }, Place::Server(connection)))
}

/// The collation that compares bytes and blanks at the end too: `utf8mb4_bin` ignores these.
async fn mysql_collation(pool: &DatabaseConnection) -> Result<&'static str, DbErr> {
    let known = sea_orm::Statement::from_string(
        sea_orm::DbBackend::MySql,
        "SELECT COUNT(*) FROM information_schema.collations WHERE collation_name = 'utf8mb4_nopad_bin'",
    );
    let row = pool.query_one_raw(known).await?;
    let is_mariadb = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?.unwrap_or(0) > 0;
    Ok(if is_mariadb { "utf8mb4_nopad_bin" } else { "utf8mb4_0900_bin" })
}
