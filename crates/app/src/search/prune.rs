//! The feed of changes is not kept for ever.
//!
//! Notes older than [`KEPT_DAYS`] are deleted, and a mark tells up to which time. A follower that had not come so far has lost notes:
//! it does not follow any more, and builds its index anew.

use basalt_domain::{ChangeEvent, Document, Entity, Filter, ObjectId, Timestamp};
use basalt_ports::{Change, ChangeSet, Query, StorageError, search::Position};

use super::Search;
use crate::AppError;

/// How many days a note of a change is kept: a node may stand still for so long and need not build its index anew.
pub const KEPT_DAYS: i64 = 7;
const DAY_MS: i64 = 24 * 3_600_000;
/// Notes deleted at once.
const BATCH: u64 = 500;
/// The record that tells up to when notes were deleted.
const MARK: ObjectId = ObjectId::from_bytes([0; 12]);

fn mark(at: Timestamp) -> ChangeEvent {
    let (collection, record) = (String::new(), String::new());
    ChangeEvent { id: MARK, collection, record, action: "pruned".into(), at, rest: Document::new() }
}

impl Search {
    /// Deletes notes of changes that are older than [`KEPT_DAYS`]: how many. Several nodes may do so at once.
    pub async fn prune_feed(&self) -> Result<usize, AppError> {
        let store = &self.context.store;
        let oldest = Timestamp(self.context.now().millis().saturating_sub(KEPT_DAYS * DAY_MS));
        let query = Query {
            condition: ChangeEvent::AT.below(oldest).and(Filter::id(&MARK).not()).into_condition(),
            sort: vec![ChangeEvent::AT.ascending().into()],
            limit: BATCH,
            ..Query::all(ChangeEvent::COLLECTION)
        };
        let mut pruned = 0;
        loop {
            let mut changes = ChangeSet::new();
            let mut last = None;
            let stored = store.storage().fetch(&query).await?;
            for one in &stored {
                let event = basalt_ports::repo::decode::<ChangeEvent>(one)?.value;
                last = Some(event.at);
                let id = event.id.into();
                changes = changes.with(Change::Delete { of: ChangeEvent::COLLECTION, id, version: None });
            }
            let Some(last) = last else { return Ok(pruned) };
            // The mark goes with the deletion: nobody misses a note without knowing. It never goes back.
            let changes = match store.change_events.fresh(Filter::id(&MARK)).await? {
                Some(mut mark) => {
                    mark.value.at = mark.value.at.max(last);
                    changes.update(&mark)
                }
                None => changes.insert(&mark(last)),
            };
            match store.commit(changes).await {
                Ok(()) => pruned += stored.len(),
                // Another node is at it.
                Err(StorageError::Stale { .. } | StorageError::Conflict { .. }) => return Ok(pruned),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Were notes deleted that somebody at this position had not read?
    pub(super) async fn has_lost(&self, position: Position) -> Result<bool, AppError> {
        // Nearly always there is nothing to ask: notes are kept for days.
        if self.context.now().millis() - position.at.millis() < DAY_MS {
            return Ok(false);
        }
        let mark = self.context.store.change_events.fresh(Filter::id(&MARK)).await?;
        Ok(mark.is_some_and(|mark| mark.value.at > position.at))
    }

    /// Has the index come too late for notes that were deleted? Then it is to be built anew.
    pub async fn is_too_late(&self) -> Result<bool, AppError> {
        match self.index()?.position().await.map_err(AppError::internal)? {
            Some(position) => self.has_lost(position).await,
            None => Ok(false),
        }
    }
}
