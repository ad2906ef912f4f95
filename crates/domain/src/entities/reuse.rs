//! Reuses: what was made of data.

use serde::{Deserialize, Serialize};

use super::{Badge, CatalogueObject, Image, Owned, Owner, fields::or_default};
use crate::{ActivityKey, Collection, Document, Entity, Field, Filter, Kind, ObjectId, Path, Sort, Timestamp, Total};

/// What sort of thing a reuse can be, with their names.
///
/// Source: udata 17, `GET /api/1/reuses/types/`.
pub const TYPES: [(&str, &str); 8] = [
    ("api", "API"),
    ("application", "Application"),
    ("idea", "Idea"),
    ("news_article", "News Article"),
    ("paper", "Paper"),
    ("post", "Post"),
    ("visualization", "Visualization"),
    ("hardware", "Connected device"),
];
/// What a reuse can be about, with their names.
///
/// Source: udata 17, `GET /api/1/reuses/topics/`.
pub const TOPICS: [(&str, &str); 15] = [
    ("health", "Health"),
    ("transport_and_mobility", "Transport and mobility"),
    ("housing_and_development", "Housing and development"),
    ("food_and_agriculture", "Food and agriculture"),
    ("culture_and_recreation", "Culture and recreation"),
    ("economy_and_business", "Economy and business"),
    ("environment_and_energy", "Environment and energy"),
    ("work_and_training", "Work and training"),
    ("politics_and_public_life", "Politics and public life"),
    ("safety_and_security", "Safety and security"),
    ("education_and_research", "Education and research"),
    ("society_and_demography", "Society and demography"),
    ("law_and_justice", "Law and justice"),
    ("open_data_tools", "Open data tools"),
    ("others", "Others"),
];
/// Names of the metrics shown for every reuse, 0 when not counted.
pub const METRICS: [&str; 6] =
    ["datasets", "discussions", "discussions_open", "followers", "followers_by_months", "views"];

/// A reuse: what somebody made of data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reuse {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: ObjectId,
    /// What it is called.
    #[serde(default, deserialize_with = "or_default")]
    pub title: String,
    /// Its title in addresses; unique.
    #[serde(default, deserialize_with = "or_default")]
    pub slug: String,
    /// What it is, in Markdown.
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    /// What sort of thing it is, see [`TYPES`].
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub kind: String,
    /// Where it is.
    #[serde(default, deserialize_with = "or_default")]
    pub url: String,
    /// SHA-1 of the address; unique.
    #[serde(default, deserialize_with = "or_default")]
    pub urlhash: String,
    /// Address of a picture elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Its uploaded picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// The datasets it uses.
    #[serde(default, deserialize_with = "or_default")]
    pub datasets: Vec<ObjectId>,
    /// The dataservices it uses.
    #[serde(default, deserialize_with = "or_default")]
    pub dataservices: Vec<ObjectId>,
    /// Its tags.
    #[serde(default, deserialize_with = "or_default")]
    pub tags: Vec<String>,
    /// What it is about, see [`TOPICS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// May only those it belongs to see it?
    #[serde(default, deserialize_with = "or_default")]
    pub private: bool,
    /// The user it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<ObjectId>,
    /// The organisation it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<ObjectId>,
    /// Marks given by the portal.
    #[serde(default, deserialize_with = "or_default")]
    pub badges: Vec<Badge>,
    /// Is it shown first?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub featured: Option<bool>,
    /// What plugins stored.
    #[serde(default, deserialize_with = "or_default")]
    pub ext: Document,
    /// What clients stored.
    #[serde(default, deserialize_with = "or_default")]
    pub extras: Document,
    /// Numbers, see [`METRICS`].
    #[serde(default, deserialize_with = "or_default")]
    pub metrics: Document,
    /// When it was created.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[serde(default, deserialize_with = "or_default")]
    pub last_modified: Timestamp,
    /// When it was archived, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<Timestamp>,
    /// When it was deleted, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Timestamp>,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

