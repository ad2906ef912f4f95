//! The one place that knows status codes of refusals, and their bodies in the contract's shape.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
};
use basalt_app::AppError;
use basalt_domain::{FieldError, Invalid, validation::ErrorKind};
use basalt_ports::{StorageError, files::FileError};
use serde_json::{Map, Value, json};

/// What udata says of an address that leads nowhere.
pub const NOT_FOUND: &str = "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.";
/// What udata says of a body that is not JSON.
pub const UNREADABLE: &str = "The browser (or proxy) sent a request that this server could not understand.";
/// What udata says of a missing right.
pub const FORBIDDEN: &str = "You do not have the permission to modify that object.";
/// What udata says of a query that does not fit.
pub const PAYLOAD: &str = "Input payload validation failed";

/// A refusal or a fault, ready to be answered.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    body: Map<String, Value>,
    headers: Vec<(header::HeaderName, String)>,
}

impl Problem {
    /// This status with this message.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let body = Map::from_iter([("message".to_owned(), Value::from(message.into()))]);
        Self { status, body, headers: Vec::new() }
    }

    /// 400 about one parameter of the query.
    pub fn parameter(name: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, PAYLOAD).with("errors", json!({name: message.into()}))
    }

    /// 400 about the request as a whole.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 404 without more to say.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, NOT_FOUND)
    }

    /// 308 to another address of the same object.
    pub fn moved(location: String) -> Self {
        let mut problem = Self::new(StatusCode::PERMANENT_REDIRECT, "Moved to another address");
        problem.headers.push((header::LOCATION, location));
        problem
    }

    /// One more key in the body.
    #[must_use]
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.body.insert(key.to_owned(), value);
        self
    }

    /// One more header.
    #[must_use]
    pub fn header(mut self, name: header::HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Its status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The answer: keys in order, `status` always among them.
    pub fn response(mut self) -> HttpResponse {
        self.body.insert("status".into(), self.status.as_u16().into());
        let mut builder = HttpResponseBuilder::new(self.status);
        for (name, value) in self.headers {
            builder.insert_header((name, value));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            builder.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"uData\""));
        }
        builder.content_type("application/json").body(Value::Object(sorted(self.body)).to_string())
    }
}

fn sorted(body: Map<String, Value>) -> Map<String, Value> {
    let mut entries: Vec<_> = body.into_iter().collect();
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    entries.into_iter().collect()
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        match error {
            AppError::NotFound("Resource") => Self::new(StatusCode::NOT_FOUND, "Resource does not exist"),
            AppError::NotFound("Badge") => Self::new(StatusCode::NOT_FOUND, "Badge does not exists"),
            AppError::NotFound("Token") => Self::new(StatusCode::NOT_FOUND, "Token not found"),
            AppError::NotFound("Request") => Self::new(StatusCode::NOT_FOUND, "Unknown membership request id"),
            AppError::NotFound("Invitation") => Self::new(StatusCode::NOT_FOUND, "Invitation not found"),
            AppError::Gone(message) => Self::new(StatusCode::GONE, message),
            AppError::SignIn => Self::new(StatusCode::UNAUTHORIZED, "Unauthorized"),
            AppError::BadKey(message) => Self::new(StatusCode::UNAUTHORIZED, message),
            AppError::Forbidden(message) => Self::new(StatusCode::FORBIDDEN, message.unwrap_or(FORBIDDEN)),
            AppError::Invalid(invalid) => from_invalid(&invalid),
            AppError::Conflict(message) => Self::new(StatusCode::CONFLICT, message),
            AppError::Precondition => {
                Self::new(StatusCode::PRECONDITION_FAILED, "The object was changed since it was read")
            }
            AppError::TooLarge(message) => Self::new(StatusCode::PAYLOAD_TOO_LARGE, message),
            AppError::Storage(StorageError::Stale { .. }) => {
                Self::new(StatusCode::CONFLICT, "The object was changed by somebody else meanwhile, try again")
            }
            AppError::Storage(StorageError::Conflict { field, .. }) => {
                Self::new(StatusCode::CONFLICT, format!("{field} exists already"))
            }
            AppError::NotFound(_) | AppError::File(FileError::NotFound) => Self::not_found(),
            AppError::Storage(StorageError::Unavailable(source)) => {
                log_fault(source.as_ref());
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
            }
            error => {
                log_fault(&error);
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            }
        }
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        AppError::from(error).into()
    }
}

