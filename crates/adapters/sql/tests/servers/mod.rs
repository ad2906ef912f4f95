//! A place of its own for each test on a database server, gone when the test ends.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use basalt_ports::Storage;
use basalt_sql::{SqlOptions, SqlStorage};
use sea_orm::{ConnectionTrait, Database};

/// Small: many tests share one server.
pub(crate) const OPTIONS: SqlOptions =
    SqlOptions { connections: 2, acquire_timeout: Duration::from_mins(1), many: 3, bulk: false };

/// A schema or database, dropped with this.
pub(crate) struct Place {
    admin: String,
    drop: String,
    /// Its address.
    pub(crate) url: String,
}

impl Place {
    /// A new schema of `postgres`, or database of `mysql`; `None` if the back end is skipped by name.
    pub(crate) async fn on(server: &str) -> Option<Self> {
        let is_postgres = server == "postgres";
        let variable = if is_postgres { "BASALT_TEST_POSTGRES_URL" } else { "BASALT_TEST_MYSQL_URL" };
        let admin = address(server, variable)?;
        let name = format!("basalt_{:016x}", RandomState::new().hash_one(std::process::id()));
        let (base, parameters) = admin.split_once('?').unwrap_or((&admin, ""));
        let (create, drop, url) = if is_postgres {
            let url = format!("{base}?options[search_path]={name}&{parameters}");
            (format!("CREATE SCHEMA {name}"), format!("DROP SCHEMA {name} CASCADE"), url)
        } else {
            let (base, _database) = base.rsplit_once('/').unwrap();
            let url = format!("{base}/{name}?{parameters}");
            (format!("CREATE DATABASE {name}"), format!("DROP DATABASE {name}"), url)
        };
        let place = Self { admin: admin.clone(), drop, url };
        execute(&admin, &create).await;
        Some(place)
    }

    /// A migrated storage there.
    pub(crate) async fn storage(&self) -> SqlStorage {
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

/// The server's address. A test does not pass because there is none: it fails, unless told by name.
#[expect(clippy::disallowed_methods, reason = "only the caller of the tests knows the servers")]
fn address(name: &str, variable: &str) -> Option<String> {
    let skipped = std::env::var("SKIP_BACKENDS").unwrap_or_default();
    if skipped.split([',', ' ']).any(|skipped| skipped == name) {
        eprintln!("SKIPPED: {name} is in SKIP_BACKENDS");
        return None;
    }
    match std::env::var(variable) {
        Ok(url) => Some(url),
        Err(error) => panic!("{variable}: {error}; run under tests/backends/start, or set SKIP_BACKENDS={name}"),
    }
}
