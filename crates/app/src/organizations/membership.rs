//! Asking to join an organisation, and the answers of its admins.

use basalt_domain::{
    Document, FieldError, Filter, Member, MembershipKind, MembershipRequest, MembershipStatus, Notification,
    NotificationType, ObjectId, Organization, OrganizationRole, policy::organization::Action,
};
use basalt_ports::{ChangeSet, Stored, mail::Message};
use uuid::Uuid;

use super::{Organizations, invalid};
use crate::{AppError, Caller, error::retried, notices};

/// What became of asking to join.
pub enum Asked {
    /// A new request was made.
    New(MembershipRequest),
    /// There was one already; its comment was replaced.
    Again(MembershipRequest),
}

/// What became of accepting a request.
pub enum Accepted {
    /// They are a member now.
    Joined(Member),
    /// They were one before.
    Already(Member),
}

impl Organizations {
    /// Requests and invitations of an organisation: all of them for its admins, one's own for
    /// others who name themselves. Errors: `SignIn`, `Forbidden`.
    pub fn requests(
        &self,
        caller: &Caller,
        organization: &Organization,
        user: Option<&str>,
        status: Option<&str>,
    ) -> Result<Vec<MembershipRequest>, AppError> {
        let own = caller.id()?.to_string();
        if let Err(error) = self.allow(caller, organization, Action::Members) {
            match user {
                Some(user) if user == own => {}
                Some(_other) => return Err(AppError::Forbidden(Some(ONLY_OWN))),
                None => return Err(error),
            }
        }
        let requests = organization.requests.iter().filter(|request| {
            let of_user = |user: &str| request.user.is_some_and(|id| id.to_string() == user);
            user.is_none_or(of_user) && status.is_none_or(|status| request.status.as_str() == status)
        });
        Ok(requests.cloned().collect())
    }

    /// Asks to join. Errors: `SignIn`, `Invalid` without comment or for members and the invited.
    pub async fn ask(&self, caller: &Caller, id: ObjectId, comment: Comment<'_>) -> Result<Asked, AppError> {
        let user = caller.id()?;
        let asked = retried(|| async {
            let mut stored = self.fresh(id).await?;
            if stored.value.member(user).is_some() {
                return Err(AppError::message("You are already a member of this organization"));
            }
            let pending = stored.value.pending_of(user).map(|request| (request.id, request.is_invitation()));
            if let Some((_id, true)) = pending {
                return Err(AppError::message("You are already invited to this organization, accept the invitation"));
            }
            let at = pending.map_or(stored.value.requests.len(), |(request, _kind)| place(&stored.value, request));
            let comment = read(comment, id, at, "comment")?
                .ok_or_else(|| AppError::check("comment", "'comment' is required when 'kind' is 'request'"))?;
            if let Some((request, false)) = pending {
                let request = stored.value.request_mut(request).ok_or(AppError::NotFound("Request"))?;
                request.comment = Some(comment.to_owned());
                let again = request.clone();
                self.0.store.commit(ChangeSet::new().update(&stored)).await?;
                return Ok((Asked::Again(again), Vec::new()));
            }
            let request = MembershipRequest { comment: Some(comment.to_owned()), ..self.new_request(user) };
            stored.value.requests.push(request.clone());
            let told: Vec<Notification> = stored
                .value
                .admins()
                .map(|admin| self.membership_notice(admin, NotificationType::MembershipRequested, id, user))
                .collect();
            let changes = told.iter().fold(ChangeSet::new().update(&stored), ChangeSet::insert);
            self.0.store.commit(changes).await?;
            Ok((Asked::New(request), stored.value.admins().collect()))
        });
        let (asked, admins) = asked.await?;
        self.mail_to(&admins, "New membership request", "Somebody asked to join your organization.").await;
        Ok(asked)
    }