/// Logs a fault of ours once, with all its causes; clients are told nothing of it.
fn log_fault(error: &dyn std::error::Error) {
    let mut causes = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        causes = format!("{causes}: {cause}");
        source = cause.source();
    }
    tracing::error!(error = causes, "request failed");
}

/// The sentence over errors of the older shape, for which udata has none.
const VALIDATION_FAILED: &str = "Input payload validation failed";

fn from_invalid(invalid: &Invalid) -> Problem {
    let message = invalid.message.clone().unwrap_or_else(|| summary(invalid));
    let problem = Problem::bad_request(message);
    if invalid.errors.is_empty() && invalid.subject.is_none() {
        return problem;
    }
    // A failed check comes first and alone, as udata tells it.
    let check = invalid.errors.iter().position(|error| error.kind == ErrorKind::Check);
    let told = check.map_or(invalid.errors.as_slice(), |at| invalid.errors.get(at..=at).unwrap_or_default());
    let mut errors = Map::new();
    for error in told {
        if error.kind == ErrorKind::Form {
            listed(&mut errors, &error.path, &error.message);
        } else {
            nest(&mut errors, &error.path, &error.message);
        }
    }
    problem.with("errors", Value::Object(sorted(errors)))
}

/// `requests.0.comment` → `{"requests": {"0": {"comment": …}}}`.
fn nest(errors: &mut Map<String, Value>, path: &str, message: &str) {
    match path.split_once('.') {
        None => {
            errors.insert(path.to_owned(), message.into());
        }
        Some((first, rest)) => {
            let inner = errors.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                nest(inner, rest, message);
            }
        }
    }
}

/// The older shape: each field has a list of messages, and `resources.0.url` is
/// `{"resources": [{"url": [...]}]}`.
fn listed(errors: &mut Map<String, Value>, path: &str, message: &str) {
    let mut parts = path.splitn(3, '.');
    let field = parts.next().unwrap_or_default();
    match (parts.next(), parts.next()) {
        (Some(at), Some(rest)) if at.parse::<usize>().is_ok() => {
            // Items without errors are left out, as udata does: those told stand one after the other.
            let items = errors.entry(field).or_insert_with(|| Value::Array(Vec::new()));
            let mut inner = Map::new();
            listed(&mut inner, rest, message);
            if let Value::Array(items) = items {
                items.push(Value::Object(inner));
            }
        }
        (Some(_), _) => {
            let rest = path.split_once('.').map_or("", |(_field, rest)| rest);
            if let Value::Object(inner) = errors.entry(field).or_insert_with(|| Value::Object(Map::new())) {
                listed(inner, rest, message);
            }
        }
        (None, _) => {
            if let Value::Array(messages) = errors.entry(field).or_insert_with(|| Value::Array(Vec::new())) {
                messages.push(message.into());
            }
        }
    }
}

/// The sentence over all errors: the first failed check, or `ValidationError (Class:id) (…)`.
fn summary(invalid: &Invalid) -> String {
    if let Some(check) = invalid.errors.iter().find(|error| error.kind == ErrorKind::Check) {
        return check.message.clone();
    }
    if invalid.errors.iter().any(|error| error.kind == ErrorKind::Form) {
        return VALIDATION_FAILED.into();
    }
    let (class, id) = invalid.subject.as_ref().map_or(("Request", None), |(class, id)| (*class, id.as_deref()));
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for error in &invalid.errors {
        let (field, message) = told(error);
        match groups.iter_mut().find(|(known, _fields)| *known == message) {
            Some((_known, fields)) => fields.push(field),
            None => groups.push((message, vec![field])),
        }
    }
    let told: Vec<String> =
        groups.iter().map(|(message, fields)| format!("{message}: ['{}']", fields.join("', '"))).collect();
    format!("ValidationError ({class}:{}) ({})", id.unwrap_or("None"), told.join(" "))
}

