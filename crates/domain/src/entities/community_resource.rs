//! Community resources: what others made of a dataset, as files.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Owned, Owner, Resource};
use crate::{Collection, Entity, Field, Kind, ObjectId, Path, Sort, Timestamp};

/// A resource that is no part of the dataset it belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommunityResource {
    /// The dataset it was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<ObjectId>,
    /// The user it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<ObjectId>,
    /// The organisation it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<ObjectId>,
    /// The file itself, and what else was stored.
    #[serde(flatten)]
    pub resource: Resource,
}

/// The dataset it was made of.
pub const DATASET: Field<CommunityResource, ObjectId> = Field::one("dataset");
/// When it was added here.
pub const CREATED_AT: Field<CommunityResource, Timestamp> = Field::one("created_at_internal");
/// When it was last changed here.
pub const LAST_MODIFIED: Field<CommunityResource, Timestamp> = Field::one("last_modified_internal");
/// What it is called.
pub const TITLE: Field<CommunityResource, String> = Field::one("title");
/// The order of lists that name none: newest first.
pub const NEWEST_FIRST: Sort<CommunityResource> = CREATED_AT.descending();

impl Entity for CommunityResource {
    type Id = Uuid;
    const COLLECTION: &'static Collection = &Collection {
        name: "community_resource",
        id: Kind::Text,
        fields: &[
            TITLE.path,
            DATASET.path,
            Self::OWNER.path,
            Self::ORGANIZATION.path,
            CREATED_AT.path,
            LAST_MODIFIED.path,
        ],
        unique: &[],
        indexes: &[&["created_at_internal"], &["dataset", "created_at_internal"], &["owner"], &["organization"]],
        totals: &[],
        followed: false,
        parts: None,
    };

    fn id(&self) -> &Uuid {
        &self.resource.id
    }
}

impl Owned for CommunityResource {
    fn owner(&self) -> Option<ObjectId> {
        self.owner
    }

    fn organization(&self) -> Option<ObjectId> {
        self.organization
    }

    fn give(&mut self, to: Owner) {
        (self.owner, self.organization) = match to {
            Owner::User(user) => (Some(user), None),
            Owner::Organization(organization) => (None, Some(organization)),
        };
    }
}

/// The sort key of this name in the interface, without sign.
pub fn sort_field(name: &str) -> Option<Path> {
    Some(match name {
        "title" => TITLE.path,
        "created_at_internal" => CREATED_AT.path,
        "last_modified_internal" => LAST_MODIFIED.path,
        _ => return None,
    })
}
