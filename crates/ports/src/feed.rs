//! The feed of changes: each write is noted in the transaction that makes it.

use std::{collections::HashSet, sync::Arc};

use basalt_domain::{ChangeEvent, Document, Value};

use crate::{Change, ChangeSet, Clock, IdSource};

/// Notes the changes of followed collections.
pub(crate) struct Feed {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
}

impl Feed {
    /// The same changes, and a note of each record they change.
    pub(crate) fn noted(&self, changes: ChangeSet) -> ChangeSet {
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
        notes.iter().fold(changes, ChangeSet::insert)
    }
}

const fn action(change: &Change) -> &'static str {
    match change {
        Change::Insert { .. } => "insert",
        Change::Update { .. } | Change::Put { .. } | Change::Add { .. } => "update",
        Change::Delete { .. } => "delete",
    }
}