/// The outermost field, and the message with the names of the inner ones before it. The number of
/// the first item of a list is not told.
fn told(error: &FieldError) -> (&str, String) {
    let (field, inner) = error.path.split_once('.').unwrap_or((&error.path, ""));
    let named: Vec<&str> = inner.split('.').filter(|part| !part.is_empty() && *part != "0").collect();
    if named.is_empty() {
        (field, error.message.clone())
    } else {
        (field, format!("{}.{}", named.join("."), error.message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(error: AppError) -> (u16, Value) {
        let problem = Problem::from(error);
        let mut body = problem.body.clone();
        body.insert("status".into(), problem.status.as_u16().into());
        (problem.status.as_u16(), Value::Object(sorted(body)))
    }

    #[test]
    fn every_meaning_has_its_status_and_body() {
        let said = |status: u16, message: &str| (status, json!({"message": message, "status": status}));
        let stale = StorageError::Stale { collection: "organization", id: "1".into() };
        for (error, expected) in [
            (AppError::SignIn, said(401, "Unauthorized")),
            (AppError::BadKey("Invalid API Key"), said(401, "Invalid API Key")),
            (AppError::Forbidden(None), said(403, FORBIDDEN)),
            (AppError::NotFound("Organization"), said(404, NOT_FOUND)),
            (AppError::Gone("Organization has been deleted"), said(410, "Organization has been deleted")),
            (AppError::Precondition, said(412, "The object was changed since it was read")),
            (stale.into(), said(409, "The object was changed by somebody else meanwhile, try again")),
            (StorageError::unavailable("secret cause").into(), said(503, "Service Unavailable")),
            (AppError::internal("secret cause"), said(500, "Internal Server Error")),
        ] {
            assert_eq!(answered(error), expected);
        }
    }

    #[test]
    fn errors_by_field_have_udatas_summary() {
        let required = |field: &str| FieldError::stored(field, "Field is required");
        let invalid = Invalid {
            subject: Some(("Organization", None)),
            errors: vec![required("name"), required("description")],
            message: None,
        };
        let (_status, body) = answered(AppError::Invalid(invalid));
        assert_eq!(
            body,
            json!({
                "errors": {"description": "Field is required", "name": "Field is required"},
                "message": "ValidationError (Organization:None) (Field is required: ['name', 'description'])",
                "status": 400,
            })
        );
    }

    #[test]
    fn a_failed_check_comes_alone() {
        let errors = vec![FieldError::stored("url", "Invalid URL \"x\""), FieldError::check("siret", "Invalid number")];
        let (_status, body) = answered(AppError::Invalid(Invalid { subject: None, errors, message: None }));
        assert_eq!(body, json!({"errors": {"siret": "Invalid number"}, "message": "Invalid number", "status": 400}));
    }

    #[test]
    fn a_body_refused_as_a_whole_has_an_empty_map_of_errors() {
        let (_status, body) = answered(AppError::body("Organization", "no id"));
        assert_eq!(body, json!({"errors": {}, "message": "no id", "status": 400}));
    }

    #[test]
    fn older_forms_list_their_messages() {
        let error = |path: &str| FieldError::form(path, "This field is required.");
        let errors = vec![error("title"), error("resources.0.url"), error("spatial.granularity")];
        let (_status, body) = answered(AppError::Invalid(Invalid { subject: None, errors, message: None }));
        let required = json!(["This field is required."]);
        assert_eq!(
            body,
            json!({
                "errors": {"resources": [{"url": required}], "spatial": {"granularity": required}, "title": required},
                "message": "Input payload validation failed",
                "status": 400,
            })
        );
    }

    #[test]
    fn nested_errors_are_nested() {
        let error = FieldError::stored("requests.0.comment", "StringField only accepts string values");
        let invalid = Invalid { subject: Some(("Organization", Some("1".into()))), errors: vec![error], message: None };
        let (_status, body) = answered(AppError::Invalid(invalid));
        assert_eq!(
            body,
            json!({
                "errors": {"requests": {"0": {"comment": "StringField only accepts string values"}}},
                "message": "ValidationError (Organization:1) (comment.StringField only accepts string values: ['requests'])",
                "status": 400,
            })
        );
    }
}
