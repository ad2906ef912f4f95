//! References in bodies: an id, or `{"id": …}` with or without a class.

use basalt_app::{AppError, form::OwnerWish};
use basalt_domain::{FieldError, ObjectId};
use serde_json::{Map, Value};

const NOT_REFERENCE: &str = "A ReferenceField only accepts DBRef, LazyReference, ObjectId or documents";

/// Is what looks like an id one? The same for all in a list.
pub fn check_reference(sent: &Value) -> Result<(), String> {
    match sent {
        Value::Array(items) => items.iter().try_for_each(check_reference),
        Value::Object(map) => map.get("id").map_or(Ok(()), check_reference),
        Value::Null => Ok(()),
        sent => {
            let text = sent.as_str().map_or_else(|| sent.to_string(), str::to_owned);
            ObjectId::parse(&text).map(drop).map_err(|_error| {
                format!("'{text}' is not a valid ObjectId, it must be a 12-byte input or a 24-character hex string")
            })
        }
    }
}

/// A reference that [`check_reference`] found well formed; null is none.
pub fn read_id(name: &str, sent: &Value) -> Result<Option<ObjectId>, FieldError> {
    let text = match sent {
        Value::Null => return Ok(None),
        Value::String(text) => Some(text.as_str()),
        Value::Object(map) => map.get("id").and_then(Value::as_str),
        _ => None,
    };
    let id = text.and_then(|text| ObjectId::parse(text).ok());
    id.map(Some).ok_or_else(|| FieldError::check(name, "Expected a reference id"))
}

/// A list of references, each once; one alone is a list of one.
pub fn read_ids(name: &str, sent: &Value) -> Result<Vec<ObjectId>, FieldError> {
    let items = match sent {
        Value::Null => return Ok(Vec::new()),
        Value::String(text) if text.trim().is_empty() => return Ok(Vec::new()),
        Value::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut ids = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let id = read_id(name, item)?.ok_or_else(|| FieldError::stored(format!("{name}.{at}"), NOT_REFERENCE))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// Whom a body wants something to belong to. Errors: the sentence about an id that is none, or a
/// failed check.
pub fn owner_wish(body: &Map<String, Value>) -> Result<OwnerWish, AppError> {
    let wish = |name: &str| match body.get(name) {
        None => Ok(None),
        Some(sent) => {
            check_reference(sent).map_err(|message| AppError::body("Object", message))?;
            let id = read_id(name, sent).map_err(|error| AppError::check(&error.path, error.message))?;
            Ok::<_, AppError>(Some(id))
        }
    };
    Ok(OwnerWish { owner: wish("owner")?, organization: wish("organization")? })
}
