//! From descriptions of datasets to changes of the storage.

use std::collections::{HashMap, HashSet};

use basalt_app::objects::counters;
use basalt_domain::{
    CatalogueObject, Collection, Dataset, Document, Entity, Filter, GeoZone, License, ObjectId, Organization, Owned,
    Owner, SpatialCoverage, Timestamp, Value,
    dataset::{self, quality::Quality},
    user,
};
use basalt_ports::{Change, ChangeSet, Query, StorageError, Store, Stored};

use super::{
    accounts::{self, Person},
    answers::born,
    organizations::{self, COUNTED_HERE, Described},
    slugs::{Place, Slugs, or_id},
};

/// The licence of those that tell none.
const NOT_SPECIFIED: &str = "notspecified";

/// A dataset as others describe it.
pub(super) struct DescribedDataset {
    /// What is told of it; without owner, licence, places of which only names are told.
    pub(super) dataset: Dataset,
    /// Whom it belongs to.
    pub(super) producer: Option<Producer>,
    /// Id, title or address of its licence.
    pub(super) license: String,
    /// Names of its places.
    pub(super) zones: Vec<String>,
    /// Does the source tell everything? Else what it does not tell stays.
    pub(super) whole: bool,
}

/// Whom a dataset belongs to, as others tell.
pub(super) enum Producer {
    /// An organisation: id, name, slug.
    Organization(ObjectId, String, Option<String>),
    /// Somebody with an id.
    Person(Person),
    /// Somebody of whom only the slug is told.
    Named(Person),
}

impl DescribedDataset {
    /// Where it is stored.
    pub(super) fn key(&self) -> (&'static Collection, Value) {
        (Dataset::COLLECTION, self.dataset.id.into())
    }

    fn wanted_slug(&self) -> String {
        or_id(self.dataset.slug.clone(), self.dataset.id)
    }

    /// The dataset as it is described, over what is stored of it.
    fn over(&self, stored: Option<&Dataset>) -> Dataset {
        let Some(stored) = stored else { return self.dataset.clone() };
        if stored.last_modified_internal > self.dataset.last_modified_internal {
            // What is stored is newer: only what it lacks is taken.
            let mut kept = stored.clone();
            if kept.resources.is_empty() {
                kept.resources.clone_from(&self.dataset.resources);
            }
            if kept.extras.is_empty() {
                kept.extras.clone_from(&self.dataset.extras);
            }
            return kept;
        }
        let mut told = self.dataset.clone();
        told.slug.clone_from(&stored.slug);
        let mut metrics = stored.metrics.clone();
        for (name, count) in told.metrics {
            metrics.insert(name, count);
        }
        told.metrics = metrics;
        let kept = stored.clone();
        told.contact_points = kept.contact_points;
        told.ext = kept.ext;
        told.rest = kept.rest;
        if !self.whole {
            told.resources = kept.resources;
            told.extras = kept.extras;
            told.badges = kept.badges;
            told.private = kept.private;
            told.deleted = kept.deleted;
            told.schema = kept.schema;
            told.frequency_date = kept.frequency_date;
            told.access_type = kept.access_type;
            told.access_audiences = kept.access_audiences;
            told.access_type_reason = kept.access_type_reason;
            told.access_type_reason_category = kept.access_type_reason_category;
            told.authorization_request_url = kept.authorization_request_url;
        }
        told
    }
}

/// What descriptions of datasets refer to by names, looked up once.
#[derive(Default)]
pub(super) struct Names {
    licenses: Option<Vec<License>>,
    /// The id of a licence by what it was called.
    meant: HashMap<String, Option<String>>,
}

impl Names {
    /// The licence that is meant; none where that is not told, or nobody knows it.
    async fn license(&mut self, store: &Store, text: &str) -> Result<Option<String>, StorageError> {
        if text.is_empty() {
            return Ok(None);
        }
        if let Some(known) = self.meant.get(text) {
            return Ok(known.clone());
        }
        if self.licenses.is_none() {
            let found = store.licenses.list(Filter::always(), &[], u64::MAX).await?;
            self.licenses = Some(found.iter().map(|row| row.value.clone()).collect());
        }
        let known = License::meant(text, self.licenses.as_deref().unwrap_or_default());
        let id = known.map(|license| license.id.clone()).filter(|id| id != NOT_SPECIFIED);
        self.meant.insert(text.to_owned(), id.clone());
        Ok(id)
    }
}

