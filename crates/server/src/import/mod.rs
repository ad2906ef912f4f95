//! Loading records from files: streaming, a bounded number in memory, going on after an interruption.
//!
//! A thread unpacks and reads; the storage is written meanwhile, some hundred records at once, while the next ones are made ready.

mod accounts;
mod answers;
mod catalogue;
mod claims;
mod datasets;
mod format;
mod organizations;
mod progress;
mod resume;
mod slugs;
mod source;

use std::collections::VecDeque;

use basalt_app::Services;
use basalt_domain::{Collection, Document, Value};
use basalt_ports::{Change, ChangeSet, StorageError};
use tokio::{sync::mpsc, task::JoinHandle};

pub use source::Source;

use self::{
    claims::Claims,
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
/// Batches that are being stored at once: one is written out as text while the one before it is in the storage's hands.
const AT_ONCE: usize = 2;

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
    let position = Position::of(&source);
    let skip = if restart { 0 } else { position.resumable(services.context.store.storage()).await };
    let progress = Progress::start(&source);
    if skip > 0 {
        progress.line(&format!("{name}: goes on after record {skip}"));
    }
    let (send, mut batches) = mpsc::channel::<Batch>(AHEAD);
    let reader = tokio::task::spawn_blocking(move || format::read(source, skip, &send));
    let mut import =
        Import { services, names: Names::default(), name, position, progress, outcome: Outcome::default() };
    let mut storing: VecDeque<Storing> = VecDeque::new();
    while let Some(batch) = batches.recv().await {
        let mut ready = import.changes(&batch.records).await;
        let mut claims = claimed_by(&ready);
        // What is not stored yet may want the same slug: then it is waited for.
        let clash = storing.iter().any(|former| former.claims.meet(&claims));
        while storing.len() >= if clash { 1 } else { AT_ONCE } {
            import.end_first(&mut storing).await?;
        }
        if clash {
            ready = import.changes(&batch.records).await;
            claims = claimed_by(&ready);
        }
        storing.push_back(import.begin(batch, ready, claims));
    }
    while !storing.is_empty() {
        import.end_first(&mut storing).await?;
    }
    let Import { name, position, progress, outcome, .. } = import;
    let read = reader.await.map_err(|error| Failure::doing(&name, &error))?;
    read.map_err(|failure| Failure::new(format!("{name}: {failure}")))?;
    position.done();
    progress.end(&name, outcome);
    Ok(outcome)
}

fn claimed_by(ready: &Result<ChangeSet, StorageError>) -> Claims {
    ready.as_ref().map(Claims::of).unwrap_or_default()
}

/// A batch that is being stored.
struct Storing {
    batch: Batch,
    claims: Claims,
    stored: JoinHandle<Result<(), StorageError>>,
}

/// An import of a file under way.
struct Import<'a> {
    services: &'a Services,
    names: Names,
    name: String,
    position: Position,
    progress: Progress,
    outcome: Outcome,
}

impl Import<'_> {
    /// What becomes of the storage by these records, from how it is now.
    async fn changes(&mut self, records: &[(u64, Record)]) -> Result<ChangeSet, StorageError> {
        changes(self.services, &mut self.names, records).await
    }

    /// Begins to store a batch in one commit.
    fn begin(&self, batch: Batch, ready: Result<ChangeSet, StorageError>, claims: Claims) -> Storing {
        let store = self.services.context.store.clone();
        let stored = tokio::spawn(async move { store.commit(ready?).await });
        Storing { batch, claims, stored }
    }

    /// Waits until the first of these batches is stored, and tells what was refused.
    async fn end_first(&mut self, storing: &mut VecDeque<Storing>) -> Result<(), Failure> {
        let Some(Storing { batch, stored, .. }) = storing.pop_front() else { return Ok(()) };
        for (number, why) in &batch.unreadable {
            self.progress.line(&format!("{}: record {number}: {why}", self.name));
        }
        let last_record = batch.records.last().map(|(_number, record)| record.key());
        let read = u64::try_from(batch.records.len()).unwrap_or(u64::MAX);
        let refused = match stored.await.map_err(|error| Failure::doing(&self.name, &error))? {
            Ok(()) => Vec::new(),
            Err(error @ StorageError::Unavailable(_)) => return Err(error.into()),
            // Somebody wrote meanwhile, or a record cannot be stored.
            Err(_refused) => write(self.services, &mut self.names, batch.records).await?,
        };
        for (number, why) in &refused {
            self.progress.line(&format!("{}: record {number}: {why}", self.name));
        }
        let refused = u64::try_from(refused.len()).unwrap_or(u64::MAX);
        self.outcome.stored += read - refused;
        self.outcome.refused += refused + u64::try_from(batch.unreadable.len()).unwrap_or(u64::MAX);
        // Where the last one was refused, the position stays: some records are then written twice.
        if let Some(key) = last_record.filter(|_key| refused == 0) {
            self.position.reached(batch.last, key);
        }
        self.progress.at(self.outcome);
        Ok(())
    }
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
    services.context.store.commit(changes(services, names, records).await?).await
}

async fn changes(services: &Services, names: &mut Names, records: &[(u64, Record)]) -> Result<ChangeSet, StorageError> {
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
    Ok(changes.and(datasets::changes(store, names, services.context.now(), &datasets).await?))
}
