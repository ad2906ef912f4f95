//! Connections, each database with the settings that the contract needs.

use std::{str::FromStr, time::Duration};

use basalt_ports::StorageError;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbErr, SqlxMySqlConnector, SqlxPostgresConnector, SqlxSqliteConnector,
    sqlx::{
        self, ConnectOptions, Connection, Executor, MySql, Postgres,
        mysql::MySqlConnectOptions,
        pool::PoolOptions,
        postgres::PgConnectOptions,
        sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous},
    },
};

use crate::{
    dialect::Dialect,
    error::unavailable,
    sqlite::{self, File},
};

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

/// The connections of a storage.
pub(crate) struct Connections {
    pub(crate) dialect: Dialect,
    pub(crate) connection: DatabaseConnection,
    pub(crate) file: Option<File>,
}

/// Connects to `sqlite://PATH`, `postgres://…` or `mysql://…`.
pub(crate) async fn connect(url: &str, options: SqlOptions) -> Result<Connections, StorageError> {
    match url.split(':').next() {
        Some("sqlite") => sqlite(url, options),
        Some("postgres" | "postgresql") => postgres(url, options).await,
        Some("mysql" | "mariadb") => mysql(url, options).await,
        _ => Err(StorageError::unavailable("the address of an SQL database begins with sqlite:, postgres: or mysql:")),
    }
}

fn sqlite(url: &str, options: SqlOptions) -> Result<Connections, StorageError> {
    let file = SqliteConnectOptions::from_str(url).map_err(StorageError::unavailable)?;
    if url.contains(":memory:") {
        return Err(StorageError::unavailable("a file is needed; memory:// keeps everything in memory"));
    }
    let opened = File::open(file.get_filename(), options)?;
    // For migrations, which are rare: connects when one begins.
    let file = file
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(sqlite::BUSY)
        .pragma("cache_size", sqlite::CACHE_SIZE)
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging();
    let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(IDLE).connect_lazy_with(file);
    let connection = SqlxSqliteConnector::from_sqlx_sqlite_pool(pool);
    Ok(Connections { dialect: Dialect::Sqlite, connection, file: Some(opened) })
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

async fn postgres(url: &str, options: SqlOptions) -> Result<Connections, StorageError> {
    let server = PgConnectOptions::from_str(url)
        .map_err(StorageError::unavailable)?
        .application_name("basalt")
        .disable_statement_logging();
    let pool = pool::<Postgres>(options).connect_with(server).await.map_err(StorageError::unavailable)?;
    let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
    Ok(Connections { dialect: Dialect::Postgres, connection, file: None })
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
    Ok(Connections { dialect: Dialect::Mysql { collation }, connection, file: None })
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
