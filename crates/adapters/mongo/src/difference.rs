//! What an update has to write: only what changed, so that fields which are unknown to Basalt or
//! stored in another type keep every byte.

use std::collections::HashMap;

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
            (Some(old), Some(read)) if same(Place::Field, old, read, value) => {}
            (Some(old), Some(read)) => {
                set.insert(name.clone(), merged(Place::Field, old, read, value));
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

/// Where a value is.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// A field of the document itself.
    Field,
    /// An item of a list that is such a field: an embedded document of udata. What is null or empty
    /// there says the same as nothing.
    Item,
    /// Deeper, or in a map such as `extras`, where a client may store anything: every value counts.
    Inside,
}

impl Place {
    const fn of_item(self) -> Self {
        match self {
            Self::Field => Self::Item,
            Self::Item | Self::Inside => Self::Inside,
        }
    }
}

/// Does the new value say what is stored? `read` is the stored value as it was decoded.
fn same(place: Place, old: &Bson, read: &Value, new: &Value) -> bool {
    if read == new {
        return true;
    }
    match (old, read, new) {
        // Shapes of former versions that entities read as the present one.
        (Bson::Binary(binary), _, Value::Text(text)) => {
            matches!(binary.subtype, BinarySubtype::Uuid | BinarySubtype::UuidOld)
                && Uuid::parse_str(text).is_ok_and(|uuid| uuid.as_bytes().as_slice() == binary.bytes)
        }
        (Bson::Document(reference), _, Value::Id(_)) if reference.contains_key("$ref") => {
            reference.get("$id") == Some(&bson(new))
        }
        (Bson::Document(old), Value::Map(read), Value::Map(new)) => {
            let kept = new.iter().all(|(name, new)| match (old.get(name), read.get(name)) {
                (Some(old), Some(read)) => same(Place::Inside, old, read, new),
                _ => false,
            });
            kept && old.iter().all(|(name, old)| new.get(name).is_some() || (place == Place::Item && is_nothing(old)))
        }
        (Bson::Array(old), Value::List(read), Value::List(new)) => {
            let same = |((old, read), new)| same(place.of_item(), old, read, new);
            old.len() == new.len() && old.iter().zip(read).zip(new).all(same)
        }
        _ => false,
    }
}

fn is_nothing(old: &Bson) -> bool {
    match old {
        Bson::Null => true,
        Bson::Array(items) => items.is_empty(),
        Bson::Document(fields) => fields.is_empty(),
        _ => false,
    }
}

/// The new state of an item of a list of the document, made of what is stored wherever that says the same.
pub(crate) fn changed_item(old: Document, read: Map, new: Map) -> Bson {
    merged(Place::Item, &Bson::Document(old), &Value::Map(read), &Value::Map(new))
}

/// The new value, made of what is stored wherever that says the same.
fn merged(place: Place, old: &Bson, read: &Value, new: &Value) -> Bson {
    if same(place, old, read, new) {
        return old.clone();
    }
    match (old, read, new) {
        (Bson::Document(old), Value::Map(read), Value::Map(new)) => {
            let mut result = Document::new();
            for (name, new) in new.iter() {
                let value = match (old.get(name), read.get(name)) {
                    (Some(old), Some(read)) => merged(Place::Inside, old, read, new),
                    _ => bson(new),
                };
                result.insert(name.clone(), value);
            }
            if place == Place::Item {
                for (name, old) in old.iter().filter(|(name, old)| new.get(name).is_none() && is_nothing(old)) {
                    result.insert(name.clone(), old.clone());
                }
            }
            Bson::Document(result)
        }
        (Bson::Array(old), Value::List(read), Value::List(new)) => {
            Bson::Array(merged_items(place.of_item(), old, read, new))
        }
        _ => bson(new),
    }
}

/// What identifies an embedded object.
const IDENTITIES: [&str; 4] = ["id", "_id", "user", "kind"];

/// Items move when others are taken out: each is looked for at its place, by what identifies it, then anywhere.
fn merged_items(place: Place, old: &[Bson], read: &[Value], new: &[Value]) -> Vec<Bson> {
    let stored: Vec<(&Bson, &Value)> = old.iter().zip(read).collect();
    let mut places: HashMap<(&str, &Value), usize> = HashMap::new();
    for (at, (_old, read)) in stored.iter().enumerate() {
        for identity in identities(read) {
            places.entry(identity).or_insert(at);
        }
    }
    let items = new.iter().enumerate().map(|(at, new)| {
        let here = stored.get(at).copied().filter(|(old, read)| same(place, old, read, new));
        let identified = || {
            let at = identities(new).find_map(|identity| places.get(&identity))?;
            stored.get(*at).copied().filter(|(old, read)| alike(old, read, new))
        };
        let anywhere = || {
            let equal = stored.iter().copied().find(|(old, read)| same(place, old, read, new));
            equal.or_else(|| stored.iter().copied().find(|(old, read)| alike(old, read, new)))
        };
        match here.or_else(identified).or_else(anywhere) {
            Some((old, read)) => merged(place, old, read, new),
            None => bson(new),
        }
    });
    items.collect()
}

