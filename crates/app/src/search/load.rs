//! Documents of records, with whom they belong to: a fixed number of reads for any number of records.

use std::{collections::HashMap, marker::PhantomData};

use basalt_domain::{
    Condition, Dataservice, Dataset, Filter, ObjectId, Organization, Owned, Post, Reuse, Test, Topic, User, Value,
};
use basalt_ports::{Heads, Query, Row, StorageError, Store, Stored, search::SearchDocument};
use serde::Deserialize;

use super::{
    Searchable,
    documents::{self, KnownFor, Producer},
    known::Known,
};

/// Whom records belong to.
#[derive(Default)]
pub(super) struct Producers {
    organizations: HashMap<ObjectId, Row<Organization>>,
    users: HashMap<ObjectId, Row<User>>,
}

impl Producers {
    async fn of<E: Owned>(store: &Store, records: &[&E]) -> Result<Self, StorageError> {
        let organizations: Vec<ObjectId> = records.iter().filter_map(|record| record.organization()).collect();
        let users: Vec<ObjectId> = records.iter().filter_map(|record| record.owner()).collect();
        Ok(Self {
            organizations: store.organizations.by_ids(&organizations).await?,
            users: store.users.by_ids(&users).await?,
        })
    }

    fn producer<E: Owned>(&self, record: &E) -> Producer<'_> {
        Producer {
            organization: record.organization().and_then(|id| self.organizations.get(&id)).map(|row| &row.value),
            user: record.owner().and_then(|id| self.users.get(&id)).map(|row| &row.value),
        }
    }
}

/// A record that becomes a document.
pub(super) trait Documented: Searchable {
    /// Documents of these records; of those that not everybody may see, hidden ones.
    fn documents(
        store: &Store,
        records: &[&Self],
    ) -> impl Future<Output = Result<Vec<SearchDocument>, StorageError>> + Send;
}

macro_rules! documented_with_producer {
    ($($entity:ty => $document:ident,)*) => {
        $(impl Documented for $entity {
            async fn documents(store: &Store, records: &[&Self]) -> Result<Vec<SearchDocument>, StorageError> {
                let producers = Producers::of(store, records).await?;
                Ok(records
                    .iter()
                    .map(|record| SearchDocument {
                        hidden: !record.is_findable(),
                        ..documents::$document(record, producers.producer(*record))
                    })
                    .collect())
            }
        })*
    };
}

documented_with_producer! {
    Dataset => dataset,
    Reuse => reuse,
    Dataservice => dataservice,
    Topic => topic,
}

impl Documented for Post {
    async fn documents(_store: &Store, records: &[&Self]) -> Result<Vec<SearchDocument>, StorageError> {
        let hidden = |record: &Self| !record.is_findable();
        Ok(records.iter().map(|record| SearchDocument { hidden: hidden(record), ..documents::post(record) }).collect())
    }
}

/// Documents of organisations.
pub(super) async fn of_organizations(
    store: &Store,
    known: &mut Known,
    records: &[&Organization],
) -> Result<Vec<SearchDocument>, StorageError> {
    let known_for = known.of_each(store, records).await?;
    let document = |(record, known_for): (&&Organization, KnownFor)| SearchDocument {
        hidden: !record.is_findable(),
        ..documents::organization(record, known_for)
    };
    Ok(records.iter().zip(known_for).map(document).collect())
}

/// Documents of the records of these ids that exist, as they are in storage now.
pub(super) async fn fresh<E: Documented>(store: &Store, ids: &[ObjectId]) -> Result<Vec<SearchDocument>, StorageError> {
    // Not from the cache: it may not have heard of the change that is told.
    let rows = store.of::<E>().fresh_heads(Filter::ids(ids), u64::MAX).await?;
    let records: Vec<&E> = rows.iter().map(|row| &row.value).collect();
    E::documents(store, &records).await
}

/// All records of a kind, so many at a time, in the order of their ids.
pub(super) struct Pages<E> {
    store: Store,
    last: Option<ObjectId>,
    ended: bool,
    of: PhantomData<fn() -> E>,
}

/// Records read at once.
const PAGE: u64 = 500;

#[derive(Deserialize)]
struct OnlyId {
    #[serde(rename = "_id")]
    id: ObjectId,
}

impl<E: Searchable> Pages<E> {
    pub(super) fn new(store: &Store) -> Self {
        Self { store: store.clone(), last: None, ended: false, of: PhantomData }
    }

    /// The next ones; none when all were read.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Stored<E>>>, StorageError> {
        if self.ended {
            return Ok(None);
        }
        let after = |last| Condition::Is(E::COLLECTION.id_path(), Test::Gt(Value::Id(last)));
        let condition = self.last.map_or_else(Condition::always, after);
        let query = Query { condition, limit: PAGE, heads: Heads::ToShow, ..Query::all(E::COLLECTION) };
        let stored = self.store.storage().fetch(&query).await?;
        self.last = stored.last().and_then(|last| last.value.decode::<OnlyId>().ok()).map(|only| only.id);
        self.ended = self.last.is_none() || (stored.len() as u64) < PAGE;
        let mut rows = Vec::with_capacity(stored.len());
        for one in stored {
            match basalt_ports::repo::decode::<E>(&one) {
                Ok(row) => rows.push(row),
                // One damaged record must not keep all others from being found.
                Err(error) => tracing::warn!(%error, "a record is left out of the search index"),
            }
        }
        Ok(Some(rows))
    }
}