/// The changes that make the datasets what they are described as, their organisations and owners
/// where they are not there, and the numbers of both. Some queries for all of them.
pub(super) async fn changes(
    store: &Store,
    names: &mut Names,
    now: Timestamp,
    described: &[&DescribedDataset],
) -> Result<ChangeSet, StorageError> {
    if described.is_empty() {
        return Ok(ChangeSet::new());
    }
    let ids: Vec<ObjectId> = described.iter().map(|one| one.dataset.id).collect();
    let stored = store.datasets.fresh_list(Filter::ids(&ids), u64::MAX).await?;
    let known: HashMap<ObjectId, Stored<Dataset>> =
        stored.into_iter().map(|stored| (stored.value.id, stored)).collect();
    let wanted = described.iter().filter(|one| !known.contains_key(&one.dataset.id)).map(|one| one.wanted_slug());
    let place = Place { repo: &store.datasets, field: Dataset::SLUG, of: |dataset| &dataset.slug };
    let mut slugs = Slugs::free(place, wanted.collect()).await?;
    let places = places(store, described).await?;
    let (mut changes, owners) = producers(store, described).await?;

    // One dataset may come twice in a batch; the later wins, over the earlier.
    let mut made: HashMap<ObjectId, Dataset> = HashMap::new();
    for one in described {
        let id = one.dataset.id;
        let before = known.get(&id).map(|stored| &stored.value);
        let mut dataset = one.over(made.get(&id).or(before));
        if before.is_none() && !made.contains_key(&id) {
            dataset.slug = slugs.take(&one.wanted_slug());
        }
        match one.producer.as_ref().map(|producer| owners.owner(producer)) {
            Some(owner) => dataset.give(owner),
            None if one.whole => (dataset.owner, dataset.organization) = (None, None),
            None => {}
        }
        dataset.license = names.license(store, &one.license).await?.or(dataset.license);
        place_it(&mut dataset, one, &places);
        dataset.last_update = dataset.newest_update();
        dataset.quality_cached = Quality::of(&dataset, now).document();
        made.insert(id, dataset);
    }
    let mut counted: Vec<Change> = Vec::new();
    for id in ids {
        let Some(dataset) = made.remove(&id) else { continue };
        let before = known.get(&id);
        for change in counters::of_owner(before.map(|stored| &stored.value), Some(&dataset)).changes() {
            add(&mut counted, change);
        }
        changes = match before {
            Some(stored) => changes.update(&Stored { value: dataset, version: stored.version }),
            None => changes.insert(&dataset),
        };
    }
    Ok(changes.and(ChangeSet::from(counted)))
}

/// Adds to a change of the same number, where there is one: a producer's record is written once.
fn add(counted: &mut Vec<Change>, change: &Change) {
    let Change::Add { of, id, path, by } = change else { return };
    for other in counted.iter_mut() {
        if let Change::Add { of: other_of, id: other_id, path: other_path, by: sum } = other
            && (*other_of, &*other_id, *other_path) == (*of, id, *path)
        {
            *sum += by;
            return;
        }
    }
    counted.push(change.clone());
}

/// Places by their names.
async fn places(store: &Store, described: &[&DescribedDataset]) -> Result<HashMap<String, Vec<GeoZone>>, StorageError> {
    let names: HashSet<&String> = described.iter().flat_map(|one| &one.zones).collect();
    let mut places: HashMap<String, Vec<GeoZone>> = HashMap::new();
    if !names.is_empty() {
        let wanted = GeoZone::NAME.among(names.into_iter().cloned());
        for row in store.geo_zones.list(wanted, &[], u64::MAX).await? {
            places.entry(row.value.name.clone()).or_default().push(row.value.clone());
        }
    }
    Ok(places)
}

