//! Storages around a storage: one counts what is asked of it, one fails on demand.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use async_trait::async_trait;
use basalt_domain::{Collection, Condition, Document, Value};
use basalt_ports::{ChangeSet, PartsPage, PartsQuery, Query, Raw, Storage, StorageError, Stored};

/// How often each method was called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// [`Storage::fetch`]; [`Storage::fetch_all`] is one, whatever it asks for.
    pub fetch: u64,
    /// [`Storage::ids`].
    pub ids: u64,
    /// [`Storage::count`].
    pub count: u64,
    /// [`Storage::commit`].
    pub commit: u64,
}

impl Calls {
    /// All but writes: each is one query, or a fixed small number of them.
    pub const fn reads(&self) -> u64 {
        self.fetch + self.ids + self.count
    }
}

/// Counts the calls, for tests that assert the number of queries of a request.
pub struct CountingStorage {
    inner: Arc<dyn Storage>,
    /// Like a storage that cannot tell of other writers: nothing is cached above it.
    uncached: bool,
    fetch: AtomicU64,
    ids: AtomicU64,
    count: AtomicU64,
    commit: AtomicU64,
    parts: AtomicU64,
}

impl CountingStorage {
    /// Around this storage; what was read may be cached if the storage allows it.
    pub fn new(inner: Arc<dyn Storage>) -> Arc<Self> {
        Self::with(inner, false)
    }

    /// Around this storage, whose answers may not be cached: as on PostgreSQL or MongoDB.
    pub fn uncached(inner: Arc<dyn Storage>) -> Arc<Self> {
        Self::with(inner, true)
    }

    fn with(inner: Arc<dyn Storage>, uncached: bool) -> Arc<Self> {
        let [fetch, ids, count, commit, parts] = std::array::from_fn(|_method| AtomicU64::new(0));
        Arc::new(Self { inner, uncached, fetch, ids, count, commit, parts })
    }

    /// How many parts of records (resources of datasets) were read since the last time this was
    /// asked, with their records or without.
    pub fn take_parts(&self) -> u64 {
        self.parts.swap(0, Ordering::SeqCst)
    }

    fn count_parts(&self, query: &Query, found: &[Stored<Raw>]) {
        let Some(parts) = query.of.parts else { return };
        let documents = found.iter().filter_map(|stored| stored.value.decode::<Document>().ok());
        let read = documents.map(|document| document.get(parts.list).and_then(Value::as_list).map_or(0, <[_]>::len));
        self.parts.fetch_add(read.sum::<usize>() as u64, Ordering::SeqCst);
    }

    /// The calls so far.
    pub fn calls(&self) -> Calls {
        Calls {
            fetch: self.fetch.load(Ordering::SeqCst),
            ids: self.ids.load(Ordering::SeqCst),
            count: self.count.load(Ordering::SeqCst),
            commit: self.commit.load(Ordering::SeqCst),
        }
    }

    /// The calls since the last time this was asked; counting starts anew.
    pub fn take(&self) -> Calls {
        Calls {
            fetch: self.fetch.swap(0, Ordering::SeqCst),
            ids: self.ids.swap(0, Ordering::SeqCst),
            count: self.count.swap(0, Ordering::SeqCst),
            commit: self.commit.swap(0, Ordering::SeqCst),
        }
    }
}

#[async_trait]
impl Storage for CountingStorage {
    async fn fetch(&self, query: &Query) -> Result<Vec<Stored<Raw>>, StorageError> {
        self.fetch.fetch_add(1, Ordering::SeqCst);
        let found = self.inner.fetch(query).await?;
        self.count_parts(query, &found);
        Ok(found)
    }

    async fn fetch_all(&self, queries: &[Query]) -> Result<Vec<Vec<Stored<Raw>>>, StorageError> {
        self.fetch.fetch_add(1, Ordering::SeqCst);
        let found = self.inner.fetch_all(queries).await?;
        for (query, found) in queries.iter().zip(&found) {
            self.count_parts(query, found);
        }
        Ok(found)
    }

    async fn ids(&self, query: &Query) -> Result<Vec<Value>, StorageError> {
        self.ids.fetch_add(1, Ordering::SeqCst);
        self.inner.ids(query).await
    }

