//! Places and their levels.

use serde::{Deserialize, Serialize};

use super::fields::{or_default, whole_number};
use crate::{Collection, Document, Entity, Field, Kind};

/// A level of places, e.g. towns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GeoLevel {
    /// Its id, e.g. `fr:commune`.
    #[serde(rename = "_id")]
    pub id: String,
    /// What it is called.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// How small its places are; 100 when absent.
    #[serde(default, deserialize_with = "whole_number", skip_serializing_if = "Option::is_none")]
    pub admin_level: Option<i64>,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

/// A place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GeoZone {
    /// Its id, e.g. `fr:commune:75056`.
    #[serde(rename = "_id")]
    pub id: String,
    /// Its name in addresses.
    #[serde(default, deserialize_with = "or_default")]
    pub slug: String,
    /// What it is called.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Its code within its level.
    #[serde(default, deserialize_with = "or_default")]
    pub code: String,
    /// Id of its level.
    #[serde(default, deserialize_with = "or_default")]
    pub level: String,
    /// Where it is described.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// Ids of the places it is in.
    #[serde(default, deserialize_with = "or_default")]
    pub ancestors: Vec<String>,
    /// Numbers.
    #[serde(default, deserialize_with = "or_default")]
    pub metrics: Document,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

impl GeoLevel {
    /// How small its places are.
    pub const ADMIN_LEVEL: Field<Self, i64> = Field::one("admin_level");
}

impl GeoZone {
    /// Its slug.
    pub const SLUG: Field<Self, String> = Field::one("slug");
    /// What it is called.
    pub const NAME: Field<Self, String> = Field::one("name");
    /// Its code.
    pub const CODE: Field<Self, String> = Field::one("code");
    /// Id of its level.
    pub const LEVEL: Field<Self, String> = Field::one("level");
}

impl Entity for GeoLevel {
    type Id = String;
    const COLLECTION: &'static Collection = &Collection {
        name: "geo_level",
        id: Kind::Text,
        fields: &[Self::ADMIN_LEVEL.path],
        unique: &[],
        indexes: &[&["admin_level"]],
        totals: &[],
        followed: false,
        parts: None,
    };

    fn id(&self) -> &String {
        &self.id
    }
}

impl Entity for GeoZone {
    type Id = String;
    const COLLECTION: &'static Collection = &Collection {
        name: "geo_zone",
        id: Kind::Text,
        fields: &[Self::SLUG.path, Self::NAME.path, Self::CODE.path, Self::LEVEL.path],
        unique: &[],
        indexes: &[&["name"], &["level", "code"]],
        totals: &[],
        followed: false,
        parts: None,
    };

    fn id(&self) -> &String {
        &self.id
    }
}