    /// Accepts a request, also one refused before. Errors: `SignIn`, `Forbidden`, `NotFound`,
    /// `Invalid` for an invitation.
    #[tracing::instrument(name = "app.organizations.accept_membership", skip_all, fields(organization.id = %id, request.id = %request), err(level = "info"))]
    pub async fn accept(&self, caller: &Caller, id: ObjectId, request: Uuid) -> Result<Accepted, AppError> {
        let by = caller.id()?;
        let accepted = retried(|| async {
            let (mut stored, asked) = self.asked(caller, id, request).await?;
            if asked.is_invitation() {
                return Err(AppError::message("Use the cancel endpoint for invitations"));
            }
            let user = asked.user.ok_or(AppError::NotFound("User"))?;
            if let Some(member) = stored.value.member(user) {
                return Ok((Accepted::Already(member.clone()), None));
            }
            self.join(&mut stored.value, request, user, by)?;
            let details =
                Document::new().with("organization", id).with("_cls", "MembershipAcceptedNotificationDetails");
            let kind = NotificationType::MembershipAccepted.as_str();
            let told = notices::new(&self.0, user, kind, details, &["requester"]);
            let handled = self.notices_handled(id, user, NotificationType::MembershipRequested).await?;
            self.0.store.commit(handled.update(&stored).insert(&told)).await?;
            let member = stored.value.member(user).ok_or(AppError::NotFound("Member"))?;
            Ok((Accepted::Joined(member.clone()), Some(user)))
        });
        let (accepted, user) = accepted.await?;
        self.mail_to(user.as_slice(), "Membership accepted", "Your membership request was accepted.").await;
        Ok(accepted)
    }

    /// Refuses a request. Errors: `SignIn`, `Forbidden`, `NotFound`, `Invalid` for an invitation.
    pub async fn refuse(
        &self,
        caller: &Caller,
        id: ObjectId,
        request: Uuid,
        comment: Comment<'_>,
    ) -> Result<(), AppError> {
        let by = caller.id()?;
        let user = retried(|| async {
            let (mut stored, asked) = self.asked(caller, id, request).await?;
            if asked.is_invitation() {
                return Err(AppError::message("Use the cancel endpoint for invitations"));
            }
            if asked.status == MembershipStatus::Accepted {
                return Err(AppError::message("This request was accepted already"));
            }
            let comment = read(comment, id, place(&stored.value, request), "refusal_comment")?;
            let now = self.0.now();
            let refused = stored.value.request_mut(request).ok_or(AppError::NotFound("Request"))?;
            refused.handle(MembershipStatus::Refused, by, now);
            refused.refusal_comment = comment.map(str::to_owned);
            let user = asked.user.ok_or(AppError::NotFound("User"))?;
            let details = Document::new().with("organization", id).with("_cls", "MembershipRefusedNotificationDetails");
            let kind = NotificationType::MembershipRefused.as_str();
            let told = notices::new(&self.0, user, kind, details, &["requester"]);
            let handled = self.notices_handled(id, user, NotificationType::MembershipRequested).await?;
            self.0.store.commit(handled.update(&stored).insert(&told)).await?;
            Ok(user)
        });
        let user = user.await?;
        self.mail_to(&[user], "Membership refused", "Your membership request was refused.").await;
        Ok(())
    }

    /// Takes back an invitation that was not answered. Errors: `SignIn`, `Forbidden`, `NotFound`,
    /// `Invalid`.
    pub async fn cancel(&self, caller: &Caller, id: ObjectId, request: Uuid) -> Result<(), AppError> {
        let by = caller.id()?;
        retried(|| async {
            let (mut stored, asked) = self.asked(caller, id, request).await?;
            if !asked.is_invitation() {
                return Err(AppError::message("Only invitations can be canceled"));
            }
            if !asked.is_pending() {
                return Err(AppError::message("Only pending invitations can be canceled"));
            }
            let now = self.0.now();
            if let Some(request) = stored.value.request_mut(request) {
                request.handle(MembershipStatus::Canceled, by, now);
            }
            let mut changes = ChangeSet::new().update(&stored);
            if let Some(user) = asked.user {
                changes = changes.and(self.notices_handled(id, user, NotificationType::MembershipInvited).await?);
            }
            Ok(self.0.store.commit(changes).await?)
        })
        .await
    }

    /// The organisation as it is now and one of its requests, for its admins.
    async fn asked(
        &self,
        caller: &Caller,
        id: ObjectId,
        request: Uuid,
    ) -> Result<(Stored<Organization>, MembershipRequest), AppError> {
        let stored = self.fresh(id).await?;
        self.allow(caller, &stored.value, Action::Members)?;
        let asked = stored.value.request(request).cloned().ok_or(AppError::NotFound("Request"))?;
        Ok((stored, asked))
    }

