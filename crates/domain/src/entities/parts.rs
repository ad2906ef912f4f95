//! Small parts of catalogue objects.

use serde::{Deserialize, Serialize};

use super::fields::or_default;
use crate::Document;

/// A sum over the bytes of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checksum {
    /// How it is made: `sha1`, `sha2`, `sha256`, `md5`, `crc`.
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub kind: String,
    /// The sum itself.
    #[serde(default, deserialize_with = "or_default")]
    pub value: String,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

/// The schema that data follows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    /// Its name in the catalogue of schemas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

/// A span of days, both included, each `YYYY-MM-DD`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DateRange {
    /// The first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// The last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

/// Places something is about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SpatialCoverage {
    /// Ids of places.
    #[serde(default, deserialize_with = "or_default")]
    pub zones: Vec<String>,
    /// How small the places in the data are; `other` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granularity: Option<String>,
    /// A GeoJSON `MultiPolygon`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geom: Option<Document>,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

/// Whether one kind of people may use something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccessAudience {
    /// Which people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// `yes`, `no` or `under_condition`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}
