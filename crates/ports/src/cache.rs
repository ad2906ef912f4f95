//! Decoded entities and answered queries that may be used again.
//!
//! Only for a storage that can tell when another process wrote ([`crate::Storage::epoch`]). No
//! read begun after an acknowledged write ever sees what was before it: an entry is kept only if
//! nothing was written between asking the storage and keeping the answer.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    num::NonZero,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use basalt_domain::{Condition, Entity, EntityId, Test, Value};
use quick_cache::{
    DefaultHashBuilder, OptionsBuilder, Weighter,
    sync::{Cache as Bounded, DefaultLifecycle},
};

use crate::{Query, repo::Row};

const SHARDS: usize = 64;
const QUERIES: usize = 4096;
/// Conditions of more values name the records of one moment: kept, they would fill the memory and never be asked again.
const VALUES: usize = 100;
/// What each part of a cache has room for, or half of it: their number is rounded up to a power of two.
const PART_BYTES: u64 = 4 << 20;

/// What is known of one collection.
pub struct EntityCache<E: Entity> {
    rows: Bounded<E::Id, Cached<E>, ByBytes>,
    shards: Vec<Mutex<u64>>,
    hasher: RandomState,
    writes: AtomicU64,
    lists: Bounded<Query, (u64, Ids<E>)>,
    counts: Bounded<Condition, (u64, u64)>,
}

/// Ids in the order of a query.
pub type Ids<E> = Arc<[<E as Entity>::Id]>;

struct Cached<E> {
    row: Row<E>,
    bytes: u64,
}

impl<E> Clone for Cached<E> {
    fn clone(&self) -> Self {
        Self { row: Arc::clone(&self.row), bytes: self.bytes }
    }
}

#[derive(Clone)]
struct ByBytes;

impl<K, E> Weighter<K, Cached<E>> for ByBytes {
    fn weight(&self, _key: &K, cached: &Cached<E>) -> u64 {
        cached.bytes
    }
}

/// Entities, in as many parts as threads need, of which each has room for a record of some hundred kilobytes among others: what
/// does not fit into its part is never kept, and decoding it each time costs milliseconds.
fn rows<E: Entity>(bytes: u64) -> Bounded<E::Id, Cached<E>, ByBytes> {
    let entities = usize::try_from(bytes / 4096).unwrap_or(1024).max(64);
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let parts = usize::try_from(bytes / PART_BYTES).unwrap_or(usize::MAX).clamp(1, processors * 4);
    let mut options = OptionsBuilder::new();
    options.shards(parts).estimated_items_capacity(entities).weight_capacity(bytes);
    match options.build() {
        Ok(options) => {
            Bounded::with_options(options, ByBytes, DefaultHashBuilder::default(), DefaultLifecycle::default())
        }
        // Nothing it needs is missing.
        Err(_incomplete) => Bounded::with_weighter(entities, bytes, ByBytes),
    }
}

/// The state of a cache before the storage was asked.
#[derive(Clone, Copy, Debug)]
pub struct Before(u64);

impl<E: Entity> EntityCache<E> {
    /// An empty one that keeps about this many bytes of documents.
    pub fn new(bytes: u64) -> Self {
        Self {
            rows: rows(bytes),
            shards: (0..SHARDS).map(|_shard| Mutex::new(0)).collect(),
            hasher: RandomState::new(),
            writes: AtomicU64::new(0),
            lists: Bounded::new(QUERIES),
            counts: Bounded::new(QUERIES),
        }
    }

    /// The entity of this id.
    pub fn row(&self, id: &E::Id) -> Option<Row<E>> {
        self.rows.get(id).map(|cached| cached.row)
    }

    /// To be called before the storage is asked for what may be kept afterwards.
    pub fn before(&self) -> Before {
        Before(self.writes.load(Ordering::SeqCst))
    }

    /// Keeps an entity that the storage returned, unless it was written meanwhile.
    pub fn keep_row(&self, before: Before, row: &Row<E>, bytes: usize) {
        let Some(shard) = self.shard(row.value.id()) else { return };
        let last_write = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if *last_write <= before.0 {
            let bytes = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_mul(2).saturating_add(512);
            self.rows.insert(row.value.id().clone(), Cached { row: Arc::clone(row), bytes });
        }
    }

    /// The ids a query had, if nothing in the collection was written since.
    pub fn list(&self, query: &Query) -> Option<Ids<E>> {
        let (at, ids) = self.lists.get(query)?;
        (at == self.writes.load(Ordering::SeqCst)).then_some(ids)
    }