    /// Makes a member of who asked or was invited.
    pub(super) fn join(
        &self,
        organization: &mut Organization,
        request: Uuid,
        user: ObjectId,
        by: ObjectId,
    ) -> Result<(), AppError> {
        let now = self.0.now();
        let request = organization.request_mut(request).ok_or(AppError::NotFound("Request"))?;
        request.handle(MembershipStatus::Accepted, by, now);
        let role = request.role;
        organization.add_member(user, role, now);
        organization.last_modified = now;
        Ok(())
    }

    pub(super) fn new_request(&self, user: ObjectId) -> MembershipRequest {
        MembershipRequest {
            id: self.0.uuid(),
            kind: MembershipKind::Request,
            user: Some(user),
            email: None,
            status: MembershipStatus::Pending,
            role: OrganizationRole::Editor,
            assignments: Vec::new(),
            comment: None,
            created: self.0.now(),
            created_by: None,
            handled_on: None,
            handled_by: None,
            refusal_comment: None,
            rest: Document::new(),
        }
    }

    /// A notice about a request of, or an invitation to, this user.
    pub(super) fn membership_notice(
        &self,
        to: ObjectId,
        kind: NotificationType,
        id: ObjectId,
        user: ObjectId,
    ) -> Notification {
        let details = Document::new()
            .with("request_organization", id)
            .with("request_user", user)
            .with("_cls", "MembershipRequestNotificationDetails");
        let reasons: &[&str] =
            if kind == NotificationType::MembershipRequested { &["organization.admin"] } else { &[] };
        notices::new(&self.0, to, kind.as_str(), details, reasons)
    }

    /// Marks the notices of this kind about this user and organisation as dealt with.
    pub(super) async fn notices_handled(
        &self,
        id: ObjectId,
        user: ObjectId,
        kind: NotificationType,
    ) -> Result<ChangeSet, AppError> {
        let about: Filter<Notification> = Notification::REQUEST_ORGANIZATION
            .eq(id)
            .and(Notification::REQUEST_USER.eq(user))
            .and(Notification::KIND.eq(kind.as_str()))
            .and(Notification::HANDLED_AT.absent());
        let now = self.0.now();
        let mut changes = ChangeSet::new();
        for mut notice in self.0.store.notifications.fresh_list(about, u64::MAX).await? {
            notice.value.handled_at = Some(now);
            notice.value.last_modified = now;
            changes = changes.update(&notice);
        }
        Ok(changes)
    }

    /// Sends a mail to these users. A mail that cannot be sent undoes nothing: it is noted.
    pub(super) async fn mail_to(&self, users: &[ObjectId], subject: &str, text: &str) {
        let found = match self.0.store.users.by_ids(users).await {
            Ok(found) => found,
            Err(error) => return tracing::warn!(%error, "mail not sent"),
        };
        for user in found.values().filter(|user| user.value.is_usable() && !user.value.notifications_paused) {
            let message =
                Message { to: user.value.email.clone(), subject: subject.into(), text: text.into(), html: None };
            if let Err(error) = self.0.mailer.send(message).await {
                tracing::warn!(%error, user.id = %user.value.id, "mail not sent");
            }
        }
    }
}

const ONLY_OWN: &str = "You can only access your own membership requests or the one of your organizations.";

/// A comment as a client sent it: `Err` for what is no text.
pub type Comment<'a> = Result<Option<&'a str>, NotText>;

/// A client sent something else where a text belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotText;

/// The text of a comment; the empty one is none. Error: `Invalid`, about the request at this place.
fn read<'a>(comment: Comment<'a>, id: ObjectId, at: usize, field: &str) -> Result<Option<&'a str>, AppError> {
    let Ok(text) = comment else {
        let path = format!("requests.{at}.{field}");
        return Err(invalid(Some(id), vec![FieldError::stored(&path, "StringField only accepts string values")]));
    };
    Ok(text.filter(|text| !text.is_empty()))
}

/// Where this request stands among those of its organisation.
fn place(organization: &Organization, id: Uuid) -> usize {
    organization.requests.iter().position(|request| request.id == id).unwrap_or_default()
}
