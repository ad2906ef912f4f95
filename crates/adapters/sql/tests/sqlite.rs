//! The contract of storages, on SQLite, each test in a file of its own.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use basalt_ports::Storage;
use basalt_sql::{SqlOptions, SqlStorage};
use tempfile::TempDir;

async fn fresh() -> Option<(Arc<dyn Storage>, TempDir)> {
    let home = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", home.path().join("basalt.db").display());
    let storage =
        SqlStorage::connect(&url, SqlOptions { connections: 2, many: 3, ..SqlOptions::default() }).await.unwrap();
    storage.migrate().await.unwrap();
    Some((Arc::new(storage), home))
}

basalt_contract::storage_contract!(fresh);
