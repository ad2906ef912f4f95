//! Members of organisations, and those who want or are wanted to become one.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    GenericReference,
    fields::{or_default, uuid},
};
use crate::{Document, ObjectId, Timestamp};

/// What a member may do for the organisation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganizationRole {
    /// Everything, members included.
    Admin,
    /// Its datasets, reuses and other objects.
    #[default]
    Editor,
    /// Only the objects assigned to them.
    PartialEditor,
}

impl OrganizationRole {
    /// All of them, as the interface lists them.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Editor, Self::PartialEditor];

    /// Its name in storage and in the interface.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Editor => "editor",
            Self::PartialEditor => "partial_editor",
        }
    }

    /// The role of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// A member of an organisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub user: ObjectId,
    /// As what.
    #[serde(default, deserialize_with = "or_default")]
    pub role: OrganizationRole,
    /// Since when.
    #[serde(default, deserialize_with = "or_default")]
    pub since: Timestamp,
    /// What else was stored.
    #[serde(flatten)]
    pub rest: Document,
}

impl Member {
    /// A member from now on.
    pub fn new(user: ObjectId, role: OrganizationRole, since: Timestamp) -> Self {
        Self { user, role, since, rest: Document::new() }
    }
}

/// Who took the first step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MembershipKind {
    /// The user asked to join.
    #[default]
    Request,
    /// The organisation invited.
    Invitation,
}

impl MembershipKind {
    /// Its name in storage and in the interface.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Invitation => "invitation",
        }
    }
}

/// What became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MembershipStatus {
    /// Not answered yet.
    #[default]
    Pending,
    /// Answered with yes.
    Accepted,
    /// Answered with no.
    Refused,
    /// Taken back.
    Canceled,
}

impl MembershipStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Accepted, Self::Refused, Self::Canceled];

    /// Its name in storage and in the interface.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Canceled => "canceled",
        }
    }

    /// The status of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// A request to join an organisation, or an invitation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MembershipRequest {
    /// Its id.
    #[serde(deserialize_with = "uuid")]
    pub id: Uuid,
    /// Who took the first step.
    #[serde(default, deserialize_with = "or_default")]
    pub kind: MembershipKind,
    /// Who is to become a member; absent when an address without account was invited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<ObjectId>,
    /// Invited address without account, lower-case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What became of it.
    #[serde(default, deserialize_with = "or_default")]
    pub status: MembershipStatus,
    /// As what.
    #[serde(default, deserialize_with = "or_default")]
    pub role: OrganizationRole,
    /// Objects a partial editor will be given.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub assignments: Vec<GenericReference>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// When it was made.
    #[serde(default, deserialize_with = "or_default")]
    pub created: Timestamp,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<ObjectId>,
    /// When it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handled_on: Option<Timestamp>,
    /// Who answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handled_by: Option<ObjectId>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal_comment: Option<String>,
    /// What else was stored.
    #[serde(flatten)]
    pub rest: Document,
}

impl MembershipRequest {
    /// Not answered yet?
    pub fn is_pending(&self) -> bool {
        self.status == MembershipStatus::Pending
    }

    /// Was it the organisation that asked?
    pub fn is_invitation(&self) -> bool {
        self.kind == MembershipKind::Invitation
    }

    /// Notes the answer.
    pub fn handle(&mut self, status: MembershipStatus, by: ObjectId, now: Timestamp) {
        self.status = status;
        self.handled_by = Some(by);
        self.handled_on = Some(now);
    }
}
