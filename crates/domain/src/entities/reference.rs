//! References that name the class of what they refer to.

use serde::{Deserialize, Serialize};

use crate::{Document, ObjectId};

/// A MongoDB DBRef.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DbRef {
    /// Collection of the other record.
    #[serde(rename = "$ref")]
    pub collection: String,
    /// Its id.
    #[serde(rename = "$id")]
    pub id: ObjectId,
}

/// A reference to a record of one of several classes: `{_cls, _ref}` in storage, `{class, id}`
/// in the HTTP interface.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GenericReference {
    /// Class of the other record, e.g. `Organization`.
    #[serde(rename = "_cls")]
    pub class: String,
    /// The record.
    #[serde(rename = "_ref")]
    pub to: DbRef,
    /// What else was stored.
    #[serde(flatten)]
    pub rest: Document,
}

impl GenericReference {
    /// A reference to a record of this class and collection.
    pub fn new(class: &str, collection: &str, id: ObjectId) -> Self {
        Self { class: class.into(), to: DbRef { collection: collection.into(), id }, rest: Document::new() }
    }

    /// A reference to a user.
    pub fn user(id: ObjectId) -> Self {
        Self::new("User", "user", id)
    }

    /// A reference to an organisation.
    pub fn organization(id: ObjectId) -> Self {
        Self::new("Organization", "organization", id)
    }

    /// Id of the other record.
    pub const fn id(&self) -> ObjectId {
        self.to.id
    }
}
