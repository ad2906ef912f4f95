//! Connections that read the file.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use basalt_ports::StorageError;
use rusqlite::Connection;
use sea_orm::Statement;
use tokio::sync::Semaphore;

use super::{Work, bound, connection};
use crate::{SqlOptions, row::Read};

/// Connections that read, made when they are needed.
pub(crate) struct Readers {
    path: PathBuf,
    free: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
    acquire_timeout: Duration,
}

impl Readers {
    pub(super) fn new(path: PathBuf, options: SqlOptions) -> Self {
        let most = usize::try_from(options.connections.max(1)).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        Self {
            path,
            free: Arc::default(),
            permits: Arc::new(Semaphore::new(most)),
            acquire_timeout: options.acquire_timeout,
        }
    }

    /// The rows of a statement. A `lookup` touches few rows: it takes less time than it would take
    /// to ask another thread, so it is read on this one. All else could hold up other requests.
    pub(crate) async fn rows<T: Send + 'static>(
        &self,
        statement: Statement,
        lookup: bool,
        read: Read<T>,
    ) -> Result<Vec<T>, StorageError> {
        let permit = tokio::time::timeout(self.acquire_timeout, Arc::clone(&self.permits).acquire_owned()).await;
        let permit = permit.map_err(StorageError::unavailable)?.map_err(StorageError::unavailable)?;
        let known = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let (path, free) = (self.path.clone(), Arc::clone(&self.free));
        let work = move || {
            let reader = known.map_or_else(|| connection(&path, Work::Read), Ok).map_err(StorageError::unavailable)?;
            let rows = query(&reader, &statement, read)?;
            free.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
            drop(permit);
            Ok(rows)
        };
        if lookup {
            return work();
        }
        tokio::task::spawn_blocking(work).await.map_err(StorageError::unavailable)?
    }
}

fn query<T>(reader: &Connection, statement: &Statement, read: Read<T>) -> Result<Vec<T>, StorageError> {
    let values = statement.values.as_ref().map_or(&[][..], |values| values.0.as_slice());
    let mut prepared = reader.prepare_cached(&statement.sql).map_err(StorageError::unavailable)?;
    let mut rows = prepared.query(bound(values)).map_err(StorageError::unavailable)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(StorageError::unavailable)? {
        found.push(read(row)?);
    }
    Ok(found)
}
