//! Storage in MongoDB, in udata's own collections and documents.
//!
//! Basalt and udata may run on one database at the same time: documents are read as they are, and
//! an update writes only what changed. See [`MongoStorage`].

mod commit;
mod connect;
mod convert;
mod difference;
mod failure;
mod filter;
mod heads;
mod indexes;
mod parts;
mod totals;

use std::sync::Arc;

use async_trait::async_trait;
use basalt_domain::{Collection, Condition, Test, Value, parts::MANY};
use basalt_ports::{ChangeSet, Heads, PartsPage, PartsQuery, Query, Raw, Storage, StorageError, Stored, Version};
use bson::{Document, RawDocument, RawDocumentBuf, doc};
use futures_util::future::try_join_all;
use mongodb::{Client, Database, options::FindOptions};
use xxhash_rust::xxh3::xxh3_64;

use crate::{convert::id_of, parts::Reader, totals::Trust};

/// The largest number that MongoDB takes for `skip` and `limit`.
const MOST: u64 = i64::MAX as u64;

/// How many records one answer of the server may hold.
const BATCH: u32 = 10_001;

/// A database of a MongoDB replica set (of one node at least) or sharded cluster.
///
/// - A record is returned as the BSON bytes that the server sent; nothing is decoded on the way.
/// - The version of a record is a fingerprint of these bytes: a version field of its own would make
///   udata refuse the document.
/// - Nothing that was read may be reused, because udata or another node may write at any time.
#[derive(Clone, Debug)]
pub struct MongoStorage {
    client: Client,
    database: Database,
    trust: Arc<Trust>,
    many: usize,
}

impl MongoStorage {
    /// Connects to the database that the URL names: `mongodb://HOST[,HOST…]/DATABASE`. Each server
    /// gets at most so many connections, unless the URL has a `maxPoolSize`.
    ///
    /// Error: `Unavailable` when the URL names no database, no server answers, or the server has
    /// no transactions (it is neither a replica set nor a sharded cluster).
    pub async fn connect(url: &str, connections: u32) -> Result<Self, StorageError> {
        let (client, database, sharded) = connect::connect(url, connections).await?;
        Ok(Self { client, database, trust: Arc::new(Trust::new(sharded)), many: MANY })
    }

    /// The same, where more parts than these make a record long.
    #[must_use]
    pub fn with_many(self, many: usize) -> Self {
        Self { many, ..self }
    }

    /// The database itself, for tools and tests.
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// What reads heads and parts, of a collection that has any.
    fn reader(&self, of: &'static Collection) -> Option<Reader<'_>> {
        of.parts.map(|parts| Reader { database: &self.database, of, parts, many: self.many })
    }

    /// Runs a query and maps what it finds.
    async fn each<T: Send>(
        &self,
        query: &Query,
        projection: Option<Document>,
        mut map: impl FnMut(&RawDocument) -> Result<T, StorageError> + Send,
    ) -> Result<Vec<T>, StorageError> {
        let mut found = Vec::new();
        // For MongoDB a limit of 0 is no limit.
        if query.limit == 0 || query.offset > MOST {
            return Ok(found);
        }
        // A page in one answer: with a batch of just the limit, servers keep the cursor open.
        let batch = u32::try_from(query.limit.saturating_add(1)).unwrap_or(BATCH).min(BATCH);
        let options = FindOptions::builder()
            .sort(filter::sort(query))
            .skip((query.offset > 0).then_some(query.offset))
            .limit(i64::try_from(query.limit).ok())
            .batch_size(batch)
            .projection(projection)
            .build();
        let collection = self.database.collection::<RawDocumentBuf>(query.of.name);
        let found_by = collection.find(filter::filter(&query.condition)).with_options(options).await;
        let mut cursor = found_by.map_err(StorageError::unavailable)?;
        while cursor.advance().await.map_err(StorageError::unavailable)? {
            found.push(map(cursor.current())?);
        }
        Ok(found)
    }
}

/// The version of a record: a fingerprint of its bytes.
fn version_of(bytes: &[u8]) -> Version {
    Version(xxh3_64(bytes))
}

#[async_trait]
impl Storage for MongoStorage {
    async fn fetch(&self, query: &Query) -> Result<Vec<Stored<Raw>>, StorageError> {
        if let Some(reader) = self.reader(query.of).filter(|_reader| query.heads != Heads::No) {
            return reader.heads(query).await;
        }
        self.each(query, None, |document| {
            let bytes = document.as_bytes().to_vec();
            let version = version_of(&bytes);
            Ok(Stored { value: Raw::Bson(bytes), version })
        })
        .await
    }

    /// Side by side: they wait for the server once.
    async fn fetch_all(&self, queries: &[Query]) -> Result<Vec<Vec<Stored<Raw>>>, StorageError> {
        try_join_all(queries.iter().map(|query| self.fetch(query))).await
    }

    async fn ids(&self, query: &Query) -> Result<Vec<Value>, StorageError> {
        self.each(query, Some(doc! { "_id": 1 }), |document| id_of(query.of, document)).await
    }

    async fn count(&self, of: &'static Collection, condition: &Condition) -> Result<u64, StorageError> {
        totals::count(&self.database, &self.trust, of, condition).await
    }

    async fn parts(&self, query: &PartsQuery) -> Result<Option<PartsPage>, StorageError> {
        if let Some(reader) = self.reader(query.of) {
            return reader.page(query).await;
        }
        let record = Condition::Is(query.of.id_path(), Test::Eq(query.record.clone()));
        Ok((self.count(query.of, &record).await? > 0).then(PartsPage::default))
    }

    async fn commit(&self, changes: &ChangeSet) -> Result<(), StorageError> {
        commit::commit(&self.client, &self.database, self.many, changes).await
    }

    async fn migrate(&self) -> Result<(), StorageError> {
        indexes::create_missing(&self.database).await
    }

    async fn ready(&self) -> Result<(), StorageError> {
        self.database.run_command(doc! { "ping": 1 }).await.map(|_pong| ()).map_err(StorageError::unavailable)
    }

    fn epoch(&self) -> Option<u64> {
        None
    }
}
