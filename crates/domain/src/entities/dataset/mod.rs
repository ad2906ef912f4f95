//! Datasets: what is published.

mod fields;
pub mod file_name;
pub mod frequency;
mod held;
pub mod quality;
mod resource;

pub use fields::*;
pub use resource::{
    CHECKSUM_TYPES, RESOURCE_FORMAT, RESOURCE_SCHEMA, RESOURCE_SCHEMA_VERSION, RESOURCE_TYPES, Resource,
};

use serde::{Deserialize, Serialize};

use super::{
    AccessAudience, Badge, CatalogueObject, DateRange, Owned, Owner, Schema, SpatialCoverage, fields::or_default,
};
use crate::{
    ActivityKey, Apart, Collection, Condition, Document, Entity, Filter, Kind, ObjectId, Sort, Timestamp, Total,
    parts::PartChange,
};

/// Kinds of badges a dataset can have, with their names.
///
/// Source: udata 17, `GET /api/1/datasets/badges/`.
pub const BADGES: [(&str, &str); 6] = [
    ("hvd", "High value datasets"),
    ("inspire", "Inspire"),
    ("pivotal-data", "Pivotal data"),
    ("sl", "Certified statistic series"),
    ("spd", "Reference data public service"),
    ("sr", "Statistical series of general interest"),
];
/// Who may use a dataset.
pub const ACCESS_TYPES: [&str; 3] = ["open", "open_with_account", "restricted"];
/// Why a dataset is not open.
pub const ACCESS_REASONS: [&str; 8] = [
    "confidentiality_of_proceedings_of_public_authorities",
    "international_relations_public_security_or_national_defence",
    "course_of_justice_or_fair_trial",
    "confidentiality_of_commercial_or_industrial_information",
    "intellectual_property_rights",
    "confidentiality_of_personal_data",
    "protection_of_voluntary_information_suppliers",
    "protection_of_environment",
];
/// Kinds of people who may use something under conditions.
pub const AUDIENCES: [&str; 3] = ["local_authority_and_administration", "company_and_association", "private"];
/// Whether one kind of people may use something.
pub const AUDIENCE_CONDITIONS: [&str; 3] = ["yes", "no", "under_condition"];
/// Names of the metrics shown for every dataset, 0 when not counted.
pub const METRICS: [&str; 9] = [
    "dataservices",
    "discussions",
    "discussions_open",
    "followers",
    "followers_by_months",
    "resources_downloads",
    "reuses",
    "reuses_by_months",
    "views",
];

/// A dataset: a title, a description, and the resources that hold the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dataset {
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
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    /// What it is, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description_short: Option<String>,
    /// Id of its licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// Its tags.
    #[serde(default, deserialize_with = "or_default")]
    pub tags: Vec<String>,
    /// Its files, in their order.
    #[serde(default, deserialize_with = "or_default")]
    pub resources: Vec<Resource>,
    /// May only those it belongs to see it?
    #[serde(default, deserialize_with = "or_default")]
    pub private: bool,
    /// How often it is updated, see [`frequency`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency: Option<String>,
    /// When the next update is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency_date: Option<Timestamp>,
    /// The time it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporal_coverage: Option<DateRange>,
    /// The places it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spatial: Option<SpatialCoverage>,
    /// The schema its data follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Schema>,
    /// The user it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<ObjectId>,
    /// The organisation it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<ObjectId>,
    /// Whom to ask about it.
    #[serde(default, deserialize_with = "or_default")]
    pub contact_points: Vec<ObjectId>,
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
    /// Marks given by the portal.
    #[serde(default, deserialize_with = "or_default")]
    pub badges: Vec<Badge>,
    /// Is it shown first?
    #[serde(default, deserialize_with = "or_default")]
    pub featured: bool,
    /// What clients stored.
    #[serde(default, deserialize_with = "or_default")]
    pub extras: Document,
    /// What plugins stored.
    #[serde(default, deserialize_with = "or_default")]
    pub ext: Document,
    /// Where it was harvested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harvest: Option<Document>,
    /// What is known of its quality, see [`quality`].
    #[serde(default, deserialize_with = "or_default")]
    pub quality_cached: Document,
    /// Numbers, see [`METRICS`].
    #[serde(default, deserialize_with = "or_default")]
    pub metrics: Document,
    /// When it was created here.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at_internal: Timestamp,
    /// When it was last changed here.
    #[serde(default, deserialize_with = "or_default")]
    pub last_modified_internal: Timestamp,
    /// When its data was last updated.
    #[serde(default, deserialize_with = "or_default")]
    pub last_update: Timestamp,
    /// When it was archived, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<Timestamp>,
    /// When it was deleted, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Timestamp>,
    /// What is known of its resources where they were not read with it: then there are none in
    /// `resources`, and what is written leaves them as they are.
    #[serde(rename = "$apart", default, skip_serializing_if = "Option::is_none")]
    pub apart: Option<Box<Apart>>,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

