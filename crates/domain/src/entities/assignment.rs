//! Objects given to partial editors.

use serde::{Deserialize, Serialize};

use super::{GenericReference, fields::or_default};
use crate::{Collection, Document, Entity, Field, Kind, ObjectId, Timestamp};

/// An object of an organisation that a partial editor may edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: ObjectId,
    /// The partial editor.
    pub user: ObjectId,
    /// The organisation.
    pub organization: ObjectId,
    /// The object: Dataset, Dataservice or Reuse.
    pub subject: GenericReference,
    /// Since when.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: Timestamp,
    /// What else was stored.
    #[serde(flatten)]
    pub rest: Document,
}

impl Assignment {
    /// The partial editor.
    pub const USER: Field<Self, ObjectId> = Field::one("user");
    /// The organisation.
    pub const ORGANIZATION: Field<Self, ObjectId> = Field::one("organization");
    /// The object.
    pub const SUBJECT: Field<Self, ObjectId> = Field::one("subject._ref.$id");
    /// Since when.
    pub const CREATED_AT: Field<Self, Timestamp> = Field::one("created_at");
}

impl Entity for Assignment {
    type Id = ObjectId;
    const COLLECTION: &'static Collection = &Collection {
        name: "assignment",
        id: Kind::Id,
        fields: &[Self::USER.path, Self::ORGANIZATION.path, Self::SUBJECT.path, Self::CREATED_AT.path],
        unique: &[&["user", "subject._ref.$id"]],
        indexes: &[&["user", "organization"], &["organization"]],
        totals: &[],
        followed: false,
        parts: None,
    };

    fn id(&self) -> &ObjectId {
        &self.id
    }
}
