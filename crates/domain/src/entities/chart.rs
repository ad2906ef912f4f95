//! Visualisations: charts over the data of resources.

use serde::{Deserialize, Serialize};

use super::{Badge, CatalogueObject, Image, Owned, Owner, fields::or_default};
use crate::{
    ActivityKey, Collection, Document, Entity, Field, Filter, Kind, ObjectId, Path, Sort, Timestamp, Total, Value,
};

/// A visualisation: series of a table drawn over two axes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: ObjectId,
    /// What it is called.
    #[serde(default, deserialize_with = "or_default")]
    pub title: String,
    /// Its title in addresses; unique.
    #[serde(default, deserialize_with = "or_default")]
    pub slug: String,
    /// What it shows, in Markdown.
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    /// May only those it belongs to see it?
    #[serde(default, deserialize_with = "or_default")]
    pub private: bool,
    /// The user it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<ObjectId>,
    /// The organisation it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<ObjectId>,
    /// The axis across.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x_axis: Option<Document>,
    /// The axis up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y_axis: Option<Document>,
    /// What is drawn.
    #[serde(default, deserialize_with = "or_default")]
    pub series: Vec<Value>,
    /// Its uploaded picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// What clients stored.
    #[serde(default, deserialize_with = "or_default")]
    pub extras: Document,
    /// Numbers.
    #[serde(default, deserialize_with = "or_default")]
    pub metrics: Document,
    /// When it was created.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[serde(default, deserialize_with = "or_default")]
    pub last_modified: Timestamp,
    /// When it was deleted, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

/// What it is called.
pub const TITLE: Field<Chart, String> = Field::one("title");
/// May only those it belongs to see it?
pub const PRIVATE: Field<Chart, bool> = Field::one("private");
/// When it was deleted.
pub const DELETED: Field<Chart, Timestamp> = Field::one("deleted_at");
/// When it was created.
pub const CREATED_AT: Field<Chart, Timestamp> = Field::one("created_at");
/// When it was last changed.
pub const LAST_MODIFIED: Field<Chart, Timestamp> = Field::one("last_modified");

impl Entity for Chart {
    type Id = ObjectId;
    const COLLECTION: &'static Collection = &Collection {
        name: "chart",
        id: Kind::Id,
        fields: &[
            Self::SLUG.path,
            TITLE.path,
            PRIVATE.path,
            DELETED.path,
            Self::OWNER.path,
            Self::ORGANIZATION.path,
            CREATED_AT.path,
            LAST_MODIFIED.path,
        ],
        unique: &[&["slug"]],
        indexes: &[&["deleted_at", "created_at", "private"], &["organization", "created_at"], &["owner", "created_at"]],
        totals: &[Total { name: "visible", condition: || Chart::visible().into_condition(), by: &[], order: None }],
        followed: false,
        parts: None,
    };

    fn id(&self) -> &ObjectId {
        &self.id
    }
}

impl Owned for Chart {
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

impl CatalogueObject for Chart {
    const CLASS: &'static str = "Chart";
    const GONE: &'static str = "Visualization has been deleted";
    const ASSIGNABLE: bool = false;
    const SOFT_DELETE: bool = true;
    const METRIC: &'static str = "";
    const UNTOLD: &'static [&'static str] = &["deleted_at", "extras", "last_modified", "metrics", "slug"];
    const CREATED: Option<ActivityKey> = None;
    const UPDATED: Option<ActivityKey> = None;
    const DELETED: Option<ActivityKey> = None;
    const NEWEST_FIRST: Sort<Self> = CREATED_AT.descending();

    fn title(&self) -> &str {
        &self.title
    }

    fn slug(&self) -> &str {
        &self.slug
    }

    fn set_slug(&mut self, slug: String) {
        self.slug = slug;
    }

    fn is_private(&self) -> bool {
        self.private
    }

    fn deleted(&self) -> Option<Timestamp> {
        self.deleted_at
    }

    fn set_deleted(&mut self, at: Option<Timestamp>) {
        self.deleted_at = at;
    }

    fn is_archived(&self) -> bool {
        false
    }

    fn touch(&mut self, now: Timestamp) {
        self.last_modified = now;
    }

    fn feature(&mut self, _featured: bool) {
        // Nothing shows it first.
    }

    fn badges_mut(&mut self) -> Option<&mut Vec<Badge>> {
        None
    }

    fn extras_mut(&mut self) -> &mut Document {
        &mut self.extras
    }

    fn visible() -> Filter<Self> {
        DELETED.absent().and(PRIVATE.eq(true).not())
    }
}

/// The sort key of this name in the interface, without sign.
pub fn sort_field(name: &str) -> Option<Path> {
    Some(match name {
        "title" => TITLE.path,
        "created" => CREATED_AT.path,
        "last_modified" => LAST_MODIFIED.path,
        _ => return None,
    })
}
