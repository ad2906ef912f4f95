//! Documents of records, with whom they belong to: a fixed number of reads for any number of records.

use std::{collections::HashMap, marker::PhantomData};

use basalt_domain::{
    CatalogueObject, Condition, Dataservice, Dataset, Entity, Filter, ObjectId, Organization, Owned, Post, Reuse, Test,
    Topic, User, Value, dataset,
};
use basalt_ports::{Heads, Query, Row, StorageError, Store, Stored, search::SearchDocument};
use serde::Deserialize;

use super::{
    Searchable,
    documents::{self, KnownFor, Producer},
};

/// Datasets that tell what an organisation is known for.
pub(super) const TELLING: usize = 50;
/// Organisations with no more datasets than this are looked at together.
const TOGETHER: i64 = 200;
/// Datasets that are read of them at most, should they have more than their numbers say.
const MOST: usize = 1_000;

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

impl Documented for Organization {
    async fn documents(store: &Store, records: &[&Self]) -> Result<Vec<SearchDocument>, StorageError> {
        let mut made = Vec::with_capacity(records.len());
        let mut rest = records;
        while let Some((some, others)) = together(rest) {
            let known = KnownFor::of_each(store, some).await?;
            made.extend(some.iter().zip(known).map(|(record, known)| SearchDocument {
                hidden: !record.is_findable(),
                ..documents::organization(record, known)
            }));
            rest = others;
        }
        Ok(made)
    }
}

/// The first organisations, of which all datasets can be read at once, and the others.
fn together<'a, 'b>(organizations: &'a [&'b Organization]) -> Option<(&'a [&'b Organization], &'a [&'b Organization])> {
    let mut datasets = 0_i64;
    let fit = organizations.iter().take_while(|organization| {
        let own = organization.metrics.get("datasets").and_then(Value::as_int).unwrap_or_default();
        datasets = datasets.saturating_add(own);
        datasets <= TOGETHER
    });
    let first = fit.count().max(1);
    (!organizations.is_empty()).then(|| organizations.split_at(first))
}

/// What a dataset tells of its organisation. Each write of an organisation reads some of them, and nothing else of them.
#[derive(Deserialize)]
struct Telling {
    organization: Option<ObjectId>,
    title: String,
    tags: Option<Vec<String>>,
}

impl KnownFor {
    /// What their datasets tell of each of these organisations.
    async fn of_each(store: &Store, organizations: &[&Organization]) -> Result<Vec<Self>, StorageError> {
        let limit = if organizations.len() == 1 { TELLING } else { MOST };
        let own = Dataset::ORGANIZATION.among(organizations.iter().map(|organization| organization.id));
        let most_viewed = Query {
            condition: own.and(Dataset::visible()).into_condition(),
            sort: vec![dataset::VIEWS.descending().into()],
            limit: limit as u64,
            heads: Heads::ToShow,
            ..Query::all(Dataset::COLLECTION)
        };
        let stored = store.storage().fetch(&most_viewed).await?;
        // One that cannot be read tells nothing.
        let telling: Vec<Telling> = stored.iter().filter_map(|one| one.value.decode().ok()).collect();
        let known = |organization: &&Organization| {
            let own = telling.iter().filter(|one| one.organization == Some(organization.id)).take(TELLING);
            Self::of(own.map(|one| (one.title.as_str(), one.tags.as_deref().unwrap_or_default())))
        };
        Ok(organizations.iter().map(known).collect())
    }
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

impl<E: Documented> Pages<E> {
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