impl Entity for Dataset {
    type Id = ObjectId;
    const COLLECTION: &'static Collection = &Collection {
        name: "dataset",
        id: Kind::Id,
        fields: &[
            Self::SLUG.path,
            TITLE.path,
            ACRONYM.path,
            LICENSE.path,
            TAG.path,
            BADGE.path,
            FEATURED.path,
            PRIVATE.path,
            DELETED.path,
            ARCHIVED.path,
            Self::OWNER.path,
            Self::ORGANIZATION.path,
            CREATED_AT.path,
            LAST_MODIFIED.path,
            LAST_UPDATE.path,
            ACCESS_TYPE.path,
            ZONE.path,
            GRANULARITY.path,
            COVERS_FROM.path,
            COVERS_TO.path,
            SCHEMA.path,
            RESOURCE_ID.path,
            RESOURCE_FORMAT.path,
            RESOURCE_SCHEMA.path,
            RESOURCE_SCHEMA_VERSION.path,
            CONTACT_POINT.path,
            HARVEST_SOURCE.path,
            HARVEST_REMOTE.path,
            REUSES.path,
            FOLLOWERS.path,
            VIEWS.path,
            DATASERVICES.path,
        ],
        unique: &[&["slug"]],
        indexes: &[
            // For strangers, who see what is not deleted, archived, private …
            &["deleted", "archived", "created_at_internal", "_id", "private"],
            &["deleted", "archived", "last_update", "_id", "private"],
            &["deleted", "archived", "title", "_id", "private"],
            &["deleted", "archived", "metrics.reuses", "_id", "private"],
            &["deleted", "archived", "metrics.followers", "_id", "private"],
            &["deleted", "archived", "metrics.views", "_id", "private"],
            // … and for those who see more.
            &["created_at_internal", "_id", "archived"],
            &["last_update"],
            &["private", "created_at_internal"],
            &["archived"],
            &["organization", "created_at_internal"],
            &["owner", "created_at_internal"],
            &["harvest.source_id"],
            // Those of one value that strangers see, newest first.
            &["license", "deleted", "archived", "created_at_internal", "_id", "private"],
            &["featured", "deleted", "archived", "created_at_internal", "_id", "private"],
            &["access_type", "deleted", "archived", "created_at_internal", "_id", "private"],
            &["spatial.granularity", "deleted", "archived", "created_at_internal", "_id", "private"],
        ],
        totals: &[
            Total {
                name: "visible",
                condition: || Dataset::visible().into_condition(),
                // What lists are filtered by.
                by: &[
                    Self::ORGANIZATION.path,
                    Self::OWNER.path,
                    LICENSE.path,
                    TAG.path,
                    BADGE.path,
                    FEATURED.path,
                    RESOURCE_FORMAT.path,
                    RESOURCE_SCHEMA.path,
                    ACCESS_TYPE.path,
                    ZONE.path,
                    GRANULARITY.path,
                ],
                order: Some(CREATED_AT.path),
            },
            // For administrators, who see all.
            Total { name: "all", condition: Condition::always, by: &[], order: None },
            Total { name: "private", condition: || PRIVATE.eq(true).into_condition(), by: &[], order: None },
            Total { name: "archived", condition: || ARCHIVED.present().into_condition(), by: &[], order: None },
            Total { name: "deleted", condition: || DELETED.present().into_condition(), by: &[], order: None },
        ],
        followed: true,
        parts: Some(&resource::PARTS),
    };

    fn id(&self) -> &ObjectId {
        &self.id
    }

    fn is_head(&self) -> bool {
        self.apart.is_some()
    }

    fn part_changes(&self) -> &[PartChange] {
        self.apart.as_ref().map(|apart| apart.changes.as_slice()).unwrap_or_default()
    }
}

