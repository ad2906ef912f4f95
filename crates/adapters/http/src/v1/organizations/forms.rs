//! Bodies of requests about organisations.

use basalt_app::{
    AppError, Form,
    organizations::{AssignmentWish, Invitation},
};
use basalt_domain::{FieldError, ObjectId, Organization, validation};
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use crate::{
    blocs,
    context::Ctx,
    fields::{self, FormField},
};

type Field = FormField<Organization>;

const FIELDS: &[Field] = &[
    Field::required("name", |o| &mut o.name),
    Field::text("acronym", |o| &mut o.acronym).max(128),
    Field::required("description", |o| &mut o.description),
    Field::url("url", |o| &mut o.url),
    Field::text("image_url", |o| &mut o.image_url),
    Field::color("banner_color", |o| &mut o.banner_color),
    Field::number("banner_image_position", |o| &mut o.banner_image_position, 0, 100),
    Field::text("business_number_id", |o| &mut o.business_number_id).checked(validation::check_siret),
    Field::map("extras", |o| &mut o.extras),
    Field::time("presentation_blocs_published_at", |o| &mut o.presentation_blocs_published_at),
    Field::time("deleted", |o| &mut o.deleted),
];

/// A body that creates or changes an organisation.
pub(super) struct OrganizationForm {
    body: Map<String, Value>,
    creates: bool,
    blocs: Option<Vec<basalt_domain::Value>>,
}

impl OrganizationForm {
    pub(super) const fn create(body: Map<String, Value>) -> Self {
        Self { body, creates: true, blocs: None }
    }

    pub(super) const fn update(body: Map<String, Value>) -> Self {
        Self { body, creates: false, blocs: None }
    }

    /// Does it speak of blocks?
    pub(super) fn speaks_of_blocs(&self) -> bool {
        self.body.contains_key(BLOCS)
    }

    /// Reads its blocks. Error: `Invalid`.
    pub(super) async fn read_blocs(&mut self, ctx: &Ctx, id: Option<ObjectId>) -> Result<(), AppError> {
        let Some(sent) = self.body.get(BLOCS) else { return Ok(()) };
        let subject = (basalt_app::organizations::CLASS, id.map(|id| id.to_string()));
        let read = blocs::form::read(ctx, &subject, BLOCS, sent).await?;
        if read.iter().filter_map(basalt_domain::Value::as_map).any(|section| section.get("color").is_some()) {
            return Err(AppError::check(BLOCS, "A section cannot have a color here"));
        }
        self.blocs = Some(read);
        Ok(())
    }
}

/// The blocks of an organisation's page.
const BLOCS: &str = "presentation_blocs";

impl Form<Organization> for OrganizationForm {
    fn apply(&self, organization: &mut Organization) -> Result<(), Vec<FieldError>> {
        let mut errors = if self.creates { fields::missing(FIELDS, &self.body) } else { Vec::new() };
        errors.extend(fields::apply(FIELDS, &self.body, organization));
        // In the order of declaration, as the contract's summary names them.
        errors.sort_by_key(|error| FIELDS.iter().position(|field| field.name == error.path));
        if let Some(blocs) = &self.blocs {
            organization.presentation_blocs.clone_from(blocs);
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn restores(&self) -> bool {
        self.body.get("deleted").is_some_and(Value::is_null)
    }
}

pub(super) fn schema(_generator: &mut SchemaGenerator) -> Schema {
    fields::schema(FIELDS)
}

pub(super) fn request_schema(_generator: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "object", "properties": {"comment": {"type": ["string", "null"]}}})
}

pub(super) fn role_schema(_generator: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "object", "properties": {"role": {"enum": ["admin", "editor", "partial_editor", null]}}})
}

pub(super) fn assignments_schema(_generator: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": {
        "type": "object", "properties": {"class": {"type": "string"}, "id": {"type": "string"}}
    }})
}

pub(super) fn invitation_schema(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "object", "properties": {
        "user": {"type": ["string", "null"]},
        "email": {"type": ["string", "null"], "format": "email"},
        "role": {"enum": ["admin", "editor", "partial_editor", null]},
        "comment": {"type": ["string", "null"]},
        "assignments": assignments_schema(generator)
    }})
}

/// Reads an invitation.
pub(super) fn invitation(body: &Map<String, Value>) -> Result<Invitation, AppError> {
    Ok(Invitation {
        user: text(body, "user")?,
        email: text(body, "email")?,
        role: text(body, "role")?,
        comment: text(body, "comment")?,
        assignments: assignments(body.get("assignments").unwrap_or(&Value::Null))?,
    })
}

/// A text; null and the empty text are none.
pub(super) fn text(body: &Map<String, Value>, name: &str) -> Result<Option<String>, AppError> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        Some(_other) => Err(AppError::check(name, "StringField only accepts string values")),
    }
}

/// Reads a list of `{class, id}`.
pub(super) fn assignments(sent: &Value) -> Result<Vec<AssignmentWish>, AppError> {
    let malformed = || AppError::check("assignments", "Expected a list of {class, id} objects");
    match sent {
        Value::Null => Ok(Vec::new()),
        Value::Object(map) if map.is_empty() => Ok(Vec::new()),
        Value::Array(items) => items
            .iter()
            .map(|item| {
                let part = |name| item.get(name).and_then(Value::as_str);
                let class = part("class").ok_or_else(malformed)?.to_owned();
                Ok(AssignmentWish { class, id: part("id").map(str::to_owned) })
            })
            .collect(),
        _ => Err(malformed()),
    }
}
