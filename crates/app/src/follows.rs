//! Following organisations, users and objects of the catalogue.

use std::sync::Arc;

use basalt_domain::{
    Activity, ActivityKey, CatalogueObject, Dataservice, Dataset, Document, Follow, GenericReference, ObjectId, Reuse,
    User, policy::object::Relation,
};
use basalt_ports::{ChangeSet, Kept, Page, PageRequest, Row};

use crate::{AppError, Caller, Context, error::retried, objects::counters};

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
    /// A dataset.
    Dataset(ObjectId),
    /// A reuse.
    Reuse(ObjectId),
    /// A dataservice.
    Dataservice(ObjectId),
}

impl Followable {
    const fn id(self) -> ObjectId {
        match self {
            Self::Organization(id) | Self::User(id) | Self::Dataset(id) | Self::Reuse(id) | Self::Dataservice(id) => id,
        }
    }

    fn reference(self) -> GenericReference {
        match self {
            Self::Organization(id) => GenericReference::organization(id),
            Self::User(id) => GenericReference::user(id),
            Self::Dataset(id) => GenericReference::new("Dataset", "dataset", id),
            Self::Reuse(id) => GenericReference::new("Reuse", "reuse", id),
            Self::Dataservice(id) => GenericReference::new("Dataservice", "dataservice", id),
        }
    }

    const fn key(self) -> ActivityKey {
        match self {
            Self::Organization(_) => ActivityKey::OrganizationFollowed,
            Self::User(_) => ActivityKey::UserFollowed,
            Self::Dataset(_) => ActivityKey::DatasetFollowed,
            Self::Reuse(_) => ActivityKey::ReuseFollowed,
            Self::Dataservice(_) => ActivityKey::DataserviceFollowed,
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

    /// Does this object exist, and may the caller know of it? Error: `NotFound`.
    pub async fn known(&self, caller: &Caller, object: Followable) -> Result<(), AppError> {
        let store = &self.0.store;
        let exists = match object {
            Followable::Organization(id) => store.organizations.get(&id).await?.is_some(),
            Followable::User(id) => store.users.get(&id).await?.is_some(),
            Followable::Dataset(id) => self.seen::<Dataset>(caller, id).await?,
            Followable::Reuse(id) => self.seen::<Reuse>(caller, id).await?,
            Followable::Dataservice(id) => self.seen::<Dataservice>(caller, id).await?,
        };
        if exists { Ok(()) } else { Err(AppError::NotFound("Object")) }
    }

    /// Is there one that the caller may know of?
    async fn seen<E: CatalogueObject + Kept>(&self, caller: &Caller, id: ObjectId) -> Result<bool, AppError> {
        let Some(row) = self.0.store.of::<E>().get(&id).await? else { return Ok(false) };
        if !row.value.is_private() {
            return Ok(true);
        }
        let organization = match row.value.organization() {
            Some(organization) => self.0.store.organizations.get(&organization).await?,
            None => None,
        };
        let organization = organization.as_ref().map(|row| &row.value);
        Ok(Relation::between(&caller.viewer, &row.value, organization, false).belongs())
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
            let counted = counters::of_followers(&follow.following, 1);
            let changes = ChangeSet::new().insert(&follow).insert(&activity).and(counted);
            self.0.store.commit(changes.add::<User>(&follower, &counters::FOLLOWING, 1)).await?;
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
            let counted = counters::of_followers(&follow.value.following, -1);
            let changes = ChangeSet::new().update(&follow).and(counted);
            Ok(self.0.store.commit(changes.add::<User>(&follower, &counters::FOLLOWING, -1)).await?)
        })
        .await?;
        self.followers(object).await
    }

    async fn followers(&self, object: Followable) -> Result<u64, AppError> {
        Ok(self.0.store.follows.count(&Follow::of(object.id())).await?)
    }
}