/// Puts a dataset where its description says. Of several places of one name the one of the told
/// level is meant; nothing else is guessed at.
fn place_it(dataset: &mut Dataset, one: &DescribedDataset, places: &HashMap<String, Vec<GeoZone>>) {
    let level = dataset.spatial.as_ref().and_then(|spatial| spatial.granularity.clone());
    let meant = |name: &String| match places.get(name).map(Vec::as_slice)? {
        [only] => Some(only.id.clone()),
        several => several.iter().find(|zone| Some(&zone.level) == level.as_ref()).map(|zone| zone.id.clone()),
    };
    let zones: Vec<String> = one.zones.iter().filter_map(meant).collect();
    if !zones.is_empty() {
        dataset.spatial.get_or_insert_with(SpatialCoverage::default).zones = zones;
    }
}

/// Who the people are of whom only slugs are told.
struct Owners(HashMap<String, ObjectId>);

impl Owners {
    fn owner(&self, producer: &Producer) -> Owner {
        match producer {
            Producer::Organization(id, ..) => Owner::Organization(*id),
            Producer::Person(person) => Owner::User(person.id),
            Producer::Named(person) => {
                let known = person.slug.as_ref().and_then(|slug| self.0.get(slug));
                Owner::User(known.copied().unwrap_or(person.id))
            }
        }
    }
}

/// Organisations and accounts that are not there yet.
async fn producers(store: &Store, described: &[&DescribedDataset]) -> Result<(ChangeSet, Owners), StorageError> {
    let slugs: HashSet<&String> = described
        .iter()
        .filter_map(|one| if let Some(Producer::Named(person)) = &one.producer { person.slug.as_ref() } else { None })
        .collect();
    let mut owners = Owners(HashMap::new());
    if !slugs.is_empty() {
        let named = user::SLUG.among(slugs.into_iter().cloned());
        let found = store.users.fresh_list(named, u64::MAX).await?;
        owners.0 = found.into_iter().map(|stored| (stored.value.slug, stored.value.id)).collect();
    }
    let mut people: Vec<(&Person, Timestamp)> = Vec::new();
    let mut named: HashMap<ObjectId, (&String, Option<&String>)> = HashMap::new();
    for one in described {
        match &one.producer {
            Some(Producer::Organization(id, name, slug)) => {
                named.insert(*id, (name, slug.as_ref()));
            }
            Some(Producer::Person(person)) => people.push((person, one.dataset.created_at_internal)),
            Some(Producer::Named(person)) if person.slug.as_ref().is_none_or(|slug| !owners.0.contains_key(slug)) => {
                people.push((person, one.dataset.created_at_internal));
            }
            Some(Producer::Named(_)) | None => {}
        }
    }
    let there = store
        .storage()
        .ids(&Query {
            condition: Filter::<Organization>::ids(named.keys()).into_condition(),
            ..Query::all(Organization::COLLECTION)
        })
        .await?;
    for id in there {
        if let Some(id) = id.as_id() {
            named.remove(&id);
        }
    }
    let mut missing: Vec<Described> = named.into_iter().map(|(id, (name, slug))| stub(id, name, slug)).collect();
    // The order decides about numbers of slugs; it must not depend on chance.
    missing.sort_by_key(|one| one.id);
    let changes = organizations::changes(store, &missing.iter().collect::<Vec<_>>()).await?;
    Ok((changes.and(accounts::missing(store, people.into_iter()).await?), owners))
}

/// An organisation of which only the name is told.
fn stub(id: ObjectId, name: &str, slug: Option<&String>) -> Described {
    Described {
        id,
        name: name.to_owned(),
        slug: slug.cloned(),
        description: name.to_owned(),
        metrics: Vec::new(),
        created_at: born(id),
        last_modified: born(id),
        details: None,
    }
}

/// The numbers that only others can tell: none of what is stored here, none that are zero.
pub(super) fn metrics(told: impl IntoIterator<Item = (String, Value)>) -> Document {
    told.into_iter()
        .filter(|(name, count)| {
            dataset::METRICS.contains(&name.as_str())
                && !COUNTED_HERE.contains(&name.as_str())
                && match count {
                    Value::Int(count) => *count != 0,
                    Value::Map(months) => months.iter().any(|(_month, count)| count.as_int().unwrap_or(0) != 0),
                    _ => false,
                }
        })
        .collect()
}