/// What it is called.
pub const TITLE: Field<Reuse, String> = Field::one("title");
/// What sort of thing it is.
pub const TYPE: Field<Reuse, String> = Field::one("type");
/// What it is about.
pub const TOPIC: Field<Reuse, String> = Field::one("topic");
/// SHA-1 of its address.
pub const URL_HASH: Field<Reuse, String> = Field::one("urlhash");
/// Its tags.
pub const TAG: Field<Reuse, String> = Field::many("tags");
/// Kinds of its badges.
pub const BADGE: Field<Reuse, String> = Field::many("badges.kind");
/// The datasets it uses.
pub const DATASET: Field<Reuse, ObjectId> = Field::many("datasets");
/// The dataservices it uses.
pub const DATASERVICE: Field<Reuse, ObjectId> = Field::many("dataservices");
/// Is it shown first?
pub const FEATURED: Field<Reuse, bool> = Field::one("featured");
/// May only those it belongs to see it?
pub const PRIVATE: Field<Reuse, bool> = Field::one("private");
/// When it was deleted.
pub const DELETED: Field<Reuse, Timestamp> = Field::one("deleted");
/// When it was archived.
pub const ARCHIVED: Field<Reuse, Timestamp> = Field::one("archived");
/// When it was created.
pub const CREATED_AT: Field<Reuse, Timestamp> = Field::one("created_at");
/// When it was last changed.
pub const LAST_MODIFIED: Field<Reuse, Timestamp> = Field::one("last_modified");
/// Number of its datasets.
pub const DATASETS: Field<Reuse, i64> = Field::one("metrics.datasets");
/// Number of its followers.
pub const FOLLOWERS: Field<Reuse, i64> = Field::one("metrics.followers");
/// Number of views of its page.
pub const VIEWS: Field<Reuse, i64> = Field::one("metrics.views");

impl Entity for Reuse {
    type Id = ObjectId;
    const COLLECTION: &'static Collection = &Collection {
        name: "reuse",
        id: Kind::Id,
        fields: &[
            Self::SLUG.path,
            TITLE.path,
            TYPE.path,
            TOPIC.path,
            URL_HASH.path,
            TAG.path,
            BADGE.path,
            DATASET.path,
            DATASERVICE.path,
            FEATURED.path,
            PRIVATE.path,
            DELETED.path,
            ARCHIVED.path,
            Self::OWNER.path,
            Self::ORGANIZATION.path,
            CREATED_AT.path,
            LAST_MODIFIED.path,
            DATASETS.path,
            FOLLOWERS.path,
            VIEWS.path,
        ],
        unique: &[&["slug"], &["urlhash"]],
        indexes: &[
            &["deleted", "created_at", "private"],
            &["last_modified"],
            &["title"],
            &["metrics.datasets"],
            &["metrics.followers"],
            &["metrics.views"],
            &["organization", "created_at"],
            &["owner", "created_at"],
        ],
        totals: &[Total { name: "visible", condition: || Reuse::visible().into_condition(), by: &[], order: None }],
        followed: true,
        parts: None,
    };

    fn id(&self) -> &ObjectId {
        &self.id
    }
}

impl Owned for Reuse {
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

impl CatalogueObject for Reuse {
    const CLASS: &'static str = "Reuse";
    const GONE: &'static str = "This reuse has been deleted";
    const ASSIGNABLE: bool = true;
    const SOFT_DELETE: bool = true;
    const METRIC: &'static str = "reuses";
    const UNTOLD: &'static [&'static str] = &["deleted", "extras", "featured", "last_modified", "metrics", "slug"];
    const CREATED: Option<ActivityKey> = Some(ActivityKey::ReuseCreated);
    const UPDATED: Option<ActivityKey> = Some(ActivityKey::ReuseUpdated);
    const DELETED: Option<ActivityKey> = Some(ActivityKey::ReuseDeleted);
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
        self.deleted
    }

    fn set_deleted(&mut self, at: Option<Timestamp>) {
        self.deleted = at;
    }

    fn is_archived(&self) -> bool {
        self.archived.is_some()
    }

    fn touch(&mut self, now: Timestamp) {
        self.last_modified = now;
    }

    fn feature(&mut self, featured: bool) {
        self.featured = Some(featured);
    }

    fn badges_mut(&mut self) -> Option<&mut Vec<Badge>> {
        Some(&mut self.badges)
    }

    fn extras_mut(&mut self) -> &mut Document {
        &mut self.extras
    }

    fn is_visible(&self) -> bool {
        !self.private && self.deleted.is_none()
    }

    fn visible() -> Filter<Self> {
        // Archived ones are listed, as udata does.
        DELETED.absent().and(PRIVATE.eq(true).not())
    }
}

/// The sort key of this name in the interface, without sign.
pub fn sort_field(name: &str) -> Option<Path> {
    Some(match name {
        "title" => TITLE.path,
        "created" => CREATED_AT.path,
        "last_modified" => LAST_MODIFIED.path,
        "datasets" => DATASETS.path,
        "followers" => FOLLOWERS.path,
        "views" => VIEWS.path,
        _ => return None,
    })
}
