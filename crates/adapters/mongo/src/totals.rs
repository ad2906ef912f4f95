//! How many records there are.
//!
//! A declared total ("all but the deleted ones") is the number that the server keeps of the whole
//! collection, less the records that the condition does not hold for, which an index counts. No
//! counter of ours could do it: udata writes to the same collections and knows nothing of it.
//!
//! The server's own number is exact on a replica set, except after a `mongod` was killed (it may be
//! off by what was written since the last checkpoint, until `validate` is run), and on a sharded
//! cluster with orphaned documents. So on a cluster it is never used, and elsewhere it is compared
//! with a real count on first use and every ten minutes; while they differ, records are counted.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use basalt_domain::{Collection, Condition, Path, Test};
use basalt_ports::StorageError;
use bson::{Bson, Document, doc};
use mongodb::Database;
use tokio::time::Instant;

use crate::filter::filter;

const COMPARE_AFTER: Duration = Duration::from_mins(10);

/// Whether the server's own numbers of records are right, by collection.
#[derive(Debug)]
pub(crate) struct Trust {
    sharded: bool,
    compared: Mutex<HashMap<&'static str, (Instant, bool)>>,
}

impl Trust {
    /// Nothing compared yet.
    pub(crate) fn new(sharded: bool) -> Self {
        Self { sharded, compared: Mutex::default() }
    }

    /// Was the number right? `None` when it has to be compared.
    fn known(&self, of: &'static Collection) -> Option<bool> {
        if self.sharded {
            return Some(false);
        }
        let compared = self.compared.lock().unwrap_or_else(PoisonError::into_inner);
        compared.get(of.name).filter(|(when, _right)| when.elapsed() < COMPARE_AFTER).map(|(_when, right)| *right)
    }

    fn keep(&self, of: &'static Collection, right: bool) {
        let mut compared = self.compared.lock().unwrap_or_else(PoisonError::into_inner);
        compared.insert(of.name, (Instant::now(), right));
    }
}

/// How many records the condition holds for.
pub(crate) async fn count(
    database: &Database,
    trust: &Trust,
    of: &'static Collection,
    condition: &Condition,
) -> Result<u64, StorageError> {
    let counted = || counted(database, of, filter(condition));
    if of.total(condition).is_none() || names_few(condition) {
        return counted().await;
    }
    match trust.known(of) {
        Some(true) => subtracted(database, of, condition).await,
        Some(false) => counted().await,
        None => {
            let exact = counted().await?;
            // A write between the two makes them differ too: then records are counted for a while.
            trust.keep(of, subtracted(database, of, condition).await? == exact);
            Ok(exact)
        }
    }
}

async fn counted(database: &Database, of: &'static Collection, filter: Document) -> Result<u64, StorageError> {
    database.collection::<Document>(of.name).count_documents(filter).await.map_err(StorageError::unavailable)
}

async fn subtracted(database: &Database, of: &'static Collection, condition: &Condition) -> Result<u64, StorageError> {
    let others = counted(database, of, complement(condition)).await?;
    let collection = database.collection::<Document>(of.name);
    let all = collection.estimated_document_count().await.map_err(StorageError::unavailable)?;
    Ok(all.saturating_sub(others))
}

/// Does it say what must be there? An index counts such records sooner than all others.
fn names_few(condition: &Condition) -> bool {
    match condition {
        Condition::Not(inner) => matches!(inner.as_ref(), Condition::Is(_, Test::Absent)),
        Condition::Is(_, test) => !matches!(test, Test::Absent),
        Condition::All(_) | Condition::Any(_) => false,
    }
}

/// The records that the condition does not hold for. An index cannot answer `$nor`, but "not null".
fn complement(condition: &Condition) -> Document {
    match condition {
        Condition::Is(Path { name, many: false, .. }, Test::Absent) => doc! { *name: { "$ne": Bson::Null } },
        other => filter(&Condition::Not(Box::new(other.clone()))),
    }
}

#[cfg(test)]
mod tests {
    use basalt_domain::{CatalogueObject, Dataset, Entity, Organization, dataset, entities::organization};

    use super::*;

    #[test]
    fn the_complement_of_a_total_is_asked_of_an_index() {
        let visible = organization::visible().into_condition();
        assert_eq!(complement(&visible), doc! { "deleted": { "$ne": Bson::Null } });
    }

    #[test]
    fn what_must_be_there_is_counted() {
        assert!(names_few(dataset::ARCHIVED.present().condition()) && names_few(dataset::PRIVATE.eq(true).condition()));
        let most = [organization::visible().into_condition(), Dataset::visible().into_condition(), Condition::always()];
        assert!(!most.iter().any(names_few));
    }

    #[test]
    fn on_a_sharded_cluster_the_number_is_never_used() {
        let trust = Trust::new(true);
        trust.keep(Organization::COLLECTION, true);
        assert_eq!(trust.known(Organization::COLLECTION), Some(false));
    }
}
