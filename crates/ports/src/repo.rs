//! Typed access to one kind of entity. Written once, over any storage.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use basalt_domain::{Collection, Condition, Entity, EntityId, Filter, Sort};
use serde::de::DeserializeOwned;

use crate::{
    Heads, Page, PageRequest, PartsQuery, Query, Raw, SortKey, Storage, StorageError, Stored, Version,
    cache::{Before, EntityCache, Forget, Ids},
    together::Asked,
};

/// An entity that was read, shared with the cache.
pub type Row<E> = Arc<Stored<E>>;

/// Reads entities `E`. Writing is [`crate::Store::commit`].
pub struct Repo<E: Entity> {
    storage: Arc<dyn Storage>,
    cache: Option<Arc<EntityCache<E>>>,
    seen_epoch: AtomicU64,
}

impl<E: Entity> Repo<E> {
    /// Reads from this storage; keeps about `cache_bytes` of documents where the storage allows.
    pub fn new(storage: Arc<dyn Storage>, cache_bytes: u64) -> Self {
        let epoch = storage.epoch();
        let cache = epoch.filter(|_epoch| cache_bytes > 0).map(|_epoch| Arc::new(EntityCache::new(cache_bytes)));
        Self { storage, cache, seen_epoch: AtomicU64::new(epoch.unwrap_or(0)) }
    }

    /// What to tell of writes.
    pub fn forgetter(&self) -> Option<Arc<dyn Forget>> {
        self.cache.clone().map(|cache| cache as Arc<dyn Forget>)
    }

    /// The record of this id.
    pub async fn get(&self, id: &E::Id) -> Result<Option<Row<E>>, StorageError> {
        if let Some(row) = self.cache().and_then(|cache| cache.row(id)) {
            return Ok(Some(row));
        }
        Ok(self.load(&query(Filter::<E>::id(id), &[], 0, 1)).await?.pop())
    }

    /// The version of an entity that stands in the cache: of this very one, not of one that is equal to it.
    pub fn version_in_cache(&self, entity: &E) -> Option<Version> {
        let row = self.cache()?.row(entity.id())?;
        std::ptr::eq(&raw const row.value, entity).then_some(row.version)
    }

    /// The first record that the filter holds for, by id.
    pub async fn first(&self, filter: Filter<E>) -> Result<Option<Row<E>>, StorageError> {
        Ok(self.list(filter, &[], 1).await?.pop())
    }

    /// The first record that the filter holds for, as it is in storage now: for changing it.
    pub async fn fresh(&self, filter: Filter<E>) -> Result<Option<Stored<E>>, StorageError> {
        let found = self.storage.fetch(&query(filter, &[], 0, 1)).await?.pop();
        match found {
            Some(stored) => Ok(Some(decoded::<E>(stored).await?.0)),
            None => Ok(None),
        }
    }

    /// The same, or its head: for changing single parts of it, or what is no part.
    pub async fn fresh_head(&self, filter: Filter<E>) -> Result<Option<Stored<E>>, StorageError> {
        let heads = Query { heads: Heads::ToEdit, ..query(filter, &[], 0, 1) };
        match self.storage.fetch(&heads).await?.pop() {
            Some(stored) => Ok(Some(decoded::<E>(stored).await?.0)),
            None => Ok(None),
        }
    }

    /// The record of this id, or its head.
    pub async fn head(&self, id: &E::Id) -> Result<Option<Row<E>>, StorageError> {
        if let Some(row) = self.cache().and_then(|cache| cache.row(id)) {
            return Ok(Some(row));
        }
        let head = Query { heads: Heads::ToShow, ..query(Filter::<E>::id(id), &[], 0, 1) };
        Ok(self.load(&head).await?.pop())
    }

    /// The first record that the filter holds for, by id; or its head.
    pub async fn first_head(&self, filter: Filter<E>) -> Result<Option<Row<E>>, StorageError> {
        Ok(self.rows(&Query { heads: Heads::ToShow, ..query(filter, &[], 0, 1) }).await?.pop())
    }

