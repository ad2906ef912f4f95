//! Loading records from files: streaming, a bounded number in memory, going on after an interruption.
//!
//! A thread unpacks and reads; the storage is written meanwhile, some hundred records at once.

mod accounts;
mod answers;
mod catalogue;
mod datasets;
mod format;
mod organizations;
mod progress;
mod resume;
mod slugs;
mod source;

use basalt_app::Services;
use basalt_domain::{Collection, Document, Value};
use basalt_ports::{Change, ChangeSet, StorageError};
use tokio::sync::mpsc;

pub use source::Source;

use self::{
    datasets::{DescribedDataset, Names},
    organizations::Described,
    progress::Progress,
    resume::Position,
};
use crate::failure::{Failure, causes};

/// Records written at once.
const BATCH: usize = 500;
/// Batches that are read ahead.
const AHEAD: usize = 4;

/// What an import did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome {
    /// Records that were stored.
    pub stored: u64,
    /// Records that could not be.
    pub refused: u64,
}

/// One record of a file.
enum Record {
    /// As an export wrote it.
    Stored { of: &'static Collection, id: Value, document: Document },
    /// An organisation as others describe it.
    Organization(Box<Described>),
    /// A dataset as others describe it.
    Dataset(Box<DescribedDataset>),
}

/// Records that are written at once, with their numbers in the file (from 1), and those that cannot be read.
#[derive(Default)]
struct Batch {
    records: Vec<(u64, Record)>,
    unreadable: Vec<(u64, String)>,
    last: u64,
}

/// Imports one file. Records that cannot be stored are told on the terminal and counted; anything
/// else that goes wrong ends the import, and the next one goes on from there.
pub async fn import(services: &Services, source: Source, restart: bool) -> Result<Outcome, Failure> {
    let name = source.name().to_owned();
    let mut position = Position::of(&source);
    let skip = if restart { 0 } else { position.resumable(services.context.store.storage()).await };
    let progress = Progress::start(&source);
    if skip > 0 {
        progress.line(&format!("{name}: goes on after record {skip}"));
    }
    let (send, mut batches) = mpsc::channel::<Batch>(AHEAD);
    let reader = tokio::task::spawn_blocking(move || format::read(source, skip, &send));
    let mut outcome = Outcome::default();
    let mut names = Names::default();
    while let Some(batch) = batches.recv().await {
        for (number, why) in &batch.unreadable {
            progress.line(&format!("{name}: record {number}: {why}"));
        }
        let last_record = batch.records.last().map(|(_number, record)| record.key());
        let read = u64::try_from(batch.records.len()).unwrap_or(u64::MAX);
        let refused = write(services, &mut names, batch.records).await?;
        for (number, why) in &refused {
            progress.line(&format!("{name}: record {number}: {why}"));
        }
        let refused = u64::try_from(refused.len()).unwrap_or(u64::MAX);
        outcome.stored += read - refused;
        outcome.refused += refused + u64::try_from(batch.unreadable.len()).unwrap_or(u64::MAX);
        // Where the last one was refused, the position stays: some records are then written twice.
        if let Some(key) = last_record.filter(|_key| refused == 0) {
            position.reached(batch.last, key);
        }
        progress.at(outcome);
    }
    let read = reader.await.map_err(|error| Failure::doing(&name, &error))?;
    read.map_err(|failure| Failure::new(format!("{name}: {failure}")))?;
    position.done();
    progress.end(&name, outcome);
    Ok(outcome)
}

impl Record {
    /// What is found in the storage once the record was written.
    fn key(&self) -> (&'static Collection, Value) {
        match self {
            Self::Stored { of, id, .. } => (of, id.clone()),
            Self::Organization(described) => described.key(),
            Self::Dataset(described) => described.key(),
        }
    }
}

/// Stores a batch in one commit; where that is refused, record by record. Returns those that were
/// refused, with the reason.
async fn write(
    services: &Services,
    names: &mut Names,
    records: Vec<(u64, Record)>,
) -> Result<Vec<(u64, String)>, StorageError> {
    let refused = match commit(services, names, &records).await {
        Ok(()) => return Ok(Vec::new()),
        Err(error @ StorageError::Unavailable(_)) => return Err(error),
        Err(refused) => refused,
    };
    tracing::debug!(error = %causes(&refused), "batch refused, record by record");
    let mut refused = Vec::new();
    for numbered in records {
        let one = std::slice::from_ref(&numbered);
        let mut result = commit(services, names, one).await;
        if matches!(result, Err(StorageError::Stale { .. } | StorageError::Conflict { .. })) {
            // Somebody wrote meanwhile; the second time it is made of what is there now.
            result = commit(services, names, one).await;
        }
        match result {
            Ok(()) => {}
            Err(error @ StorageError::Unavailable(_)) => return Err(error),
            Err(error) => refused.push((numbered.0, causes(&error))),
        }
    }
    Ok(refused)
}

async fn commit(services: &Services, names: &mut Names, records: &[(u64, Record)]) -> Result<(), StorageError> {
    let mut changes = ChangeSet::new();
    let (mut organizations, mut datasets) = (Vec::new(), Vec::new());
    for (_number, record) in records {
        match record {
            Record::Stored { of, id, document } => {
                changes = changes.with(Change::Put { of, id: id.clone(), document: document.clone() });
            }
            Record::Organization(organization) => organizations.push(organization.as_ref()),
            Record::Dataset(dataset) => datasets.push(dataset.as_ref()),
        }
    }
    let store = &services.context.store;
    changes = changes.and(organizations::changes(store, &organizations).await?);
    store.commit(changes.and(datasets::changes(store, names, services.context.now(), &datasets).await?)).await
}
