//! A change set as one transaction.
//!
//! Reads in a transaction see one snapshot, and a write to a record that somebody else changed
//! since then ends it (`WriteConflict`). So comparing fingerprints inside of the transaction is
//! enough: no update is lost, whoever writes, udata included.

use std::time::Duration;

use basalt_domain::{Collection, Document as Map, Value};
use basalt_ports::{Change, ChangeSet, StorageError, Version, change::check_id, parts::is_head};
use bson::{Bson, Document, RawDocumentBuf, doc};
use mongodb::{
    Client, ClientSession, Database,
    error::UNKNOWN_TRANSACTION_COMMIT_RESULT,
    options::{ReadConcern, WriteConcern},
};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::{
    convert::{bson, document, id_text},
    difference::{Difference, addition, difference},
    failure::Failure,
    heads,
    parts::Reader,
    version_of,
};

/// How often a transaction is tried when others were faster; the pauses add up to two seconds.
const ATTEMPTS: u32 = 40;

/// How often it is tried when connections break.
const NETWORK_ATTEMPTS: u32 = 3;

/// The longest pause between attempts.
const LONGEST_PAUSE_MS: u64 = 64;

/// How many records one command inserts or replaces at most.
const BATCH: usize = 500;

/// Applies all changes or none.
pub(crate) async fn commit(
    client: &Client,
    database: &Database,
    many: usize,
    changes: &ChangeSet,
) -> Result<(), StorageError> {
    let Some(first) = changes.changes().first() else { return Ok(()) };
    for change in changes.changes() {
        match change {
            Change::Update { document, .. } if is_head(document) => {}
            Change::Insert { of, id, document }
            | Change::Update { of, id, document, .. }
            | Change::Put { of, id, document } => check_id(of, id, document)?,
            Change::Delete { .. } | Change::Add { .. } => {}
        }
    }
    if let [Change::Add { of, id, path, by }] = changes.changes() {
        return add(database, of, id, path, *by).await;
    }
    let mut session = client.start_session().await.map_err(StorageError::unavailable)?;
    let mut broken = 0;
    for attempt in 0..ATTEMPTS {
        match transaction(database, many, &mut session, changes).await {
            Ok(()) => return Ok(()),
            Err(Failure::Final(error)) => return Err(error),
            Err(Failure::Network(error)) => {
                broken += 1;
                if broken == NETWORK_ATTEMPTS {
                    return Err(StorageError::unavailable(error));
                }
            }
            Err(Failure::Race(error)) => tracing::debug!(attempt, %error, "another writer was faster"),
        }
        tokio::time::sleep(pause(&session, attempt)).await;
    }
    let (of, id) = first.record();
    Err(stale(of, id))
}

/// One addition alone needs no transaction: the server lets writers of one record wait for each
/// other, where transactions would have to be tried again.
async fn add(
    database: &Database,
    of: &'static Collection,
    id: &Value,
    path: &str,
    by: i64,
) -> Result<(), StorageError> {
    let collection = database.collection::<Document>(of.name);
    let add = collection.update_one(doc! { "_id": bson(id) }, addition(path, by));
    add.write_concern(WriteConcern::majority()).await.map(|_counts| ()).map_err(StorageError::unavailable)
}

/// Not the same for two writers, and growing: those who met once should not meet again.
fn pause(session: &ClientSession, attempt: u32) -> Duration {
    let longest = 4_u64.saturating_mul(1 << attempt.min(6)).min(LONGEST_PAUSE_MS);
    let seed = session.id().to_vec().unwrap_or_default();
    Duration::from_millis(1 + xxh3_64_with_seed(&seed, u64::from(attempt)) % longest)
}

async fn transaction(
    database: &Database,
    many: usize,
    session: &mut ClientSession,
    changes: &ChangeSet,
) -> Result<(), Failure> {
    let first = changes.changes().first().map(|change| change.record().0);
    let Some(of) = first else { return Ok(()) };
    session
        .start_transaction()
        .read_concern(ReadConcern::snapshot())
        .write_concern(WriteConcern::majority())
        .await
        .map_err(|error| Failure::of(of, error))?;
    if let Err(failure) = apply_all(database, many, session, changes.changes()).await {
        // Servers end a transaction at an error, but not at a stale version of ours.
        if let Err(error) = session.abort_transaction().await {
            tracing::debug!(%error, "the transaction is not there to be aborted");
        }
        return Err(failure);
    }
    let mut tries = 0;
    loop {
        match session.commit_transaction().await {
            Ok(()) => return Ok(()),
            // Committing again is safe, and the only way to know.
            Err(error) if error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) && tries < NETWORK_ATTEMPTS => {
                tries += 1;
            }
            // Must not be tried from the start: it may be stored.
            Err(error) if error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) => {
                return Err(Failure::Final(StorageError::unavailable(error)));
            }
            Err(error) => return Err(Failure::of(of, error)),
        }
    }
}