    /// A page of the records that the filter holds for, of long ones their heads.
    pub async fn page_of_heads(
        &self,
        filter: Filter<E>,
        sort: &[Sort<E>],
        at: PageRequest,
    ) -> Result<Page<Row<E>>, StorageError> {
        self.paged(filter, sort, at, Heads::ToShow).await
    }

    /// The records of these ids that exist, of long ones their heads.
    pub async fn heads_by_ids<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a E::Id>,
    ) -> Result<HashMap<E::Id, Row<E>>, StorageError> {
        self.found(ids, Heads::ToShow).await
    }

    /// Some parts of a record, as type `P`, and how many there are on all pages.
    pub async fn parts<P: DeserializeOwned + Send + 'static>(
        &self,
        query: &PartsQuery,
    ) -> Result<(Vec<P>, u64), StorageError> {
        let page = self.storage.parts(query).await?.unwrap_or_default();
        let corrupt = |source| StorageError::Corrupt {
            collection: E::COLLECTION.name,
            id: format!("{:?}", query.record),
            source,
        };
        let parts = page.parts.iter().map(|part| part.decode().map_err(corrupt)).collect::<Result<_, _>>()?;
        Ok((parts, page.total))
    }

    /// The first `limit` records that the filter holds for, as they are in storage now: for changing them.
    pub async fn fresh_list(&self, filter: Filter<E>, limit: u64) -> Result<Vec<Stored<E>>, StorageError> {
        self.storage.fetch(&query(filter, &[], 0, limit)).await?.iter().map(decode::<E>).collect()
    }

    /// The same, of long ones their heads: for telling of them.
    pub async fn fresh_heads(&self, filter: Filter<E>, limit: u64) -> Result<Vec<Stored<E>>, StorageError> {
        let heads = Query { heads: Heads::ToShow, ..query(filter, &[], 0, limit) };
        self.storage.fetch(&heads).await?.iter().map(decode::<E>).collect()
    }

    /// The records of these ids that exist: one read for all.
    pub async fn by_ids<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a E::Id>,
    ) -> Result<HashMap<E::Id, Row<E>>, StorageError> {
        self.found(ids, Heads::No).await
    }

    async fn found<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a E::Id>,
        heads: Heads,
    ) -> Result<HashMap<E::Id, Row<E>>, StorageError> {
        let (mut found, missing) = self.known(ids, heads);
        if let Some(missing) = missing {
            for row in self.load(&missing).await? {
                found.insert(row.value.id().clone(), row);
            }
        }
        Ok(found)
    }

    /// Asks for the records of these ids that exist, together with others.
    pub fn asked_by_ids<'a>(&self, ids: impl IntoIterator<Item = &'a E::Id>) -> Asked<'_, E> {
        let (found, missing) = self.known(ids, Heads::No);
        Asked::new(self, found.into_values().collect(), missing)
    }

    /// Those of these ids that are in the cache, and what asks for the others.
    fn known<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a E::Id>,
        heads: Heads,
    ) -> (HashMap<E::Id, Row<E>>, Option<Query>) {
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        let cache = self.cache();
        for id in ids {
            if found.contains_key(id) || missing.contains(&id) {
                continue;
            }
            match cache.and_then(|cache| cache.row(id)) {
                Some(row) => {
                    found.insert(id.clone(), row);
                }
                None => missing.push(id),
            }
        }
        let query =
            (!missing.is_empty()).then(|| Query { heads, ..query(Filter::<E>::ids(missing), &[], 0, u64::MAX) });
        (found, query)
    }

    /// The first `limit` records that the filter holds for.
    pub async fn list(&self, filter: Filter<E>, sort: &[Sort<E>], limit: u64) -> Result<Vec<Row<E>>, StorageError> {
        self.rows(&query(filter, sort, 0, limit)).await
    }

    /// A page of the records that the filter holds for, and how many there are in all: list and
    /// total come from the very same condition.
    pub async fn page(
        &self,
        filter: Filter<E>,
        sort: &[Sort<E>],
        at: PageRequest,
    ) -> Result<Page<Row<E>>, StorageError> {
        self.paged(filter, sort, at, Heads::No).await
    }

    async fn paged(
        &self,
        filter: Filter<E>,
        sort: &[Sort<E>],
        at: PageRequest,
        heads: Heads,
    ) -> Result<Page<Row<E>>, StorageError> {
        let total = self.count(&filter).await?;
        let items = if at.offset() >= total {
            Vec::new()
        } else {
            self.rows(&Query { heads, ..query(filter, sort, at.offset(), at.page_size()) }).await?
        };
        Ok(Page { items, total, page: at.page(), page_size: at.page_size() })
    }

    /// How many records the filter holds for.
    pub async fn count(&self, filter: &Filter<E>) -> Result<u64, StorageError> {
        let condition = filter.condition();
        let Some(cache) = self.cache() else { return self.counted(condition).await };
        if let Some(count) = cache.count(condition) {
            return Ok(count);
        }
        let before = cache.before();
        let count = self.counted(condition).await?;
        cache.keep_count(before, condition, count);
        Ok(count)
    }

    /// Asks the storage; where a declared total is a part of the condition, for it and the rest.
    async fn counted(&self, condition: &Condition) -> Result<u64, StorageError> {
        let Some((total, rest)) = parts(E::COLLECTION, condition) else {
            return self.storage.count(E::COLLECTION, condition).await;
        };
        let total = self.storage.count(E::COLLECTION, &total).await?;
        Ok(total + self.storage.count(E::COLLECTION, &rest).await?)
    }

    /// The ids of the records that the filter holds for.
    pub async fn ids(&self, filter: Filter<E>) -> Result<Ids<E>, StorageError> {
        let query = query(filter, &[], 0, u64::MAX);
        if let Some(ids) = self.known_list(&query) {
            return Ok(ids);
        }
        let before = self.before();
        let found = self.storage.ids(&query).await?;
        let ids: Ids<E> = found.iter().filter_map(E::Id::from_value).collect();
        if let Some((cache, before)) = self.cache.as_deref().zip(before) {
            cache.keep_list(before, &query, &ids);
        }
        Ok(ids)
    }

    /// Is there any?
    pub async fn exists(&self, filter: Filter<E>) -> Result<bool, StorageError> {
        Ok(!self.storage.ids(&query(filter, &[], 0, 1)).await?.is_empty())
    }

    /// The records of a query, their order and the records themselves from the cache where known.
    async fn rows(&self, query: &Query) -> Result<Vec<Row<E>>, StorageError> {
        let Some(before) = self.before() else { return self.load(query).await };
        // The ids are the same, whole or not.
        let whole = Query { heads: Heads::No, ..query.clone() };
        let Some(ids) = self.known_list(&whole) else {
            let rows = self.load(query).await?;
            self.keep_list(before, &whole, &rows);
            return Ok(rows);
        };
        let found = self.found(ids.iter(), query.heads).await?;
        Ok(ids.iter().filter_map(|id| found.get(id).map(Arc::clone)).collect())
    }

    /// The ids that a query has, if they are in the cache.
    pub(crate) fn known_list(&self, query: &Query) -> Option<Ids<E>> {
        self.cache()?.list(query)
    }

    /// Keeps the ids that a query had.
    pub(crate) fn keep_list(&self, before: Before, query: &Query, rows: &[Row<E>]) {
        if let Some(cache) = &self.cache {
            let ids: Ids<E> = rows.iter().map(|row| row.value.id().clone()).collect();
            cache.keep_list(before, query, &ids);
        }
    }

    /// Asks the storage, and keeps what it returned.
    async fn load(&self, query: &Query) -> Result<Vec<Row<E>>, StorageError> {
        let before = self.before();
        self.kept(self.storage.fetch(query).await?, before).await
    }

    /// The state of the cache, if there is one: to be noted before the storage is asked.
    pub(crate) fn before(&self) -> Option<Before> {
        self.cache().map(EntityCache::before)
    }

    /// Decodes what the storage returned, and keeps it.
    pub(crate) async fn kept(
        &self,
        found: Vec<Stored<Raw>>,
        before: Option<Before>,
    ) -> Result<Vec<Row<E>>, StorageError> {
        let cache = self.cache.as_deref().zip(before);
        let mut rows = Vec::with_capacity(found.len());
        for stored in found {
            let (stored, size) = decoded::<E>(stored).await?;
            let row = Arc::new(stored);
            // A head must never be taken for the whole.
            if let Some((cache, before)) = cache.filter(|_cache| !row.value.is_head()) {
                cache.keep_row(before, &row, size);
            }
            rows.push(row);
        }
        Ok(rows)
    }

    /// The cache, emptied first if another process wrote.
    fn cache(&self) -> Option<&EntityCache<E>> {
        let cache = self.cache.as_deref()?;
        let epoch = self.storage.epoch()?;
        if self.seen_epoch.swap(epoch, Ordering::SeqCst) != epoch {
            cache.forget_all();
        }
        Some(cache)
    }
}

