//! Whom the objects of an answer belong to: loaded once for all of them.

use std::collections::{HashMap, HashSet};

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

/// Whom the objects of an answer belong to.
#[derive(Default)]
pub struct Owners {
    organizations: HashMap<ObjectId, Row<Organization>>,
    users: HashMap<ObjectId, Row<User>>,
    assigned: HashSet<ObjectId>,
}

impl Owners {
    /// Of these objects: one read of organisations, one of users; one of assignments where the
    /// caller is a partial editor of one of the organisations.
    pub async fn of<'a, E: Owned<Id = ObjectId>>(
        ctx: &Ctx,
        objects: impl IntoIterator<Item = &'a E> + Clone,
    ) -> Result<Self, Problem> {
        let mut owners = Self::of_owned(ctx, objects.clone()).await?;
        if let Some(user) = ctx.caller.viewer.user
            && owners.organizations.values().any(|row| is_partial_editor(&row.value, user))
        {
            let ids = objects.into_iter().map(|object| *object.id());
            let given = Assignment::USER.eq(user).and(Assignment::SUBJECT.among(ids));
            let given = ctx.services().context.store.assignments.list(given, &[], u64::MAX).await?;
            owners.assigned = given.iter().map(|row| row.value.subject.id()).collect();
        }
        Ok(owners)
    }

    /// Of these objects, none of which can be assigned to a partial editor.
    pub async fn of_owned<'a, E: Owned>(
        ctx: &Ctx,
        objects: impl IntoIterator<Item = &'a E> + Clone,
    ) -> Result<Self, Problem> {
        let store = &ctx.services().context.store;
        let organizations: Vec<ObjectId> = objects.clone().into_iter().filter_map(Owned::organization).collect();
        let users: Vec<ObjectId> = objects.into_iter().filter_map(Owned::owner).collect();
        Ok(Self {
            organizations: if organizations.is_empty() {
                HashMap::new()
            } else {
                store.organizations.by_ids(&organizations).await?
            },
            users: if users.is_empty() { HashMap::new() } else { store.users.by_ids(&users).await? },
            assigned: HashSet::new(),
        })
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
        Some(UserReference::new(&self.users.get(&object.owner()?)?.value, &ctx.links))
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
