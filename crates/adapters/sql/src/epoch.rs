//! Whether another process wrote to the SQLite file.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tokio::task::JoinHandle;

const EVERY: Duration = Duration::from_millis(25);

/// A number that changes when another process wrote. Looks every 25 ms, until it is dropped.
pub(crate) struct Epoch {
    number: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Epoch {
    /// Looks through the only connection that writes: for SQLite all others are "others", so what
    /// this process commits does not count.
    pub(crate) fn watch(writer: DatabaseConnection) -> Self {
        let number = Arc::new(AtomicU64::new(0));
        let shared = Arc::clone(&number);
        let task = tokio::spawn(async move {
            let mut seen = None;
            loop {
                match data_version(&writer).await {
                    Some(version) if seen == Some(version) => {}
                    // Not to know is to assume the worst.
                    version => {
                        if seen.is_some() || version.is_none() {
                            shared.fetch_add(1, Ordering::SeqCst);
                        }
                        seen = version;
                    }
                }
                tokio::time::sleep(EVERY).await;
            }
        });
        Self { number, task }
    }

    pub(crate) fn number(&self) -> u64 {
        self.number.load(Ordering::SeqCst)
    }
}

impl Drop for Epoch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn data_version(writer: &DatabaseConnection) -> Option<i64> {
    let statement = Statement::from_string(DbBackend::Sqlite, "PRAGMA data_version");
    let row = writer.query_one_raw(statement).await.ok()??;
    row.try_get_by_index::<i32>(0).map(i64::from).or_else(|_error| row.try_get_by_index::<i64>(0)).ok()
}
