//! Organisations: reading, creating, changing, deleting.

mod badges;
mod invitations;
mod members;
mod membership;
mod pictures;

use std::sync::Arc;

use basalt_domain::{
    Activity, ActivityKey, Document, Filter, Invalid, ObjectId, Organization, Sort, User,
    organization::{self, BADGE, BUSINESS_NUMBER, MEMBER, NAME, NEWEST_FIRST, SLUG},
    policy::organization::{Action, verdict},
    slug,
};
use basalt_ports::{ChangeSet, Page, PageRequest, Row, Stored, Version};

use crate::{
    AppError, Caller, Context, Form,
    error::{enforce, retried_with_slug},
    slugs::{self, Found},
};

pub use invitations::{Invitation, PendingInvitation};
pub use members::{AssignmentWish, role_named};
pub use membership::{Accepted, Asked, Comment, NotText};

/// Class name in documents and messages.
pub const CLASS: &str = "Organization";
/// The contract's sentence about a deleted one.
pub const GONE: &str = "Organization has been deleted";

/// Organisations and their members.
#[derive(Clone)]
pub struct Organizations(Arc<Context>);

/// Which organisations a list shows.
#[derive(Clone, Debug, Default)]
pub struct OrganizationFilter {
    /// Those whose name, short name or description have every word.
    pub q: Option<String>,
    /// Those with a badge of this kind.
    pub badge: Option<String>,
    /// Those of exactly this name.
    pub name: Option<String>,
    /// Those of this business number.
    pub business_number_id: Option<String>,
}

impl Organizations {
    /// Over these ports.
    pub const fn new(context: Arc<Context>) -> Self {
        Self(context)
    }

    /// What an id or slug leads to, deleted or not.
    pub async fn find(&self, reference: &str) -> Result<Found<Row<Organization>>, AppError> {
        let store = &self.0.store;
        if let Ok(id) = ObjectId::parse(reference)
            && let Some(row) = store.organizations.get(&id).await?
        {
            return Ok(Found::Here(row));
        }
        if let Some(row) = store.organizations.first(SLUG.eq(reference)).await? {
            return Ok(Found::Here(row));
        }
        let present = slugs::redirect(store, &store.organizations, &SLUG, CLASS, reference).await?;
        Ok(present.map_or(Found::Missing, Found::At))
    }

    /// May the caller read it? Errors: `Gone`.
    pub fn readable(&self, caller: &Caller, organization: &Organization) -> Result<(), AppError> {
        self.allow(caller, organization, Action::Read)
    }

    /// May the caller do this with it? Errors: `SignIn`, `Forbidden`, `Gone`.
    pub fn allow(&self, caller: &Caller, organization: &Organization, action: Action) -> Result<(), AppError> {
        enforce(verdict(&caller.viewer, organization, action), CLASS, GONE)
    }

    /// A page of those that everybody may see. Error: `NotFound` beyond the last page.
    pub async fn page(
        &self,
        filter: &OrganizationFilter,
        sort: Option<Sort<Organization>>,
        at: PageRequest,
    ) -> Result<Page<Row<Organization>>, AppError> {
        let sort = sort.unwrap_or(NEWEST_FIRST);
        let page = self.0.store.organizations.page(filter.condition(), &[sort], at).await?;
        if page.exists() { Ok(page) } else { Err(AppError::NotFound("Page")) }
    }

    /// Those whose name or short name holds this text, most followed first; all for an empty text.
    pub async fn suggest(&self, text: &str, size: u64) -> Result<Vec<Row<Organization>>, AppError> {
        let mut filter = organization::visible();
        if !text.is_empty() {
            filter = filter.and(NAME.contains(text).or(organization::ACRONYM.contains(text)));
        }
        Ok(self.0.store.organizations.list(filter, &[organization::FOLLOWERS.descending()], size).await?)
    }

    /// Those a user is a member of, newest first.
    pub async fn of_member(&self, user: ObjectId) -> Result<Vec<Row<Organization>>, AppError> {
        Ok(self.0.store.organizations.list(organization::joined_by(user), &[NEWEST_FIRST], u64::MAX).await?)
    }