    async fn parts(&self, query: &PartsQuery) -> Result<Option<PartsPage>, StorageError> {
        self.fetch.fetch_add(1, Ordering::SeqCst);
        let page = self.inner.parts(query).await?;
        self.parts.fetch_add(page.as_ref().map_or(0, |page| page.parts.len() as u64), Ordering::SeqCst);
        Ok(page)
    }

    async fn count(&self, of: &'static Collection, condition: &Condition) -> Result<u64, StorageError> {
        self.count.fetch_add(1, Ordering::SeqCst);
        self.inner.count(of, condition).await
    }

    async fn count_parts(&self, of: &'static Collection, condition: &Condition) -> Result<Option<u64>, StorageError> {
        self.count.fetch_add(1, Ordering::SeqCst);
        self.inner.count_parts(of, condition).await
    }

    async fn commit(&self, changes: &ChangeSet) -> Result<(), StorageError> {
        self.commit.fetch_add(1, Ordering::SeqCst);
        self.inner.commit(changes).await
    }

    async fn migrate(&self) -> Result<(), StorageError> {
        self.inner.migrate().await
    }

    async fn catch_up(&self) -> Result<(), StorageError> {
        self.inner.catch_up().await
    }

    async fn ready(&self) -> Result<(), StorageError> {
        self.inner.ready().await
    }

    fn epoch(&self) -> Option<u64> {
        if self.uncached { None } else { self.inner.epoch() }
    }
}

/// Answers `Unavailable` on demand, for tests of what happens then.
pub struct FailingStorage {
    inner: Arc<dyn Storage>,
    /// Calls that still succeed; negative: all.
    remaining: AtomicI64,
}

impl FailingStorage {
    /// Around this storage; works until told otherwise.
    pub fn new(inner: Arc<dyn Storage>) -> Arc<Self> {
        Arc::new(Self { inner, remaining: AtomicI64::new(-1) })
    }

    /// From now on every call fails.
    pub fn fail(&self) {
        self.fail_after(0);
    }

    /// This many calls still succeed, all later ones fail.
    pub fn fail_after(&self, calls: u32) {
        self.remaining.store(i64::from(calls), Ordering::SeqCst);
    }

    /// From now on everything works again.
    pub fn recover(&self) {
        self.remaining.store(-1, Ordering::SeqCst);
    }

    fn check(&self) -> Result<(), StorageError> {
        let left = self.remaining.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| (left > 0).then(|| left - 1));
        match left {
            Err(0) => Err(StorageError::unavailable("told to fail")),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Storage for FailingStorage {
    async fn fetch(&self, query: &Query) -> Result<Vec<Stored<Raw>>, StorageError> {
        self.check()?;
        self.inner.fetch(query).await
    }

    async fn fetch_all(&self, queries: &[Query]) -> Result<Vec<Vec<Stored<Raw>>>, StorageError> {
        self.check()?;
        self.inner.fetch_all(queries).await
    }

    async fn ids(&self, query: &Query) -> Result<Vec<Value>, StorageError> {
        self.check()?;
        self.inner.ids(query).await
    }

    async fn parts(&self, query: &PartsQuery) -> Result<Option<PartsPage>, StorageError> {
        self.check()?;
        self.inner.parts(query).await
    }

    async fn count(&self, of: &'static Collection, condition: &Condition) -> Result<u64, StorageError> {
        self.check()?;
        self.inner.count(of, condition).await
    }

    async fn count_parts(&self, of: &'static Collection, condition: &Condition) -> Result<Option<u64>, StorageError> {
        self.check()?;
        self.inner.count_parts(of, condition).await
    }

    async fn commit(&self, changes: &ChangeSet) -> Result<(), StorageError> {
        self.check()?;
        self.inner.commit(changes).await
    }

    async fn migrate(&self) -> Result<(), StorageError> {
        self.check()?;
        self.inner.migrate().await
    }

    async fn ready(&self) -> Result<(), StorageError> {
        self.check()?;
        self.inner.ready().await
    }

    fn epoch(&self) -> Option<u64> {
        self.inner.epoch()
    }
}
