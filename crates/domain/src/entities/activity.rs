//! What happened, for activity streams.

use serde::{Deserialize, Serialize};

use super::{GenericReference, fields::or_default};
use crate::{Collection, Document, Entity, Field, Kind, ObjectId, Sort, Timestamp};

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActivityKey {
    /// An organisation was created.
    OrganizationCreated,
    /// An organisation was changed.
    OrganizationUpdated,
    /// An organisation was followed.
    OrganizationFollowed,
    /// A user was followed.
    UserFollowed,
}

impl ActivityKey {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::OrganizationCreated, Self::OrganizationUpdated, Self::OrganizationFollowed, Self::UserFollowed];

    /// `_cls` in storage.
    pub const fn class(self) -> &'static str {
        match self {
            Self::OrganizationCreated => "Activity.UserCreatedOrganization",
            Self::OrganizationUpdated => "Activity.UserUpdatedOrganization",
            Self::OrganizationFollowed => "Activity.UserFollowedOrganization",
            Self::UserFollowed => "Activity.UserFollowedUser",
        }
    }

    /// `key` in the interface.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OrganizationCreated => "organization:created",
            Self::OrganizationUpdated => "organization:updated",
            Self::OrganizationFollowed => "organization:followed",
            Self::UserFollowed => "user:followed",
        }
    }

    /// The one with this `_cls`.
    pub fn of_class(class: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.class() == class)
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: ObjectId,
    /// Class name, see [`ActivityKey::class`].
    #[serde(rename = "_cls")]
    pub class: String,
    /// Who did it.
    pub actor: GenericReference,
    /// For which organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<ObjectId>,
    /// To what.
    pub related_to: ObjectId,
    /// Names of the changed fields.
    #[serde(default, deserialize_with = "or_default")]
    pub changes: Vec<String>,
    /// More about it.
    #[serde(default, deserialize_with = "or_default")]
    pub extras: Document,
    /// When.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: Timestamp,
    /// What else was stored.
    #[serde(flatten)]
    pub rest: Document,
}

impl Activity {
    /// Class name.
    pub const CLASS: Field<Self, String> = Field::one("_cls");
    /// Id of who did it.
    pub const ACTOR: Field<Self, ObjectId> = Field::one("actor._ref.$id");
    /// For which organisation.
    pub const ORGANIZATION: Field<Self, ObjectId> = Field::one("organization");
    /// To what.
    pub const RELATED_TO: Field<Self, ObjectId> = Field::one("related_to");
    /// When.
    pub const CREATED_AT: Field<Self, Timestamp> = Field::one("created_at");
    /// The order of lists that name none.
    pub const NEWEST_FIRST: Sort<Self> = Self::CREATED_AT.descending();

    /// Something a user did just now.
    pub fn by_user(id: ObjectId, key: ActivityKey, user: ObjectId, related_to: ObjectId, now: Timestamp) -> Self {
        Self {
            id,
            class: key.class().into(),
            actor: GenericReference::user(user),
            organization: None,
            related_to,
            changes: Vec::new(),
            extras: Document::new(),
            created_at: now,
            rest: Document::new(),
        }
    }

    /// The same, done for an organisation.
    #[must_use]
    pub fn for_organization(mut self, organization: ObjectId) -> Self {
        self.organization = Some(organization);
        self
    }

    /// The same, with the names of what changed.
    #[must_use]
    pub fn with_changes(mut self, changes: Vec<String>) -> Self {
        self.changes = changes;
        self
    }
}

impl Entity for Activity {
    type Id = ObjectId;
    const COLLECTION: &'static Collection = &Collection {
        name: "activity",
        id: Kind::Id,
        fields: &[
            Self::CLASS.path,
            Self::ACTOR.path,
            Self::ORGANIZATION.path,
            Self::RELATED_TO.path,
            Self::CREATED_AT.path,
        ],
        unique: &[],
        indexes: &[
            &["created_at"],
            &["actor._ref.$id", "created_at"],
            &["organization", "created_at"],
            &["related_to", "created_at"],
        ],
        totals: &[],
    };

    fn id(&self) -> &ObjectId {
        &self.id
    }
}
