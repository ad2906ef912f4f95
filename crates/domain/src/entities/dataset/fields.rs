//! Fields of datasets that are asked for or sorted by.

use super::Dataset;
use crate::{Field, ObjectId, Path, Timestamp};

/// What it is called.
pub const TITLE: Field<Dataset, String> = Field::one("title");
/// Its short name.
pub const ACRONYM: Field<Dataset, String> = Field::one("acronym");
/// Id of its licence.
pub const LICENSE: Field<Dataset, String> = Field::one("license");
/// Its tags.
pub const TAG: Field<Dataset, String> = Field::many("tags");
/// Kinds of its badges.
pub const BADGE: Field<Dataset, String> = Field::many("badges.kind");
/// Is it shown first?
pub const FEATURED: Field<Dataset, bool> = Field::one("featured");
/// May only those it belongs to see it?
pub const PRIVATE: Field<Dataset, bool> = Field::one("private");
/// When it was deleted.
pub const DELETED: Field<Dataset, Timestamp> = Field::one("deleted");
/// When it was archived.
pub const ARCHIVED: Field<Dataset, Timestamp> = Field::one("archived");
/// When it was created here.
pub const CREATED_AT: Field<Dataset, Timestamp> = Field::one("created_at_internal");
/// When it was last changed here.
pub const LAST_MODIFIED: Field<Dataset, Timestamp> = Field::one("last_modified_internal");
/// When its data was last updated.
pub const LAST_UPDATE: Field<Dataset, Timestamp> = Field::one("last_update");
/// Who may use it.
pub const ACCESS_TYPE: Field<Dataset, String> = Field::one("access_type");
/// Ids of its places.
pub const ZONE: Field<Dataset, String> = Field::many("spatial.zones");
/// How small its places are.
pub const GRANULARITY: Field<Dataset, String> = Field::one("spatial.granularity");
/// The first day it is about.
pub const COVERS_FROM: Field<Dataset, String> = Field::one("temporal_coverage.start");
/// The last day it is about.
pub const COVERS_TO: Field<Dataset, String> = Field::one("temporal_coverage.end");
/// Name of its schema.
pub const SCHEMA: Field<Dataset, String> = Field::one("schema.name");
/// Ids of its resources.
pub const RESOURCE_ID: Field<Dataset, String> = Field::many("resources._id");
/// Whom to ask about it.
pub const CONTACT_POINT: Field<Dataset, ObjectId> = Field::many("contact_points");
/// Id of the source it was harvested from.
pub const HARVEST_SOURCE: Field<Dataset, String> = Field::one("harvest.source_id");
/// Its id where it was harvested.
pub const HARVEST_REMOTE: Field<Dataset, String> = Field::one("harvest.remote_id");
/// Number of its reuses.
pub const REUSES: Field<Dataset, i64> = Field::one("metrics.reuses");
/// Number of its followers.
pub const FOLLOWERS: Field<Dataset, i64> = Field::one("metrics.followers");
/// Number of views of its page.
pub const VIEWS: Field<Dataset, i64> = Field::one("metrics.views");
/// Number of the dataservices that serve it.
pub const DATASERVICES: Field<Dataset, i64> = Field::one("metrics.dataservices");

/// The sort key of this name in the interface, without sign.
pub fn sort_field(name: &str) -> Option<Path> {
    Some(match name {
        "title" => TITLE.path,
        "created" => CREATED_AT.path,
        "last_update" => LAST_UPDATE.path,
        "reuses" => REUSES.path,
        "followers" => FOLLOWERS.path,
        "views" => VIEWS.path,
        _ => return None,
    })
}