    /// Keeps the ids a query had, unless it is too long to be asked again.
    pub fn keep_list(&self, before: Before, query: &Query, ids: &Ids<E>) {
        if values(&query.condition) <= VALUES {
            self.lists.insert(query.clone(), (before.0, Arc::clone(ids)));
        }
    }

    /// The number a condition had, if nothing in the collection was written since.
    pub fn count(&self, condition: &Condition) -> Option<u64> {
        let (at, count) = self.counts.get(condition)?;
        (at == self.writes.load(Ordering::SeqCst)).then_some(count)
    }

    /// Keeps the number a condition had, unless it is too long to be asked again.
    pub fn keep_count(&self, before: Before, condition: &Condition, count: u64) {
        if values(condition) <= VALUES {
            self.counts.insert(condition.clone(), (before.0, count));
        }
    }

    fn shard(&self, id: &E::Id) -> Option<&Mutex<u64>> {
        let hash = self.hasher.hash_one(Hashed(id));
        let at = usize::try_from(hash % SHARDS as u64).unwrap_or(0);
        self.shards.get(at)
    }
}

/// How many values a condition compares with.
fn values(condition: &Condition) -> usize {
    match condition {
        Condition::All(all) | Condition::Any(all) => all.iter().map(values).sum(),
        Condition::Not(inner) => values(inner),
        Condition::Is(_path, Test::In(among)) => among.len(),
        Condition::Is(..) => 1,
    }
}

struct Hashed<'a, I>(&'a I);

impl<I: Hash> Hash for Hashed<'_, I> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// Forgetting, whatever the entity is.
pub trait Forget: Send + Sync {
    /// The record of this id was written.
    fn forget(&self, id: &Value);
    /// Anything may have been written.
    fn forget_all(&self);
}

impl<E: Entity> Forget for EntityCache<E> {
    fn forget(&self, id: &Value) {
        let Some(id) = E::Id::from_value(id) else { return self.forget_all() };
        let Some(shard) = self.shard(&id) else { return };
        let mut last_write = shard.lock().unwrap_or_else(PoisonError::into_inner);
        // After this, `before` of an older read is smaller than the write: it will not be kept.
        *last_write = self.writes.fetch_add(1, Ordering::SeqCst) + 1;
        self.rows.remove(&id);
    }

    fn forget_all(&self) {
        let mut shards: Vec<_> =
            self.shards.iter().map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner)).collect();
        let write = self.writes.fetch_add(1, Ordering::SeqCst) + 1;
        for last_write in &mut shards {
            **last_write = write;
        }
        self.rows.clear();
    }
}

#[cfg(test)]
mod tests {
    use basalt_domain::{Dataset, Filter, ObjectId, Timestamp};

    use super::*;
    use crate::{Stored, Version};

    fn row(number: u32) -> Row<Dataset> {
        let mut id = [0; 12];
        id[8..].copy_from_slice(&number.to_be_bytes());
        let value = Dataset::blank(ObjectId::from_bytes(id), Timestamp(0));
        Arc::new(Stored { value, version: Version(1) })
    }

    #[test]
    fn a_record_of_half_a_megabyte_is_kept_by_a_small_cache_that_is_full() {
        // What the default setting leaves for datasets.
        let cache = EntityCache::<Dataset>::new(6 << 20);
        for number in 1..2_000 {
            cache.keep_row(cache.before(), &row(number), 5_000);
        }
        let long = row(0);
        let asked = |_time: &u32| {
            let kept = cache.row(&long.value.id).is_some();
            if !kept {
                cache.keep_row(cache.before(), &long, 490_000);
            }
            kept
        };
        assert!((0..10).filter(asked).count() >= 7);
    }

    #[test]
    fn a_query_for_many_records_by_name_is_not_kept() {
        let cache = EntityCache::<Dataset>::new(1 << 20);
        for (number, kept) in [(100, true), (101, false)] {
            let ids: Vec<ObjectId> = (0..number).map(|number| row(number).value.id).collect();
            let condition = Filter::<Dataset>::ids(&ids).into_condition();
            let query = Query { condition: condition.clone(), ..Query::all(Dataset::COLLECTION) };
            cache.keep_list(cache.before(), &query, &ids.into());
            cache.keep_count(cache.before(), &condition, 7);
            assert_eq!((cache.list(&query).is_some(), cache.count(&condition).is_some()), (kept, kept), "{number}");
        }
    }
}
