//! Dataservices: APIs that serve data.

use serde::{Deserialize, Serialize};

use super::{AccessAudience, Badge, CatalogueObject, Owned, Owner, fields::or_default};
use crate::{ActivityKey, Collection, Document, Entity, Field, Filter, Kind, ObjectId, Path, Sort, Timestamp, Total};

/// Kinds of badges a dataservice can have, with their names.
pub const BADGES: [(&str, &str); 1] = [("hvd", "HVD")];
/// Formats of dataservices.
pub const FORMATS: [&str; 3] = ["REST", "WMS", "WSL"];
/// Names of the metrics shown for every dataservice, 0 when not counted.
pub const METRICS: [&str; 6] =
    ["discussions", "discussions_open", "followers", "followers_by_months", "reuses", "views"];

/// A dataservice: an API that serves data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dataservice {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: ObjectId,
    /// What it is called.
    #[serde(default, deserialize_with = "or_default")]
    pub title: String,
    /// Its title in addresses; unique.
    #[serde(default, deserialize_with = "or_default")]
    pub slug: String,
    /// Its short name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acronym: Option<String>,
    /// What it is, in Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where its operations begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_api_url: Option<String>,
    /// Its documentation for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_documentation_url: Option<String>,
    /// Its documentation for programmers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub technical_documentation_url: Option<String>,
    /// Its documentation for everybody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_documentation_url: Option<String>,
    /// How much may be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limiting: Option<String>,
    /// Where that is explained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limiting_url: Option<String>,
    /// How much of the time it answers, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<f64>,
    /// Where that is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_url: Option<String>,
    /// Who may use it: `open` when absent, `open_with_account`, `restricted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_type: Option<String>,
    /// Who may use it when it is restricted.
    #[serde(default, deserialize_with = "or_default")]
    pub access_audiences: Vec<AccessAudience>,
    /// Why it is not open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_type_reason: Option<String>,
    /// The kind of reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_type_reason_category: Option<String>,
    /// Where to ask for access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_request_url: Option<String>,
    /// Id of its licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// `REST`, `WMS` or `WSL`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Its tags.
    #[serde(default, deserialize_with = "or_default")]
    pub tags: Vec<String>,
    /// May only those it belongs to see it?
    #[serde(default, deserialize_with = "or_default")]
    pub private: bool,
    /// The user it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<ObjectId>,
    /// The organisation it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<ObjectId>,
    /// Whom to ask about it.
    #[serde(default, deserialize_with = "or_default")]
    pub contact_points: Vec<ObjectId>,
    /// The datasets it serves.
    #[serde(default, deserialize_with = "or_default")]
    pub datasets: Vec<ObjectId>,
    /// Marks given by the portal.
    #[serde(default, deserialize_with = "or_default")]
    pub badges: Vec<Badge>,
    /// Is it shown first?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub featured: Option<bool>,
    /// What clients stored.
    #[serde(default, deserialize_with = "or_default")]
    pub extras: Document,
    /// Where it was harvested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harvest: Option<Document>,
    /// Numbers, see [`METRICS`].
    #[serde(default, deserialize_with = "or_default")]
    pub metrics: Document,
    /// When it was created.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[serde(default, deserialize_with = "or_default")]
    pub metadata_modified_at: Timestamp,
    /// When it was archived, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// When it was deleted, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