impl Owned for Dataset {
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

impl CatalogueObject for Dataset {
    const CLASS: &'static str = "Dataset";
    const GONE: &'static str = "Dataset has been deleted";
    const ASSIGNABLE: bool = true;
    const SOFT_DELETE: bool = true;
    const METRIC: &'static str = "datasets";
    const UNTOLD: &'static [&'static str] = &[
        "created_at_internal",
        "deleted",
        "ext",
        "extras",
        "featured",
        "geopf",
        "harvest",
        "last_modified_internal",
        "last_update",
        "metrics",
        "quality_cached",
        "resources",
        "slug",
    ];
    const CREATED: Option<ActivityKey> = Some(ActivityKey::DatasetCreated);
    const UPDATED: Option<ActivityKey> = Some(ActivityKey::DatasetUpdated);
    const DELETED: Option<ActivityKey> = Some(ActivityKey::DatasetDeleted);
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
        self.last_modified_internal = now;
    }

    fn feature(&mut self, featured: bool) {
        self.featured = featured;
    }

    fn badges_mut(&mut self) -> Option<&mut Vec<Badge>> {
        Some(&mut self.badges)
    }

    fn extras_mut(&mut self) -> &mut Document {
        &mut self.extras
    }

    fn tellable(&self) -> Result<Document, serde_json::Error> {
        // Of thousands of resources a copy costs a tenth of their stored form.
        Document::of(&Self { resources: Vec::new(), apart: None, ..self.clone() })
    }

    fn visible() -> Filter<Self> {
        DELETED.absent().and(ARCHIVED.absent()).and(PRIVATE.eq(true).not())
    }
}

impl Dataset {
    /// A new one without content.
    pub fn blank(id: ObjectId, now: Timestamp) -> Self {
        Self {
            id,
            title: String::new(),
            slug: String::new(),
            acronym: None,
            description: String::new(),
            description_short: None,
            license: None,
            tags: Vec::new(),
            resources: Vec::new(),
            private: false,
            frequency: Some(frequency::UNKNOWN.into()),
            frequency_date: None,
            temporal_coverage: None,
            spatial: None,
            schema: None,
            owner: None,
            organization: None,
            contact_points: Vec::new(),
            access_type: Some("open".into()),
            access_audiences: Vec::new(),
            access_type_reason: None,
            access_type_reason_category: None,
            authorization_request_url: None,
            badges: Vec::new(),
            featured: false,
            extras: Document::new(),
            ext: Document::new(),
            harvest: None,
            quality_cached: Document::new(),
            metrics: Document::new(),
            created_at_internal: now,
            last_modified_internal: now,
            last_update: now,
            archived: None,
            deleted: None,
            apart: None,
            rest: Document::new(),
        }
    }

    /// When it was created: where it was harvested, or here.
    pub fn created_at(&self) -> Timestamp {
        let harvested = self.harvest.as_ref().and_then(|harvest| harvest.get("created_at"));
        harvested.and_then(crate::Value::as_time).unwrap_or(self.created_at_internal)
    }

    /// When its data was last updated: its newest resource, itself where it has none.
    pub fn newest_update(&self) -> Timestamp {
        if let Some(apart) = self.apart.as_ref().filter(|apart| apart.count > 0) {
            return apart.newest.map_or(self.last_update, Timestamp);
        }
        self.resources.iter().map(Resource::last_modified).max().unwrap_or(self.last_modified_internal)
    }
}

/// Is it an extra that only the platform's own services write?
///
/// Source: udata 17, `platform_only_keys` of a dataset in `storage.json`.
pub fn is_reserved_extra(name: &str) -> bool {
    name.starts_with("transport:") || name.starts_with("recommendations") || name == "dcat"
}
