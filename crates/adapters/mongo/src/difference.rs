//! What an update has to write: only what changed, so that fields which are unknown to Basalt or
//! stored in another type keep every byte.

use basalt_domain::{Document as Map, Value};
use basalt_ports::{Raw, raw::DecodeError};
use bson::{Bson, Document, RawDocument, doc, spec::BinarySubtype};
use uuid::Uuid;

use crate::convert::bson;

/// The difference of a stored document and the one that is to take its place.
#[derive(Debug, PartialEq)]
pub(crate) enum Difference {
    /// They say the same.
    None,
    /// These fields are to be set and removed: an update document.
    Fields(Document),
    /// A changed name contains a dot or starts with `$`, which an update cannot address: the whole
    /// new document, made of old values where nothing changed.
    Whole(Document),
}

/// Compares the stored document with the new one.
pub(crate) fn difference(stored: &RawDocument, new: &Map) -> Result<Difference, DecodeError> {
    let old = Document::try_from(stored)?;
    // Entities were read through this very decoder, so what they left alone is equal to it.
    let read: Map = Raw::Bson(stored.as_bytes().to_vec()).decode()?;
    let mut set = Document::new();
    let mut unset = Document::new();
    for (name, value) in new.iter().filter(|(name, _value)| *name != "_id") {
        match (old.get(name), read.get(name)) {
            (Some(old), Some(read)) if same(old, read, value) => {}
            (Some(old), Some(read)) => {
                set.insert(name.clone(), merged(old, read, value));
            }
            _ => {
                set.insert(name.clone(), bson(value));
            }
        }
    }
    for name in old.keys().filter(|name| *name != "_id" && new.get(name).is_none()) {
        unset.insert(name.clone(), "");
    }
    if set.keys().chain(unset.keys()).any(|name| name.is_empty() || name.starts_with('$') || name.contains('.')) {
        return Ok(Difference::Whole(whole(old, set, &unset)));
    }
    let mut update = Document::new();
    if !set.is_empty() {
        update.insert("$set", set);
    }
    if !unset.is_empty() {
        update.insert("$unset", unset);
    }
    Ok(if update.is_empty() { Difference::None } else { Difference::Fields(update) })
}

fn whole(mut old: Document, set: Document, unset: &Document) -> Document {
    for name in unset.keys() {
        old.remove(name);
    }
    old.extend(set);
    old
}

/// Does the new value say what is stored? `read` is the stored value as it was decoded.
fn same(old: &Bson, read: &Value, new: &Value) -> bool {
    if read == new {
        return true;
    }
    match (old, read, new) {
        // Shapes of former versions that entities read as the present one.
        (Bson::Binary(binary), _, Value::Text(text)) => {
            matches!(binary.subtype, BinarySubtype::Uuid | BinarySubtype::UuidOld)
                && Uuid::from_slice(&binary.bytes).ok() == Uuid::parse_str(text).ok()
        }
        (Bson::Document(reference), _, Value::Id(_)) if reference.contains_key("$ref") => {
            reference.get("$id") == Some(&bson(new))
        }
        (Bson::Document(old), Value::Map(read), Value::Map(new)) => {
            old.len() == new.len()
                && new.iter().all(|(name, new)| match (old.get(name), read.get(name)) {
                    (Some(old), Some(read)) => same(old, read, new),
                    _ => false,
                })
        }
        (Bson::Array(old), Value::List(read), Value::List(new)) => {
            old.len() == new.len() && old.iter().zip(read).zip(new).all(|((old, read), new)| same(old, read, new))
        }
        _ => false,
    }
}

/// The new value, made of what is stored wherever that says the same.
fn merged(old: &Bson, read: &Value, new: &Value) -> Bson {
    if same(old, read, new) {
        return old.clone();
    }
    match (old, read, new) {
        (Bson::Document(old), Value::Map(read), Value::Map(new)) => Bson::Document(
            new.iter()
                .map(|(name, new)| match (old.get(name), read.get(name)) {
                    (Some(old), Some(read)) => (name.clone(), merged(old, read, new)),
                    _ => (name.clone(), bson(new)),
                })
                .collect(),
        ),
        (Bson::Array(old), Value::List(read), Value::List(new)) => Bson::Array(merged_items(old, read, new)),
        _ => bson(new),
    }
}

/// Items move when others are taken out: each is looked for at its place, then anywhere.
fn merged_items(old: &[Bson], read: &[Value], new: &[Value]) -> Vec<Bson> {
    let stored: Vec<(&Bson, &Value)> = old.iter().zip(read).collect();
    let items = new.iter().enumerate().map(|(place, new)| {
        let here = stored.get(place).copied();
        let equal = here
            .filter(|(old, read)| same(old, read, new))
            .or_else(|| stored.iter().copied().find(|(old, read)| same(old, read, new)))
            .or_else(|| stored.iter().copied().find(|(_old, read)| alike(read, new)));
        match equal.or(here) {
            Some((old, read)) => merged(old, read, new),
            None => bson(new),
        }
    });
    items.collect()
}

/// Are these two states of one embedded object? They then share what identifies it.
fn alike(read: &Value, new: &Value) -> bool {
    let (Some(read), Some(new)) = (read.as_map(), new.as_map()) else { return false };
    ["id", "_id", "user", "kind"].iter().any(|name| new.get(name).is_some() && read.get(name) == new.get(name))
}

/// Replaces a number at a dotted path by the sum, whatever is there: nothing, null and text count
/// as 0, and the sum stays within 64 bits. (`$inc` fails on null and overflows.)
pub(crate) fn addition(path: &str, by: i64) -> Vec<Document> {
    let field = format!("${path}");
    let number = doc! { "$cond": [{ "$isNumber": &field }, &field, 0] };
    let sum = doc! { "$add": [number, crate::convert::whole(by)] };
    vec![doc! { "$set": { path: { "$max": [i64::MIN, { "$min": [i64::MAX, sum] }] } } }]
}
