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
    events: Mutex<HashMap<ObjectId, (ChangeEvent, Commit)>>,
}

/// What is known of the commit of a note.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Commit {
    /// It goes on.
    Begun,
    /// The note is stored.
    Made,
    /// It broke off: perhaps it was made, perhaps not.
    Doubtful,
}

impl Unheard {
    /// Somebody follows: from now on notes are kept for them.
    pub fn follow(&self) {
        self.followed.store(true, Ordering::Relaxed);
    }

    /// These were made, or are about to be.
    pub fn add(&self, events: impl IntoIterator<Item = ChangeEvent>) {
        if self.followed.load(Ordering::Relaxed) {
            self.events().extend(events.into_iter().map(|event| (event.id, (event, Commit::Begun))));
        }
    }

    /// The commit of these was made, or it broke off so that nobody knows.
    pub(crate) fn ended(&self, events: &[ObjectId], made: bool) {
        let state = if made { Commit::Made } else { Commit::Doubtful };
        let mut kept = self.events();
        for event in events {
            if let Some((_event, commit)) = kept.get_mut(event) {
                *commit = state;
            }
        }
    }

    /// All notes whose commit was made, in the order of the feed. None where that is not known of one of them: then only the
    /// feed can tell.
    pub fn made(&self) -> Option<Vec<ChangeEvent>> {
        let events = self.events();
        if events.values().any(|(_event, commit)| *commit == Commit::Doubtful) {
            return None;
        }
        let made = events.values().filter(|(_event, commit)| *commit == Commit::Made);
        let mut made: Vec<ChangeEvent> = made.map(|(event, _commit)| event.clone()).collect();
        drop(events);
        made.sort_unstable_by_key(|event| (event.at, event.id));
        Some(made)
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
        self.events().retain(|_id, (event, _commit)| holds(event));
    }

    /// Ids of the records of a collection that were written, as text, perhaps several times.
    pub fn of(&self, collection: &str) -> Vec<String> {
        let events = self.events();
        let of = events.values().filter(|(event, _commit)| event.collection == collection);
        of.map(|(event, _commit)| event.record.clone()).collect()
    }

    fn events(&self) -> MutexGuard<'_, HashMap<ObjectId, (ChangeEvent, Commit)>> {
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

#[cfg(test)]
mod tests {
    use basalt_domain::{Document, ObjectId, Timestamp};

    use super::*;

    fn note(number: u8) -> ChangeEvent {
        ChangeEvent {
            id: ObjectId::from_bytes([number; 12]),
            collection: "dataset".into(),
            record: number.to_string(),
            action: "update".into(),
            at: Timestamp(i64::from(100 - number)),
            rest: Document::new(),
        }
    }

    #[test]
    fn what_was_made_is_told_in_its_order_and_what_is_being_made_is_not() {
        let unheard = Unheard::default();
        unheard.follow();
        unheard.add([note(1), note(2), note(3)]);
        unheard.ended(&[note(1).id, note(2).id], true);
        assert_eq!(unheard.made(), Some(vec![note(2), note(1)]));
        assert_eq!(unheard.of("dataset").len(), 3);
        unheard.remove([&note(2).id]);
        assert_eq!(unheard.made(), Some(vec![note(1)]));
    }

    #[test]
    fn where_a_commit_broke_off_only_the_feed_can_tell() {
        let unheard = Unheard::default();
        unheard.follow();
        unheard.add([note(1), note(2)]);
        unheard.ended(&[note(1).id], true);
        unheard.ended(&[note(2).id], false);
        assert_eq!(unheard.made(), None);
        unheard.retain(|event| event.id != note(2).id);
        assert_eq!(unheard.made(), Some(vec![note(1)]));
    }
}
