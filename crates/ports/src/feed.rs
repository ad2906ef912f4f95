//! The feed of changes: each write is noted in the transaction that makes it.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use basalt_domain::{ChangeEvent, Document, ObjectId, Value};

use crate::{Change, ChangeSet, Clock, IdSource};

/// Notes the changes of followed collections.
pub(crate) struct Feed {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
}

impl Feed {
    /// The same changes with a note of each record they change, and these notes.
    pub(crate) fn noted(&self, changes: ChangeSet) -> (ChangeSet, Vec<ChangeEvent>) {
        let mut seen = HashSet::new();
        let mut notes = Vec::new();
        for change in changes.changes() {
            let (of, id) = change.record();
            let record = match id {
                Value::Id(id) => id.to_string(),
                Value::Text(text) => text.clone(),
                _ => continue,
            };
            if of.followed && seen.insert((of.name, record.clone())) {
                notes.push(ChangeEvent {
                    id: self.ids.object_id(),
                    collection: of.name.into(),
                    record,
                    action: action(change).into(),
                    at: self.clock.now(),
                    rest: Document::new(),
                });
            }
        }
        (notes.iter().fold(changes, ChangeSet::insert), notes)
    }
}

/// Notes of this process of which a follower has not heard yet. A note is here from before its commit until the follower has
/// applied it: whoever asks the follower knows what it may be wrong about.
#[derive(Default)]
pub struct Unheard {
    followed: AtomicBool,
    events: Mutex<HashMap<ObjectId, ChangeEvent>>,
}

impl Unheard {
    /// Somebody follows: from now on notes are kept for them.
    pub fn follow(&self) {
        self.followed.store(true, Ordering::Relaxed);
    }

    /// These were made, or are about to be.
    pub fn add(&self, events: impl IntoIterator<Item = ChangeEvent>) {
        if self.followed.load(Ordering::Relaxed) {
            self.events().extend(events.into_iter().map(|event| (event.id, event)));
        }
    }

    /// The follower has applied these, or they were never made.
    pub fn remove<'a>(&self, events: impl IntoIterator<Item = &'a ObjectId>) {
        let mut kept = self.events();
        for event in events {
            kept.remove(event);
        }
    }

    /// Only those of which this holds are still of interest.
    pub fn retain(&self, mut holds: impl FnMut(&ChangeEvent) -> bool) {
        self.events().retain(|_id, event| holds(event));
    }

    /// Ids of the records of a collection that were written, as text, perhaps several times.
    pub fn of(&self, collection: &str) -> Vec<String> {
        let events = self.events();
        events.values().filter(|event| event.collection == collection).map(|event| event.record.clone()).collect()
    }

    fn events(&self) -> MutexGuard<'_, HashMap<ObjectId, ChangeEvent>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const fn action(change: &Change) -> &'static str {
    match change {
        Change::Insert { .. } => "insert",
        Change::Update { .. } | Change::Put { .. } | Change::Add { .. } => "update",
        Change::Delete { .. } => "delete",
    }
}
