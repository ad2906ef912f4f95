//! Answers about datasets and their resources.

mod around;
mod dataset;
mod quality;
mod resource;
mod written;

pub use around::{Around, Full, Unowned, made_of};
pub use dataset::{DatasetPermissions, DatasetView};
pub(crate) use dataset::{access_type, frequency_id};
pub use quality::QualityView;
pub use resource::{
    ChecksumView, CommunityAround, CommunityView, DatasetReference, InternalView, ResourceView, ResourceViewV2,
    SchemaView, UploadedResource,
};
pub use written::ResourcesView;
pub(crate) use written::Written;

use basalt_domain::{AccessAudience, DateRange, SpatialCoverage};
use schemars::JsonSchema;
use serde::Serialize;

use self::around::{Named, ZoneView};
use crate::v1::references::Plain;

/// The licence shown for a dataset that names none.
pub const NOT_SPECIFIED: &str = "notspecified";

/// A span of days.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TemporalCoverage")]
pub struct RangeView<'a> {
    end: Option<&'a str>,
    start: Option<&'a str>,
}

/// Whether one kind of people may use a dataset.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AccessAudience")]
pub struct AudienceView<'a> {
    condition: Option<&'a str>,
    role: Option<&'a str>,
}

/// Places: by id, or as objects.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SpatialCoverage")]
pub struct SpatialView<'a> {
    geom: Option<Plain<'a>>,
    granularity: GranularityView<'a>,
    zones: ZonesView<'a>,
}

#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum GranularityView<'a> {
    Id(&'a str),
    Full(Named<'a>),
}

#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum ZonesView<'a> {
    Ids(&'a [String]),
    Full(Vec<ZoneView<'a>>),
}

impl<'a> From<&'a DateRange> for RangeView<'a> {
    fn from(range: &'a DateRange) -> Self {
        Self { end: range.end.as_deref(), start: range.start.as_deref() }
    }
}

impl<'a> From<&'a AccessAudience> for AudienceView<'a> {
    fn from(audience: &'a AccessAudience) -> Self {
        Self { condition: audience.condition.as_deref(), role: audience.role.as_deref() }
    }
}

impl<'a> SpatialView<'a> {
    /// With ids.
    pub fn ids(coverage: &'a SpatialCoverage) -> Self {
        Self {
            geom: coverage.geom.as_ref().map(Plain),
            granularity: GranularityView::Id(granularity(coverage)),
            zones: ZonesView::Ids(&coverage.zones),
        }
    }

    /// With objects.
    pub fn full(coverage: &'a SpatialCoverage, full: &'a Full) -> Self {
        Self {
            geom: coverage.geom.as_ref().map(Plain),
            granularity: GranularityView::Full(full.granularity(granularity(coverage))),
            zones: ZonesView::Full(coverage.zones.iter().filter_map(|zone| full.zone(zone)).collect()),
        }
    }
}

fn granularity(coverage: &SpatialCoverage) -> &str {
    coverage.granularity.as_deref().unwrap_or("other")
}
