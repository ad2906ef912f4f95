//! A document as the database returned it, decoded once, straight into the entity.

use std::sync::Arc;

use basalt_domain::Document;
use serde::de::DeserializeOwned;

/// A document in the form in which it came. JSON and BSON are published formats, not databases.
#[derive(Clone, Debug)]
pub enum Raw {
    /// Text in Extended JSON v2.
    Json(String),
    /// Bytes of a BSON document.
    Bson(Vec<u8>),
    /// A document in memory.
    Tree(Arc<Document>),
}

/// A stored document does not fit its entity.
pub type DecodeError = Box<dyn std::error::Error + Send + Sync>;

impl Raw {
    /// The entity, or a [`Document`] where its fields do not matter.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        Ok(match self {
            Self::Json(text) => serde_json::from_str(text)?,
            Self::Bson(bytes) => bson::deserialize_from_slice(bytes)?,
            Self::Tree(document) => document.decode()?,
        })
    }

    /// About how many bytes it takes.
    pub fn size(&self) -> usize {
        match self {
            Self::Json(text) => text.len(),
            Self::Bson(bytes) => bytes.len(),
            Self::Tree(document) => document.len() * 64,
        }
    }
}
