//! Resources of a dataset: added, changed, removed, put in order. They live in their dataset, so
//! every change is a change of that record.

use std::{
    borrow::Cow,
    collections::{HashMap, VecDeque},
};

use basalt_domain::{
    Activity, ActivityKey, CommunityResource, Dataset, Document, Entity, Invalid, ObjectId, Resource, Timestamp,
    dataset::RESOURCE_ID, policy::object::Action,
};
use basalt_ports::{ChangeSet, PartsQuery, Row, analyser::ResourceAction};
use sha1::{Digest, Sha1};
use uuid::Uuid;

use super::Hosted;
use crate::{AppError, Caller, Form, objects::Objects, work};

/// How often a writer that lost a race tries again: many may add resources to one dataset at once.
const ATTEMPTS: u32 = 8;
/// Stored fields of a resource whose change is not told.
const UNTOLD: [&str; 6] = ["_id", "urlhash", "fs_filename", "created_at_internal", "last_modified_internal", "metrics"];

/// Resources of datasets. Cheap to clone.
#[derive(Clone)]
pub struct Resources(Objects<Dataset>);

/// Where a resource is.
pub enum Located {
    /// In this dataset; of one with many resources only its head was read.
    In(Row<Dataset>),
    /// It is one of the community.
    Community(Row<CommunityResource>),
}

/// Which resources of a dataset, from where, how many.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only those of this kind.
    pub kind: Option<String>,
    /// Only those whose title contains this text, whatever the case.
    pub title: Option<String>,
    /// How many to leave out first.
    pub offset: u64,
    /// How many at most.
    pub limit: u64,
}

/// One place in the wished order.
pub struct Order<'a> {
    /// The resource.
    pub id: Uuid,
    /// What is changed of it besides.
    pub form: Option<&'a dyn Form<Resource>>,
}

impl Resources {
    /// Of these datasets.
    pub const fn new(datasets: Objects<Dataset>) -> Self {
        Self(datasets)
    }

    pub(super) const fn datasets(&self) -> &Objects<Dataset> {
        &self.0
    }

    /// Where the resource of this id is, whoever asks.
    pub async fn locate(&self, id: Uuid) -> Result<Option<Located>, AppError> {
        let store = &self.0.context().store;
        if let Some(row) = store.datasets.first_head(RESOURCE_ID.eq(id.to_string())).await? {
            return Ok(Some(Located::In(row)));
        }
        Ok(store.community_resources.get(&id).await?.map(Located::Community))
    }

