//! Fields of the older forms: what is almost of the right type is taken, and every error is told in
//! a list under its field.

use basalt_app::form::OwnerWish;
use basalt_domain::{Document, FieldError, ObjectId, Timestamp};
use serde_json::{Map, Value};

use crate::fields;

/// What udata says of a missing value.
pub(super) const REQUIRED: &str = "This field is required.";
/// What udata says of a value that is not on its list.
pub(super) const NOT_A_CHOICE: &str = "Not a valid choice.";
const NOT_TEXT: &str = "Not a valid text.";
const NOT_LIST: &str = "Not a valid list.";
const NOT_WHOLE: &str = "Not a valid integer value.";

/// Reads the fields of a body, or of a map in it, and gathers what is wrong with them.
pub(super) struct Reader<'a> {
    body: &'a Map<String, Value>,
    /// Where the map is in the body, with a dot behind it; empty for the body itself.
    prefix: String,
    /// What is wrong so far.
    pub(super) errors: Vec<FieldError>,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(body: &'a Map<String, Value>) -> Self {
        Self { body, prefix: String::new(), errors: Vec::new() }
    }

    pub(super) fn within(body: &'a Map<String, Value>, prefix: impl Into<String>) -> Self {
        Self { body, prefix: format!("{}.", prefix.into()), errors: Vec::new() }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.body.get(name)
    }

    /// An error of the older shape.
    pub(super) fn refuse(&mut self, name: &str, message: impl Into<String>) {
        self.errors.push(FieldError::form(format!("{}{name}", self.prefix), message));
    }

    /// An error of the stored type, told only when the form has none.
    pub(super) fn refuse_stored(&mut self, name: &str, message: impl Into<String>) {
        self.errors.push(FieldError::stored(format!("{}{name}", self.prefix), message));
    }

    /// All that is wrong: errors of the form, or those of the stored types.
    pub(super) fn finish(mut self) -> Result<(), Vec<FieldError>> {
        let form = |error: &FieldError| error.kind == basalt_domain::validation::ErrorKind::Form;
        if self.errors.iter().any(form) {
            self.errors.retain(form);
        }
        if self.errors.is_empty() { Ok(()) } else { Err(self.errors) }
    }

    /// Text that may not be cleared, and must be there in a new object.
    pub(super) fn required(&mut self, name: &str, max: usize, new: bool, place: &mut String) {
        match self.get(name) {
            None if new => self.refuse(name, REQUIRED),
            None => {}
            Some(sent) => match read_text(sent) {
                Err(message) => self.refuse(name, message),
                Ok(text) => match text.filter(|text| !text.trim().is_empty()) {
                    None => self.refuse(name, REQUIRED),
                    Some(text) if text.chars().count() > max => self.refuse(name, too_long(max)),
                    Some(text) => *place = text,
                },
            },
        }
    }

    /// Text; null and the empty one clear it.
    pub(super) fn text(&mut self, name: &str, max: usize, place: &mut Option<String>) {
        let Some(sent) = self.get(name) else { return };
        match read_text(sent) {
            Err(message) => self.refuse(name, message),
            Ok(Some(text)) if text.chars().count() > max => self.refuse(name, too_long(max)),
            Ok(text) => *place = text,
        }
    }

    /// One of these texts; null and the empty one clear it.
    pub(super) fn choice(&mut self, name: &str, values: &[&str], place: &mut Option<String>) {
        let Some(sent) = self.get(name) else { return };
        match read_text(sent) {
            Ok(None) => *place = None,
            Ok(Some(text)) if values.contains(&text.as_str()) => *place = Some(text),
            _ => self.refuse(name, NOT_A_CHOICE),
        }
    }

    /// One of these texts, that may not be cleared.
    pub(super) fn pick(&mut self, name: &str, values: &[&str], place: &mut String) {
        let Some(sent) = self.get(name) else { return };
        match read_text(sent) {
            Ok(None) => self.refuse(name, REQUIRED),
            Ok(Some(text)) if values.contains(&text.as_str()) => *place = text,
            _ => self.refuse(name, NOT_A_CHOICE),
        }
    }

    /// A whole number; fractions are cut, null clears it.
    pub(super) fn number(&mut self, name: &str, place: &mut Option<i64>) {
        let Some(sent) = self.get(name) else { return };
        let number = match sent {
            Value::Null => Ok(None),
            Value::Bool(flag) => Ok(Some(i64::from(*flag))),
            Value::Number(number) => fields::whole(number).map(Some).ok_or(()),
            Value::String(text) if text.trim().is_empty() => Ok(None),
            Value::String(text) => text.trim().parse().map(Some).map_err(drop),
            _ => Err(()),
        };
        match number {
            Ok(number) => *place = number,
            Err(()) => self.refuse(name, NOT_WHOLE),
        }
    }

    /// True unless it is false, 0, empty or null.
    pub(super) fn flag(&mut self, name: &str, place: &mut bool) {
        let Some(sent) = self.get(name) else { return };
        *place = match sent {
            Value::Null => false,
            Value::Bool(flag) => *flag,
            Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
            Value::String(text) => !matches!(text.as_str(), "" | "false" | "False" | "0"),
            Value::Array(items) => !items.is_empty(),
            Value::Object(map) => !map.is_empty(),
        };
    }

    /// A point in time; null clears it.
    pub(super) fn time(&mut self, name: &str, place: &mut Option<Timestamp>) {
        match self.get(name) {
            None => {}
            Some(Value::Null) => *place = None,
            Some(Value::String(text)) if text.is_empty() => *place = None,
            Some(Value::String(text)) => match Timestamp::parse(text) {
                Ok(time) => *place = Some(time),
                Err(_error) => self.refuse(name, unknown_date(text)),
            },
            Some(other) => self.refuse_stored(name, format!("cannot parse date \"{other}\"")),
        }
    }

    /// The map of this name where one was sent; what else was sent is none.
    #[expect(clippy::option_option, reason = "absent, cleared and a map are three wishes")]
    pub(super) fn map(&self, name: &str) -> Option<Option<&'a Map<String, Value>>> {
        self.get(name).map(|sent| sent.as_object().filter(|map| !map.is_empty()))
    }

    /// The list of this name where one was sent.
    pub(super) fn list(&mut self, name: &str) -> Option<&'a [Value]> {
        let items = self.get(name)?.as_array();
        if items.is_none() {
            self.refuse(name, NOT_LIST);
        }
        items.map(Vec::as_slice)
    }

    /// A map of anything but null.
    pub(super) fn extras(&mut self, name: &str, store: impl FnOnce(Document)) {
        let Some(sent) = self.get(name) else { return };
        if !matches!(sent, Value::Null | Value::Object(_)) {
            self.refuse(name, "Unsupported data type");
            return;
        }
        let nulls: Vec<&String> = fields::null_extras(sent).collect();
        for key in &nulls {
            self.refuse_stored(&format!("{name}.{key}"), fields::NULL_EXTRA);
        }
        match fields::read_map(sent) {
            Err(message) => self.refuse(name, message),
            Ok(_map) if !nulls.is_empty() => {}
            Ok(map) => store(map),
        }
    }

    /// Ids, each an id or `{"id": …}`; null is none, one alone is a list of one.
    pub(super) fn ids(&mut self, name: &str, place: &mut Vec<ObjectId>) {
        let items = match self.get(name) {
            None => return,
            Some(Value::Null) => &[],
            Some(Value::Array(items)) => items.as_slice(),
            Some(one) => std::slice::from_ref(one),
        };
        let mut ids = Vec::with_capacity(items.len());
        for item in items {
            match read_id(item) {
                Ok(Some(id)) if !ids.contains(&id) => ids.push(id),
                Ok(None) if item.is_object() => return self.refuse(name, "Unsupported identifier: {}"),
                Ok(_none_or_twice) => {}
                Err(told) => return self.refuse(name, told),
            }
        }
        *place = ids;
    }

    /// Are the ids of whom it is to belong to well formed?
    pub(super) fn owners(&mut self) {
        for name in ["organization", "owner"] {
            if let Some(Err(told)) = self.get(name).map(read_id) {
                self.refuse(name, told);
            }
        }
    }
}

