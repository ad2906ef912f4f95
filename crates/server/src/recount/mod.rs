//! Counting again what is kept with every write: numbers of datasets, reuses and dataservices, of
//! followers and members.
//!
//! What a number means is said in `basalt_app::objects::counters`. Records are read in pages, so
//! that the size of the portal does not matter.

use std::collections::HashMap;

use basalt_app::objects::counters::{DATASERVICE_REUSES, DATASET_REUSES, FOLLOWING};
use basalt_domain::{
    CatalogueObject, Collection, Condition, Dataservice, Dataset, Document, Entity, Field, Filter, Follow, ObjectId,
    Organization, Reuse, Test, User, Value, dataservice, dataset, organization, reuse, user,
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

/// What is to be counted, and what is done about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Put wrong numbers right.
    pub repair: bool,
    /// Count objects of the catalogue only: imports bring numbers of followers and members without the
    /// accounts that they count.
    pub catalogue_only: bool,
}

/// Counts everything again. Each difference is told; where it is wished it is also put right.
///
/// Numbers of a portal that is written meanwhile may be told though they are right a moment later;
/// a repair counts once more before it writes, and writes over nothing newer.
pub async fn all(store: &Store, wishes: Wishes, mut tell: impl FnMut(&Difference)) -> Result<Outcome, StorageError> {
    let mut outcome = Outcome::default();
    let of: [&'static Collection; 5] =
        [Organization::COLLECTION, User::COLLECTION, Dataset::COLLECTION, Dataservice::COLLECTION, Reuse::COLLECTION];
    for of in of {
        let mut last: Option<Value> = None;
        loop {
            let page = page(store, of, last.take()).await?;
            outcome.records += u64::try_from(page.len()).unwrap_or(u64::MAX);
            for difference in differences(store, of, &page, wishes).await? {
                tell(&difference);
                outcome.differences += 1;
                if wishes.repair {
                    put_right(store, of, difference.id, wishes).await?;
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
    wishes: Wishes,
) -> Result<Vec<Difference>, StorageError> {
    let mut found = Vec::new();
    let mut counted = counts(store, of, page).await?;
    if !wishes.catalogue_only {
        counted.extend(people(store, of, page).await?);
    }
    for (metric, counts) in counted {
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
        all.push((reuse::DATASETS.path.name, lengths(page, "datasets")));
    }
    Ok(all)
}

/// How long a list of each record is.
fn lengths(page: &[Counted], list: &str) -> Vec<i64> {
    let length = |record: &Counted| {
        let length = record.document.get(list).and_then(Value::as_list).map_or(0, <[Value]>::len);
        i64::try_from(length).unwrap_or(i64::MAX)
    };
    page.iter().map(length).collect()
}

/// Numbers of followers and members of the records of a page, and of what users follow.
async fn people(store: &Store, of: &'static Collection, page: &[Counted]) -> Result<Counts, StorageError> {
    let lasts = || Follow::UNTIL.absent();
    let followers = if of == Organization::COLLECTION {
        organization::FOLLOWERS.path
    } else if of == User::COLLECTION {
        user::FOLLOWERS.path
    } else if of == Dataset::COLLECTION {
        dataset::FOLLOWERS.path
    } else if of == Dataservice::COLLECTION {
        dataservice::FOLLOWERS.path
    } else {
        reuse::FOLLOWERS.path
    };
    let mut all = vec![(followers.name, referring(store, &Follow::FOLLOWING, lasts(), page).await?)];
    if of == User::COLLECTION {
        all.push((FOLLOWING.path.name, referring(store, &Follow::FOLLOWER, lasts(), page).await?));
    }
    if of == Organization::COLLECTION {
        all.push((MEMBERS, lengths(page, "members")));
    }
    Ok(all)
}

const MEMBERS: &str = "metrics.members";
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
async fn put_right(store: &Store, of: &'static Collection, id: ObjectId, wishes: Wishes) -> Result<(), StorageError> {
    for _try in 0..TRIES {
        let condition = Condition::Is(of.id_path(), Test::Eq(id.into()));
        let record = read(store, Query { condition, limit: 1, ..Query::all(of) }).await?;
        let wrong = differences(store, of, &record, wishes).await?;
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
mod tests;
#[cfg(test)]
mod writes;
