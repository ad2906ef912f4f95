//! A row that was read, whoever read it.

use basalt_ports::StorageError;
use sea_orm::QueryResult;

use crate::error::unavailable;

/// Makes something of a row.
pub(crate) type Read<T> = fn(&dyn Row) -> Result<T, StorageError>;

/// A row: only texts and whole numbers are ever read.
pub(crate) trait Row {
    /// The text of the column at this place. Error: `Unavailable`.
    fn text(&self, at: usize) -> Result<String, StorageError>;
    /// The number of the column at this place. Error: `Unavailable`.
    fn number(&self, at: usize) -> Result<i64, StorageError>;
}

impl Row for QueryResult {
    fn text(&self, at: usize) -> Result<String, StorageError> {
        self.try_get_by_index(at).map_err(unavailable)
    }

    fn number(&self, at: usize) -> Result<i64, StorageError> {
        self.try_get_by_index(at).map_err(unavailable)
    }
}

impl Row for rusqlite::Row<'_> {
    fn text(&self, at: usize) -> Result<String, StorageError> {
        self.get(at).map_err(StorageError::unavailable)
    }

    fn number(&self, at: usize) -> Result<i64, StorageError> {
        self.get(at).map_err(StorageError::unavailable)
    }
}
