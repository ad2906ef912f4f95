//! Counting again what is kept with every write: numbers of datasets, reuses and dataservices.
//!
//! What a number means is said in `basalt_app::objects::counters`. Records are read in pages, so
//! that the size of the portal does not matter.

use std::collections::HashMap;

use basalt_app::objects::counters::{DATASERVICE_REUSES, DATASET_REUSES};
use basalt_domain::{
    CatalogueObject, Collection, Condition, Dataservice, Dataset, Document, Entity, Field, Filter, ObjectId,
    Organization, Reuse, Test, User, Value, dataservice, dataset, reuse,
};
use basalt_ports::{Change, ChangeSet, Query, StorageError, Store, Version};

/// Records in memory at once.
const PAGE: u64 = 500;
/// How often a repair is tried again when somebody else writes the record.
const TRIES: usize = 5;

/// A number that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Collection of the record.
    pub collection: &'static str,
    /// The record.
    pub id: ObjectId,
    /// Which number.
    pub metric: &'static str,
    /// What is stored.
    pub stored: i64,
    /// What there is.
    pub counted: i64,
}

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Records.
    pub records: u64,
    /// Numbers that were wrong.
    pub differences: u64,
}

/// Counts everything again. Each difference is told; with `repair` it is also put right.
///
/// Numbers of a portal that is written meanwhile may be told though they are right a moment later;
/// a repair counts once more before it writes, and writes over nothing newer.
pub async fn all(store: &Store, repair: bool, mut tell: impl FnMut(&Difference)) -> Result<Outcome, StorageError> {
    let mut outcome = Outcome::default();
    let of: [&'static Collection; 5] =
        [Organization::COLLECTION, User::COLLECTION, Dataset::COLLECTION, Dataservice::COLLECTION, Reuse::COLLECTION];
    for of in of {
        let mut last: Option<Value> = None;
        loop {
            let page = page(store, of, last.take()).await?;
            outcome.records += u64::try_from(page.len()).unwrap_or(u64::MAX);
            for difference in differences(store, of, &page).await? {
                tell(&difference);
                outcome.differences += 1;
                if repair {
                    put_right(store, of, difference.id).await?;
                }
            }
            let Some(end) = page.last().filter(|_end| page.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX)) else {
                break;
            };
            last = Some(end.id.into());
        }
    }
    Ok(outcome)
}

/// A record, as far as it is needed.
struct Counted {
    id: ObjectId,
    version: Version,
    document: Document,
}

async fn page(store: &Store, of: &'static Collection, after: Option<Value>) -> Result<Vec<Counted>, StorageError> {
    let condition = after.map_or(Condition::always(), |after| Condition::Is(of.id_path(), Test::Gt(after)));
    read(store, Query { condition, limit: PAGE, ..Query::all(of) }).await
}

async fn read(store: &Store, query: Query) -> Result<Vec<Counted>, StorageError> {
    let mut page = Vec::new();
    for stored in store.storage().fetch(&query).await? {
        let corrupt = |source| StorageError::Corrupt { collection: query.of.name, id: "?".into(), source };
        let document: Document = stored.value.decode().map_err(corrupt)?;
        let id = document.get("_id").and_then(Value::as_id).ok_or_else(|| corrupt("no _id".into()))?;
        page.push(Counted { id, version: stored.version, document });
    }
    Ok(page)
}

/// The numbers of a page that are not what they should be.
async fn differences(
    store: &Store,
    of: &'static Collection,
    page: &[Counted],
) -> Result<Vec<Difference>, StorageError> {
    let mut found = Vec::new();
    for (metric, counts) in counts(store, of, page).await? {
        for (record, counted) in page.iter().zip(counts) {
            let stored = record.document.at(metric).and_then(Value::as_int).unwrap_or(0);
            if stored != counted {
                found.push(Difference { collection: of.name, id: record.id, metric, stored, counted });
            }
        }
    }
    Ok(found)
}