/// What it is called.
pub const TITLE: Field<Dataservice, String> = Field::one("title");
/// Where its operations begin.
pub const BASE_API_URL: Field<Dataservice, String> = Field::one("base_api_url");
/// Who may use it.
pub const ACCESS_TYPE: Field<Dataservice, String> = Field::one("access_type");
/// Its tags.
pub const TAG: Field<Dataservice, String> = Field::many("tags");
/// Kinds of its badges.
pub const BADGE: Field<Dataservice, String> = Field::many("badges.kind");
/// The datasets it serves.
pub const DATASET: Field<Dataservice, ObjectId> = Field::many("datasets");
/// Whom to ask about it.
pub const CONTACT_POINT: Field<Dataservice, ObjectId> = Field::many("contact_points");
/// Is it shown first?
pub const FEATURED: Field<Dataservice, bool> = Field::one("featured");
/// May only those it belongs to see it?
pub const PRIVATE: Field<Dataservice, bool> = Field::one("private");
/// When it was deleted.
pub const DELETED: Field<Dataservice, Timestamp> = Field::one("deleted_at");
/// When it was archived.
pub const ARCHIVED: Field<Dataservice, Timestamp> = Field::one("archived_at");
/// When it was created.
pub const CREATED_AT: Field<Dataservice, Timestamp> = Field::one("created_at");
/// When it was last changed.
pub const LAST_MODIFIED: Field<Dataservice, Timestamp> = Field::one("metadata_modified_at");
/// Id of the source it was harvested from.
pub const HARVEST_SOURCE: Field<Dataservice, String> = Field::one("harvest.source_id");
/// Its id where it was harvested.
pub const HARVEST_REMOTE: Field<Dataservice, String> = Field::one("harvest.remote_id");
/// Number of its followers.
pub const FOLLOWERS: Field<Dataservice, i64> = Field::one("metrics.followers");
/// Number of views of its page.
pub const VIEWS: Field<Dataservice, i64> = Field::one("metrics.views");

impl Entity for Dataservice {
    type Id = ObjectId;
    const COLLECTION: &'static Collection = &Collection {
        name: "dataservice",
        id: Kind::Id,
        fields: &[
            Self::SLUG.path,
            TITLE.path,
            BASE_API_URL.path,
            ACCESS_TYPE.path,
            TAG.path,
            BADGE.path,
            DATASET.path,
            CONTACT_POINT.path,
            FEATURED.path,
            PRIVATE.path,
            DELETED.path,
            ARCHIVED.path,
            Self::OWNER.path,
            Self::ORGANIZATION.path,
            CREATED_AT.path,
            LAST_MODIFIED.path,
            HARVEST_SOURCE.path,
            HARVEST_REMOTE.path,
            FOLLOWERS.path,
            VIEWS.path,
        ],
        unique: &[&["slug"]],
        indexes: &[
            &["deleted_at", "archived_at", "created_at", "private"],
            &["metadata_modified_at"],
            &["title"],
            &["metrics.followers"],
            &["metrics.views"],
            &["organization", "created_at"],
            &["owner", "created_at"],
            &["harvest.source_id"],
        ],
        totals: &[Total {
            name: "visible",
            condition: || Dataservice::visible().into_condition(),
            by: &[],
            order: None,
        }],
        followed: true,
        parts: None,
    };

    fn id(&self) -> &ObjectId {
        &self.id
    }
}

impl Owned for Dataservice {
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

impl CatalogueObject for Dataservice {
    const CLASS: &'static str = "Dataservice";
    const GONE: &'static str = "Dataservice has been deleted";
    const ASSIGNABLE: bool = true;
    const SOFT_DELETE: bool = true;
    const METRIC: &'static str = "dataservices";
    const UNTOLD: &'static [&'static str] =
        &["deleted_at", "extras", "featured", "harvest", "metadata_modified_at", "metrics"];
    const CREATED: Option<ActivityKey> = Some(ActivityKey::DataserviceCreated);
    const UPDATED: Option<ActivityKey> = Some(ActivityKey::DataserviceUpdated);
    const DELETED: Option<ActivityKey> = Some(ActivityKey::DataserviceDeleted);
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
        self.archived_at.is_some()
    }

    fn touch(&mut self, now: Timestamp) {
        self.metadata_modified_at = now;
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

    fn visible() -> Filter<Self> {
        DELETED.absent().and(ARCHIVED.absent()).and(PRIVATE.eq(true).not())
    }
}

/// The sort key of this name in the interface, without sign.
pub fn sort_field(name: &str) -> Option<Path> {
    Some(match name {
        "title" => TITLE.path,
        "base_api_url" => BASE_API_URL.path,
        "created" => CREATED_AT.path,
        "last_modified" => LAST_MODIFIED.path,
        "followers" => FOLLOWERS.path,
        "views" => VIEWS.path,
        _ => return None,
    })
}
