//! Objects of the catalogue: what is done alike with datasets, reuses, dataservices, topics and
//! visualisations. What is particular to a class is its [`Class`].

mod chart;
pub mod counters;
mod dataservice;
mod marks;
pub(crate) mod owners;
pub mod references;
mod reuse;
mod topic;
pub(crate) mod withdrawn;

use std::{marker::PhantomData, sync::Arc};

use async_trait::async_trait;
use basalt_domain::{
    Activity, ActivityKey, Assignment, CatalogueObject, Document, FieldError, Filter, GenericReference, Invalid,
    ObjectId, Organization, Sort, Timestamp, organization,
    policy::object::{Action, Relation, decide, listed_among, listed_for},
    slug,
};
use basalt_ports::{ChangeSet, Kept, Page, PageRequest, Row, Stored, Version};

use crate::{
    AppError, Caller, Context, Form,
    error::{enforce, retried_with_slug},
    slugs::{self, Found},
};

/// What is particular to a class of objects.
#[async_trait]
pub trait Class: CatalogueObject + Kept {
    /// Are its errors told in the older shape, lists of messages?
    const OLD_FORM: bool = false;

    /// A new one without content.
    fn blank(id: ObjectId, now: Timestamp) -> Self;

    /// Checks the object against what else is stored, completes it, and tells what changes with
    /// it. `before` is what it was, `None` for a new one. Errors: `Invalid`.
    async fn settle(
        context: &Context,
        caller: &Caller,
        before: Option<&Self>,
        after: &mut Self,
    ) -> Result<ChangeSet, AppError>;

    /// What changes when it is gone for good.
    async fn removed(_context: &Context, _object: &Self) -> Result<ChangeSet, AppError> {
        Ok(ChangeSet::new())
    }
}

/// Use cases of one class of objects. Cheap to clone.
pub struct Objects<E> {
    context: Arc<Context>,
    of: PhantomData<fn() -> E>,
}

impl<E> Clone for Objects<E> {
    fn clone(&self) -> Self {
        Self { context: Arc::clone(&self.context), of: PhantomData }
    }
}

impl<E: Class> Objects<E> {
    /// Over these ports.
    pub const fn new(context: Arc<Context>) -> Self {
        Self { context, of: PhantomData }
    }

    /// The ports.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// What an id or slug leads to, deleted or not, whoever asks.
    pub async fn find(&self, reference: &str) -> Result<Found<Row<E>>, AppError> {
        let of = self.context.store.of::<E>();
        if let Ok(id) = ObjectId::parse(reference)
            && let Some(row) = of.get(&id).await?
        {
            return Ok(Found::Here(row));
        }
        match of.first(E::SLUG.eq(reference)).await? {
            Some(row) => Ok(Found::Here(row)),
            None => self.moved(reference).await,
        }
    }

    /// The same, of a long record its head.
    pub async fn find_head(&self, reference: &str) -> Result<Found<Row<E>>, AppError> {
        let of = self.context.store.of::<E>();
        if let Ok(id) = ObjectId::parse(reference)
            && let Some(row) = of.head(&id).await?
        {
            return Ok(Found::Here(row));
        }
        match of.first_head(E::SLUG.eq(reference)).await? {
            Some(row) => Ok(Found::Here(row)),
            None => self.moved(reference).await,
        }
    }

    /// What a former slug leads to.
    async fn moved(&self, reference: &str) -> Result<Found<Row<E>>, AppError> {
        let store = &self.context.store;
        let present = slugs::redirect(store, store.of::<E>(), &E::SLUG, E::CLASS, reference).await?;
        Ok(present.map_or(Found::Missing, Found::At))
    }