    /// A resource of a dataset that was read, whole or its head.
    pub async fn one<'a>(&self, dataset: &'a Dataset, id: Uuid) -> Result<Option<Cow<'a, Resource>>, AppError> {
        if !dataset.is_head() {
            return Ok(dataset.resource(id).map(Cow::Borrowed));
        }
        let query = PartsQuery::one(Dataset::COLLECTION, dataset.id, id.to_string());
        let (found, _total) = self.0.context().store.datasets.parts(&query).await?;
        Ok(found.into_iter().next().map(Cow::Owned))
    }

    /// Some resources of a dataset that was read, whole or its head, and how many fit in all.
    pub async fn some<'a>(
        &self,
        dataset: &'a Dataset,
        wanted: Wanted,
    ) -> Result<(Vec<Cow<'a, Resource>>, u64), AppError> {
        let Wanted { kind, title, offset, limit } = wanted;
        if dataset.is_head() {
            let all = PartsQuery::all(Dataset::COLLECTION, dataset.id);
            let query = PartsQuery { kind, title, offset, limit, ..all };
            let (found, total) = self.0.context().store.datasets.parts(&query).await?;
            return Ok((found.into_iter().map(Cow::Owned).collect(), total));
        }
        let title = title.map(|title| title.to_lowercase());
        let fits = |resource: &&Resource| {
            kind.as_ref().is_none_or(|kind| resource.kind == *kind)
                && title.as_ref().is_none_or(|title| resource.title.to_lowercase().contains(title.as_str()))
        };
        let found: Vec<&Resource> = dataset.resources.iter().filter(fits).collect();
        let index = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let some = found.iter().skip(index(offset)).take(index(limit)).map(|resource| Cow::Borrowed(*resource));
        Ok((some.collect(), found.len() as u64))
    }

    /// Puts a resource in the place of what it was, in a dataset that was read, whole or its head.
    pub(super) async fn put_in_place(
        &self,
        dataset: &mut Dataset,
        before: &Resource,
        after: Resource,
    ) -> Result<(), AppError> {
        let others = self.newest_but(dataset, before.id).await?;
        dataset.replace(before, after, others);
        Ok(())
    }

    /// When the newest of the resources that were not read was changed, this one left out.
    async fn newest_but(&self, dataset: &Dataset, id: Uuid) -> Result<Option<Timestamp>, AppError> {
        if !dataset.is_head() {
            return Ok(None);
        }
        let all = PartsQuery::all(Dataset::COLLECTION, dataset.id);
        let query = PartsQuery { newest_first: true, limit: 2, ..all };
        let (newest, _total) = self.0.context().store.datasets.parts::<Resource>(&query).await?;
        Ok(newest.iter().find(|resource| resource.id != id).map(Resource::last_modified))
    }

    /// Adds a resource, before the others. Errors: `SignIn`, `Forbidden`, `NotFound`, `Invalid`.
    pub async fn add(
        &self,
        caller: &Caller,
        dataset: ObjectId,
        form: &dyn Form<Resource>,
    ) -> Result<Resource, AppError> {
        let context = self.0.context();
        let mut resource = Resource::blank(context.uuid(), context.now());
        form.apply(&mut resource).map_err(|errors| invalid(None, errors))?;
        if resource.is_hosted() {
            return Err(AppError::message("This endpoint only supports remote resources"));
        }
        self.add_ready(caller, dataset, resource).await
    }

    /// Adds an uploaded file as a resource, before the others. Errors: as of [`Self::add`].
    pub async fn add_hosted(&self, caller: &Caller, dataset: ObjectId, file: &Hosted) -> Result<Resource, AppError> {
        let context = self.0.context();
        let mut resource = Resource::blank(context.uuid(), context.now());
        resource.kind = "main".into();
        file.fill(&mut resource);
        self.add_ready(caller, dataset, resource).await
    }

    async fn add_ready(&self, caller: &Caller, dataset: ObjectId, resource: Resource) -> Result<Resource, AppError> {
        let resource = hashed(resource);
        let change = async |dataset: &mut Dataset| {
            let others = self.newest_but(dataset, resource.id).await?;
            dataset.put_first(resource.clone(), others);
            Ok(self.told(ActivityKey::ResourceAdded, caller, dataset, &resource, Vec::new()))
        };
        self.insist(|| self.0.change_head_with(caller, dataset, Action::Restore, &change)).await?;
        Ok(resource)
    }

    /// Changes a resource. What is stored here keeps where and what it is. With `expected`, only if
    /// it is still this. Errors: as of [`Self::add`], `NotFound` for no such resource; `Precondition`.
    pub async fn update(
        &self,
        caller: &Caller,
        dataset: ObjectId,
        id: Uuid,
        form: &dyn Form<Resource>,
        expected: Option<&Resource>,
    ) -> Result<Resource, AppError> {
        let change = |resource: &mut Resource| {
            still(resource, expected)?;
            apply(form, resource)
        };
        self.change(caller, dataset, id, change).await
    }

    /// Puts an uploaded file in the place of the one there is. Errors: as of [`Self::update`],
    /// `Invalid` for a resource that is stored elsewhere.
    pub async fn replace_hosted(
        &self,
        caller: &Caller,
        dataset: ObjectId,
        id: Uuid,
        file: &Hosted,
    ) -> Result<Resource, AppError> {
        let before = self.0.fresh_head(dataset).await?.value;
        let former = self.one(&before, id).await?.map(Cow::into_owned);
        let changed = self.change(caller, dataset, id, |resource| replace(file, resource)).await?;
        if let Some(former) = former {
            super::hosted::discard(self.0.context(), &former).await;
        }
        Ok(changed)
    }

    /// Removes a resource, and its file where it is stored here. Errors: as of [`Self::update`].
    pub async fn remove(
        &self,
        caller: &Caller,
        dataset: ObjectId,
        id: Uuid,
        expected: Option<&Resource>,
    ) -> Result<(), AppError> {
        let removed = tokio::sync::Mutex::new(None);
        let change = async |dataset: &mut Dataset| {
            let resource = self.one(dataset, id).await?.ok_or(AppError::NotFound("Resource"))?.into_owned();
            still(&resource, expected)?;
            let others = self.newest_but(dataset, id).await?;
            dataset.remove(&resource, others);
            let told = self.told(ActivityKey::ResourceRemoved, caller, dataset, &resource, Vec::new());
            *removed.lock().await = Some(resource);
            Ok(told)
        };
        self.insist(|| self.0.change_head_with(caller, dataset, Action::Restore, &change)).await?;
        if let Some(resource) = removed.into_inner() {
            super::hosted::discard(self.0.context(), &resource).await;
        }
        Ok(())
    }

    /// Puts all resources in this order. Errors: as of [`Self::update`], `Invalid` unless every one
    /// is named once.
    pub async fn reorder(
        &self,
        caller: &Caller,
        dataset: ObjectId,
        order: &[Order<'_>],
    ) -> Result<Vec<Resource>, AppError> {
        let now = self.0.context().now();
        let change = async |dataset: &mut Dataset| {
            if order.len() != dataset.resources.len() {
                let (sent, all) = (order.len(), dataset.resources.len());
                let message = format!("All resources must be reordered, you provided {sent} out of {all}");
                return Err(AppError::message(message));
            }
            let known: Vec<Uuid> = dataset.resources.iter().map(|resource| resource.id).collect();
            // Of two with one id, the first is meant first.
            let mut present: HashMap<Uuid, VecDeque<Resource>> = HashMap::with_capacity(known.len());
            for resource in std::mem::take(&mut dataset.resources) {
                present.entry(resource.id).or_default().push_back(resource);
            }
            for wished in order {
                let found = present.get_mut(&wished.id).and_then(VecDeque::pop_front);
                let mut resource = found.ok_or_else(|| {
                    let known = known.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", ");
                    AppError::message(format!("Resource ids must match existing ones in dataset, ie: {{{known}}}"))
                })?;
                if let Some(form) = wished.form {
                    apply(form, &mut resource)?;
                    resource.last_modified_internal = now;
                }
                dataset.resources.push(hashed(resource));
            }
            Ok(ChangeSet::new())
        };
        let changed = self.insist(|| self.0.change_with(caller, dataset, Action::Restore, None, &change)).await?;
        Ok(changed.resources)
    }

    /// Changes one resource and tells of it.
    async fn change(
        &self,
        caller: &Caller,
        dataset: ObjectId,
        id: Uuid,
        change: impl Fn(&mut Resource) -> Result<(), AppError>,
    ) -> Result<Resource, AppError> {
        let now = self.0.context().now();
        let written = tokio::sync::Mutex::new(None);
        let change = async |dataset: &mut Dataset| {
            let before = self.one(dataset, id).await?.ok_or(AppError::NotFound("Resource"))?.into_owned();
            let mut after = before.clone();
            change(&mut after)?;
            after.last_modified_internal = now;
            let after = hashed(after);
            let changes = changed(&before, &after)?;
            self.put_in_place(dataset, &before, after.clone()).await?;
            let told = self.told(ActivityKey::ResourceUpdated, caller, dataset, &after, changes);
            *written.lock().await = Some(after);
            Ok(told)
        };
        self.insist(|| self.0.change_head_with(caller, dataset, Action::Restore, &change)).await?;
        written.into_inner().ok_or(AppError::NotFound("Resource"))
    }

    /// Tries again while others are faster.
    pub(super) async fn insist<T, R>(&self, attempt: impl Fn() -> R) -> Result<T, AppError>
    where
        R: Future<Output = Result<T, AppError>>,
    {
        let mut lost = 0;
        loop {
            match attempt().await {
                Err(error) if error.is_stale() && lost < ATTEMPTS => lost += 1,
                result => return result,
            }
        }
    }

    /// What tells of a change of a resource: an activity, and a task to tell the analyser.
    fn told(
        &self,
        key: ActivityKey,
        caller: &Caller,
        dataset: &Dataset,
        resource: &Resource,
        changes: Vec<String>,
    ) -> ChangeSet {
        let Some(actor) = caller.viewer.user else { return ChangeSet::new() };
        let action = match key {
            ActivityKey::ResourceAdded => ResourceAction::Created,
            ActivityKey::ResourceRemoved => ResourceAction::Deleted,
            _ => ResourceAction::Updated,
        };
        let told = work::tell(self.0.context(), action, dataset, resource);
        let extras = Document::new().with("resource_id", resource.id).with("resource_title", resource.title.as_str());
        let activity = Activity { extras, ..self.0.activity(key, actor, dataset, changes) };
        told.insert(&activity)
    }
}

