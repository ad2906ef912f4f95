//! Whom the objects of an answer belong to: loaded once for all of them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use basalt_domain::{
    Assignment, ObjectId, Organization, OrganizationRole, Owned, User,
    policy::object::{Permissions, Relation, permissions},
};
use basalt_ports::Row;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    context::Ctx,
    problem::Problem,
    v1::references::{OrganizationReference, UserReference},
};

/// Whom the objects of an answer belong to. Cheap to clone.
#[derive(Clone, Default)]
pub struct Owners {
    organizations: Arc<HashMap<ObjectId, Row<Organization>>>,
    users: Arc<HashMap<ObjectId, Row<User>>>,
    assigned: Arc<HashSet<ObjectId>>,
}

/// Objects of several classes that are shown together: whom they belong to is read once for all.
#[derive(Default)]
pub struct Wanted {
    organizations: Vec<ObjectId>,
    users: Vec<ObjectId>,
    assignable: Vec<ObjectId>,
}

impl Wanted {
    /// These as well.
    #[must_use]
    pub fn objects<'a, E: Owned<Id = ObjectId>>(mut self, objects: impl IntoIterator<Item = &'a E> + Clone) -> Self {
        self.assignable.extend(objects.clone().into_iter().map(|object| *object.id()));
        self.owned(objects)
    }

    /// These as well, none of which can be assigned to a partial editor.
    #[must_use]
    pub fn owned<'a, E: Owned>(mut self, objects: impl IntoIterator<Item = &'a E> + Clone) -> Self {
        self.organizations.extend(objects.clone().into_iter().filter_map(Owned::organization));
        self.users.extend(objects.into_iter().filter_map(Owned::owner));
        self
    }

    /// These users as well.
    #[must_use]
    pub fn users(mut self, users: impl IntoIterator<Item = ObjectId>) -> Self {
        self.users.extend(users);
        self
    }

    /// Whom they belong to: one read of organisations and users; one of assignments where the
    /// caller is a partial editor of one of the organisations.
    pub async fn read(self, ctx: &Ctx) -> Result<Owners, Problem> {
        let store = &ctx.services().context.store;
        let mut organizations = store.organizations.asked_by_ids(&self.organizations);
        let mut users = store.users.asked_by_ids(&self.users);
        store.together(&mut [&mut organizations, &mut users]).await?;
        let (organizations, users) = (Arc::new(organizations.by_id()), Arc::new(users.by_id()));
        let mut owners = Owners { organizations, users, assigned: Arc::default() };
        if let Some(user) = ctx.caller.viewer.user
            && !self.assignable.is_empty()
            && owners.organizations.values().any(|row| is_partial_editor(&row.value, user))
        {
            let given = Assignment::USER.eq(user).and(Assignment::SUBJECT.among(self.assignable));
            let given = store.assignments.list(given, &[], u64::MAX).await?;
            owners.assigned = Arc::new(given.iter().map(|row| row.value.subject.id()).collect());
        }
        Ok(owners)
    }
}

impl Owners {
    /// Of these objects.
    pub async fn of<'a, E: Owned<Id = ObjectId>>(
        ctx: &Ctx,
        objects: impl IntoIterator<Item = &'a E> + Clone,
    ) -> Result<Self, Problem> {
        Wanted::default().objects(objects).read(ctx).await
    }

    /// Of these objects, none of which can be assigned to a partial editor.
    pub async fn of_owned<'a, E: Owned>(
        ctx: &Ctx,
        objects: impl IntoIterator<Item = &'a E> + Clone,
    ) -> Result<Self, Problem> {
        Wanted::default().owned(objects).read(ctx).await
    }

    /// What the caller is to one of the objects.
    pub fn relation<E: Owned<Id = ObjectId>>(&self, ctx: &Ctx, object: &E) -> Relation {
        let assigned = self.assigned.contains(object.id());
        Relation::between(&ctx.caller.viewer, object, self.row(object.organization()), assigned)
    }

    /// What the caller is to something that cannot be assigned.
    pub fn relation_to_owned<E: Owned>(&self, ctx: &Ctx, object: &E) -> Relation {
        Relation::between(&ctx.caller.viewer, object, self.row(object.organization()), false)
    }

    /// What the caller may do with one of the objects.
    pub fn permissions<E: Owned<Id = ObjectId>>(&self, ctx: &Ctx, object: &E) -> ObjectPermissions {
        permissions(self.relation(ctx, object)).into()
    }

    /// The organisation of one of the objects.
    pub fn organization<E: Owned>(&self, ctx: &Ctx, object: &E) -> Option<OrganizationReference<'_>> {
        let organization = self.row(object.organization())?;
        Some(OrganizationReference::new(organization, &ctx.caller.viewer, &ctx.links))
    }

    /// The user one of the objects belongs to.
    pub fn owner<E: Owned>(&self, ctx: &Ctx, object: &E) -> Option<UserReference<'_>> {
        self.user(ctx, object.owner()?)
    }

    /// One of the users.
    pub fn user(&self, ctx: &Ctx, id: ObjectId) -> Option<UserReference<'_>> {
        Some(UserReference::new(&self.users.get(&id)?.value, &ctx.links))
    }

    fn row(&self, id: Option<ObjectId>) -> Option<&Organization> {
        Some(&self.organizations.get(&id?)?.value)
    }
}

fn is_partial_editor(organization: &Organization, user: ObjectId) -> bool {
    organization.member(user).is_some_and(|member| member.role == OrganizationRole::PartialEditor)
}

/// What the caller may do with an object.
#[derive(Clone, Copy, Serialize, JsonSchema)]
pub struct ObjectPermissions {
    /// Delete it.
    pub delete: bool,
    /// Change it.
    pub edit: bool,
}

impl From<Permissions> for ObjectPermissions {
    fn from(Permissions { delete, edit }: Permissions) -> Self {
        Self { delete, edit }
    }
}