    /// What the caller is to an object.
    pub async fn relation(&self, caller: &Caller, object: &E) -> Result<Relation, AppError> {
        let organization = self.organization_of(object).await?;
        let organization = organization.as_ref().map(|row| &row.value);
        let relation = Relation::between(&caller.viewer, object, organization, false);
        match caller.viewer.user {
            Some(user) if relation == Relation::PartialEditor => {
                let assigned = Assignment::USER.eq(user).and(Assignment::SUBJECT.eq(*object.id()));
                let assigned = self.context.store.assignments.exists(assigned).await?;
                Ok(Relation::between(&caller.viewer, object, organization, assigned))
            }
            _ => Ok(relation),
        }
    }

    /// May the caller read it? Errors: `NotFound`, `Gone`.
    pub async fn readable(&self, caller: &Caller, object: &E) -> Result<(), AppError> {
        self.allow(caller, object, Action::Read).await
    }

    /// May the caller do this with it? Errors: `SignIn`, `NotFound`, `Gone`, `Forbidden`.
    pub async fn allow(&self, caller: &Caller, object: &E, action: Action) -> Result<(), AppError> {
        let relation = self.relation(caller, object).await?;
        enforce(decide(relation, action, object.lifecycle()), E::CLASS, E::GONE)
    }

    /// A page of those the caller sees, narrowed. Error: `NotFound` beyond the last page.
    pub async fn page(
        &self,
        caller: &Caller,
        narrowed: Option<Filter<E>>,
        sort: Option<Sort<E>>,
        at: PageRequest,
    ) -> Result<Page<Row<E>>, AppError> {
        let filter = self.listed(caller, narrowed).await?;
        let sort = sort.unwrap_or(E::NEWEST_FIRST);
        let page = self.context.store.of::<E>().page(filter, &[sort], at).await?;
        if page.exists() { Ok(page) } else { Err(AppError::NotFound("Page")) }
    }

    /// The same, of long records their heads.
    pub async fn page_of_heads(
        &self,
        caller: &Caller,
        narrowed: Option<Filter<E>>,
        sort: Option<Sort<E>>,
        at: PageRequest,
    ) -> Result<Page<Row<E>>, AppError> {
        let filter = self.listed(caller, narrowed).await?;
        let sort = sort.unwrap_or(E::NEWEST_FIRST);
        let page = self.context.store.of::<E>().page_of_heads(filter, &[sort], at).await?;
        if page.exists() { Ok(page) } else { Err(AppError::NotFound("Page")) }
    }

    /// Those the caller sees, narrowed, newest first.
    pub async fn list(&self, caller: &Caller, narrowed: Filter<E>, limit: u64) -> Result<Vec<Row<E>>, AppError> {
        let filter = self.listed(caller, Some(narrowed)).await?;
        Ok(self.context.store.of::<E>().list(filter, &[E::NEWEST_FIRST], limit).await?)
    }

    /// Those the caller sees, narrowed, in the order of their ids.
    pub async fn natural(&self, caller: &Caller, narrowed: Filter<E>) -> Result<Vec<Row<E>>, AppError> {
        let filter = self.listed(caller, Some(narrowed)).await?;
        Ok(self.context.store.of::<E>().list(filter, &[], u64::MAX).await?)
    }

    /// Which ones the caller sees in lists, narrowed.
    pub async fn listed(&self, caller: &Caller, narrowed: Option<Filter<E>>) -> Result<Filter<E>, AppError> {
        let organizations = match caller.viewer.user {
            Some(user) if !caller.viewer.sysadmin => self.organizations_of(user).await?,
            _ => Vec::new(),
        };
        Ok(match narrowed {
            Some(narrowed) => listed_among(&caller.viewer, &organizations, narrowed),
            None => listed_for(&caller.viewer, &organizations),
        })
    }

    /// Ids of the organisations a user is a member of.
    pub async fn organizations_of(&self, user: ObjectId) -> Result<Vec<ObjectId>, AppError> {
        let joined = organization::joined_by(user);
        let rows = self.context.store.organizations.list(joined, &[], u64::MAX).await?;
        Ok(rows.iter().map(|row| row.value.id).collect())
    }

