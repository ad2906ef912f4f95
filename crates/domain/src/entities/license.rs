//! Licences.

use serde::{Deserialize, Serialize};

use super::fields::or_default;
use crate::{Collection, Document, Entity, Field, Kind, Timestamp};

/// A licence data is published under.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct License {
    /// Its id, e.g. `lov2`.
    #[serde(rename = "_id")]
    pub id: String,
    /// Its title in addresses; unique.
    #[serde(default, deserialize_with = "or_default")]
    pub slug: String,
    /// What it is called.
    #[serde(default, deserialize_with = "or_default")]
    pub title: String,
    /// What else it is called.
    #[serde(default, deserialize_with = "or_default")]
    pub alternate_titles: Vec<String>,
    /// Where its text is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Where else its text is.
    #[serde(default, deserialize_with = "or_default")]
    pub alternate_urls: Vec<String>,
    /// Who looks after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintainer: Option<String>,
    /// What it allows.
    #[serde(default, deserialize_with = "or_default")]
    pub flags: Vec<String>,
    /// May new datasets use it? Yes when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// When it was added.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: Timestamp,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

impl License {
    /// What it is called.
    pub const TITLE: Field<Self, String> = Field::one("title");
}

impl Entity for License {
    type Id = String;
    const COLLECTION: &'static Collection = &Collection {
        name: "license",
        id: Kind::Text,
        fields: &[Self::TITLE.path],
        unique: &[],
        indexes: &[&["title"]],
        totals: &[],
        followed: false,
    };

    fn id(&self) -> &String {
        &self.id
    }
}
