//! Bodies of requests about dataservices.

use basalt_app::{AppError, Form, form::OwnerWish};
use basalt_domain::{AccessAudience, CatalogueObject, Dataservice, Document, FieldError, dataservice::FORMATS};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::{
    fields::{self, FormField},
    v1::{access_type, objects::owner_schema},
};

type Field = FormField<Dataservice>;

/// Who may use something.
pub(super) const ACCESS_TYPES: [&str; 3] = ["open", "open_with_account", "restricted"];
/// People something can be open to.
const ROLES: [&str; 3] = ["local_authority_and_administration", "company_and_association", "private"];
/// Whether it is.
const CONDITIONS: [&str; 3] = ["yes", "no", "under_condition"];

const FIELDS: &[Field] = &[
    Field::choice("access_type", |d| &mut d.access_type, &ACCESS_TYPES),
    Field::text("access_type_reason", |d| &mut d.access_type_reason),
    Field::pick_optional("access_type_reason_category", |d| &mut d.access_type_reason_category, &access_type::VALUES),
    Field::url("authorization_request_url", |d| &mut d.authorization_request_url),
    Field::required("title", |d| &mut d.title),
    Field::text("acronym", |d| &mut d.acronym).max(128),
    Field::text("description", |d| &mut d.description),
    Field::url("base_api_url", |d| &mut d.base_api_url),
    Field::url("machine_documentation_url", |d| &mut d.machine_documentation_url),
    Field::url("technical_documentation_url", |d| &mut d.technical_documentation_url),
    Field::url("business_documentation_url", |d| &mut d.business_documentation_url),
    Field::text("rate_limiting", |d| &mut d.rate_limiting),
    Field::url("rate_limiting_url", |d| &mut d.rate_limiting_url),
    Field::float("availability", |d| &mut d.availability),
    Field::url("availability_url", |d| &mut d.availability_url),
    Field::pick_optional("format", |d| &mut d.format, &FORMATS),
    Field::named("license", |d| &mut d.license),
    Field::tags("tags", |d| &mut d.tags),
    Field::flag("private", |d| &mut d.private),
    Field::extras("extras", |d| &mut d.extras),
    Field::ids("contact_points", |d| &mut d.contact_points),
    Field::time("archived_at", |d| &mut d.archived_at),
    Field::time("deleted_at", |d| &mut d.deleted_at),
    Field::ids("datasets", |d| &mut d.datasets),
];

/// A body that creates or changes a dataservice.
pub(super) struct DataserviceForm {
    body: Map<String, Value>,
    creates: bool,
}

impl DataserviceForm {
    pub(super) const fn create(body: Map<String, Value>) -> Self {
        Self { body, creates: true }
    }

    pub(super) const fn update(body: Map<String, Value>) -> Self {
        Self { body, creates: false }
    }
}

impl Form<Dataservice> for DataserviceForm {
    fn check(&self) -> Result<(), AppError> {
        fields::check_ids(FIELDS, &self.body).map_err(|message| AppError::body(Dataservice::CLASS, message))
    }

    fn apply(&self, dataservice: &mut Dataservice) -> Result<(), Vec<FieldError>> {
        fields::applied(FIELDS, &self.body, dataservice, self.creates)?;
        if let Some(sent) = self.body.get("access_audiences") {
            dataservice.access_audiences = read_audiences(sent).map_err(|error| vec![error])?;
        }
        if dataservice.access_type.is_none() {
            dataservice.access_type = Some("open".into());
        }
        // Only what is restricted is open to some.
        if dataservice.access_type.as_deref() != Some("restricted") {
            dataservice.access_audiences.clear();
        }
        Ok(())
    }

    fn restores(&self) -> bool {
        self.body.get("deleted_at").is_some_and(Value::is_null)
    }

    fn owner(&self) -> Result<OwnerWish, AppError> {
        fields::owner_wish(&self.body)
    }
}

/// Who may use it: each kind of people once. Errors name the bare part that is wrong, as udata does.
fn read_audiences(sent: &Value) -> Result<Vec<AccessAudience>, FieldError> {
    const NAME: &str = "access_audiences";
    let items = match sent {
        Value::Null => return Ok(Vec::new()),
        Value::Array(items) => items,
        _ => return Err(FieldError::check(NAME, "Expected a list")),
    };
    let mut audiences: Vec<AccessAudience> = Vec::with_capacity(items.len());
    for item in items {
        let Value::Object(item) = item else { return Err(FieldError::check(NAME, "Expected an object")) };
        let part = |name: &str, known: &[&str]| match item.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if known.contains(&text.as_str()) => Ok(Some(text.clone())),
            Some(other) => {
                let text = other.as_str().map_or_else(|| other.to_string(), str::to_owned);
                let message = format!("'{text}' is not a valid choice. Valid choices: {}", fields::listed(known));
                Err(FieldError::check(name, message))
            }
        };
        let (role, condition) = (part("role", &ROLES)?, part("condition", &CONDITIONS)?);
        if audiences.iter().any(|known| known.role == role) {
            let message = "You can only set one condition for a given access audience role";
            return Err(FieldError::check(NAME, message));
        }
        audiences.push(AccessAudience { role, condition, rest: Document::new() });
    }
    Ok(audiences)
}

pub(super) fn schema(_generator: &mut SchemaGenerator) -> Schema {
    let mut schema = fields::schema(FIELDS);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.extend(owner_schema());
        let audience = json!({"type": "object", "properties": {
            "role": {"enum": ROLES}, "condition": {"enum": CONDITIONS}
        }});
        properties.insert("access_audiences".into(), json!({"type": ["array", "null"], "items": audience}));
    }
    schema
}