type Counts = Vec<(&'static str, Vec<i64>)>;

/// Each number of the records of a page: its path, and what it should be for each of them.
async fn counts(store: &Store, of: &'static Collection, page: &[Counted]) -> Result<Counts, StorageError> {
    let mut all = Counts::new();
    if of == Organization::COLLECTION {
        all.push(("metrics.datasets", owned(store, ORGANIZATION, Dataset::visible(), page).await?));
        all.push(("metrics.reuses", owned(store, ORGANIZATION, Reuse::visible(), page).await?));
        all.push(("metrics.dataservices", owned(store, ORGANIZATION, Dataservice::visible(), page).await?));
    } else if of == User::COLLECTION {
        all.push(("metrics.datasets", owned(store, OWNER, Dataset::visible().and(personal()), page).await?));
        all.push(("metrics.reuses", owned(store, OWNER, Reuse::visible().and(personal()), page).await?));
        all.push(("metrics.dataservices", owned(store, OWNER, Dataservice::visible().and(personal()), page).await?));
    } else if of == Dataset::COLLECTION {
        all.push((DATASET_REUSES.path.name, referring(store, &reuse::DATASET, Reuse::visible(), page).await?));
        let served = referring(store, &dataservice::DATASET, Dataservice::visible(), page).await?;
        all.push((dataset::DATASERVICES.path.name, served));
    } else if of == Dataservice::COLLECTION {
        all.push((DATASERVICE_REUSES.path.name, referring(store, &reuse::DATASERVICE, Reuse::visible(), page).await?));
    } else {
        let number = |record: &Counted| {
            let datasets = record.document.get("datasets").and_then(Value::as_list).map_or(0, <[Value]>::len);
            i64::try_from(datasets).unwrap_or(i64::MAX)
        };
        all.push((reuse::DATASETS.path.name, page.iter().map(number).collect()));
    }
    Ok(all)
}

const OWNER: &str = "owner";
const ORGANIZATION: &str = "organization";

/// Whose owner is a person: what belongs to an organisation does not count as its owner's.
fn personal<E: Entity>() -> Filter<E> {
    Field::<E, ObjectId>::one(ORGANIZATION).absent()
}

/// How many visible records belong to each record of a page, by the field that names it.
async fn owned<E: Entity>(
    store: &Store,
    by: &'static str,
    visible: Filter<E>,
    page: &[Counted],
) -> Result<Vec<i64>, StorageError> {
    referring(store, &Field::<E, ObjectId>::one(by), visible, page).await
}

/// How many visible records refer to each record of a page: read once for the whole page.
async fn referring<E: Entity>(
    store: &Store,
    field: &Field<E, ObjectId>,
    visible: Filter<E>,
    page: &[Counted],
) -> Result<Vec<i64>, StorageError> {
    let mut counts: HashMap<ObjectId, i64> = page.iter().map(|record| (record.id, 0)).collect();
    let referring = visible.and(field.among(counts.keys().copied())).into_condition();
    let mut after: Option<Value> = None;
    loop {
        let mut conditions = vec![referring.clone()];
        conditions.extend(after.take().map(|after| Condition::Is(E::COLLECTION.id_path(), Test::Gt(after))));
        let query = Query { condition: Condition::All(conditions), limit: PAGE, ..Query::all(E::COLLECTION) };
        let found = read(store, query).await?;
        for record in &found {
            let mut referred: Vec<ObjectId> =
                record.document.values_at(field.path.name).into_iter().filter_map(Value::as_id).collect();
            // Named twice is one reference.
            referred.sort_unstable();
            referred.dedup();
            for id in referred {
                if let Some(count) = counts.get_mut(&id) {
                    *count += 1;
                }
            }
        }
        if u64::try_from(found.len()).is_ok_and(|found| found < PAGE) {
            break;
        }
        after = found.last().map(|record| record.id.into());
    }
    Ok(page.iter().map(|record| counts.get(&record.id).copied().unwrap_or(0)).collect())
}

/// Counts the numbers of one record again, and stores them.
async fn put_right(store: &Store, of: &'static Collection, id: ObjectId) -> Result<(), StorageError> {
    for _try in 0..TRIES {
        let condition = Condition::Is(of.id_path(), Test::Eq(id.into()));
        let record = read(store, Query { condition, limit: 1, ..Query::all(of) }).await?;
        let wrong = differences(store, of, &record).await?;
        let Some(record) = record.into_iter().next().filter(|_record| !wrong.is_empty()) else { return Ok(()) };
        let mut document = record.document;
        for difference in wrong {
            document.set_at(difference.metric, difference.counted.into());
        }
        let change = Change::Update { of, id: id.into(), version: record.version, document, parts: Vec::new() };
        match store.commit(ChangeSet::new().with(change)).await {
            Err(StorageError::Stale { .. }) => {}
            done => return done,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use basalt_domain::Timestamp;
    use basalt_memory::MemoryStorage;

    use super::*;

    fn id(number: u8) -> ObjectId {
        ObjectId::from_bytes([number; 12])
    }

    fn dataset(number: u8, more: impl FnOnce(&mut Dataset)) -> Dataset {
        let mut dataset = Dataset::blank(id(number), Timestamp(0));
        dataset.slug = number.to_string();
        more(&mut dataset);
        dataset
    }

    async fn told(store: &Store, repair: bool) -> Vec<String> {
        let mut told = Vec::new();
        let line =
            |found: &Difference| format!("{} {} {} {}", found.collection, found.metric, found.stored, found.counted);
        let outcome = all(store, repair, |found| told.push(line(found))).await.unwrap();
        assert_eq!(outcome.differences, u64::try_from(told.len()).unwrap());
        told
    }

    #[tokio::test]
    async fn wrong_numbers_are_told_and_put_right() {
        let store = Store::new(Arc::new(MemoryStorage::new()), 0);
        let mut producer = Organization::new(id(1), "Producer", "", None, Timestamp(0));
        producer.slug = "producer".into();
        producer.metrics.insert("datasets", 7);
        let mut user = User::new(id(2), "a@example.org", "A", "B", Timestamp(0));
        user.slug = "a-b".into();
        let document = Document::new()
            .with("_id", id(9))
            .with("slug", "r")
            .with("urlhash", "r")
            .with("datasets", vec![Value::from(id(10)), id(10).into(), id(11).into()])
            .with("metrics", Document::new().with("datasets", 3));
        let set = ChangeSet::new()
            .insert(&producer)
            .insert(&user)
            .insert(&dataset(10, |dataset| dataset.organization = Some(id(1))))
            .insert(&dataset(11, |dataset| (dataset.organization, dataset.private) = (Some(id(1)), true)))
            .insert(&dataset(12, |dataset| dataset.owner = Some(id(2))))
            .insert(&dataset(13, |dataset| (dataset.owner, dataset.archived) = (Some(id(2)), Some(Timestamp(1)))))
            .with(Change::Insert { of: Reuse::COLLECTION, id: id(9).into(), document });
        store.commit(set).await.unwrap();
        let expected = [
            "organization metrics.datasets 7 1",
            "user metrics.datasets 0 1",
            "dataset metrics.reuses 0 1",
            "dataset metrics.reuses 0 1",
        ];
        assert_eq!(told(&store, false).await, expected);
        assert_eq!(told(&store, true).await, expected);
        assert_eq!(told(&store, false).await, [""; 0]);
        let producer = store.organizations.get(&id(1)).await.unwrap().unwrap();
        assert_eq!(producer.value.metrics.get("datasets"), Some(&1.into()));
    }
}
