//! Members of an organisation and what partial editors may edit.

use std::collections::HashMap;

use basalt_domain::{
    Assignment, Dataservice, Dataset, Document, FieldError, GenericReference, Member, ObjectId, Organization,
    OrganizationRole, Owned, Reuse, policy::organization::Action,
};
use basalt_ports::{ChangeSet, Kept, Row, Stored};

use super::{CLASS, Organizations, invalid};
use crate::{AppError, Caller, error::retried};

/// Classes of objects that can be assigned, and their collections.
const ASSIGNABLE: [(&str, &str); 3] = [("Dataset", "dataset"), ("Dataservice", "dataservice"), ("Reuse", "reuse")];

/// An object that a partial editor is to be given, as a client names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignmentWish {
    /// Class of the object.
    pub class: String,
    /// Its id; `None` where the client sent none.
    pub id: Option<String>,
}

impl Organizations {
    /// Changes a member's role; `None` leaves it. Who is no longer a partial editor loses their
    /// assignments. Errors: `SignIn`, `Forbidden`, `NotFound` for who is no member.
    pub async fn set_role(
        &self,
        caller: &Caller,
        id: ObjectId,
        user: ObjectId,
        role: Option<OrganizationRole>,
    ) -> Result<Member, AppError> {
        retried(|| async {
            let mut stored = self.fresh(id).await?;
            self.allow(caller, &stored.value, Action::Members)?;
            let before = stored.value.clone();
            let member = stored.value.member_mut(user).ok_or(AppError::NotFound("Member"))?;
            let Some(role) = role.filter(|role| *role != member.role) else { return Ok(member.clone()) };
            let lost = member.role == OrganizationRole::PartialEditor;
            member.role = role;
            let as_changed = member.clone();
            stored.value.last_modified = self.0.now();
            let mut changes = ChangeSet::new().update(&stored);
            if lost {
                changes = changes.and(self.without_assignments(id, user).await?);
            }
            if let Some(activity) = self.told(caller, &before, &stored.value) {
                changes = changes.insert(&activity);
            }
            self.0.store.commit(changes).await?;
            Ok(as_changed)
        })
        .await
    }

    /// Removes a member and their assignments. Errors: `SignIn`, `Forbidden`, `NotFound`.
    pub async fn remove_member(&self, caller: &Caller, id: ObjectId, user: ObjectId) -> Result<(), AppError> {
        retried(|| async {
            let mut stored = self.fresh(id).await?;
            self.allow(caller, &stored.value, Action::Members)?;
            if !stored.value.remove_member(user) {
                return Err(AppError::NotFound("Member"));
            }
            stored.value.last_modified = self.0.now();
            let changes = self.without_assignments(id, user).await?.update(&stored);
            Ok(self.0.store.commit(changes).await?)
        })
        .await
    }

    /// Everything assigned in an organisation. Errors: `SignIn`, `Forbidden`.
    pub async fn assignments(
        &self,
        caller: &Caller,
        organization: &Organization,
    ) -> Result<Vec<Row<Assignment>>, AppError> {
        self.allow(caller, organization, Action::Members)?;
        let theirs = Assignment::ORGANIZATION.eq(organization.id);
        Ok(self.0.store.assignments.list(theirs, &[], u64::MAX).await?)
    }

