//! The storage port: documents, conditions and change sets. One trait, however many entities.

use async_trait::async_trait;
use basalt_domain::{Collection, Condition, Path, Sort, Test, Value};

use crate::{ChangeSet, Heads, PartsPage, PartsQuery, Raw};

/// Keeps documents.
///
/// Ten methods; the comfort is in [`crate::Repo`], written once. What an implementation must do
/// is the contract suite of the crate `basalt-contract`; what a condition means is
/// [`Condition::matches`].
#[async_trait]
pub trait Storage: Send + Sync + 'static {
    /// The records of a query, in its order.
    async fn fetch(&self, query: &Query) -> Result<Vec<Stored<Raw>>, StorageError>;

    /// The records of several queries, each as [`Storage::fetch`] returns them but in no order: asked
    /// for at once where the storage can.
    async fn fetch_all(&self, queries: &[Query]) -> Result<Vec<Vec<Stored<Raw>>>, StorageError> {
        let mut found = Vec::with_capacity(queries.len());
        for query in queries {
            found.push(self.fetch(query).await?);
        }
        Ok(found)
    }

    /// Only the ids of the records of a query, in its order: no document is read.
    async fn ids(&self, query: &Query) -> Result<Vec<Value>, StorageError>;

    /// How many records the condition holds for, exactly. A condition that is a declared total of
    /// the collection is answered without reading the records.
    async fn count(&self, of: &'static Collection, condition: &Condition) -> Result<u64, StorageError>;

    /// Some parts of one record, without reading the others where the storage allows; `None` where
    /// there is no such record. What is asked for is defined by [`PartsQuery::answer`].
    async fn parts(&self, query: &PartsQuery) -> Result<Option<PartsPage>, StorageError> {
        let path = query.of.id_path();
        let condition = Condition::Is(path, Test::Eq(query.record.clone()));
        let found = self.fetch(&Query { condition, limit: 1, ..Query::all(query.of) }).await?.pop();
        let Some(Stored { value, .. }) = found else { return Ok(None) };
        let corrupt =
            |source| StorageError::Corrupt { collection: query.of.name, id: format!("{:?}", query.record), source };
        Ok(Some(query.answer(&value.decode().map_err(corrupt)?)))
    }

    /// How many parts all records of a declared total have together; `None` where no such number is
    /// kept, and all records would have to be looked at.
    async fn count_parts(&self, _of: &'static Collection, _condition: &Condition) -> Result<Option<u64>, StorageError> {
        Ok(None)
    }

    /// Applies all changes in their order, or none.
    ///
    /// Errors: `Stale` if a record is not as it was read, or gone; `Conflict` if a value that
    /// occurs once, or an id, exists already.
    async fn commit(&self, changes: &ChangeSet) -> Result<(), StorageError>;

    /// Makes the tables, columns and indexes that the declared collections need; keeps all data.
    /// May be called by several processes at once, and again.
    async fn migrate(&self) -> Result<(), StorageError>;

    /// Makes up for what was put off while thousands of records were written, so that they are found as quickly
    /// as ever. Needed after that only, and begun anew by [`Self::migrate`] where it did not come to its end.
    async fn catch_up(&self) -> Result<(), StorageError> {
        Ok(())
    }

    /// Is the storage reachable, and are its tables those of this version? Cheap.
    async fn ready(&self) -> Result<(), StorageError>;

    /// A number that changes when another process may have written, if this storage can tell
    /// without asking a server; `None` otherwise, and then nothing that was read may be reused.
    fn epoch(&self) -> Option<u64>;
}

/// Which records, in which order, from where, how many.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    /// Their collection.
    pub of: &'static Collection,
    /// Which of them.
    pub condition: Condition,
    /// By what; the id is always the last key, in the direction of the key before it.
    pub sort: Vec<SortKey>,
    /// How many to leave out first.
    pub offset: u64,
    /// How many at most.
    pub limit: u64,
    /// Will heads of long records do?
    pub heads: Heads,
}

/// By which single-valued field, in which direction. Absent values are the smallest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SortKey {
    /// The field.
    pub path: Path,
    /// Greatest first?
    pub descending: bool,
}

impl<E> From<Sort<E>> for SortKey {
    fn from(sort: Sort<E>) -> Self {
        Self { path: sort.path, descending: sort.descending }
    }
}

impl Query {
    /// All records of a collection.
    pub const fn all(of: &'static Collection) -> Self {
        Self { of, condition: Condition::always(), sort: Vec::new(), offset: 0, limit: u64::MAX, heads: Heads::No }
    }

    /// Direction of the id as the last sort key.
    pub fn id_descends(&self) -> bool {
        self.sort.last().is_some_and(|key| key.descending)
    }
}

/// A record as it was read, with what tells whether it has changed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored<T> {
    /// The record.
    pub value: T,
    /// Its version when it was read.
    pub version: Version,
}

/// Tells one state of a record from another. Opaque: compared for equality only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version(pub u64);

/// What can go wrong in storage, as meanings.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// A value that occurs once, or an id, exists already.
    #[error("{collection}: {field} exists already")]
    Conflict {
        /// Where.
        collection: &'static str,
        /// Which field; `_id` for the id; several are joined with `,`.
        field: String,
    },
    /// A record is not as it was when it was read, or gone.
    #[error("{collection} {id} was changed by somebody else")]
    Stale {
        /// Where.
        collection: &'static str,
        /// Which record.
        id: String,
    },
    /// A stored document cannot be read.
    #[error("{collection} {id} cannot be read")]
    Corrupt {
        /// Where.
        collection: &'static str,
        /// Which record.
        id: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The storage does not answer, or not as it should.
    #[error("storage is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StorageError {
    /// The storage does not answer, because of this.
    pub fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }
}
