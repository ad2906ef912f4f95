//! The most viewed datasets of organisations, which tell what each of them is known for.

use std::{cmp::Reverse, collections::HashMap};

use basalt_domain::{CatalogueObject, Dataset, Document, Entity, ObjectId, Organization, Owned, Value, dataset};
use basalt_ports::{Heads, Query, StorageError, Store};
use serde::Deserialize;

use super::{Searchable, documents::KnownFor};

/// Datasets that tell what an organisation is known for.
const TELLING: usize = 50;
/// Organisations with no more datasets than this are looked at together.
const TOGETHER: i64 = 200;
/// Datasets that are read of them at most, should they have more than their numbers say.
const MOST: usize = 1_000;
/// Organisations whose datasets are remembered: some 15 KB each.
const REMEMBERED: usize = 256;

/// What a dataset tells of its organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Telling {
    views: Option<i64>,
    id: ObjectId,
    title: String,
    tags: Vec<String>,
}

impl Telling {
    fn of(dataset: &Dataset) -> Self {
        let (title, tags) = (dataset.title.clone(), dataset.tags.clone());
        Self { views: views(&dataset.metrics), id: dataset.id, title, tags }
    }

    /// What decides about its place, as in lists of the storage: the most viewed first, of equals the newest.
    fn place(&self) -> Reverse<(Option<i64>, ObjectId)> {
        Reverse((self.views, self.id))
    }
}

fn views(metrics: &Document) -> Option<i64> {
    metrics.get("views").and_then(Value::as_int)
}

/// A dataset as it is stored, of which only this is read.
#[derive(Deserialize)]
struct Stored {
    #[serde(rename = "_id")]
    id: ObjectId,
    organization: Option<ObjectId>,
    title: String,
    tags: Option<Vec<String>>,
    metrics: Option<Document>,
}

/// The most viewed datasets of an organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct MostViewed {
    datasets: Vec<Telling>,
    /// Has it, or may it have, others that are less viewed?
    more: bool,
}

impl MostViewed {
    fn put(&mut self, telling: Telling) {
        let at = self.datasets.partition_point(|one| one.place() < telling.place());
        // Of those behind the last one nothing is known.
        if self.more && at == self.datasets.len() {
            return;
        }
        self.datasets.insert(at, telling);
        self.more |= self.datasets.len() > TELLING;
        self.datasets.truncate(TELLING);
    }

    /// Forgets a dataset, where it is among them.
    fn remove(&mut self, id: ObjectId) -> bool {
        let at = self.datasets.iter().position(|one| one.id == id);
        at.map(|at| self.datasets.remove(at)).is_some()
    }

    fn known_for(&self) -> KnownFor {
        KnownFor::of(self.datasets.iter().map(|one| (one.title.as_str(), one.tags.as_slice())))
    }
}

/// What is known of some organisations.
#[derive(Debug, Default)]
pub(super) struct Known(HashMap<ObjectId, MostViewed>);

impl Known {
    /// Takes note of a dataset that it has not heard of, where all datasets of all organisations are told.
    pub(super) fn add(&mut self, dataset: &Dataset) {
        if let Some(organization) = dataset.organization.filter(|_id| dataset.is_findable()) {
            self.0.entry(organization).or_default().put(Telling::of(dataset));
        }
    }

    /// What an organisation is known for, by the datasets that were told or read.
    pub(super) fn of(&self, organization: ObjectId) -> KnownFor {
        self.0.get(&organization).map(MostViewed::known_for).unwrap_or_default()
    }

