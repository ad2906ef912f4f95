//! A unit of work as a value: what is to be stored, all of it or nothing.

use basalt_domain::{Collection, Document, Entity, Field, Value, parts::PartChange};

use crate::{Stored, Version, parts::is_head, storage::StorageError};

/// One change of one record.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A new record. `Conflict` if its id or a unique value exists.
    Insert {
        /// Where.
        of: &'static Collection,
        /// Its id.
        id: Value,
        /// All of it.
        document: Document,
    },
    /// A record that was read, changed. `Stale` if it is not as it was read.
    Update {
        /// Where.
        of: &'static Collection,
        /// Its id.
        id: Value,
        /// Its version when it was read.
        version: Version,
        /// All of it; or its head, which leaves its parts as they are but for these changes.
        document: Document,
        /// Changes of single parts, in their order: only with a head. `Stale` where there is no such part.
        parts: Vec<PartChange>,
    },
    /// A record written whatever was there before: imports and copies.
    Put {
        /// Where.
        of: &'static Collection,
        /// Its id.
        id: Value,
        /// All of it.
        document: Document,
    },
    /// A record removed for good. `Stale` if it is not as it was read; without version, no matter
    /// what it is, and nothing happens where there is none.
    Delete {
        /// Where.
        of: &'static Collection,
        /// Its id.
        id: Value,
        /// Its version when it was read.
        version: Option<Version>,
    },
    /// A whole number of a record raised or lowered, whatever else changes it; absent counts as 0.
    /// Older versions of the record become stale. Nothing happens where there is no such record.
    Add {
        /// Where.
        of: &'static Collection,
        /// Its id.
        id: Value,
        /// Dotted path of the number.
        path: &'static str,
        /// By how much.
        by: i64,
    },
}

impl Change {
    /// Which record it changes.
    pub const fn record(&self) -> (&'static Collection, &Value) {
        match self {
            Self::Insert { of, id, .. }
            | Self::Update { of, id, .. }
            | Self::Put { of, id, .. }
            | Self::Delete { of, id, .. }
            | Self::Add { of, id, .. } => (of, id),
        }
    }
}

/// Changes that are stored together or not at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChangeSet {
    changes: Vec<Change>,
}

impl ChangeSet {
    /// No change yet.
    pub const fn new() -> Self {
        Self { changes: Vec::new() }
    }

    /// And insert this entity.
    #[must_use]
    pub fn insert<E: Entity>(self, entity: &E) -> Self {
        let (of, id, document) = record_of(entity);
        self.with(Change::Insert { of, id, document })
    }

    /// And update this entity, which was read in this version.
    #[must_use]
    pub fn update<E: Entity>(self, stored: &Stored<E>) -> Self {
        let (of, id, document) = record_of(&stored.value);
        let parts = stored.value.part_changes().to_vec();
        self.with(Change::Update { of, id, version: stored.version, document, parts })
    }

    /// And write this entity whatever was there before.
    #[must_use]
    pub fn put<E: Entity>(self, entity: &E) -> Self {
        let (of, id, document) = record_of(entity);
        self.with(Change::Put { of, id, document })
    }

    /// And remove this entity, which was read in this version.
    #[must_use]
    pub fn delete<E: Entity>(self, stored: &Stored<E>) -> Self {
        let id = stored.value.id().clone().into();
        self.with(Change::Delete { of: E::COLLECTION, id, version: Some(stored.version) })
    }

    /// And raise (or lower) a number of the entity of this id.
    #[must_use]
    pub fn add<E: Entity>(self, id: &E::Id, number: &Field<E, i64>, by: i64) -> Self {
        self.with(Change::Add { of: E::COLLECTION, id: id.clone().into(), path: number.path.name, by })
    }

    /// And this change.
    #[must_use]
    pub fn with(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }

    /// And all of these.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.changes.extend(others.changes);
        self
    }

    /// The changes in their order.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// No change at all?
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

impl From<Vec<Change>> for ChangeSet {
    fn from(changes: Vec<Change>) -> Self {
        Self { changes }
    }
}

/// Collection, id and stored form of an entity.
fn record_of<E: Entity>(entity: &E) -> (&'static Collection, Value, Document) {
    let id = entity.id().clone().into();
    // Entities are plain structs: serialising them to a tree has no way to fail. Were there one,
    // the empty document would be refused by every adapter for its missing id.
    let document = Document::of(entity).unwrap_or_default();
    (E::COLLECTION, id, document)
}

/// Refuses a document that does not carry the id it is stored under; and a head, whose parts would be
/// lost if it were stored as it is.
pub fn check_id(of: &'static Collection, id: &Value, document: &Document) -> Result<(), StorageError> {
    let fault = if document.get("_id") != Some(id) {
        "the document does not carry its id"
    } else if is_head(document) {
        "a head is not the whole document"
    } else {
        return Ok(());
    };
    Err(StorageError::Corrupt { collection: of.name, id: format!("{id:?}"), source: fault.into() })
}