/// Whom a body wants its object to belong to. What is no id was refused before.
pub(super) fn owner_wish(body: &Map<String, Value>) -> OwnerWish {
    let wish = |name: &str| body.get(name).map(|sent| read_id(sent).ok().flatten());
    OwnerWish { owner: wish("owner"), organization: wish("organization") }
}

/// An id or `{"id": …}`; null and an empty map are none.
pub(super) fn read_id(sent: &Value) -> Result<Option<ObjectId>, String> {
    let text = match sent {
        Value::Null => return Ok(None),
        Value::Object(map) => match map.get("id") {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        },
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    ObjectId::parse(&text).map(Some).map_err(|_error| format!("Unsupported identifier: {text}"))
}

/// A text; numbers and booleans are written out, null and the empty text are none.
fn read_text(sent: &Value) -> Result<Option<String>, &'static str> {
    Ok(match sent {
        Value::Null => None,
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Bool(true) => Some("True".into()),
        Value::Bool(false) => Some("False".into()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(_) | Value::Object(_) => return Err(NOT_TEXT),
    })
}

fn too_long(max: usize) -> String {
    format!("Field cannot be longer than {max} characters.")
}

/// What is said of a text that is no date.
pub(super) fn unknown_date(text: &str) -> String {
    format!("Unknown string format: {}", text.chars().take(64).collect::<String>())
}