    /// Takes note of how datasets are now: of these ids only those are left that are told.
    pub(super) fn changed<'a>(&mut self, ids: &[ObjectId], now: impl Iterator<Item = &'a Dataset>) {
        // Where one of the most viewed is not there any more, only the storage knows which one follows.
        self.0.retain(|_organization, known| ids.iter().all(|id| !known.remove(*id) || !known.more));
        for dataset in now {
            let known = dataset.organization.filter(|_id| dataset.is_findable()).and_then(|id| self.0.get_mut(&id));
            if let Some(known) = known {
                known.put(Telling::of(dataset));
            }
        }
    }

    /// Others may have written: what was read is not to be relied on any more.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    /// What each of these organisations is known for. Those that are not known yet are asked for.
    pub(super) async fn of_each(
        &mut self,
        store: &Store,
        organizations: &[&Organization],
    ) -> Result<Vec<KnownFor>, StorageError> {
        let missing = organizations.iter().filter(|one| !self.0.contains_key(&one.id)).copied().collect::<Vec<_>>();
        if self.0.len() + missing.len() > REMEMBERED {
            self.0.retain(|id, _known| organizations.iter().any(|one| one.id == *id));
        }
        let mut rest = missing.as_slice();
        while let Some((some, others)) = together(rest) {
            self.read(store, some).await?;
            rest = others;
        }
        Ok(organizations.iter().map(|one| self.of(one.id)).collect())
    }

    async fn read(&mut self, store: &Store, organizations: &[&Organization]) -> Result<(), StorageError> {
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
        let more = stored.len() == limit;
        let mut read: HashMap<ObjectId, MostViewed> =
            organizations.iter().map(|one| (one.id, MostViewed::default())).collect();
        for one in &stored {
            let Stored { id, organization, title, tags, metrics } = match one.value.decode() {
                Ok(stored) => stored,
                // One damaged record must not keep its organisation from being found.
                Err(error) => {
                    tracing::warn!(%error, "a dataset tells nothing of its organisation");
                    continue;
                }
            };
            if let Some(known) = organization.and_then(|organization| read.get_mut(&organization)) {
                let views = metrics.as_ref().and_then(views);
                known.put(Telling { views, id, title, tags: tags.unwrap_or_default() });
            }
        }
        self.0.extend(read.into_iter().map(|(id, known)| (id, MostViewed { more: more || known.more, ..known })));
        Ok(())
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

#[cfg(test)]
mod tests {
    use basalt_domain::{Owner, Timestamp};

    use super::*;

    fn id(number: u8) -> ObjectId {
        ObjectId::from_bytes([number; 12])
    }

    fn a_dataset(number: u8, views: i64) -> Dataset {
        let mut dataset = Dataset::blank(id(number), Timestamp(0));
        dataset.title = format!("{number} viewed {views} times");
        dataset.metrics = Document::new().with("views", views);
        dataset.give(Owner::Organization(id(200)));
        dataset
    }

    /// What a storage tells of these datasets.
    fn read(datasets: &HashMap<u8, Dataset>) -> MostViewed {
        let mut all: Vec<Telling> = datasets.values().filter(|one| one.is_findable()).map(Telling::of).collect();
        all.sort_by_key(Telling::place);
        let more = all.len() >= TELLING;
        all.truncate(TELLING);
        MostViewed { datasets: all, more }
    }

    #[test]
    fn what_is_remembered_of_an_organisation_is_what_would_be_read_or_nothing() {
        let mut chance = 1_u32;
        let mut next = |below: u32| {
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            u8::try_from((chance >> 8) % below).unwrap()
        };
        let mut datasets: HashMap<u8, Dataset> = HashMap::new();
        let mut known = Known::default();
        let (mut remembered, mut forgotten) = (0, 0);
        for turn in 0..20_000 {
            // Sometimes few, sometimes more than are looked at.
            let number = next(if turn % 4_000 < 2_000 { 40 } else { 70 });
            let mut dataset = a_dataset(number, i64::from(next(30)));
            match next(8) {
                0 => dataset.private = true,
                1 => dataset.give(Owner::Organization(id(201))),
                _ => {}
            }
            if next(6) == 0 {
                datasets.remove(&number);
                known.changed(&[id(number)], [].into_iter());
            } else {
                datasets.insert(number, dataset.clone());
                known.changed(&[dataset.id], [&dataset].into_iter());
            }
            datasets.retain(|_number, one| one.organization == Some(id(200)));
            if let Some(told) = known.0.get(&id(200)) {
                remembered += 1;
                assert_eq!(told.datasets, read(&datasets).datasets, "after {turn} changes");
            } else {
                forgotten += 1;
                known.0.insert(id(200), read(&datasets));
            }
        }
        assert!(remembered > 10_000 && forgotten > 100, "{remembered} and {forgotten}");
    }
}
