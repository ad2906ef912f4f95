//! Inviting users to an organisation, and their answers.

use basalt_domain::{
    MembershipKind, MembershipRequest, MembershipStatus, NotificationType, ObjectId, Organization, OrganizationRole,
    User,
    organization::{INVITED_EMAIL, NEWEST_FIRST, REQUESTER},
    policy::organization::Action,
    user, validation,
};
use basalt_ports::{ChangeSet, Row, mail::Message};
use uuid::Uuid;

use super::{AssignmentWish, CLASS, Organizations};
use crate::{AppError, Caller, error::retried};

/// Whom an organisation invites, and as what.
#[derive(Clone, Debug, Default)]
pub struct Invitation {
    /// Id of the invited user.
    pub user: Option<String>,
    /// Address of the invited, with or without account.
    pub email: Option<String>,
    /// Role; editor without.
    pub role: Option<String>,
    /// What a partial editor will be given.
    pub assignments: Vec<AssignmentWish>,
    /// Why.
    pub comment: Option<String>,
}

/// An invitation that its receiver has not answered.
#[derive(Clone, Debug)]
pub struct PendingInvitation {
    /// Who invites.
    pub organization: Row<Organization>,
    /// The invitation.
    pub request: MembershipRequest,
}

impl Organizations {
    /// Invites a user, or an address without account. Errors: `SignIn`, `Forbidden`, `Invalid`.
    pub async fn invite(
        &self,
        caller: &Caller,
        id: ObjectId,
        invitation: &Invitation,
    ) -> Result<MembershipRequest, AppError> {
        let by = caller.id()?;
        let (request, address) = retried(|| async {
            let mut stored = self.fresh(id).await?;
            self.allow(caller, &stored.value, Action::Members)?;
            let (invited, email) = self.invited(invitation).await?;
            refuse_twice(&stored.value, invited.as_ref(), email.as_deref())?;
            let assignments = self.checked_assignments(id, &invitation.assignments).await?;
            let role = match invitation.role.as_deref() {
                None => OrganizationRole::Editor,
                Some(name) => OrganizationRole::parse(name)
                    .ok_or_else(|| AppError::check("role", format!("Invalid role '{name}'")))?,
            };
            if !assignments.is_empty() && role != OrganizationRole::PartialEditor {
                return Err(AppError::check("assignments", "Assignments can only be set for partial_editor role"));
            }
            let request = MembershipRequest {
                kind: MembershipKind::Invitation,
                user: invited.as_ref().map(|user| user.value.id),
                email: email.clone(),
                role,
                assignments,
                comment: invitation.comment.clone(),
                created_by: Some(by),
                ..self.new_request(by)
            };
            stored.value.requests.push(request.clone());
            let mut changes = ChangeSet::new().update(&stored);
            if let Some(user) = invited.as_ref().filter(|user| user.value.deleted.is_none()) {
                let user = user.value.id;
                changes = changes.insert(&self.membership_notice(user, NotificationType::MembershipInvited, id, user));
            }
            self.0.store.commit(changes).await?;
            Ok((request, email))
        })
        .await?;
        let text = "You are invited to join an organization of this portal.";
        self.mail_to(request.user.as_slice(), "Invitation to join an organization", text).await;
        if let Some(to) = address {
            let message =
                Message { to, subject: "Invitation to join an organization".into(), text: text.into(), html: None };
            if let Err(error) = self.0.mailer.send(message).await {
                tracing::warn!(%error, "mail not sent");
            }
        }
        Ok(request)
    }