async fn apply_all(
    database: &Database,
    many: usize,
    session: &mut ClientSession,
    mut changes: &[Change],
) -> Result<(), Failure> {
    while let Some(change) = changes.first() {
        // Imports are long rows of inserts, puts or additions: one command for many.
        let row = changes.iter().take(BATCH).take_while(|next| batches_with(change, next)).count().max(1);
        let (batch, rest) = changes.split_at(row);
        changes = rest;
        let (of, id) = change.record();
        match change {
            Change::Insert { .. } => insert(database, session, of, batch).await?,
            Change::Put { .. } => update_all(database, session, of, batch.iter().filter_map(put)).await?,
            Change::Update { version, document, parts, .. } if is_head(document) => {
                let Some(list) = of.parts else { return Err(stale(of, id).into()) };
                let reader = Reader { database, of, parts: list, many };
                heads::update(&reader, session, id, *version, document, parts).await?;
            }
            Change::Update { version, document, .. } => update(database, session, of, id, *version, document).await?,
            Change::Delete { version, .. } => delete(database, session, of, id, *version).await?,
            Change::Add { .. } => update_all(database, session, of, batch.iter().filter_map(sum)).await?,
        }
    }
    Ok(())
}

fn batches_with(first: &Change, next: &Change) -> bool {
    let alike = matches!(
        (first, next),
        (Change::Insert { .. }, Change::Insert { .. })
            | (Change::Put { .. }, Change::Put { .. })
            | (Change::Add { .. }, Change::Add { .. })
    );
    alike && first.record().0 == next.record().0
}

async fn insert(
    database: &Database,
    session: &mut ClientSession,
    of: &'static Collection,
    changes: &[Change],
) -> Result<(), Failure> {
    let documents: Vec<Document> = changes.iter().filter_map(new_document).map(document).collect();
    write(database, session, of, doc! { "insert": of.name, "documents": documents }).await.map(|_found| ())
}

/// One command for many updates.
async fn update_all(
    database: &Database,
    session: &mut ClientSession,
    of: &'static Collection,
    updates: impl Iterator<Item = Document>,
) -> Result<(), Failure> {
    let updates: Vec<Document> = updates.collect();
    write(database, session, of, doc! { "update": of.name, "updates": updates }).await.map(|_found| ())
}

fn put(change: &Change) -> Option<Document> {
    let id = bson(change.record().1);
    new_document(change).map(|new| doc! { "q": { "_id": id }, "u": document(new), "upsert": true })
}

fn sum(change: &Change) -> Option<Document> {
    let Change::Add { id, path, by, .. } = change else { return None };
    Some(doc! { "q": { "_id": bson(id) }, "u": addition(path, *by) })
}

const fn new_document(change: &Change) -> Option<&Map> {
    match change {
        Change::Insert { document, .. } | Change::Put { document, .. } | Change::Update { document, .. } => {
            Some(document)
        }
        Change::Delete { .. } | Change::Add { .. } => None,
    }
}

async fn update(
    database: &Database,
    session: &mut ClientSession,
    of: &'static Collection,
    id: &Value,
    version: Version,
    new: &Map,
) -> Result<(), Failure> {
    let stored = current(database, session, of, id, version).await?;
    let difference = difference(&stored, new).map_err(|source| StorageError::Corrupt {
        collection: of.name,
        id: id_text(id),
        source,
    })?;
    let change = match difference {
        Difference::None => return Ok(()),
        Difference::Fields(change) | Difference::Whole(change) => change,
    };
    let change = doc! { "q": { "_id": bson(id) }, "u": change };
    update_all(database, session, of, std::iter::once(change)).await
}

async fn delete(
    database: &Database,
    session: &mut ClientSession,
    of: &'static Collection,
    id: &Value,
    version: Option<Version>,
) -> Result<(), Failure> {
    if let Some(version) = version {
        current(database, session, of, id, version).await?;
    }
    let delete = doc! { "q": { "_id": bson(id) }, "limit": 1 };
    write(database, session, of, doc! { "delete": of.name, "deletes": [delete] }).await.map(|_found| ())
}

/// The record as it is now, if it is as it was.
async fn current(
    database: &Database,
    session: &mut ClientSession,
    of: &'static Collection,
    id: &Value,
    version: Version,
) -> Result<RawDocumentBuf, Failure> {
    let found = database
        .collection::<RawDocumentBuf>(of.name)
        .find_one(doc! { "_id": bson(id) })
        .session(session)
        .await
        .map_err(|error| Failure::of(of, error))?;
    found.filter(|stored| version_of(stored.as_bytes()) == version).ok_or_else(|| stale(of, id).into())
}

/// One write command: how many records it found. The driver's own helpers do not tell which value
/// occurred twice.
pub(crate) async fn write(
    database: &Database,
    session: &mut ClientSession,
    of: &'static Collection,
    mut command: Document,
) -> Result<i32, Failure> {
    command.insert("ordered", Bson::Boolean(true));
    let answer = database.run_command(command).session(session).await.map_err(|error| Failure::of(of, error))?;
    Failure::in_answer(of, &answer)?;
    Ok(answer.get_i32("n").unwrap_or_default())
}

pub(crate) fn stale(of: &'static Collection, id: &Value) -> StorageError {
    StorageError::Stale { collection: of.name, id: id_text(id) }
}
