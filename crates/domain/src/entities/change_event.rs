//! The feed of changes: what was written, for those who follow the catalogue.

use serde::{Deserialize, Serialize};

use super::fields::or_default;
use crate::{Collection, Document, Entity, Field, Kind, ObjectId, Timestamp};

/// A record was written: what follows the catalogue reads these in their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeEvent {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: ObjectId,
    /// Collection of the record.
    #[serde(default, deserialize_with = "or_default")]
    pub collection: String,
    /// Id of the record as text.
    #[serde(default, deserialize_with = "or_default")]
    pub record: String,
    /// `insert`, `update` or `delete`.
    #[serde(default, deserialize_with = "or_default")]
    pub action: String,
    /// When.
    #[serde(default, deserialize_with = "or_default")]
    pub at: Timestamp,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

impl ChangeEvent {
    /// When.
    pub const AT: Field<Self, Timestamp> = Field::one("at");
}

impl Entity for ChangeEvent {
    type Id = ObjectId;
    const COLLECTION: &'static Collection = &Collection {
        name: "basalt_change",
        id: Kind::Id,
        fields: &[Self::AT.path],
        unique: &[],
        indexes: &[&["at"]],
        totals: &[],
        followed: false,
        parts: None,
    };

    fn id(&self) -> &ObjectId {
        &self.id
    }
}
