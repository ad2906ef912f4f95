//! Former slugs, which redirect to the present ones.

use serde::{Deserialize, Serialize};

use crate::{Collection, Document, Entity, Field, Filter, Kind, ObjectId};

/// A former slug and the present one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlugFollow {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: ObjectId,
    /// Class of the object, e.g. `Organization`.
    pub namespace: String,
    /// The former slug.
    pub old_slug: String,
    /// The present slug; chains are flattened when it changes again.
    pub new_slug: String,
    /// What else was stored.
    #[serde(flatten)]
    pub rest: Document,
}

impl SlugFollow {
    /// Class of the object.
    pub const NAMESPACE: Field<Self, String> = Field::one("namespace");
    /// The former slug.
    pub const OLD: Field<Self, String> = Field::one("old_slug");
    /// The present slug.
    pub const NEW: Field<Self, String> = Field::one("new_slug");

    /// Where this former slug of this class leads.
    pub fn from_old(namespace: &str, slug: &str) -> Filter<Self> {
        Self::NAMESPACE.eq(namespace).and(Self::OLD.eq(slug))
    }

    /// Those that lead to this present slug.
    pub fn to_new(namespace: &str, slug: &str) -> Filter<Self> {
        Self::NAMESPACE.eq(namespace).and(Self::NEW.eq(slug))
    }
}

impl Entity for SlugFollow {
    type Id = ObjectId;
    const COLLECTION: &'static Collection = &Collection {
        name: "slug_follow",
        id: Kind::Id,
        fields: &[Self::NAMESPACE.path, Self::OLD.path, Self::NEW.path],
        unique: &[],
        indexes: &[&["namespace", "old_slug"], &["namespace", "new_slug"]],
        totals: &[],
        followed: false,
        parts: None,
    };

    fn id(&self) -> &ObjectId {
        &self.id
    }
}
