//! Work to be done after a write.

use serde::{Deserialize, Serialize};

use super::fields::or_default;
use crate::{Collection, Document, Entity, Field, Kind, ObjectId, Timestamp};

/// Work to be done after a write, stored with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: ObjectId,
    /// What is to be done.
    #[serde(default, deserialize_with = "or_default")]
    pub kind: String,
    /// With what.
    #[serde(default, deserialize_with = "or_default")]
    pub payload: Document,
    /// Since when.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: Timestamp,
    /// Not before.
    #[serde(default, deserialize_with = "or_default")]
    pub due: Timestamp,
    /// How often it failed.
    #[serde(default, deserialize_with = "or_default")]
    pub attempts: i64,
    /// Why it failed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

impl Task {
    /// Not before.
    pub const DUE: Field<Self, Timestamp> = Field::one("due");
    /// What is to be done.
    pub const KIND: Field<Self, String> = Field::one("kind");
}

impl Entity for Task {
    type Id = ObjectId;
    const COLLECTION: &'static Collection = &Collection {
        name: "basalt_task",
        id: Kind::Id,
        fields: &[Self::DUE.path, Self::KIND.path],
        unique: &[],
        indexes: &[&["due"]],
        totals: &[],
        followed: false,
        parts: None,
    };

    fn id(&self) -> &ObjectId {
        &self.id
    }
}