/// Records of more bytes are decoded where they hold up nobody: a thousandth of a second and more.
const LONG: usize = 256 * 1024;

/// The entity of a record as it came, and the size it came in.
async fn decoded<E: Entity>(stored: Stored<Raw>) -> Result<(Stored<E>, usize), StorageError> {
    let size = stored.value.size();
    if size <= LONG {
        return Ok((decode::<E>(&stored)?, size));
    }
    let decoding = tokio::task::spawn_blocking(move || decode::<E>(&stored));
    Ok((decoding.await.map_err(StorageError::unavailable)??, size))
}

/// The entity of a record as it came.
pub fn decode<E: Entity>(stored: &Stored<Raw>) -> Result<Stored<E>, StorageError> {
    match stored.value.decode() {
        Ok(value) => Ok(Stored { value, version: stored.version }),
        Err(source) => Err(StorageError::Corrupt { collection: E::COLLECTION.name, id: id_of(&stored.value), source }),
    }
}

/// Two conditions that exclude each other and are this one together: all that a declared total
/// counts, and the little that is seen beside it. `Any([total, rest…])`, alone or one of several
/// conditions, is what members ask for.
fn parts(of: &'static Collection, condition: &Condition) -> Option<(Condition, Condition)> {
    let all = if let Condition::All(all) = condition { all.as_slice() } else { std::slice::from_ref(condition) };
    for (at, one) in all.iter().enumerate() {
        let Condition::Any(any) = one else { continue };
        let Some(chosen) = any.iter().position(|alternative| of.total(alternative).is_some()) else { continue };
        let others = |except: usize, from: &[Condition]| -> Vec<Condition> {
            from.iter().enumerate().filter(|(place, _one)| *place != except).map(|(_place, one)| one.clone()).collect()
        };
        let total = any.get(chosen)?;
        let mut counted = if let Condition::All(parts) = total { parts.clone() } else { vec![total.clone()] };
        counted.extend(others(at, all));
        let counted = match <[Condition; 1]>::try_from(counted) {
            Ok([only]) => only,
            Err(counted) => Condition::All(counted),
        };
        let mut rest = vec![Condition::Any(others(chosen, any)), Condition::Not(Box::new(total.clone()))];
        rest.extend(others(at, all));
        return Some((counted, Condition::All(rest)));
    }
    None
}

/// The id of a record that cannot be read, for the log.
fn id_of(raw: &Raw) -> String {
    let document = raw.decode::<basalt_domain::Document>().unwrap_or_default();
    document.get("_id").map_or_else(|| "?".into(), |id| format!("{id:?}"))
}

fn query<E: Entity>(filter: Filter<E>, sort: &[Sort<E>], offset: u64, limit: u64) -> Query {
    Query {
        of: E::COLLECTION,
        condition: filter.into_condition(),
        sort: sort.iter().copied().map(SortKey::from).collect(),
        offset,
        limit,
        heads: Heads::No,
    }
}
