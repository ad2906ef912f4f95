//! Badges of organisations.

use basalt_domain::{
    Badge, Document, Notification, ObjectId, Organization, OrganizationRole, organization::BADGES,
    policy::organization::Action,
};
use basalt_ports::ChangeSet;

use super::{CLASS, Organizations};
use crate::{AppError, Caller, error::retried, notices};

impl Organizations {
    /// Gives a badge; false when it was there already. Errors: `SignIn`, `Forbidden`, `Invalid`.
    pub async fn add_badge(&self, caller: &Caller, id: ObjectId, kind: &str) -> Result<bool, AppError> {
        let user = caller.id()?;
        retried(|| async {
            let mut stored = self.fresh(id).await?;
            self.allow(caller, &stored.value, Action::Badges)?;
            if !BADGES.iter().any(|(known, _label)| *known == kind) {
                return Err(AppError::body(CLASS, format!("Unknown badge type for Organization: {kind}")));
            }
            if stored.value.has_badge(kind) {
                return Ok(false);
            }
            let badge = Badge {
                class: Some("OrganizationBadge".into()),
                kind: kind.into(),
                created: self.0.now(),
                created_by: Some(user),
                rest: Document::new(),
            };
            stored.value.badges.insert(0, badge);
            let told = self.badge_notices(&stored.value, kind);
            let changes = told.iter().fold(ChangeSet::new().update(&stored), ChangeSet::insert);
            self.0.store.commit(changes).await?;
            Ok(true)
        })
        .await
    }

    /// Takes a badge. Errors: `SignIn`, `Forbidden`; `NotFound` when it is not there.
    pub async fn remove_badge(&self, caller: &Caller, id: ObjectId, kind: &str) -> Result<(), AppError> {
        retried(|| async {
            let mut stored = self.fresh(id).await?;
            self.allow(caller, &stored.value, Action::Badges)?;
            if !stored.value.has_badge(kind) {
                return Err(AppError::NotFound("Badge"));
            }
            stored.value.badges.retain(|badge| badge.kind != kind);
            Ok(self.0.store.commit(ChangeSet::new().update(&stored)).await?)
        })
        .await
    }

    /// One notice to each member.
    fn badge_notices(&self, organization: &Organization, kind: &str) -> Vec<Notification> {
        let members = organization.members.iter();
        let notice = |user, role| {
            let details =
                Document::new().with("organization", organization.id).with("_cls", "NewBadgeNotificationDetails");
            let kind = format!("organization.badge.{kind}");
            notices::new(&self.0, user, &kind, details, &[reason(role)])
        };
        members.map(|member| notice(member.user, member.role)).collect()
    }
}

const fn reason(role: OrganizationRole) -> &'static str {
    match role {
        OrganizationRole::Admin => "organization.admin",
        OrganizationRole::Editor => "organization.editor",
        OrganizationRole::PartialEditor => "organization.partial_editor",
    }
}
