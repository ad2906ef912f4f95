//! Counting again what is kept with every write: numbers of datasets, reuses and dataservices, of
//! followers and members. And counting what is counted now and then: numbers by month.
//!
//! What a number means is said in `basalt_app::objects::counters`. Records are read in pages, so
//! that the size of the portal does not matter.

mod counts;
mod months;
mod portal;

use std::fmt;

use basalt_app::Services;
use basalt_domain::{
    COLLECTIONS, Collection, Condition, Dataservice, Dataset, Document, Entity, ObjectId, Organization, Reuse, Test,
    Timestamp, User, Value,
};
use basalt_ports::{Change, ChangeSet, Heads, Query, StorageError, Store, Version};

use self::counts::Counter;
pub use self::{months::Months, portal::Portal};
use crate::{failure::Failure, settings::Site};

/// Records in memory at once.
const PAGE: u64 = 500;
/// How often a repair is tried again when somebody else writes the record.
const TRIES: usize = 5;
/// How the names of numbers by month end.
const BY_MONTHS: &str = "_by_months";

/// A number that is not what it should be.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Collection of the record.
    pub collection: &'static str,
    /// The record.
    pub id: String,
    /// Which number.
    pub metric: &'static str,
    /// What is stored: a number, or numbers by month.
    pub stored: Value,
    /// What there is.
    pub counted: Value,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { collection, id, metric, stored, counted } = self;
        let said = |value: &Value| value.as_int().map_or_else(|| format!("{value:?}"), |number| number.to_string());
        write!(f, "{collection} {id}: {metric} is {}, counted {}", said(stored), said(counted))
    }
}

/// What was looked at.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Records.
    pub records: u64,
    /// Numbers of records that were wrong.
    pub differences: u64,
    /// Totals of collections that are wrong: no record holds them, so that they are told only.
    pub totals: u64,
    /// How much is in the portal.
    pub portal: Portal,
}

/// What is to be counted, and what is done about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Put wrong numbers right.
    pub repair: bool,
    /// Count objects of the catalogue only: imports bring numbers of followers and members without the
    /// accounts that they count.
    pub catalogue_only: bool,
    /// Count by month, up to this moment, instead of what is kept with every write.
    pub months: Option<Timestamp>,
}

/// Counts everything again. Each difference is told; where it is wished it is also put right.
///
/// Numbers of a portal that is written meanwhile may be told though they are right a moment later;
/// a repair counts once more before it writes, and writes over nothing newer.
pub async fn all(store: &Store, wishes: Wishes, mut tell: impl FnMut(&Difference)) -> Result<Outcome, StorageError> {
    let mut outcome = Outcome::default();
    let months = Months::until(wishes.months.unwrap_or_default());
    let numbered: [&'static Collection; 5] =
        [Organization::COLLECTION, User::COLLECTION, Dataset::COLLECTION, Dataservice::COLLECTION, Reuse::COLLECTION];
    let others = COLLECTIONS.iter().copied().filter(|of| !of.totals.is_empty() && !numbered.contains(of));
    for of in numbered.into_iter().chain(others) {
        let mut last: Option<Value> = None;
        loop {
            let page = page(store, of, last.take()).await?;
            outcome.records += u64::try_from(page.len()).unwrap_or(u64::MAX);
            outcome.portal.add(of, &page);
            let counter = Counter { store, of, page: &page, months: &months };
            let differences = if numbered.contains(&of) { differences(&counter, wishes).await? } else { Vec::new() };
            for (at, difference) in differences {
                tell(&difference);
                outcome.differences += 1;
                if let Some(wrong) = page.get(at).filter(|_record| wishes.repair) {
                    put_right(&Counter { page: std::slice::from_ref(wrong), ..counter }, wishes).await?;
                }
            }
            let Some(end) = page.last().filter(|_end| page.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX)) else {
                break;
            };
            last = Some(end.id.into());
        }
    }
    if wishes.months.is_none() {
        for difference in outcome.portal.differences(store).await? {
            tell(&difference);
            outcome.totals += 1;
        }
    }
    Ok(outcome)
}

/// Counts by month, and how much is in the portal, and stores what is not as it was: how many records changed.
///
/// Such numbers change with the calendar and are looked at seldom: they are counted once a day.
pub async fn by_months(services: &Services, site: &Site) -> Result<u64, Failure> {
    let now = services.context.now();
    let wishes = Wishes { repair: true, months: Some(now), ..Wishes::default() };
    let outcome = all(&services.context.store, wishes, |_told| {}).await?;
    services.sites.count(&site.id, &site.title, &outcome.portal.metrics(now)).await?;
    Ok(outcome.differences)
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
    // Of long records heads will do: they are written back as such.
    let query = Query { heads: Heads::ToEdit, ..query };
    for stored in store.storage().fetch(&query).await? {
        let corrupt = |source| StorageError::Corrupt { collection: query.of.name, id: "?".into(), source };
        let document: Document = stored.value.decode().map_err(corrupt)?;
        let id = document.get("_id").and_then(Value::as_id).ok_or_else(|| corrupt("no _id".into()))?;
        page.push(Counted { id, version: stored.version, document });
    }
    Ok(page)
}

/// The numbers of a page that are not what they should be, with the place of the record.
async fn differences(counter: &Counter<'_>, wishes: Wishes) -> Result<Vec<(usize, Difference)>, StorageError> {
    let mut found = Vec::new();
    let asked = |metric: &str| metric.ends_with(BY_MONTHS) == wishes.months.is_some();
    for (metric, counts) in counter.counts(wishes).await?.into_iter().filter(|(metric, _counts)| asked(metric)) {
        for (at, (record, counted)) in counter.page.iter().zip(counts).enumerate() {
            let stored = record.document.at(metric);
            let right = match &counted {
                Value::Map(months) => months::says(stored, months),
                Value::Int(number) => stored.and_then(Value::as_int).unwrap_or(0) == *number,
                _ => true,
            };
            if !right {
                let stored = stored.cloned().unwrap_or(Value::Int(0));
                let id = record.id.to_string();
                found.push((at, Difference { collection: counter.of.name, id, metric, stored, counted }));
            }
        }
    }
    Ok(found)
}

/// Counts the numbers of one record again, and stores them.
async fn put_right(counter: &Counter<'_>, wishes: Wishes) -> Result<(), StorageError> {
    let Counter { store, of, page, .. } = *counter;
    let Some(id) = page.first().map(|record| record.id) else { return Ok(()) };
    for _try in 0..TRIES {
        let condition = Condition::Is(of.id_path(), Test::Eq(id.into()));
        let record = read(store, Query { condition, limit: 1, ..Query::all(of) }).await?;
        let wrong = differences(&Counter { page: &record, ..*counter }, wishes).await?;
        let Some(record) = record.into_iter().next().filter(|_record| !wrong.is_empty()) else { return Ok(()) };
        let mut document = record.document;
        for (_at, difference) in wrong {
            document.set_at(difference.metric, difference.counted);
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