fn identities(item: &Value) -> impl Iterator<Item = (&'static str, &Value)> {
    let fields = item.as_map();
    IDENTITIES.iter().filter_map(move |name| Some((*name, fields?.get(name)?)))
}

/// Are these two states of one embedded object? They then share what identifies it.
fn alike(old: &Bson, read: &Value, new: &Value) -> bool {
    let (Some(old), Some(read), Some(new)) = (old.as_document(), read.as_map(), new.as_map()) else { return false };
    IDENTITIES.iter().any(|name| match (old.get(name), read.get(name), new.get(name)) {
        (Some(old), Some(read), Some(new)) => same(Place::Inside, old, read, new),
        _ => false,
    })
}

/// Replaces a number at a dotted path by the sum, whatever is there: nothing, null and text count
/// as 0, and the sum stays within 64 bits. (`$inc` fails on null and overflows.)
pub(crate) fn addition(path: &str, by: i64) -> Vec<Document> {
    let field = format!("${path}");
    let number = doc! { "$cond": [{ "$isNumber": &field }, &field, 0] };
    let sum = doc! { "$add": [number, crate::convert::whole(by)] };
    vec![doc! { "$set": { path: { "$max": [i64::MIN, { "$min": [i64::MAX, sum] }] } } }]
}

#[cfg(test)]
mod tests {
    use basalt_ports::Raw;
    use bson::{Decimal128, RawDocumentBuf};

    use super::*;

    fn read(stored: &Document) -> Map {
        Raw::Bson(stored.to_vec().unwrap()).decode().unwrap()
    }

    fn compare(stored: &Document, new: &Map) -> Difference {
        difference(&RawDocumentBuf::try_from(stored).unwrap(), new).unwrap()
    }

    #[test]
    fn what_was_read_is_no_difference() {
        let stored = doc! { "_id": 1, "a": 2.0, "b": [1_i64, "x"], "c": { "d": Decimal128::from_bytes([1; 16]) } };
        assert_eq!(compare(&stored, &read(&stored)), Difference::None);
        let whole_number = read(&stored).with("a", 2);
        assert_eq!(compare(&stored, &whole_number), Difference::None, "equal numbers of two types");
    }

    #[test]
    fn only_changed_fields_are_written_and_keep_what_is_in_them() {
        let decimal = Decimal128::from_bytes([1; 16]);
        let stored = doc! { "_id": 1, "a": 1, "extras": { "decimal": decimal, "gone": 1 }, "gone": 1 };
        let mut new = read(&stored);
        new.remove("gone");
        if let Some(Value::Map(extras)) = new.get_mut("extras") {
            extras.remove("gone");
            extras.insert("new", 1_i64 << 40);
        }
        let expected =
            doc! { "$set": { "extras": { "decimal": decimal, "new": 1_i64 << 40 } }, "$unset": { "gone": "" } };
        assert_eq!(compare(&stored, &new), Difference::Fields(expected));
    }

    #[test]
    fn items_keep_what_is_in_them_when_others_are_taken_out() {
        let decimal = Decimal128::from_bytes([1; 16]);
        let member =
            |user: i32| doc! { "user": user, "role": "editor", "label": decimal, "assignments": [], "x": Bson::Null };
        let stored = doc! { "_id": 1, "members": [member(1), member(2), member(3)] };
        let mut new = read(&stored);
        if let Some(Value::List(members)) = new.get_mut("members") {
            members.remove(0);
            for member in members {
                let Value::Map(member) = member else { panic!("a map") };
                member.remove("assignments");
                member.remove("x");
                if member.get("user") == Some(&Value::Int(2)) {
                    member.insert("role", "admin");
                }
            }
        }
        let mut second = member(2);
        second.insert("role", "admin");
        let Difference::Fields(update) = compare(&stored, &new) else { panic!("fields") };
        assert_eq!(
            update.get_document("$set").unwrap().get_array("members").unwrap(),
            &[second.into(), member(3).into()]
        );
    }

    #[test]
    fn nothing_in_extras_is_taken_for_nothing() {
        let stored = doc! { "_id": 1, "extras": { "null": Bson::Null, "list": [{ "empty": [] }] } };
        let new = Map::new().with("_id", 1).with("extras", Map::new().with("list", vec![Value::Map(Map::new())]));
        let expected = doc! { "$set": { "extras": { "list": [{}] } } };
        assert_eq!(compare(&stored, &new), Difference::Fields(expected));
    }

    #[test]
    fn a_name_that_no_update_can_address_replaces_the_whole() {
        let stored = doc! { "_id": 1, "a.b": 1_i64, "c": 2_i64 };
        let new = read(&stored).with("a.b", 3);
        assert_eq!(compare(&stored, &new), Difference::Whole(doc! { "_id": 1, "a.b": 3, "c": 2_i64 }));
    }
}
