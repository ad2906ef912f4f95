//! Connections, each database with the settings that the contract needs.

use std::{str::FromStr, time::Duration};

use basalt_ports::StorageError;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbErr, SqlxMySqlConnector, SqlxPostgresConnector, SqlxSqliteConnector,
    sqlx::{
        ConnectOptions, Connection, Executor,
        mysql::{MySqlConnectOptions, MySqlPoolOptions},
        postgres::{PgConnectOptions, PgPoolOptions},
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
    },
};

use crate::{dialect::Dialect, error::unavailable};

/// How to use a database.
#[derive(Clone, Copy, Debug)]
pub struct SqlOptions {
    /// Connections at most: of PostgreSQL and MySQL in all, of SQLite for reading (one more writes).
    pub connections: u32,
    /// How long to wait for a free connection.
    pub acquire_timeout: Duration,
}

impl Default for SqlOptions {
    fn default() -> Self {
        Self { connections: 4, acquire_timeout: Duration::from_secs(30) }
    }
}

/// An idle connection is asked whether it still works after this time.
const IDLE: Duration = Duration::from_secs(10);
/// How long a statement waits for the lock of another process.
const BUSY: Duration = Duration::from_secs(5);

/// The connections of a storage.
pub(crate) struct Connections {
    pub(crate) dialect: Dialect,
    pub(crate) reader: DatabaseConnection,
    pub(crate) writer: DatabaseConnection,
}

/// Connects to `sqlite://PATH`, `postgres://…` or `mysql://…`.
pub(crate) async fn connect(url: &str, options: SqlOptions) -> Result<Connections, StorageError> {
    match url.split(':').next() {
        Some("sqlite") => sqlite(url, options).await,
        Some("postgres" | "postgresql") => postgres(url, options).await,
        Some("mysql" | "mariadb") => mysql(url, options).await,
        _ => Err(StorageError::unavailable("the address of an SQL database begins with sqlite:, postgres: or mysql:")),
    }
}

async fn sqlite(url: &str, options: SqlOptions) -> Result<Connections, StorageError> {
    let in_memory = url.contains(":memory:");
    let file = SqliteConnectOptions::from_str(url)
        .map_err(StorageError::unavailable)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // An answered write survives a power cut.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY)
        // Kilobytes for each connection; what is read again and again is cached as entities.
        .pragma("cache_size", "-1024")
        .pragma("temp_store", "MEMORY")
        .pragma("journal_size_limit", "67108864")
        .disable_statement_logging();
    let pool = |connections| {
        SqlitePoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(options.acquire_timeout)
            .test_before_acquire(false)
            // A connection keeps its prepared statements and its view of other writers.
            .idle_timeout(None)
            .max_lifetime(None)
    };
    let writer = pool(1).connect_with(file.clone()).await.map_err(StorageError::unavailable)?;
    let reader = if in_memory {
        writer.clone()
    } else {
        let reading = file.create_if_missing(false).pragma("query_only", "ON");
        pool(options.connections.max(1)).connect_with(reading).await.map_err(StorageError::unavailable)?
    };
    Ok(Connections {
        dialect: Dialect::Sqlite,
        reader: SqlxSqliteConnector::from_sqlx_sqlite_pool(reader),
        writer: SqlxSqliteConnector::from_sqlx_sqlite_pool(writer),
    })
}

async fn postgres(url: &str, options: SqlOptions) -> Result<Connections, StorageError> {
    let server = PgConnectOptions::from_str(url)
        .map_err(StorageError::unavailable)?
        .application_name("basalt")
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(options.connections.max(1))
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(server)
        .await
        .map_err(StorageError::unavailable)?;
    let pool = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
    Ok(Connections { dialect: Dialect::Postgres, reader: pool.clone(), writer: pool })
}

async fn mysql(url: &str, options: SqlOptions) -> Result<Connections, StorageError> {
    let url = url.replacen("mariadb:", "mysql:", 1);
    let server = MySqlConnectOptions::from_str(&url)
        .map_err(StorageError::unavailable)?
        .charset("utf8mb4")
        // Forgetting a statement costs 40 ms: sqlx 0.9.0 sends it apart from what follows, without
        // TCP_NODELAY (https://github.com/transact-rs/sqlx/issues/4335). So forget few.
        .statement_cache_capacity(512)
        .disable_statement_logging();
    let pool = MySqlPoolOptions::new()
        .max_connections(options.connections.max(1))
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
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
    let pool = SqlxMySqlConnector::from_sqlx_mysql_pool(pool);
    let collation = mysql_collation(&pool).await.map_err(unavailable)?;
    Ok(Connections { dialect: Dialect::Mysql { collation }, reader: pool.clone(), writer: pool })
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
