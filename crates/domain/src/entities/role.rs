//! Roles on the whole portal.

use serde::{Deserialize, Serialize};

use super::fields::or_default;
use crate::{Collection, Document, Entity, Field, Kind, ObjectId};

/// Name of the role of system administrators.
pub const ADMIN_ROLE: &str = "admin";

/// A role on the whole portal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Role {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: ObjectId,
    /// Its name; unique.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What else was stored.
    #[serde(flatten)]
    pub rest: Document,
}

impl Role {
    /// Its name.
    pub const NAME: Field<Self, String> = Field::one("name");
}

impl Entity for Role {
    type Id = ObjectId;
    const COLLECTION: &'static Collection = &Collection {
        name: "role",
        id: Kind::Id,
        fields: &[Self::NAME.path],
        unique: &[&["name"]],
        indexes: &[],
        totals: &[],
        followed: false,
        parts: None,
    };

    fn id(&self) -> &ObjectId {
        &self.id
    }
}