/// Is it as the caller knows it? The record is written only as it was read just now. Error:
/// `Precondition`.
fn still(present: &Resource, expected: Option<&Resource>) -> Result<(), AppError> {
    if expected.is_none_or(|expected| expected == present) { Ok(()) } else { Err(AppError::Precondition) }
}

/// Applies a form to a resource: the file of one that is stored here stays what it is.
pub(super) fn apply(form: &dyn Form<Resource>, resource: &mut Resource) -> Result<(), AppError> {
    let before = resource.clone();
    form.apply(resource).map_err(|errors| invalid(Some(before.id), errors))?;
    if resource.filetype != before.filetype {
        return Err(AppError::message("Cannot modify filetype after creation"));
    }
    if before.is_hosted() {
        let Resource { url, checksum, filesize, mime, format, .. } = before;
        (resource.url, resource.checksum, resource.filesize) = (url, checksum, filesize);
        (resource.mime, resource.format) = (mime, format);
    }
    Ok(())
}

/// Puts an uploaded file in the place of the one there is.
pub(super) fn replace(file: &Hosted, resource: &mut Resource) -> Result<(), AppError> {
    if !resource.is_hosted() {
        return Err(AppError::message("A file cannot replace a resource that is stored elsewhere"));
    }
    file.fill(resource);
    Ok(())
}

/// The resource with the sum over its address.
pub(super) fn hashed(mut resource: Resource) -> Resource {
    let hex = super::uploads::hex(&Sha1::digest(resource.url.as_bytes()));
    resource.urlhash = Some(hex);
    resource
}

/// Errors about the body that was to change a resource.
pub(super) fn invalid(id: Option<Uuid>, errors: Vec<basalt_domain::FieldError>) -> AppError {
    AppError::Invalid(Invalid { subject: Some(("Resource", id.map(|id| id.to_string()))), errors, message: None })
}

/// Names of the stored fields that differ and are told, sorted.
fn changed(before: &Resource, after: &Resource) -> Result<Vec<String>, AppError> {
    let old = Document::of(before).map_err(AppError::internal)?;
    let new = Document::of(after).map_err(AppError::internal)?;
    let mut names: Vec<String> = old.keys().chain(new.keys()).cloned().collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| !UNTOLD.contains(&name.as_str()) && old.get(name) != new.get(name));
    Ok(names)
}
