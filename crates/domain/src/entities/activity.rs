//! What happened, for activity streams.

use serde::{Deserialize, Serialize};

use super::{GenericReference, fields::or_default};
use crate::{Collection, Document, Entity, Field, Kind, ObjectId, Sort, Timestamp};

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActivityKey {
    /// A dataset was created.
    DatasetCreated,
    /// A dataset was changed.
    DatasetUpdated,
    /// A dataset was deleted.
    DatasetDeleted,
    /// A dataset was discussed.
    DatasetDiscussed,
    /// A dataset was followed.
    DatasetFollowed,
    /// A resource was added to a dataset.
    ResourceAdded,
    /// A resource of a dataset was changed.
    ResourceUpdated,
    /// A resource was removed from a dataset.
    ResourceRemoved,
    /// A reuse was created.
    ReuseCreated,
    /// A reuse was changed.
    ReuseUpdated,
    /// A reuse was deleted.
    ReuseDeleted,
    /// A reuse was followed.
    ReuseFollowed,
    /// A dataservice was created.
    DataserviceCreated,
    /// A dataservice was changed.
    DataserviceUpdated,
    /// A dataservice was deleted.
    DataserviceDeleted,
    /// A dataservice was followed.
    DataserviceFollowed,
    /// A topic was created.
    TopicCreated,
    /// A topic was changed.
    TopicUpdated,
    /// An element was added to a topic.
    TopicElementCreated,
    /// An element of a topic was changed.
    TopicElementUpdated,
    /// An element was removed from a topic.
    TopicElementDeleted,
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
    pub const ALL: [Self; 25] = [
        Self::DatasetCreated,
        Self::DatasetUpdated,
        Self::DatasetDeleted,
        Self::DatasetDiscussed,
        Self::DatasetFollowed,
        Self::ResourceAdded,
        Self::ResourceUpdated,
        Self::ResourceRemoved,
        Self::ReuseCreated,
        Self::ReuseUpdated,
        Self::ReuseDeleted,
        Self::ReuseFollowed,
        Self::DataserviceCreated,
        Self::DataserviceUpdated,
        Self::DataserviceDeleted,
        Self::DataserviceFollowed,
        Self::TopicCreated,
        Self::TopicUpdated,
        Self::TopicElementCreated,
        Self::TopicElementUpdated,
        Self::TopicElementDeleted,
        Self::OrganizationCreated,
        Self::OrganizationUpdated,
        Self::OrganizationFollowed,
        Self::UserFollowed,
    ];

    /// `_cls` in storage.
    pub const fn class(self) -> &'static str {
        match self {
            Self::DatasetCreated => "Activity.UserCreatedDataset",
            Self::DatasetUpdated => "Activity.UserUpdatedDataset",
            Self::DatasetDeleted => "Activity.UserDeletedDataset",
            Self::DatasetDiscussed => "Activity.UserDiscussedDataset",
            Self::DatasetFollowed => "Activity.UserFollowedDataset",
            Self::ResourceAdded => "Activity.UserAddedResourceToDataset",
            Self::ResourceUpdated => "Activity.UserUpdatedResource",
            Self::ResourceRemoved => "Activity.UserRemovedResourceFromDataset",
            Self::ReuseCreated => "Activity.UserCreatedReuse",
            Self::ReuseUpdated => "Activity.UserUpdatedReuse",
            Self::ReuseDeleted => "Activity.UserDeletedReuse",
            Self::ReuseFollowed => "Activity.UserFollowedReuse",
            Self::DataserviceCreated => "Activity.UserCreatedDataservice",
            Self::DataserviceUpdated => "Activity.UserUpdatedDataservice",
            Self::DataserviceDeleted => "Activity.UserDeletedDataservice",
            Self::DataserviceFollowed => "Activity.UserFollowedDataservice",
            Self::TopicCreated => "Activity.UserCreatedTopic",
            Self::TopicUpdated => "Activity.UserUpdatedTopic",
            Self::TopicElementCreated => "Activity.UserCreatedTopicElement",
            Self::TopicElementUpdated => "Activity.UserUpdatedTopicElement",
            Self::TopicElementDeleted => "Activity.UserDeletedTopicElement",
            Self::OrganizationCreated => "Activity.UserCreatedOrganization",
            Self::OrganizationUpdated => "Activity.UserUpdatedOrganization",
            Self::OrganizationFollowed => "Activity.UserFollowedOrganization",
            Self::UserFollowed => "Activity.UserFollowedUser",
        }
    }

    /// `key` in the interface.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DatasetCreated => "dataset:created",
            Self::DatasetUpdated => "dataset:updated",
            Self::DatasetDeleted => "dataset:deleted",
            Self::DatasetDiscussed => "dataset:discussed",
            Self::DatasetFollowed => "dataset:followed",
            Self::ResourceAdded => "dataset:resource:added",
            Self::ResourceUpdated => "dataset:resource:updated",
            Self::ResourceRemoved => "dataset:resource:deleted",
            Self::ReuseCreated => "reuse:created",
            Self::ReuseUpdated => "reuse:updated",
            Self::ReuseDeleted => "reuse:deleted",
            Self::ReuseFollowed => "reuse:followed",
            Self::DataserviceCreated => "dataservice:created",
            Self::DataserviceUpdated => "dataservice:updated",
            Self::DataserviceDeleted => "dataservice:deleted",
            Self::DataserviceFollowed => "dataservice:followed",
            Self::TopicCreated => "topic:created",
            Self::TopicUpdated => "topic:updated",
            Self::TopicElementCreated => "topic:element:created",
            Self::TopicElementUpdated => "topic:element:updated",
            Self::TopicElementDeleted => "topic:element:deleted",
            Self::OrganizationCreated => "organization:created",
            Self::OrganizationUpdated => "organization:updated",
            Self::OrganizationFollowed => "organization:followed",
            Self::UserFollowed => "user:followed",
        }
    }

    /// Class of what it was done to.
    pub const fn object(self) -> &'static str {
        match self {
            Self::DatasetCreated
            | Self::DatasetUpdated
            | Self::DatasetDeleted
            | Self::DatasetDiscussed
            | Self::DatasetFollowed
            | Self::ResourceAdded
            | Self::ResourceUpdated
            | Self::ResourceRemoved => "Dataset",
            Self::ReuseCreated | Self::ReuseUpdated | Self::ReuseDeleted | Self::ReuseFollowed => "Reuse",
            Self::DataserviceCreated
            | Self::DataserviceUpdated
            | Self::DataserviceDeleted
            | Self::DataserviceFollowed => "Dataservice",
            Self::TopicCreated
            | Self::TopicUpdated
            | Self::TopicElementCreated
            | Self::TopicElementUpdated
            | Self::TopicElementDeleted => "Topic",
            Self::OrganizationCreated | Self::OrganizationUpdated | Self::OrganizationFollowed => "Organization",
            Self::UserFollowed => "User",
        }
    }

    /// The one with this `_cls`.
    pub fn of_class(class: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.class() == class)
    }

    /// The one of this `key`.
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == key)
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
        followed: false,
        parts: None,
    };

    fn id(&self) -> &ObjectId {
        &self.id
    }
}