    /// Creates one, for the caller or an organisation of theirs. Errors: `SignIn`, `Invalid`.
    #[tracing::instrument(name = "app.objects.create", skip_all, fields(class = E::CLASS), err(level = "info"))]
    pub async fn create(&self, caller: &Caller, form: &dyn Form<E>) -> Result<E, AppError> {
        self.create_with(caller, form, async |_object| Ok(ChangeSet::new())).await
    }

    /// The same, with what `also` makes of the new object: stored together or not at all.
    pub async fn create_with(
        &self,
        caller: &Caller,
        form: &dyn Form<E>,
        also: impl AsyncFn(&E) -> Result<ChangeSet, AppError>,
    ) -> Result<E, AppError> {
        let creator = caller.id()?;
        retried_with_slug(async |taken| {
            let context = &self.context;
            let now = context.now();
            let mut object = E::blank(context.id(), now);
            form.check()?;
            form.apply(&mut object).map_err(|errors| invalid::<E>(None, errors))?;
            let organization = self.own(caller, &mut object, form.owner()?, true).await?;
            let fallback = object.id().to_string();
            let names = (object.title(), fallback.as_str());
            let slug = slugs::wanted(context.store.of::<E>(), &E::SLUG, names, taken).await?;
            object.set_slug(slug);
            let mut changes = E::settle(context, caller, None, &mut object).await?;
            changes = changes.insert(&object).and(counters::of_owner(None, Some(&object)));
            changes = changes.and(also(&object).await?);
            changes = changes.and(slugs::taken(&context.store, E::CLASS, object.slug()).await?);
            if let Some(key) = E::CREATED {
                changes = changes.insert(&self.activity(key, creator, &object, Vec::new()));
            }
            if let Some(organization) = organization
                && E::ASSIGNABLE
                && Relation::between(&caller.viewer, &object, Some(&organization.value), false)
                    == Relation::PartialEditor
            {
                changes = changes.insert(&self.assignment(creator, organization.value.id, &object));
            }
            context.store.commit(changes).await?;
            Ok(object)
        })
        .await
    }

    /// Changes one as a form says. With `expected`, only if it is still in that version.
    ///
    /// Errors: `SignIn`, `NotFound`, `Gone`, `Forbidden`, `Invalid`, `Precondition`; `Stale` when
    /// others were faster twice.
    #[tracing::instrument(name = "app.objects.update", skip_all, fields(class = E::CLASS, object.id = %id), err(level = "info"))]
    pub async fn update(
        &self,
        caller: &Caller,
        id: ObjectId,
        form: &dyn Form<E>,
        expected: Option<Version>,
    ) -> Result<E, AppError> {
        self.update_with(caller, id, form, expected, async |_object| Ok(ChangeSet::new())).await
    }

    /// The same, with what `also` makes of the changed object: stored together or not at all.
    pub async fn update_with(
        &self,
        caller: &Caller,
        id: ObjectId,
        form: &dyn Form<E>,
        expected: Option<Version>,
        also: impl AsyncFn(&E) -> Result<ChangeSet, AppError>,
    ) -> Result<E, AppError> {
        let action = if form.restores() { Action::Restore } else { Action::Edit };
        self.change_with(caller, id, action, expected, async |object| {
            form.check()?;
            form.apply(object).map_err(|errors| invalid::<E>(Some(id), errors))?;
            self.own(caller, object, form.owner()?, false).await?;
            also(object).await
        })
        .await
    }

