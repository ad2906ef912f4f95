//! A place of its own for each test on a database server, gone when the test ends.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use basalt_ports::Storage;
use basalt_sql::{SqlOptions, SqlStorage};
use sea_orm::{ConnectionTrait, Database};

/// Small: many tests share one server.
pub const OPTIONS: SqlOptions = SqlOptions { connections: 2, acquire_timeout: Duration::from_secs(60) };

/// A schema or database, dropped with this.
pub struct Place {
    admin: String,
    drop: String,
    /// Its address.
    pub url: String,
}

impl Place {
    /// A new PostgreSQL schema; `None` if the back end is skipped by name.
    pub async fn on_postgres() -> Option<Self> {
        let admin = server("postgres", "BASALT_TEST_POSTGRES_URL")?;
        let name = a_name();
        execute(&admin, &format!("CREATE SCHEMA {name}")).await;
        let with = if admin.contains('?') { '&' } else { '?' };
        let url = format!("{admin}{with}options[search_path]={name}");
        Some(Self { admin, drop: format!("DROP SCHEMA {name} CASCADE"), url })
    }

    /// A new MySQL database; `None` if the back end is skipped by name.
    pub async fn on_mysql() -> Option<Self> {
        let admin = server("mysql", "BASALT_TEST_MYSQL_URL")?;
        let name = a_name();
        execute(&admin, &format!("CREATE DATABASE {name}")).await;
        let (address, parameters) = admin.split_once('?').unwrap_or((&admin, ""));
        let (server, _database) = address.rsplit_once('/').unwrap();
        let url = format!("{server}/{name}?{parameters}");
        Some(Self { drop: format!("DROP DATABASE {name}"), url, admin: admin.clone() })
    }

    /// A migrated storage there.
    pub async fn storage(&self) -> SqlStorage {
        let storage = SqlStorage::connect(&self.url, OPTIONS).await.unwrap();
        storage.migrate().await.unwrap();
        storage
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (admin, drop) = (self.admin.clone(), self.drop.clone());
        // The runtime of the test is about to end: this needs one of its own.
        let done = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(execute(&admin, &drop));
        });
        if done.join().is_err() {
            eprintln!("left behind: {}", self.url);
        }
    }
}

async fn execute(url: &str, sql: &str) {
    let connection = Database::connect(url).await.unwrap();
    connection.execute_unprepared(sql).await.unwrap();
    connection.close().await.unwrap();
}

fn a_name() -> String {
    format!("basalt_{:016x}", RandomState::new().hash_one(std::process::id()))
}

/// The server's address. A test does not pass because there is none: it fails, unless told by name.
#[expect(clippy::disallowed_methods, reason = "only the caller of the tests knows the servers")]
fn server(name: &str, variable: &str) -> Option<String> {
    let skipped = std::env::var("SKIP_BACKENDS").unwrap_or_default();
    if skipped.split([',', ' ']).any(|skipped| skipped == name) {
        eprintln!("SKIPPED: {name} is in SKIP_BACKENDS");
        return None;
    }
    match std::env::var(variable) {
        Ok(url) => Some(url),
        Err(_unset) => panic!("{variable} is not set: run under tests/backends/start, or set SKIP_BACKENDS={name}"),
    }
}