    /// The users of these organisations' members: one read for all.
    pub async fn members_of<'a>(
        &self,
        organizations: impl IntoIterator<Item = &'a Organization>,
    ) -> Result<std::collections::HashMap<ObjectId, Row<User>>, AppError> {
        let ids: Vec<ObjectId> = organizations
            .into_iter()
            .flat_map(|organization| &organization.members)
            .map(|member| member.user)
            .collect();
        Ok(self.0.store.users.by_ids(&ids).await?)
    }

    /// Creates one; the caller becomes its admin. Errors: `SignIn`, `Invalid`.
    #[tracing::instrument(name = "app.organizations.create", skip_all, err(level = "info"))]
    pub async fn create(&self, caller: &Caller, form: &dyn Form<Organization>) -> Result<Organization, AppError> {
        let creator = caller.id()?;
        retried_with_slug(async |taken| {
            let context = &self.0;
            let now = context.now();
            let mut organization = Organization::new(context.id(), "", "", Some(creator), now);
            form.apply(&mut organization).map_err(|errors| invalid(None, errors))?;
            let fallback = organization.id.to_string();
            let names = (organization.name.as_str(), fallback.as_str());
            organization.slug = slugs::wanted(&context.store.organizations, &SLUG, names, taken).await?;
            let created =
                Activity::by_user(context.id(), ActivityKey::OrganizationCreated, creator, organization.id, now);
            let changes = ChangeSet::new()
                .insert(&organization)
                .insert(&created.for_organization(organization.id))
                .and(slugs::taken(&context.store, CLASS, &organization.slug).await?);
            context.store.commit(changes).await?;
            Ok(organization)
        })
        .await
    }

    /// Changes one. With `expected`, only if it is still in that version.
    ///
    /// Errors: `SignIn`, `Gone`, `Forbidden`, `Invalid`, `Precondition`; `Stale` when others were
    /// faster twice.
    #[tracing::instrument(name = "app.organizations.update", skip_all, fields(organization.id = %id), err(level = "info"))]
    pub async fn update(
        &self,
        caller: &Caller,
        id: ObjectId,
        form: &dyn Form<Organization>,
        expected: Option<Version>,
    ) -> Result<Organization, AppError> {
        let action = if form.restores() { Action::Restore } else { Action::Edit };
        self.change(caller, id, action, expected, |organization| {
            form.apply(organization).map_err(|errors| invalid(Some(id), errors))
        })
        .await
    }

    /// Marks one as deleted. Errors: as of [`Self::update`].
    #[tracing::instrument(name = "app.organizations.delete", skip_all, fields(organization.id = %id), err(level = "info"))]
    pub async fn delete(&self, caller: &Caller, id: ObjectId, expected: Option<Version>) -> Result<(), AppError> {
        let now = self.0.now();
        let deleted = self.change(caller, id, Action::Delete, expected, |organization| {
            organization.deleted = Some(now);
            Ok(())
        });
        deleted.await.map(drop)
    }

    /// Replaces the extras by what the change makes of them. Errors: as of [`Self::update`].
    pub async fn change_extras(
        &self,
        caller: &Caller,
        id: ObjectId,
        change: impl Fn(&mut Document),
    ) -> Result<Document, AppError> {
        let changed = self.change(caller, id, Action::Edit, None, |organization| {
            change(&mut organization.extras);
            Ok(())
        });
        changed.await.map(|organization| organization.extras)
    }

    /// Loads, judges, changes, commits, with the activity that tells of it and the slug that
    /// follows the name; once more on what is stored then if another writer was faster.
    async fn change(
        &self,
        caller: &Caller,
        id: ObjectId,
        action: Action,
        expected: Option<Version>,
        change: impl Fn(&mut Organization) -> Result<(), AppError>,
    ) -> Result<Organization, AppError> {
        retried_with_slug(async |taken| {
            // As it was read a moment ago to find it: should it have changed since, the commit tells,
            // and the next attempt reads what is stored.
            let row = self.0.store.organizations.get(&id).await?.ok_or(AppError::NotFound(CLASS))?;
            let before = &row.value;
            self.allow(caller, before, action)?;
            if expected.is_some_and(|version| version != row.version) {
                return Err(AppError::Precondition);
            }
            let mut stored = Stored::clone(&row);
            change(&mut stored.value)?;
            stored.value.last_modified = self.0.now();
            let mut changes = self.follow_name(before, &mut stored.value, taken).await?;
            if let Some(activity) = self.told(caller, before, &stored.value) {
                changes = changes.insert(&activity);
            }
            self.0.store.commit(changes.update(&stored)).await?;
            Ok(stored.value)
        })
        .await
    }

    async fn fresh(&self, id: ObjectId) -> Result<Stored<Organization>, AppError> {
        self.0.store.organizations.fresh(Filter::id(&id)).await?.ok_or(AppError::NotFound(CLASS))
    }

    /// Gives a renamed organisation the slug of its name; the old one leads to the new one.
    async fn follow_name(
        &self,
        before: &Organization,
        after: &mut Organization,
        taken: bool,
    ) -> Result<ChangeSet, AppError> {
        let wanted = slug::slugify(&after.name);
        if wanted.is_empty() || wanted == slug::slugify(&before.name) {
            return Ok(ChangeSet::new());
        }
        let fallback = after.id.to_string();
        let names = (after.name.as_str(), fallback.as_str());
        after.slug = slugs::wanted(&self.0.store.organizations, &SLUG, names, taken).await?;
        if after.slug == before.slug {
            return Ok(ChangeSet::new());
        }
        Ok(slugs::moved(&self.0, CLASS, &before.slug, &after.slug).await?)
    }

    /// The activity that tells of the changes, if any of them is told.
    fn told(&self, caller: &Caller, before: &Organization, after: &Organization) -> Option<Activity> {
        let mut changed = told_fields(before, after);
        for (at, member) in after.members.iter().enumerate() {
            if before.member(member.user).is_some_and(|former| former.role != member.role) {
                changed.push(format!("members.{at}.role"));
            }
        }
        let actor = caller.viewer.user.filter(|_actor| !changed.is_empty())?;
        let (id, now) = (self.0.id(), self.0.now());
        let activity = Activity::by_user(id, ActivityKey::OrganizationUpdated, actor, after.id, now);
        Some(activity.for_organization(after.id).with_changes(changed))
    }
}

