//! Topics: things that belong together.

use serde::{Deserialize, Serialize};

use super::{
    Badge, CatalogueObject, Owned, Owner, SpatialCoverage,
    fields::{or_default, whole_number},
};
use crate::{ActivityKey, Collection, Document, Entity, Field, Filter, Kind, ObjectId, Path, Sort, Timestamp, Total};

/// A topic: things that belong together, chosen by somebody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Topic {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: ObjectId,
    /// What it is called.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Its name in addresses; unique.
    #[serde(default, deserialize_with = "or_default")]
    pub slug: String,
    /// What it is, in Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its tags.
    #[serde(default, deserialize_with = "or_default")]
    pub tags: Vec<String>,
    /// Its colour.
    #[serde(default, deserialize_with = "whole_number", skip_serializing_if = "Option::is_none")]
    pub color: Option<i64>,
    /// Is it shown first?
    #[serde(default, deserialize_with = "or_default")]
    pub featured: bool,
    /// Is it left out of lists?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private: Option<bool>,
    /// The places it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spatial: Option<SpatialCoverage>,
    /// The user it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<ObjectId>,
    /// The organisation it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<ObjectId>,
    /// What clients stored.
    #[serde(default, deserialize_with = "or_default")]
    pub extras: Document,
    /// When it was created.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[serde(default, deserialize_with = "or_default")]
    pub last_modified: Timestamp,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

/// What it is called.
pub const NAME: Field<Topic, String> = Field::one("name");
/// Its tags.
pub const TAG: Field<Topic, String> = Field::many("tags");
/// Is it shown first?
pub const FEATURED: Field<Topic, bool> = Field::one("featured");
/// Is it left out of lists?
pub const PRIVATE: Field<Topic, bool> = Field::one("private");
/// Ids of its places.
pub const ZONE: Field<Topic, String> = Field::many("spatial.zones");
/// How small its places are.
pub const GRANULARITY: Field<Topic, String> = Field::one("spatial.granularity");
/// When it was created.
pub const CREATED_AT: Field<Topic, Timestamp> = Field::one("created_at");
/// When it was last changed.
pub const LAST_MODIFIED: Field<Topic, Timestamp> = Field::one("last_modified");

impl Entity for Topic {
    type Id = ObjectId;
    const COLLECTION: &'static Collection = &Collection {
        name: "topic",
        id: Kind::Id,
        fields: &[
            Self::SLUG.path,
            NAME.path,
            TAG.path,
            FEATURED.path,
            PRIVATE.path,
            ZONE.path,
            GRANULARITY.path,
            Self::OWNER.path,
            Self::ORGANIZATION.path,
            CREATED_AT.path,
            LAST_MODIFIED.path,
        ],
        unique: &[&["slug"]],
        indexes: &[
            &["created_at", "private"],
            &["last_modified"],
            &["name"],
            &["organization", "created_at"],
            &["owner", "created_at"],
        ],
        totals: &[Total { name: "visible", condition: || Topic::visible().into_condition(), by: &[], order: None }],
        followed: true,
        parts: None,
    };

    fn id(&self) -> &ObjectId {
        &self.id
    }
}

impl Owned for Topic {
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

impl CatalogueObject for Topic {
    const CLASS: &'static str = "Topic";
    const GONE: &'static str = "Topic has been deleted";
    const ASSIGNABLE: bool = false;
    const SOFT_DELETE: bool = false;
    const METRIC: &'static str = "";
    const UNTOLD: &'static [&'static str] = &["extras", "featured", "last_modified", "slug"];
    const CREATED: Option<ActivityKey> = Some(ActivityKey::TopicCreated);
    const UPDATED: Option<ActivityKey> = Some(ActivityKey::TopicUpdated);
    const DELETED: Option<ActivityKey> = None;
    const NEWEST_FIRST: Sort<Self> = CREATED_AT.descending();

    fn title(&self) -> &str {
        &self.name
    }

    fn slug(&self) -> &str {
        &self.slug
    }

    fn set_slug(&mut self, slug: String) {
        self.slug = slug;
    }

    fn is_private(&self) -> bool {
        self.private == Some(true)
    }

    fn deleted(&self) -> Option<Timestamp> {
        None
    }

    fn set_deleted(&mut self, _at: Option<Timestamp>) {
        // Deleted ones are gone.
    }

    fn is_archived(&self) -> bool {
        false
    }

    fn touch(&mut self, now: Timestamp) {
        self.last_modified = now;
    }

    fn feature(&mut self, featured: bool) {
        self.featured = featured;
    }

    fn badges_mut(&mut self) -> Option<&mut Vec<Badge>> {
        None
    }

    fn extras_mut(&mut self) -> &mut Document {
        &mut self.extras
    }

    fn visible() -> Filter<Self> {
        PRIVATE.eq(true).not()
    }
}

/// The sort key of this name in the interface, without sign.
pub fn sort_field(name: &str) -> Option<Path> {
    Some(match name {
        "name" => NAME.path,
        "created" => CREATED_AT.path,
        "last_modified" => LAST_MODIFIED.path,
        _ => return None,
    })
}
