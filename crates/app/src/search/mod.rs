//! Full text: what the index is told, and when.
//!
//! The index holds what everybody may see. It follows the feed of changes ([`Search::catch_up`]); what it finds is read from
//! storage and looked at once more ([`Search::find`]), so that nothing private is shown even before the index has heard of it.

pub mod documents;
mod follow;
mod formats;
mod importance;
mod load;
mod reindex;

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering},
};

use basalt_domain::{CatalogueObject, Entity, ObjectId, Organization, Post};
use basalt_ports::{
    Kept, Row, StorageError,
    search::{Counted, SearchIndex, SearchKind, SearchQuery},
};
use tokio::sync::Mutex;

use self::follow::Follower;
pub use self::reindex::Reindexed;
use crate::{AppError, Context};

/// Something that can be searched for.
pub trait Searchable: Kept + Entity<Id = ObjectId> {
    /// Its kind in the index.
    const KIND: SearchKind;

    /// May everybody find it?
    fn is_findable(&self) -> bool;
}

macro_rules! searchable {
    ($($entity:ty => $kind:ident,)*) => {
        $(impl Searchable for $entity {
            const KIND: SearchKind = SearchKind::$kind;

            fn is_findable(&self) -> bool {
                self.is_visible()
            }
        })*
    };
}

searchable! {
    basalt_domain::Dataset => Dataset,
    basalt_domain::Reuse => Reuse,
    basalt_domain::Dataservice => Dataservice,
    basalt_domain::Topic => Topic,
}

impl Searchable for Organization {
    const KIND: SearchKind = SearchKind::Organization;

    fn is_findable(&self) -> bool {
        !self.is_deleted()
    }
}

impl Searchable for Post {
    const KIND: SearchKind = SearchKind::Post;

    fn is_findable(&self) -> bool {
        self.published.is_some()
    }
}

/// What a search found.
pub struct Results<E: Entity> {
    /// The records on this page, in order.
    pub rows: Vec<Row<E>>,
    /// How many there are in all.
    pub total: u64,
    /// Counts over all of them.
    pub facets: Vec<Counted>,
}

/// When searches see what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Soon: something calls [`Search::catch_up`] again and again.
    Soon,
    /// At once: every search catches up first.
    AtOnce,
}

/// Searching, and keeping the index.
#[derive(Clone)]
pub struct Search {
    context: Arc<Context>,
    index: Arc<OnceLock<(Arc<dyn SearchIndex>, Freshness)>>,
    follower: Arc<Mutex<Follower>>,
    /// Was the index once seen to be built?
    built: Arc<AtomicBool>,
}

impl Search {
    /// Without an index until one is attached.
    pub fn new(context: Arc<Context>) -> Self {
        Self { context, index: Arc::default(), follower: Arc::default(), built: Arc::default() }
    }

    /// Searches in this index from now on; a second one is ignored.
    pub fn attach(&self, index: Arc<dyn SearchIndex>, freshness: Freshness) {
        // It is attached once, where the program is wired.
        let _first = self.index.set((index, freshness));
    }

    fn index(&self) -> Result<&Arc<dyn SearchIndex>, AppError> {
        let attached = self.index.get().ok_or_else(|| StorageError::unavailable("there is no search index"))?;
        Ok(&attached.0)
    }

    /// The index, up to date where every search wants it so.
    async fn current(&self) -> Result<&Arc<dyn SearchIndex>, AppError> {
        if self.index.get().is_some_and(|(_index, freshness)| *freshness == Freshness::AtOnce) {
            self.catch_up().await?;
        }
        // An index that is being built for the first time knows nothing: better to say so than to find nothing.
        if !self.built.load(Ordering::Relaxed) {
            if !self.is_built().await? {
                return Err(StorageError::unavailable("the search index is being built").into());
            }
            self.built.store(true, Ordering::Relaxed);
        }
        self.index()
    }

    /// Is there an index, and was it built? Until then lists are narrowed by storage.
    pub async fn is_ready(&self) -> Result<bool, AppError> {
        if self.index.get().is_none() {
            return Ok(false);
        }
        match self.current().await {
            Ok(_index) => Ok(true),
            Err(AppError::Storage(StorageError::Unavailable(_))) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Finds what everybody may see: one look into the index, one read.
    pub async fn find<E: Searchable>(&self, query: &SearchQuery) -> Result<Results<E>, AppError> {
        let found = self.current().await?.search(query).await.map_err(AppError::internal)?;
        let rows = self.findable(&found.ids).await?;
        // What the index has not heard of yet is not counted either.
        let gone = found.ids.len().saturating_sub(rows.len()) as u64;
        Ok(Results { rows, total: found.total.saturating_sub(gone), facets: found.facets })
    }

    /// Completes what is being typed with what everybody may see.
    pub async fn suggest<E: Searchable>(&self, text: &str, size: usize) -> Result<Vec<Row<E>>, AppError> {
        let ids = self.current().await?.suggest(E::KIND, text, size).await.map_err(AppError::internal)?;
        self.findable(&ids).await
    }

    /// Those of these records that everybody may see, in this order.
    async fn findable<E: Searchable>(&self, ids: &[ObjectId]) -> Result<Vec<Row<E>>, AppError> {
        let mut rows = self.context.store.of::<E>().by_ids(ids).await?;
        Ok(ids.iter().filter_map(|id| rows.remove(id)).filter(|row| row.value.is_findable()).collect())
    }
}
