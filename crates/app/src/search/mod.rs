//! Full text: what the index is told, and when.
//!
//! The index holds what can be listed, and knows what is hidden from whom. It follows the feed of changes ([`Search::catch_up`]).
//!
//! Before it has heard of a change it would still find, count and suggest what the change took away. So every search asks which
//! records were written since ([`Search::find_for`]), and leaves out those that the caller may not list; and what is shown is read
//! from storage, which decides once more.

pub mod documents;
mod find;
mod follow;
mod formats;
mod importance;
mod known;
mod load;
mod places;
mod prune;
mod reindex;
mod tags;

use std::sync::{
    Arc, Mutex as PlainMutex, OnceLock,
    atomic::{AtomicBool, Ordering},
};

use basalt_domain::{CatalogueObject, Entity, ObjectId, Organization, Owned, Post};
use basalt_ports::{
    Kept, Row, StorageError,
    search::{Counted, SearchIndex, SearchKind},
};
use tokio::sync::Mutex;

use self::follow::{Follower, Heard};
pub use self::{prune::KEPT_DAYS, reindex::Reindexed};
use crate::{AppError, Context};

/// Something that can be searched for.
pub trait Searchable: Kept + Entity<Id = ObjectId> {
    /// Its kind in the index.
    const KIND: SearchKind;

    /// May everybody find it?
    fn is_findable(&self) -> bool;

    /// May this user find it whoever else may, being who it belongs to or of one of these organisations?
    fn belongs_to(&self, user: ObjectId, organizations: &[ObjectId]) -> bool;
}

macro_rules! searchable {
    ($($entity:ty => $kind:ident,)*) => {
        $(impl Searchable for $entity {
            const KIND: SearchKind = SearchKind::$kind;

            fn is_findable(&self) -> bool {
                self.is_visible()
            }

            fn belongs_to(&self, user: ObjectId, organizations: &[ObjectId]) -> bool {
                self.owner() == Some(user) || self.organization().is_some_and(|own| organizations.contains(&own))
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

    fn belongs_to(&self, _user: ObjectId, _organizations: &[ObjectId]) -> bool {
        false
    }
}

impl Searchable for Post {
    const KIND: SearchKind = SearchKind::Post;

    fn is_findable(&self) -> bool {
        self.published.is_some()
    }

    fn belongs_to(&self, _user: ObjectId, _organizations: &[ObjectId]) -> bool {
        false
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
    heard: Arc<PlainMutex<Heard>>,
    /// Was the index once seen to be built?
    built: Arc<AtomicBool>,
    /// Names of places, once somebody asked for one.
    places: Arc<PlainMutex<Option<Arc<places::Gazetteer>>>>,
}

impl Search {
    /// Without an index until one is attached.
    pub fn new(context: Arc<Context>) -> Self {
        Self {
            context,
            index: Arc::default(),
            follower: Arc::default(),
            heard: Arc::default(),
            built: Arc::default(),
            places: Arc::default(),
        }
    }

    /// Searches in this index from now on; a second one is ignored.
    pub fn attach(&self, index: Arc<dyn SearchIndex>, freshness: Freshness) {
        self.context.store.unheard().follow();
        // It is attached once, where the program is wired.
        let _first = self.index.set((index, freshness));
    }

    /// Is there an index, built or not?
    pub fn is_attached(&self) -> bool {
        self.index.get().is_some()
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
        if !self.is_attached() {
            return Ok(false);
        }
        match self.current().await {
            Ok(_index) => Ok(true),
            Err(AppError::Storage(StorageError::Unavailable(_))) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
