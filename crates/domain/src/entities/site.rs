//! The portal itself.

use serde::{Deserialize, Serialize};

use super::fields::{or_default, whole_number};
use crate::{Collection, Document, Entity, Kind, ObjectId, Value};

/// The portal itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Site {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: String,
    /// What it is called.
    #[serde(default, deserialize_with = "or_default")]
    pub title: String,
    /// Words for search engines.
    #[serde(default, deserialize_with = "or_default")]
    pub keywords: Vec<String>,
    /// Entries of a feed; 20 when absent.
    #[serde(default, deserialize_with = "whole_number", skip_serializing_if = "Option::is_none")]
    pub feed_size: Option<i64>,
    /// Settings of the front end.
    #[serde(default, deserialize_with = "or_default")]
    pub configs: Document,
    /// Settings of its looks.
    #[serde(default, deserialize_with = "or_default")]
    pub themes: Document,
    /// What its home page shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<SiteSettings>,
    /// Blocks of the page of datasets.
    #[serde(default, deserialize_with = "or_default")]
    pub datasets_blocs: Vec<Value>,
    /// Blocks of the page of reuses.
    #[serde(default, deserialize_with = "or_default")]
    pub reuses_blocs: Vec<Value>,
    /// Blocks of the page of dataservices.
    #[serde(default, deserialize_with = "or_default")]
    pub dataservices_blocs: Vec<Value>,
    /// Numbers.
    #[serde(default, deserialize_with = "or_default")]
    pub metrics: Document,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

/// What the home page shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SiteSettings {
    /// Datasets.
    #[serde(default, deserialize_with = "or_default")]
    pub home_datasets: Vec<ObjectId>,
    /// Reuses.
    #[serde(default, deserialize_with = "or_default")]
    pub home_reuses: Vec<ObjectId>,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

impl Entity for Site {
    type Id = String;
    const COLLECTION: &'static Collection = &Collection {
        name: "site",
        id: Kind::Text,
        fields: &[],
        unique: &[],
        indexes: &[],
        totals: &[],
        followed: false,
        parts: None,
    };

    fn id(&self) -> &String {
        &self.id
    }
}
