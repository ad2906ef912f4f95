//! Answers about places.

use basalt_domain::{CatalogueObject, Dataset, GeoLevel, GeoZone, Value};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{context::Ctx, v1::references::Id};

/// A level of places.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "GeoLevel")]
pub struct LevelView<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it is called.
    pub name: &'a str,
}

impl<'a> From<&'a GeoLevel> for LevelView<'a> {
    fn from(level: &'a GeoLevel) -> Self {
        Self { id: &level.id, name: &level.name }
    }
}

/// Places, as GeoJSON.
#[derive(Serialize, JsonSchema)]
pub struct Zones<T> {
    features: Vec<T>,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl<T> Zones<T> {
    /// These.
    pub const fn new(features: Vec<T>) -> Self {
        Self { features, kind: "FeatureCollection" }
    }
}

/// Where a place is: not known.
#[derive(Serialize, JsonSchema)]
pub struct Geometry {
    coordinates: Option<Vec<f64>>,
    #[serde(rename = "type")]
    kind: Option<&'static str>,
}

const NOWHERE: Geometry = Geometry { coordinates: None, kind: None };

/// A place, as GeoJSON.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "GeoZone")]
pub struct ZoneView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    geometry: Option<Geometry>,
    id: &'a str,
    properties: Properties<'a>,
    #[serde(rename = "type")]
    kind: &'static str,
}

/// What is told of a place.
#[derive(Serialize, JsonSchema)]
pub struct Properties<'a> {
    code: &'a str,
    level: &'a str,
    name: &'a str,
    slug: &'a str,
    uri: Option<&'a str>,
}

impl<'a> ZoneView<'a> {
    /// This place, by itself.
    pub fn alone(zone: &'a GeoZone) -> Self {
        let properties = Properties {
            code: &zone.code,
            level: &zone.level,
            name: &zone.name,
            slug: &zone.slug,
            uri: zone.uri.as_deref(),
        };
        Self { geometry: None, id: &zone.id, properties, kind: "Feature" }
    }

    /// This place, in a collection.
    pub fn among_others(zone: &'a GeoZone) -> Self {
        Self { geometry: Some(NOWHERE), ..Self::alone(zone) }
    }
}

/// A place with its number of datasets, as GeoJSON.
#[derive(Serialize, JsonSchema)]
pub struct CoverageView<'a> {
    geometry: Geometry,
    id: &'a str,
    properties: CoverageProperties<'a>,
    #[serde(rename = "type")]
    kind: &'static str,
}

/// What is told of a place with its number of datasets.
#[derive(Serialize, JsonSchema)]
pub struct CoverageProperties<'a> {
    code: &'a str,
    datasets: i64,
    name: &'a str,
    uri: Option<&'a str>,
}

impl<'a> CoverageView<'a> {
    /// This place.
    pub fn new(zone: &'a GeoZone) -> Self {
        let properties = CoverageProperties {
            code: &zone.code,
            datasets: zone.metrics.get("datasets").and_then(Value::as_int).unwrap_or(0),
            name: &zone.name,
            uri: zone.uri.as_deref(),
        };
        Self { geometry: NOWHERE, id: &zone.id, properties, kind: "Feature" }
    }
}

/// A dataset about a place.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SpatialDatasetReference")]
pub struct DatasetReference<'a> {
    acronym: Option<&'a str>,
    class: &'static str,
    id: Id,
    page: Option<String>,
    title: &'a str,
    uri: String,
}

impl<'a> DatasetReference<'a> {
    /// This dataset.
    pub fn new(ctx: &Ctx, dataset: &'a Dataset) -> Self {
        Self {
            acronym: dataset.acronym.as_deref(),
            class: Dataset::CLASS,
            id: Id(dataset.id),
            page: ctx.links.page("datasets", &dataset.slug),
            title: &dataset.title,
            uri: ctx.links.api(1, "datasets", &dataset.slug),
        }
    }
}