impl OrganizationFilter {
    /// As a condition on those that everybody may see.
    pub fn condition(&self) -> Filter<Organization> {
        let mut filter = organization::visible();
        for word in self.q.iter().flat_map(|q| crate::folding::typed_words(q)) {
            filter = filter.and(NAME.contains(word).or(organization::ACRONYM.contains(word)));
        }
        if let Some(kind) = &self.badge {
            filter = filter.and(BADGE.eq(kind.as_str()));
        }
        if let Some(name) = &self.name {
            filter = filter.and(NAME.eq(name.as_str()));
        }
        if let Some(number) = &self.business_number_id {
            filter = filter.and(BUSINESS_NUMBER.eq(number.as_str()));
        }
        filter
    }
}

/// Stored names of the fields whose change is told in the activity stream, as far as they differ.
fn told_fields(before: &Organization, after: &Organization) -> Vec<String> {
    let differs = [
        ("acronym", before.acronym != after.acronym),
        ("banner_color", before.banner_color != after.banner_color),
        ("banner_image", before.banner_image != after.banner_image),
        ("banner_image_position", before.banner_image_position != after.banner_image_position),
        ("business_number_id", before.business_number_id != after.business_number_id),
        ("deleted", before.deleted != after.deleted),
        ("description", before.description != after.description),
        ("image_url", before.image_url != after.image_url),
        ("logo", before.logo != after.logo),
        ("name", before.name != after.name),
        (
            "presentation_blocs_published_at",
            before.presentation_blocs_published_at != after.presentation_blocs_published_at,
        ),
        ("url", before.url != after.url),
    ];
    differs.into_iter().filter(|(_name, differs)| *differs).map(|(name, _differs)| name.to_owned()).collect()
}

/// The organisations of which one of these users is a member.
pub(crate) fn joined_by_any(users: &[ObjectId]) -> Filter<Organization> {
    MEMBER.among(users.iter().copied())
}

pub(crate) fn invalid(id: Option<ObjectId>, errors: Vec<basalt_domain::FieldError>) -> AppError {
    AppError::Invalid(Invalid { subject: Some((CLASS, id.map(|id| id.to_string()))), errors, message: None })
}
