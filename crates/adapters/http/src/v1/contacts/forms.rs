//! Bodies of requests about contact points.

use basalt_app::{AppError, Form, form::OwnerWish};
use basalt_domain::{ContactPoint, FieldError};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::{
    fields::{self, FormField},
    v1::objects::owner_schema,
};

type Field = FormField<ContactPoint>;

/// Names of [`super::ROLES`].
const ROLES: [&str; 11] = [
    "contact",
    "creator",
    "publisher",
    "rightsHolder",
    "custodian",
    "distributor",
    "originator",
    "principalInvestigator",
    "processor",
    "resourceProvider",
    "user",
];

const FIELDS: &[Field] = &[
    Field::text("name", |c| &mut c.name).max(255),
    Field::text("email", |c| &mut c.email).checked(fields::email),
    Field::url("contact_form", |c| &mut c.contact_form),
    Field::pick("role", |c| &mut c.role, &ROLES),
];

/// A body that creates or changes a contact point.
pub(super) struct ContactForm {
    body: Map<String, Value>,
    creates: bool,
}

impl ContactForm {
    pub(super) const fn create(body: Map<String, Value>) -> Self {
        Self { body, creates: true }
    }

    pub(super) const fn update(body: Map<String, Value>) -> Self {
        Self { body, creates: false }
    }
}

impl Form<ContactPoint> for ContactForm {
    fn apply(&self, contact: &mut ContactPoint) -> Result<(), Vec<FieldError>> {
        fields::applied(FIELDS, &self.body, contact, self.creates)
    }

    fn owner(&self) -> Result<OwnerWish, AppError> {
        fields::owner_wish(&self.body)
    }
}

pub(super) fn schema(_generator: &mut SchemaGenerator) -> Schema {
    let mut schema = fields::schema(FIELDS);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.extend(owner_schema());
    }
    schema.insert("required".into(), json!(["role"]));
    schema
}
