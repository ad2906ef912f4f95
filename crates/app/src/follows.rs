//! Following organisations and users.

use std::sync::Arc;

use basalt_domain::{
    Activity, ActivityKey, Document, Field, Follow, GenericReference, ObjectId, Organization, User, organization, user,
};
use basalt_ports::{ChangeSet, Page, PageRequest, Row};

use crate::{AppError, Caller, Context, error::retried};

/// Number of objects that a user follows.
const FOLLOWING: Field<User, i64> = Field::one("metrics.following");

/// Who follows what.
#[derive(Clone)]
pub struct Follows(Arc<Context>);

/// What can be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followable {
    /// An organisation.
    Organization(ObjectId),
    /// A user.
    User(ObjectId),
}

impl Followable {
    const fn id(self) -> ObjectId {
        match self {
            Self::Organization(id) | Self::User(id) => id,
        }
    }

    fn reference(self) -> GenericReference {
        match self {
            Self::Organization(id) => GenericReference::organization(id),
            Self::User(id) => GenericReference::user(id),
        }
    }

    const fn key(self) -> ActivityKey {
        match self {
            Self::Organization(_) => ActivityKey::OrganizationFollowed,
            Self::User(_) => ActivityKey::UserFollowed,
        }
    }

    /// Its number of followers, changed by this much.
    fn counted(self, changes: ChangeSet, by: i64) -> ChangeSet {
        match self {
            Self::Organization(id) => changes.add::<Organization>(&id, &organization::FOLLOWERS, by),
            Self::User(id) => changes.add::<User>(&id, &user::FOLLOWERS, by),
        }
    }
}

impl Follows {
    /// Over these ports.
    pub const fn new(context: Arc<Context>) -> Self {
        Self(context)
    }

    /// A page of those who follow an object, oldest first; with `by`, only that user. Error:
    /// `NotFound` beyond the last page.
    pub async fn page(
        &self,
        object: ObjectId,
        by: Option<ObjectId>,
        at: PageRequest,
    ) -> Result<Page<Row<Follow>>, AppError> {
        let mut filter = Follow::of(object);
        if let Some(user) = by {
            filter = filter.and(Follow::FOLLOWER.eq(user));
        }
        let page = self.0.store.follows.page(filter, &[], at).await?;
        if page.exists() { Ok(page) } else { Err(AppError::NotFound("Page")) }
    }

    /// Does this object exist? Error: `NotFound`.
    pub async fn known(&self, object: Followable) -> Result<(), AppError> {
        let store = &self.0.store;
        let exists = match object {
            Followable::Organization(id) => store.organizations.get(&id).await?.is_some(),
            Followable::User(id) => store.users.get(&id).await?.is_some(),
        };
        if exists { Ok(()) } else { Err(AppError::NotFound("Object")) }
    }

    /// Follows an object: whether that is new, and its number of followers. Errors: `SignIn`,
    /// `Forbidden` for oneself.
    pub async fn follow(&self, caller: &Caller, object: Followable) -> Result<(bool, u64), AppError> {
        let follower = caller.id()?;
        if object == Followable::User(follower) {
            return Err(AppError::Forbidden(Some("You can't follow yourself")));
        }
        let present = Follow::of(object.id()).and(Follow::FOLLOWER.eq(follower));
        let new = !self.0.store.follows.exists(present).await?;
        if new {
            let now = self.0.now();
            let follow = Follow {
                id: self.0.id(),
                follower,
                following: object.reference(),
                since: Some(now),
                until: None,
                rest: Document::new(),
            };
            let activity = Activity::by_user(self.0.id(), object.key(), follower, object.id(), now);
            let changes = object.counted(ChangeSet::new().insert(&follow).insert(&activity), 1);
            self.0.store.commit(changes.add::<User>(&follower, &FOLLOWING, 1)).await?;
        }
        Ok((new, self.followers(object).await?))
    }

    /// Follows an object no longer: its number of followers. Errors: `SignIn`, `NotFound` for what
    /// was not followed.
    pub async fn unfollow(&self, caller: &Caller, object: Followable) -> Result<u64, AppError> {
        let follower = caller.id()?;
        retried(|| async {
            let present = Follow::of(object.id()).and(Follow::FOLLOWER.eq(follower));
            let mut follow = self.0.store.follows.fresh(present).await?.ok_or(AppError::NotFound("Follow"))?;
            follow.value.until = Some(self.0.now());
            let changes = object.counted(ChangeSet::new().update(&follow), -1);
            Ok(self.0.store.commit(changes.add::<User>(&follower, &FOLLOWING, -1)).await?)
        })
        .await?;
        self.followers(object).await
    }

    async fn followers(&self, object: Followable) -> Result<u64, AppError> {
        Ok(self.0.store.follows.count(&Follow::of(object.id())).await?)
    }
}
