//! Community resources: what others made of a dataset. They are records of their own, belong to who
//! made them, and are removed for good.

use std::sync::Arc;

use basalt_domain::{
    CommunityResource, Dataset, Filter, Lifecycle, ObjectId, Owned, Resource, Sort, community_resource,
    policy::object::{Action, Relation, decide},
};
use basalt_ports::{ChangeSet, Page, PageRequest, Row, Stored};
use uuid::Uuid;

use super::{
    Hosted,
    resources::{apply, hashed, invalid, replace},
};
use crate::{
    AppError, Caller, Context, Form,
    error::{enforce, retried},
    form::OwnerWish,
    objects::{
        Objects,
        owners::{Style, give},
    },
};

/// Class name in documents and messages.
const CLASS: &str = "CommunityResource";
const STYLE: Style = Style {
    old_form: true,
    refused: |field, message| invalid(None, vec![basalt_domain::FieldError::form(field, message)]),
};

/// What a client asked for.
pub trait CommunityForm: Form<Resource> {
    /// The dataset it is to be of: absent, null or an id. Errors: `Invalid` for what is no id.
    fn dataset(&self) -> Result<Option<Option<ObjectId>>, AppError>;
}

/// Community resources. Cheap to clone.
#[derive(Clone)]
pub struct CommunityResources(Arc<Context>);

impl CommunityResources {
    /// Over these ports.
    pub const fn new(context: Arc<Context>) -> Self {
        Self(context)
    }

    /// The one of this id.
    pub async fn get(&self, id: Uuid) -> Result<Option<Row<CommunityResource>>, AppError> {
        Ok(self.0.store.community_resources.get(&id).await?)
    }

    /// A page of those that the filter holds for, newest first unless sorted. Error: `NotFound` beyond
    /// the last page.
    pub async fn page(
        &self,
        filter: Filter<CommunityResource>,
        sort: Option<Sort<CommunityResource>>,
        at: PageRequest,
    ) -> Result<Page<Row<CommunityResource>>, AppError> {
        let sort = sort.unwrap_or(community_resource::NEWEST_FIRST);
        let page = self.0.store.community_resources.page(filter, &[sort], at).await?;
        if page.exists() { Ok(page) } else { Err(AppError::NotFound("Page")) }
    }

    /// Those that the filter holds for, newest first.
    pub async fn list(&self, filter: Filter<CommunityResource>) -> Result<Vec<Row<CommunityResource>>, AppError> {
        let store = &self.0.store;
        Ok(store.community_resources.list(filter, &[community_resource::NEWEST_FIRST], u64::MAX).await?)
    }

    /// What the caller is to one. A partial editor is given none.
    pub async fn relation(&self, caller: &Caller, community: &CommunityResource) -> Result<Relation, AppError> {
        let organization = match community.organization() {
            Some(id) => self.0.store.organizations.get(&id).await?,
            None => None,
        };
        Ok(Relation::between(&caller.viewer, community, organization.as_ref().map(|row| &row.value), false))
    }

    /// May the caller do this with it? Errors: `SignIn`, `Forbidden`.
    pub async fn allow(&self, caller: &Caller, community: &CommunityResource, action: Action) -> Result<(), AppError> {
        let relation = self.relation(caller, community).await?;
        enforce(decide(relation, action, Lifecycle::Public), CLASS, "")
    }

    /// Creates one that is stored elsewhere. Errors: `SignIn`, `Invalid`.
    pub async fn create(&self, caller: &Caller, form: &dyn CommunityForm) -> Result<CommunityResource, AppError> {
        caller.id()?;
        let mut resource = Resource::blank(self.0.uuid(), self.0.now());
        form.apply(&mut resource).map_err(|errors| invalid(None, errors))?;
        if resource.is_hosted() {
            return Err(AppError::message("This endpoint only supports remote community resources"));
        }
        let dataset = self.known(caller, form.dataset()?.flatten()).await?;
        self.insert(caller, resource, dataset, form.owner()?).await
    }

    /// Creates one of an uploaded file; the caller owns it. Errors: `SignIn`.
    pub async fn create_hosted(
        &self,
        caller: &Caller,
        dataset: &Dataset,
        file: &Hosted,
    ) -> Result<CommunityResource, AppError> {
        let mut resource = Resource::blank(self.0.uuid(), self.0.now());
        resource.kind = "main".into();
        file.fill(&mut resource);
        self.insert(caller, resource, dataset.id, OwnerWish::default()).await
    }

