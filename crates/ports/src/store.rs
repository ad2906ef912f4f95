//! All repositories over one storage, and the one way to write.

use std::{collections::HashMap, sync::Arc};

use basalt_domain::{
    Activity, ApiToken, Assignment, ChangeEvent, Chart, Collection, CommunityResource, ContactPoint, Dataservice,
    Dataset, Entity, Follow, GeoLevel, GeoZone, License, Notification, Organization, Post, Reuse, Role, Site,
    SlugFollow, Task, Topic, TopicElement, User,
};

use crate::{
    ChangeSet, Clock, IdSource, Repo, Storage, StorageError,
    cache::Forget,
    feed::{Feed, Unheard},
};

/// Something that has a repository in a [`Store`].
pub trait Kept: Entity {
    /// Its repository.
    fn repo(store: &Store) -> &Arc<Repo<Self>>;
}

/// One line per entity: the field, its type and what it holds.
macro_rules! repositories {
    ($($(#[$doc:meta])* $field:ident: $entity:ty,)*) => {
        /// All repositories over one storage. Cheap to clone.
        #[derive(Clone)]
        pub struct Store {
            storage: Arc<dyn Storage>,
            caches: Arc<HashMap<&'static str, Arc<dyn Forget>>>,
            feed: Option<Arc<Feed>>,
            unheard: Arc<Unheard>,
            $($(#[$doc])* pub $field: Arc<Repo<$entity>>,)*
        }

        impl Store {
            /// Repositories over this storage; together they keep about `cache_bytes` of documents where
            /// the storage allows it.
            pub fn new(storage: Arc<dyn Storage>, cache_bytes: u64) -> Self {
                let mut caches = HashMap::new();
                Self {
                    $($field: repo(&storage, cache_bytes, &mut caches),)*
                    caches: Arc::new(caches),
                    feed: None,
                    unheard: Arc::default(),
                    storage,
                }
            }
        }

        $(impl Kept for $entity {
            fn repo(store: &Store) -> &Arc<Repo<Self>> {
                &store.$field
            }
        })*
    };
}

repositories! {
    /// Organisations.
    organizations: Organization,
    /// Users.
    users: User,
    /// Roles on the whole portal.
    roles: Role,
    /// Keys.
    api_tokens: ApiToken,
    /// Objects given to partial editors.
    assignments: Assignment,
    /// Contact points.
    contact_points: ContactPoint,
    /// Licences.
    licenses: License,
    /// Levels of places.
    geo_levels: GeoLevel,
    /// Places.
    geo_zones: GeoZone,
    /// Datasets.
    datasets: Dataset,
    /// Community resources.
    community_resources: CommunityResource,
    /// Dataservices.
    dataservices: Dataservice,
    /// Reuses.
    reuses: Reuse,
    /// Topics.
    topics: Topic,
    /// Elements of topics.
    topic_elements: TopicElement,
    /// Visualisations.
    charts: Chart,
    /// Posts.
    posts: Post,
    /// The portal itself.
    sites: Site,
    /// Who follows what.
    follows: Follow,
    /// Former slugs.
    slug_follows: SlugFollow,
    /// What happened.
    activities: Activity,
    /// Notices to users.
    notifications: Notification,
    /// What was written.
    change_events: ChangeEvent,
    /// Work to be done.
    tasks: Task,
}

impl Store {
    /// The same store, writing down every change of a followed collection with the change itself.
    #[must_use]
    pub fn with_feed(mut self, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        self.feed = Some(Arc::new(Feed { clock, ids }));
        self
    }

    /// The repository of this kind of entity.
    pub fn of<E: Kept>(&self) -> &Repo<E> {
        E::repo(self)
    }

    /// The storage itself, for what has no entity type: imports, exports, copies.
    pub fn storage(&self) -> &Arc<dyn Storage> {
        &self.storage
    }

    /// What this process wrote and a follower of the feed has not heard of.
    pub fn unheard(&self) -> &Unheard {
        &self.unheard
    }

    /// Stores all changes or none. Errors: `Stale`, `Conflict`, see [`Storage::commit`].
    ///
    /// Once begun it goes on, even when the caller is gone: no answered read may miss a write that
    /// was stored.
    pub async fn commit(&self, changes: ChangeSet) -> Result<(), StorageError> {
        if changes.is_empty() {
            return Ok(());
        }
        let (changes, notes) = match &self.feed {
            Some(feed) => feed.noted(changes),
            None => (changes, Vec::new()),
        };
        let storage = Arc::clone(&self.storage);
        let caches = Arc::clone(&self.caches);
        let unheard = Arc::clone(&self.unheard);
        let ids: Vec<_> = notes.iter().map(|note| note.id).collect();
        unheard.add(notes);
        let task = tokio::spawn(async move {
            let result = storage.commit(&changes).await;
            // Also after an error: a broken connection does not tell whether the commit was made.
            for (of, id) in changes.changes().iter().map(crate::Change::record) {
                if let Some(cache) = caches.get(of.name) {
                    cache.forget(id);
                }
            }
            match &result {
                Ok(()) => unheard.ended(&ids, true),
                Err(StorageError::Stale { .. } | StorageError::Conflict { .. }) => unheard.remove(&ids),
                Err(_broken) => unheard.ended(&ids, false),
            }
            result
        });
        task.await.unwrap_or_else(|error| Err(StorageError::unavailable(error)))
    }
}

fn repo<E: Entity>(
    storage: &Arc<dyn Storage>,
    cache_bytes: u64,
    caches: &mut HashMap<&'static str, Arc<dyn Forget>>,
) -> Arc<Repo<E>> {
    let repo = Repo::new(Arc::clone(storage), share(E::COLLECTION, cache_bytes));
    if let Some(forgetter) = repo.forgetter() {
        caches.insert(E::COLLECTION.name, forgetter);
    }
    Arc::new(repo)
}

/// What a collection may keep of the memory for all. Of datasets, organisations and people most is read.
fn share(of: &Collection, bytes: u64) -> u64 {
    if of.name == Dataset::COLLECTION.name {
        bytes / 8 * 3
    } else if of.name == Organization::COLLECTION.name {
        bytes / 4
    } else if of.name == User::COLLECTION.name {
        bytes / 8
    } else {
        // Twenty and more share the rest.
        bytes / 100
    }
}

#[cfg(test)]
mod tests {
    use basalt_domain::COLLECTIONS;

    use super::*;

    #[test]
    fn all_collections_together_keep_no_more_than_they_may() {
        let all: u64 = COLLECTIONS.iter().map(|of| share(of, 32_000_000)).sum();
        assert!((28_000_000..=32_000_000).contains(&all), "{all}");
    }
}
