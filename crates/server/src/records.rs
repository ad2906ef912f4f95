//! Reading all records of a collection, a bounded number at a time.

use std::sync::Arc;

use basalt_domain::{Collection, Condition, Document, Test, Value};
use basalt_ports::{Query, Storage, StorageError};

/// Records in memory at once.
pub const BATCH: u64 = 500;

/// All records of a collection in the order of their ids. A record that is written meanwhile is
/// read in one of its states; none is left out.
pub struct Records {
    storage: Arc<dyn Storage>,
    of: &'static Collection,
    last: Option<Value>,
    ended: bool,
}

impl Records {
    /// From the first one on.
    pub fn new(storage: Arc<dyn Storage>, of: &'static Collection) -> Self {
        Self { storage, of, last: None, ended: false }
    }

    /// The next ones with their ids; none when all were read.
    pub async fn next(&mut self) -> Result<Vec<(Value, Document)>, StorageError> {
        if self.ended {
            return Ok(Vec::new());
        }
        let condition = match self.last.take() {
            Some(last) => Condition::Is(self.of.id_path(), Test::Gt(last)),
            None => Condition::always(),
        };
        let query = Query { condition, limit: BATCH, ..Query::all(self.of) };
        let mut batch = Vec::new();
        for stored in self.storage.fetch(&query).await? {
            let corrupt = |source| StorageError::Corrupt { collection: self.of.name, id: "?".into(), source };
            let document: Document = stored.value.decode().map_err(corrupt)?;
            let id = document.get("_id").cloned().ok_or_else(|| corrupt("no _id".into()))?;
            batch.push((id, document));
        }
        self.last = batch.last().map(|(id, _document)| id.clone());
        self.ended = u64::try_from(batch.len()).is_ok_and(|read| read < BATCH);
        Ok(batch)
    }
}