    /// The account that is invited, or else the address.
    async fn invited(&self, invitation: &Invitation) -> Result<(Option<Row<User>>, Option<String>), AppError> {
        match (&invitation.user, &invitation.email) {
            (None, None) => Err(AppError::check("user", "Either user or email is required")),
            (Some(_), Some(_)) => Err(AppError::check("user", "Cannot provide both user and email")),
            (Some(reference), None) => {
                let id = ObjectId::parse(reference).map_err(|error| AppError::body(CLASS, error.to_string()))?;
                let user = self.0.store.users.get(&id).await?;
                let unknown = || AppError::check("user", format!("Unknown user '{reference}'"));
                Ok((Some(user.ok_or_else(unknown)?), None))
            }
            (None, Some(email)) => {
                if !validation::is_email(email) {
                    return Err(AppError::check("email", "Invalid email address"));
                }
                let lower = email.to_lowercase();
                let user = self.0.store.users.first(user::EMAIL.among([lower.clone(), email.clone()])).await?;
                Ok(if user.is_some() { (user, None) } else { (None, Some(lower)) })
            }
        }
    }

    /// Invitations to the caller that are not answered, newest organisation first.
    pub async fn invitations_to(&self, caller: &Caller) -> Result<Vec<PendingInvitation>, AppError> {
        let account = caller.account()?;
        let (user, email) = (account.value.id, account.value.email.to_lowercase());
        let filter =
            basalt_domain::organization::visible().and(REQUESTER.eq(user).or(INVITED_EMAIL.eq(email.as_str())));
        let organizations = self.0.store.organizations.list(filter, &[NEWEST_FIRST], u64::MAX).await?;
        let mut pending = Vec::new();
        for organization in organizations {
            for request in &organization.value.requests {
                if is_invitation_to(request, user, &email) && request.is_pending() {
                    pending.push(PendingInvitation { organization: organization.clone(), request: request.clone() });
                }
            }
        }
        Ok(pending)
    }

    /// Answers an invitation to the caller. Errors: `SignIn`, `NotFound`, `Invalid` when it was
    /// answered before.
    pub async fn answer_invitation(&self, caller: &Caller, request: Uuid, accept: bool) -> Result<(), AppError> {
        let account = caller.account()?;
        let (user, email) = (account.value.id, account.value.email.to_lowercase());
        retried(|| async {
            let theirs = REQUESTER.eq(user).or(INVITED_EMAIL.eq(email.as_str()));
            let organizations = self.0.store.organizations.fresh_list(theirs, u64::MAX).await?;
            let found = organizations.into_iter().find_map(|stored| {
                let invitation = stored.value.request(request)?.clone();
                is_invitation_to(&invitation, user, &email).then_some((stored, invitation))
            });
            let (mut stored, invitation) = found.ok_or(AppError::NotFound("Invitation"))?;
            if !invitation.is_pending() {
                return Err(AppError::message("Invitation is not pending"));
            }
            let id = stored.value.id;
            let mut changes = ChangeSet::new();
            if accept {
                self.join(&mut stored.value, request, user, user)?;
                for subject in invitation.assignments {
                    changes = changes.insert(&self.new_assignment(id, user, subject));
                }
            } else if let Some(refused) = stored.value.request_mut(request) {
                refused.handle(MembershipStatus::Refused, user, self.0.now());
            }
            let handled = self.notices_handled(id, user, NotificationType::MembershipInvited).await?;
            Ok(self.0.store.commit(changes.and(handled).update(&stored)).await?)
        })
        .await
    }
}

fn is_invitation_to(request: &MembershipRequest, user: ObjectId, email: &str) -> bool {
    request.is_invitation() && (request.user == Some(user) || request.email.as_deref() == Some(email))
}

/// Refuses to invite members and those who are asked or ask already.
fn refuse_twice(organization: &Organization, invited: Option<&Row<User>>, email: Option<&str>) -> Result<(), AppError> {
    if let Some(user) = invited.map(|user| user.value.id) {
        if organization.member(user).is_some() {
            return Err(AppError::check("user", "User is already a member"));
        }
        if organization.pending_of(user).is_some() {
            return Err(AppError::check("user", "A request or invitation is already pending for this user"));
        }
    }
    let pending = |request: &MembershipRequest| request.is_pending() && request.email.as_deref() == email;
    if email.is_some() && organization.requests.iter().any(pending) {
        return Err(AppError::check("email", "An invitation is already pending for this email"));
    }
    Ok(())
}