    /// Marks one as deleted, or removes it where its class keeps none. Errors: as of
    /// [`Self::update`].
    #[tracing::instrument(name = "app.objects.delete", skip_all, fields(class = E::CLASS, object.id = %id), err(level = "info"))]
    pub async fn delete(&self, caller: &Caller, id: ObjectId, expected: Option<Version>) -> Result<(), AppError> {
        let actor = caller.id()?;
        if !E::SOFT_DELETE {
            let stored = self.fresh(id).await?;
            self.allow(caller, &stored.value, Action::Delete).await?;
            if expected.is_some_and(|version| version != stored.version) {
                return Err(AppError::Precondition);
            }
            let changes = E::removed(&self.context, &stored.value).await?.delete(&stored);
            let counted = counters::of_owner(Some(&stored.value), None);
            return Ok(self.context.store.commit(changes.and(counted)).await?);
        }
        let now = self.context.now();
        let deleted = self.change_with(caller, id, Action::Delete, expected, async |object| {
            object.set_deleted(Some(now));
            Ok(match E::DELETED {
                Some(key) => ChangeSet::new().insert(&self.activity(key, actor, object, Vec::new())),
                None => ChangeSet::new(),
            })
        });
        deleted.await.map(drop)
    }

    /// Loads, judges, changes, settles, commits, with the activity that tells of it and the slug
    /// that follows the title; once more on the fresh record if another writer was faster. What
    /// `change` returns is committed too.
    pub async fn change_with(
        &self,
        caller: &Caller,
        id: ObjectId,
        action: Action,
        expected: Option<Version>,
        change: impl AsyncFn(&mut E) -> Result<ChangeSet, AppError>,
    ) -> Result<E, AppError> {
        let now = self.context.now();
        let touched = async |object: &mut E| {
            let changes = change(object).await?;
            object.touch(now);
            Ok(changes)
        };
        self.change_quietly(caller, id, action, expected, touched).await
    }

    /// The same without noting when it was changed: for what services of the platform note.
    pub async fn change_quietly(
        &self,
        caller: &Caller,
        id: ObjectId,
        action: Action,
        expected: Option<Version>,
        change: impl AsyncFn(&mut E) -> Result<ChangeSet, AppError>,
    ) -> Result<E, AppError> {
        self.change_read(caller, id, action, expected, async || self.fresh(id).await, change).await
    }

    /// The same as [`Self::change_with`] for who changes single parts of it: of a long record only
    /// the head is read and written.
    pub async fn change_head_with(
        &self,
        caller: &Caller,
        id: ObjectId,
        action: Action,
        change: impl AsyncFn(&mut E) -> Result<ChangeSet, AppError>,
    ) -> Result<E, AppError> {
        let now = self.context.now();
        let touched = async |object: &mut E| {
            let changes = change(object).await?;
            object.touch(now);
            Ok(changes)
        };
        self.change_head_quietly(caller, id, action, touched).await
    }

    /// The same as [`Self::change_quietly`] for who changes single parts of it.
    pub async fn change_head_quietly(
        &self,
        caller: &Caller,
        id: ObjectId,
        action: Action,
        change: impl AsyncFn(&mut E) -> Result<ChangeSet, AppError>,
    ) -> Result<E, AppError> {
        self.change_read(caller, id, action, None, async || self.fresh_head(id).await, change).await
    }

    async fn change_read(
        &self,
        caller: &Caller,
        id: ObjectId,
        action: Action,
        expected: Option<Version>,
        read: impl AsyncFn() -> Result<Stored<E>, AppError>,
        change: impl AsyncFn(&mut E) -> Result<ChangeSet, AppError>,
    ) -> Result<E, AppError> {
        retried_with_slug(async |taken| {
            let mut stored = read().await?;
            debug_assert!(*stored.value.id() == id, "it reads what is to be changed");
            self.allow(caller, &stored.value, action).await?;
            if expected.is_some_and(|version| version != stored.version) {
                return Err(AppError::Precondition);
            }
            let before = stored.value.clone();
            let mut changes = change(&mut stored.value).await?;
            changes = changes.and(self.follow_title(&before, &mut stored.value, taken).await?);
            changes = changes.and(E::settle(&self.context, caller, Some(&before), &mut stored.value).await?);
            changes = changes.and(counters::of_owner(Some(&before), Some(&stored.value)));
            if let (Some(key), Some(actor)) = (E::UPDATED, caller.viewer.user) {
                let names = told::<E>(&before, &stored.value)?;
                if !names.is_empty() {
                    changes = changes.insert(&self.activity(key, actor, &stored.value, names));
                }
            }
            self.context.store.commit(changes.update(&stored)).await?;
            Ok(stored.value)
        })
        .await
    }