    async fn insert(
        &self,
        caller: &Caller,
        resource: Resource,
        dataset: ObjectId,
        owner: OwnerWish,
    ) -> Result<CommunityResource, AppError> {
        let resource = hashed(resource);
        let mut community = CommunityResource { dataset: Some(dataset), owner: None, organization: None, resource };
        give(&self.0, caller, &mut community, owner, true, STYLE).await?;
        self.0.store.commit(ChangeSet::new().insert(&community)).await?;
        Ok(community)
    }

    /// Changes one. Errors: `SignIn`, `Forbidden`, `NotFound`, `Invalid`.
    pub async fn update(
        &self,
        caller: &Caller,
        id: Uuid,
        form: &dyn CommunityForm,
    ) -> Result<CommunityResource, AppError> {
        retried(|| async {
            let mut stored = self.editable(caller, id).await?;
            let community = &mut stored.value;
            apply(form, &mut community.resource)?;
            if let Some(wished) = form.dataset()? {
                community.dataset = Some(self.known(caller, wished).await?);
            }
            give(&self.0, caller, community, form.owner()?, false, STYLE).await?;
            self.save(stored).await
        })
        .await
    }

    /// Puts an uploaded file in the place of the one there is. Errors: as of [`Self::update`].
    pub async fn replace_hosted(
        &self,
        caller: &Caller,
        id: Uuid,
        file: &Hosted,
    ) -> Result<CommunityResource, AppError> {
        let former = self.get(id).await?;
        let changed = retried(|| async {
            let mut stored = self.editable(caller, id).await?;
            replace(file, &mut stored.value.resource)?;
            self.save(stored).await
        });
        let changed = changed.await?;
        if let Some(former) = former {
            super::hosted::discard(&self.0, &former.value.resource).await;
        }
        Ok(changed)
    }

    /// Removes one, and its file. Errors: `SignIn`, `Forbidden`, `NotFound`.
    pub async fn delete(&self, caller: &Caller, id: Uuid) -> Result<(), AppError> {
        let removed = retried(|| async {
            let stored = self.fresh(id).await?;
            self.allow(caller, &stored.value, Action::Delete).await?;
            self.0.store.commit(ChangeSet::new().delete(&stored)).await?;
            Ok(stored.value.resource)
        });
        super::hosted::discard(&self.0, &removed.await?).await;
        Ok(())
    }

    async fn editable(&self, caller: &Caller, id: Uuid) -> Result<Stored<CommunityResource>, AppError> {
        let stored = self.fresh(id).await?;
        self.allow(caller, &stored.value, Action::Edit).await?;
        Ok(stored)
    }

    async fn save(&self, mut stored: Stored<CommunityResource>) -> Result<CommunityResource, AppError> {
        stored.value.resource.last_modified_internal = self.0.now();
        stored.value.resource = hashed(stored.value.resource);
        self.0.store.commit(ChangeSet::new().update(&stored)).await?;
        Ok(stored.value)
    }

    async fn fresh(&self, id: Uuid) -> Result<Stored<CommunityResource>, AppError> {
        self.0.store.community_resources.fresh(Filter::id(&id)).await?.ok_or(AppError::NotFound(CLASS))
    }

    /// The id of a dataset that there is. A community resource of no dataset is none.
    async fn known(&self, caller: &Caller, dataset: Option<ObjectId>) -> Result<ObjectId, AppError> {
        let id = dataset.ok_or_else(|| AppError::check("dataset", "A dataset identifier is required"))?;
        let unknown = || (STYLE.refused)("dataset", "Dataset does not exists".into());
        let dataset = self.0.store.datasets.head(&id).await?.ok_or_else(unknown)?;
        // A private dataset is not there for others; a deleted one is.
        match Objects::<Dataset>::new(Arc::clone(&self.0)).readable(caller, &dataset.value).await {
            Err(AppError::NotFound(_)) => Err(unknown()),
            Ok(()) | Err(AppError::Gone(_)) => Ok(id),
            Err(error) => Err(error),
        }
    }
}
