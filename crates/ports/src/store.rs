//! All repositories over one storage, and the one way to write.

use std::{collections::HashMap, sync::Arc};

use basalt_domain::{
    Activity, ApiToken, Assignment, ContactPoint, Entity, Follow, Notification, Organization, Role, SlugFollow, User,
};

use crate::{ChangeSet, Repo, Storage, StorageError, cache::Forget};

/// All repositories over one storage. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    storage: Arc<dyn Storage>,
    caches: Arc<HashMap<&'static str, Arc<dyn Forget>>>,
    /// Organisations.
    pub organizations: Arc<Repo<Organization>>,
    /// Users.
    pub users: Arc<Repo<User>>,
    /// Roles on the whole portal.
    pub roles: Arc<Repo<Role>>,
    /// Keys.
    pub api_tokens: Arc<Repo<ApiToken>>,
    /// Objects given to partial editors.
    pub assignments: Arc<Repo<Assignment>>,
    /// Contact points.
    pub contact_points: Arc<Repo<ContactPoint>>,
    /// Who follows what.
    pub follows: Arc<Repo<Follow>>,
    /// Former slugs.
    pub slug_follows: Arc<Repo<SlugFollow>>,
    /// What happened.
    pub activities: Arc<Repo<Activity>>,
    /// Notices to users.
    pub notifications: Arc<Repo<Notification>>,
}

impl Store {
    /// Repositories over this storage; each keeps about `cache_bytes` of documents where the
    /// storage allows it.
    pub fn new(storage: Arc<dyn Storage>, cache_bytes: u64) -> Self {
        let mut caches = HashMap::new();
        Self {
            organizations: repo(&storage, cache_bytes, &mut caches),
            users: repo(&storage, cache_bytes, &mut caches),
            roles: repo(&storage, cache_bytes, &mut caches),
            api_tokens: repo(&storage, cache_bytes, &mut caches),
            assignments: repo(&storage, cache_bytes, &mut caches),
            contact_points: repo(&storage, cache_bytes, &mut caches),
            follows: repo(&storage, cache_bytes, &mut caches),
            slug_follows: repo(&storage, cache_bytes, &mut caches),
            activities: repo(&storage, cache_bytes, &mut caches),
            notifications: repo(&storage, cache_bytes, &mut caches),
            caches: Arc::new(caches),
            storage,
        }
    }

    /// The storage itself, for what has no entity type: imports, exports, copies.
    pub fn storage(&self) -> &Arc<dyn Storage> {
        &self.storage
    }

    /// Stores all changes or none. Errors: `Stale`, `Conflict`, see [`Storage::commit`].
    ///
    /// Once begun it goes on, even when the caller is gone: no answered read may miss a write that
    /// was stored.
    pub async fn commit(&self, changes: ChangeSet) -> Result<(), StorageError> {
        if changes.is_empty() {
            return Ok(());
        }
        let storage = Arc::clone(&self.storage);
        let caches = Arc::clone(&self.caches);
        let task = tokio::spawn(async move {
            let result = storage.commit(&changes).await;
            // Also after an error: a broken connection does not tell whether the commit was made.
            for (of, id) in changes.changes().iter().map(crate::Change::record) {
                if let Some(cache) = caches.get(of.name) {
                    cache.forget(id);
                }
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
    let repo = Repo::new(Arc::clone(storage), cache_bytes);
    if let Some(forgetter) = repo.forgetter() {
        caches.insert(E::COLLECTION.name, forgetter);
    }
    Arc::new(repo)
}