    /// Replaces what a partial editor may edit. Errors: `SignIn`, `Forbidden`, `Invalid`.
    pub async fn assign(
        &self,
        caller: &Caller,
        id: ObjectId,
        user: ObjectId,
        wishes: &[AssignmentWish],
    ) -> Result<Vec<Assignment>, AppError> {
        retried(|| async {
            let stored = self.fresh(id).await?;
            self.allow(caller, &stored.value, Action::Members)?;
            let role = stored.value.member(user).map(|member| member.role);
            if role != Some(OrganizationRole::PartialEditor) {
                return Err(AppError::message("User must be a partial_editor member of this organization"));
            }
            let wanted = self.checked_assignments(id, wishes).await?;
            let former: HashMap<ObjectId, Stored<Assignment>> =
                self.assignments_of(id, user).await?.into_iter().map(|row| (row.value.subject.id(), row)).collect();
            let mut changes = ChangeSet::new();
            let mut now_assigned = Vec::new();
            for subject in &wanted {
                if let Some(kept) = former.get(&subject.id()) {
                    now_assigned.push(kept.value.clone());
                } else {
                    let assignment = self.new_assignment(id, user, subject.clone());
                    changes = changes.insert(&assignment);
                    now_assigned.push(assignment);
                }
            }
            for (subject, row) in &former {
                if !wanted.iter().any(|wanted| wanted.id() == *subject) {
                    changes = changes.delete(row);
                }
            }
            self.0.store.commit(changes).await?;
            Ok(now_assigned)
        })
        .await
    }

    /// The references that a client's wishes stand for: objects of this organisation.
    pub(super) async fn checked_assignments(
        &self,
        organization: ObjectId,
        wishes: &[AssignmentWish],
    ) -> Result<Vec<GenericReference>, AppError> {
        let mut wanted: Vec<GenericReference> = Vec::new();
        for wish in wishes {
            let refused = |message: String| AppError::check("assignments", message);
            let known = ASSIGNABLE.iter().find(|(class, _collection)| *class == wish.class);
            let (class, collection) = known.ok_or_else(|| refused(format!("Invalid object class '{}'", wish.class)))?;
            let sent = wish.id.as_deref().unwrap_or("None");
            let missing = || refused(format!("{class} '{sent}' not found"));
            let id = match wish.id.as_deref().map(ObjectId::parse) {
                None => return Err(missing()),
                Some(id) => id.map_err(|error| AppError::body(CLASS, error.to_string()))?,
            };
            let of = match *class {
                "Dataset" => self.organization_of::<Dataset>(id).await?,
                "Dataservice" => self.organization_of::<Dataservice>(id).await?,
                _ => self.organization_of::<Reuse>(id).await?,
            };
            if of.ok_or_else(missing)? != Some(organization) {
                return Err(refused(format!("{class} '{sent}' does not belong to this organization")));
            }
            if !wanted.iter().any(|reference| reference.id() == id) {
                wanted.push(GenericReference::new(class, collection, id));
            }
        }
        Ok(wanted)
    }

    /// The organisation an object belongs to; none where there is no such object.
    async fn organization_of<E: Kept + Owned<Id = ObjectId>>(
        &self,
        id: ObjectId,
    ) -> Result<Option<Option<ObjectId>>, AppError> {
        Ok(self.0.store.of::<E>().get(&id).await?.map(|row| row.value.organization()))
    }

    pub(super) fn new_assignment(&self, id: ObjectId, user: ObjectId, subject: GenericReference) -> Assignment {
        let (of, now) = (self.0.id(), self.0.now());
        Assignment { id: of, user, organization: id, subject, created_at: now, rest: Document::new() }
    }

    async fn assignments_of(&self, id: ObjectId, user: ObjectId) -> Result<Vec<Stored<Assignment>>, AppError> {
        let theirs = Assignment::USER.eq(user).and(Assignment::ORGANIZATION.eq(id));
        Ok(self.0.store.assignments.fresh_list(theirs, u64::MAX).await?)
    }

    async fn without_assignments(&self, id: ObjectId, user: ObjectId) -> Result<ChangeSet, AppError> {
        Ok(self.assignments_of(id, user).await?.iter().fold(ChangeSet::new(), ChangeSet::delete))
    }
}

/// The role of this name. Error: `Invalid`, with the contract's sentence.
pub fn role_named(id: ObjectId, name: &str) -> Result<OrganizationRole, AppError> {
    OrganizationRole::parse(name).ok_or_else(|| {
        let message = format!("'{name}' is not a valid choice. Valid choices: ['admin', 'editor', 'partial_editor']");
        invalid(Some(id), vec![FieldError::check("role", message)])
    })
}
