//! Contact points: whom to ask about a dataset.

use serde::{Deserialize, Serialize};

use super::{Owned, Owner, fields::or_default};
use crate::{Collection, Document, Entity, Field, Filter, Kind, ObjectId};

/// Whom to ask about an object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactPoint {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: ObjectId,
    /// Name of the person or service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Address for mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Address of a form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_form: Option<String>,
    /// What they are to the object, e.g. `contact`, `publisher`.
    #[serde(default, deserialize_with = "or_default")]
    pub role: String,
    /// The user it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<ObjectId>,
    /// The organisation it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<ObjectId>,
    /// What else was stored.
    #[serde(flatten)]
    pub rest: Document,
}

impl ContactPoint {
    /// Name of the person or service.
    pub const NAME: Field<Self, String> = Field::one("name");
    /// Address for mail.
    pub const EMAIL: Field<Self, String> = Field::one("email");
    /// The user it belongs to.
    pub const OWNER: Field<Self, ObjectId> = Field::one("owner");
    /// The organisation it belongs to.
    pub const ORGANIZATION: Field<Self, ObjectId> = Field::one("organization");

    /// Those of this organisation.
    pub fn of_organization(organization: ObjectId) -> Filter<Self> {
        Self::ORGANIZATION.eq(organization)
    }
}

impl Entity for ContactPoint {
    type Id = ObjectId;
    const COLLECTION: &'static Collection = &Collection {
        name: "contact_point",
        id: Kind::Id,
        fields: &[Self::NAME.path, Self::EMAIL.path, Self::OWNER.path, Self::ORGANIZATION.path],
        unique: &[],
        indexes: &[&["owner"], &["organization"]],
        totals: &[],
        followed: false,
        parts: None,
    };

    fn id(&self) -> &ObjectId {
        &self.id
    }
}

impl Owned for ContactPoint {
    fn owner(&self) -> Option<ObjectId> {
        self.owner
    }

    fn organization(&self) -> Option<ObjectId> {
        self.organization
    }

    fn give(&mut self, to: Owner) {
        (self.owner, self.organization) = match to {
            Owner::User(user) => (Some(user), None),
            Owner::Organization(organization) => (None, Some(organization)),
        };
    }
}
