//! Bodies of requests about accounts.

use basalt_app::Form;
use basalt_domain::{FieldError, User, user::MAIL_CADENCES};
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use crate::fields::{self, FormField};

type Field = FormField<User>;

const EMAIL: &str = "email";
const ROLES: &str = "roles";

const FIELDS: &[Field] = &[
    Field::required(EMAIL, |u| &mut u.email).checked(fields::email),
    Field::required("first_name", |u| &mut u.first_name).max(255).checked(fields::no_urls),
    Field::required("last_name", |u| &mut u.last_name).max(255).checked(fields::no_urls),
    Field::text("about", |u| &mut u.about),
    Field::url("website", |u| &mut u.website),
    Field::choice("mail_cadence", |u| &mut u.mail_cadence, &MAIL_CADENCES),
    Field::flag("notifications_paused", |u| &mut u.notifications_paused),
];

/// What administrators may set besides.
const ADMINISTERED: &[Field] = &[Field::flag("active", |u| &mut u.active)];

/// A body that creates or changes an account.
pub struct UserForm {
    body: Map<String, Value>,
    by: By,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// An administrator who creates it.
    Creator,
    /// An administrator who changes it.
    Administrator,
    /// Its user.
    Oneself,
}

impl UserForm {
    /// An administrator creates an account.
    pub const fn create(body: Map<String, Value>) -> Self {
        Self { body, by: By::Creator }
    }

    /// An administrator changes an account.
    pub const fn administer(body: Map<String, Value>) -> Self {
        Self { body, by: By::Administrator }
    }

    /// A user changes their own account: address, roles and state are not theirs to change.
    pub const fn oneself(body: Map<String, Value>) -> Self {
        Self { body, by: By::Oneself }
    }

    /// Names of the wished roles; `None`: they stay.
    pub fn roles(&self) -> Result<Option<Vec<String>>, FieldError> {
        let refused = |path: String, message| Err(FieldError::stored(path, message));
        match self.body.get(ROLES) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(Vec::new())),
            Some(Value::Array(roles)) => {
                let mut names = Vec::new();
                for (place, role) in roles.iter().enumerate() {
                    let Value::String(name) = role else {
                        return refused(format!("{ROLES}.{place}"), fields::NOT_TEXT);
                    };
                    names.push(name.clone());
                }
                Ok(Some(names))
            }
            Some(_other) => refused(ROLES.into(), fields::NOT_LIST),
        }
    }
}

impl Form<User> for UserForm {
    fn apply(&self, user: &mut User) -> Result<(), Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut body = self.body.clone();
        match self.by {
            By::Creator => errors.extend(fields::missing(FIELDS, &body)),
            By::Administrator => {}
            By::Oneself => {
                // Clients send back what they read: only another address is a change.
                if body.remove(EMAIL).is_some_and(|sent| sent != *user.email) {
                    errors.push(FieldError::check(EMAIL, "Cannot modify email after creation"));
                }
            }
        }
        errors.extend(fields::apply(FIELDS, &body, user));
        if self.by != By::Oneself {
            errors.extend(fields::apply(ADMINISTERED, &body, user));
            errors.extend(self.roles().err());
        }
        if body.contains_key(EMAIL) {
            // One address is one account, however it is spelt.
            user.email = user.email.to_lowercase();
        }
        // In the order of declaration, as the contract's summary names them.
        errors.sort_by_key(|error| FIELDS.iter().position(|field| field.name == error.path).unwrap_or(usize::MAX));
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// What users may change of themselves.
pub fn own_schema(_generator: &mut SchemaGenerator) -> Schema {
    fields::schema(FIELDS)
}

/// What administrators may change.
pub fn account_schema(_generator: &mut SchemaGenerator) -> Schema {
    let mut schema = fields::schema(FIELDS);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.extend(fields::properties(ADMINISTERED));
        let roles = json_schema!({"type": ["array", "null"], "items": {"type": "string"}});
        properties.insert(ROLES.into(), roles.to_value());
    }
    schema
}