    /// One as it is in storage now. Error: `NotFound`.
    pub async fn fresh(&self, id: ObjectId) -> Result<Stored<E>, AppError> {
        self.context.store.of::<E>().fresh(Filter::id(&id)).await?.ok_or(AppError::NotFound(E::CLASS))
    }

    /// The same, or its head. Error: `NotFound`.
    pub async fn fresh_head(&self, id: ObjectId) -> Result<Stored<E>, AppError> {
        self.context.store.of::<E>().fresh_head(Filter::id(&id)).await?.ok_or(AppError::NotFound(E::CLASS))
    }

    /// Something a user did with an object just now.
    pub fn activity(&self, key: ActivityKey, actor: ObjectId, object: &E, changes: Vec<String>) -> Activity {
        let activity = Activity::by_user(self.context.id(), key, actor, *object.id(), self.context.now());
        let activity = activity.with_changes(changes);
        match object.organization() {
            Some(organization) => activity.for_organization(organization),
            None => activity,
        }
    }

    async fn organization_of(&self, object: &E) -> Result<Option<Row<Organization>>, AppError> {
        match object.organization() {
            Some(id) => Ok(self.context.store.organizations.get(&id).await?),
            None => Ok(None),
        }
    }

    fn assignment(&self, user: ObjectId, organization: ObjectId, object: &E) -> Assignment {
        let subject = GenericReference::new(E::CLASS, E::COLLECTION.name, *object.id());
        let (id, created_at) = (self.context.id(), self.context.now());
        Assignment { id, user, organization, subject, created_at, rest: Document::new() }
    }

    /// Gives a renamed object the slug of its title; the old one leads to the new one.
    async fn follow_title(&self, before: &E, after: &mut E, taken: bool) -> Result<ChangeSet, AppError> {
        let wanted = slug::slugify(after.title());
        if wanted.is_empty() || wanted == slug::slugify(before.title()) {
            return Ok(ChangeSet::new());
        }
        let fallback = after.id().to_string();
        let names = (after.title(), fallback.as_str());
        let slug = slugs::wanted(self.context.store.of::<E>(), &E::SLUG, names, taken).await?;
        after.set_slug(slug);
        if after.slug() == before.slug() {
            return Ok(ChangeSet::new());
        }
        Ok(slugs::moved(&self.context, E::CLASS, before.slug(), after.slug()).await?)
    }
}

/// Names of the stored fields that differ and are told, sorted.
fn told<E: Class>(before: &E, after: &E) -> Result<Vec<String>, AppError> {
    let old = before.tellable().map_err(AppError::internal)?;
    let new = after.tellable().map_err(AppError::internal)?;
    let mut changed: Vec<String> = new
        .iter()
        .filter(|(name, value)| old.get(name) != Some(*value))
        .map(|(name, _value)| name.clone())
        .chain(old.keys().filter(|name| new.get(name).is_none()).cloned())
        .filter(|name| name != "_id" && !E::UNTOLD.contains(&name.as_str()))
        .collect();
    changed.sort_unstable();
    Ok(changed)
}

/// Errors about the body of a request that was to change an object of this class.
pub fn invalid<E: Class>(id: Option<ObjectId>, errors: Vec<FieldError>) -> AppError {
    AppError::Invalid(Invalid { subject: Some((E::CLASS, id.map(|id| id.to_string()))), errors, message: None })
}

/// One failed check of one field, in the shape of this class.
pub fn refused<E: Class>(field: &str, message: impl Into<String>) -> AppError {
    let error = if E::OLD_FORM { FieldError::form(field, message) } else { FieldError::check(field, message) };
    invalid::<E>(None, vec![error])
}
