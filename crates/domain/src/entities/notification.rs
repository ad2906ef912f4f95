//! Notices to users about what concerns them.

use serde::{Deserialize, Serialize};

use super::fields::or_default;
use crate::{Collection, Document, Entity, Field, Filter, Kind, ObjectId, Sort, Timestamp};

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotificationType {
    /// Somebody wants to join the user's organisation.
    MembershipRequested,
    /// The user is invited to an organisation.
    MembershipInvited,
    /// The user's request to join was accepted.
    MembershipAccepted,
    /// The user's request to join was refused.
    MembershipRefused,
}

impl NotificationType {
    /// Its name in storage and in the interface.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MembershipRequested => "organization.membership.requested",
            Self::MembershipInvited => "organization.membership.invited",
            Self::MembershipAccepted => "organization.membership.accepted",
            Self::MembershipRefused => "organization.membership.refused",
        }
    }
}

/// A notice to a user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notification {
    /// Its id, a UUID as text.
    #[serde(rename = "_id")]
    pub id: String,
    /// Whom it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<ObjectId>,
    /// What it is about, see [`NotificationType`].
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub kind: String,
    /// More about it, with its class in `_cls`.
    #[serde(default, deserialize_with = "or_default")]
    pub details: Document,
    /// Why this user is told.
    #[serde(default, deserialize_with = "or_default")]
    pub reasons: Vec<String>,
    /// Is a mail still to be sent?
    #[serde(default, deserialize_with = "or_default")]
    pub mail_pending: bool,
    /// When.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[serde(default, deserialize_with = "or_default")]
    pub last_modified: Timestamp,
    /// When the user dealt with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handled_at: Option<Timestamp>,
    /// What else was stored.
    #[serde(flatten)]
    pub rest: Document,
}

impl Notification {
    /// Whom it tells.
    pub const USER: Field<Self, ObjectId> = Field::one("user");
    /// What it is about.
    pub const KIND: Field<Self, String> = Field::one("type");
    /// When.
    pub const CREATED_AT: Field<Self, Timestamp> = Field::one("created_at");
    /// When it was last changed.
    pub const LAST_MODIFIED: Field<Self, Timestamp> = Field::one("last_modified");
    /// When the user dealt with it.
    pub const HANDLED_AT: Field<Self, Timestamp> = Field::one("handled_at");
    /// The organisation a membership notice is about.
    pub const REQUEST_ORGANIZATION: Field<Self, ObjectId> = Field::one("details.request_organization");
    /// The user a membership notice is about.
    pub const REQUEST_USER: Field<Self, ObjectId> = Field::one("details.request_user");
    /// The order of lists that name none.
    pub const NEWEST_FIRST: Sort<Self> = Self::CREATED_AT.descending();

    /// Those to this user.
    pub fn to(user: ObjectId) -> Filter<Self> {
        Self::USER.eq(user)
    }
}

impl Entity for Notification {
    type Id = String;
    const COLLECTION: &'static Collection = &Collection {
        name: "notification",
        id: Kind::Text,
        fields: &[
            Self::USER.path,
            Self::KIND.path,
            Self::CREATED_AT.path,
            Self::LAST_MODIFIED.path,
            Self::HANDLED_AT.path,
            Self::REQUEST_ORGANIZATION.path,
            Self::REQUEST_USER.path,
        ],
        unique: &[],
        indexes: &[&["user", "created_at"], &["details.request_organization", "details.request_user"]],
        totals: &[],
        followed: false,
        parts: None,
    };

    fn id(&self) -> &String {
        &self.id
    }
}
