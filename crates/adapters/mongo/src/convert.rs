//! Values as BSON, and back where an id is all there is.

use basalt_domain::{Collection, ObjectId, Value};
use basalt_ports::{Raw, StorageError};
use bson::{Binary, Bson, DateTime, Decimal128, Document, RawBsonRef, RawDocument, Regex, Timestamp, oid};

/// The BSON of a value, in the types that udata uses: whole numbers take 32 bits where they fit.
pub(crate) fn bson(value: &Value) -> Bson {
    match value {
        Value::Null => Bson::Null,
        Value::Bool(flag) => Bson::Boolean(*flag),
        Value::Int(number) => whole(*number),
        Value::Float(number) => Bson::Double(*number),
        Value::Text(text) => Bson::String(text.clone()),
        Value::Id(id) => Bson::ObjectId(object_id(*id)),
        Value::Time(time) => Bson::DateTime(DateTime::from_millis(time.millis())),
        Value::List(items) => Bson::Array(items.iter().map(bson).collect()),
        Value::Map(map) => native(map).unwrap_or_else(|| Bson::Document(document(map))),
    }
}

/// The BSON of a document.
pub(crate) fn document(map: &basalt_domain::Document) -> Document {
    map.iter().map(|(name, value)| (name.clone(), bson(value))).collect()
}

/// The BSON of a value that a field can be compared with.
pub(crate) fn scalar(value: &Value) -> Option<Bson> {
    match value {
        Value::Null | Value::List(_) | Value::Map(_) => None,
        value => Some(bson(value)),
    }
}

pub(crate) const fn object_id(id: ObjectId) -> oid::ObjectId {
    oid::ObjectId::from_bytes(id.bytes())
}

pub(crate) fn whole(number: i64) -> Bson {
    i32::try_from(number).map_or(Bson::Int64(number), Bson::Int32)
}

/// An id for messages.
pub(crate) fn id_text(id: &Value) -> String {
    match id {
        Value::Id(id) => id.to_string(),
        Value::Text(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

/// The id of a record.
pub(crate) fn id_of(of: &'static Collection, document: &RawDocument) -> Result<Value, StorageError> {
    let corrupt = |source: Box<dyn std::error::Error + Send + Sync>| StorageError::Corrupt {
        collection: of.name,
        id: "?".into(),
        source,
    };
    match document.get("_id") {
        Ok(Some(RawBsonRef::ObjectId(id))) => Ok(Value::Id(ObjectId::from_bytes(id.bytes()))),
        Ok(Some(RawBsonRef::String(text))) => Ok(text.into()),
        Ok(_) => {
            let decoded: basalt_domain::Document = Raw::Bson(document.as_bytes().to_vec()).decode().map_err(corrupt)?;
            decoded.get("_id").cloned().ok_or_else(|| corrupt("the document has no id".into()))
        }
        Err(error) => Err(corrupt(error.into())),
    }
}

/// The BSON types that a value can only carry as the map which the decoder makes of them: a copy
/// from MongoDB to MongoDB must not turn them into objects.
fn native(map: &basalt_domain::Document) -> Option<Bson> {
    let (name, inner) = map.iter().next().filter(|_first| map.len() == 1)?;
    match (name.as_str(), inner) {
        ("$binary", Value::Map(binary)) => {
            let base64 = binary.get("base64")?.as_text()?;
            let subtype = u8::from_str_radix(binary.get("subType")?.as_text()?, 16).ok()?;
            Binary::from_base64(base64, Some(subtype.into())).ok().map(Bson::Binary)
        }
        ("$timestamp", Value::Map(timestamp)) => {
            let part = |name| u32::try_from(timestamp.get(name)?.as_int()?).ok();
            Some(Bson::Timestamp(Timestamp { time: part("t")?, increment: part("i")? }))
        }
        ("$regularExpression", Value::Map(parts)) => {
            let pattern = parts.get("pattern")?.as_text()?;
            let options = parts.get("options")?.as_text()?;
            regex(pattern, options).map(Bson::RegularExpression)
        }
        ("$numberDecimalBytes", Value::Text(hex)) => decimal(hex).map(Bson::Decimal128),
        _ => None,
    }
}

fn regex(pattern: &str, options: &str) -> Option<Regex> {
    Some(Regex { pattern: pattern.try_into().ok()?, options: options.try_into().ok()? })
}

fn decimal(hex: &str) -> Option<Decimal128> {
    let bytes: Option<Vec<u8>> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect();
    Some(Decimal128::from_bytes(bytes?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_take_32_bits_where_they_fit() {
        assert_eq!(bson(&Value::Int(-7)), Bson::Int32(-7));
        assert_eq!(bson(&Value::Int(1 << 40)), Bson::Int64(1 << 40));
    }

    #[test]
    fn types_that_only_bson_has_survive_a_copy() {
        let original = bson::doc! {
            "decimal": "12.50".parse::<Decimal128>().unwrap(),
            "uuid": Binary { subtype: bson::spec::BinarySubtype::UuidOld, bytes: vec![7; 16] },
            "timestamp": Timestamp { time: 3, increment: 4 },
            "regex": regex("^a", "i").unwrap(),
            "nested": [{ "decimal": Decimal128::from_bytes([1; 16]) }],
        };
        let copied: basalt_domain::Document = Raw::Bson(original.to_vec().unwrap()).decode().unwrap();
        assert_eq!(document(&copied), original);
    }

    #[test]
    fn a_map_that_only_looks_like_such_a_type_stays_a_map() {
        for json in [r#"{"$binary": 1}"#, r#"{"$binary": {"base64": "?", "subType": "xx"}}"#, r#"{"$timestamp": {}}"#] {
            let value: Value = serde_json::from_str(json).unwrap();
            assert!(matches!(bson(&value), Bson::Document(_)), "{json}");
        }
    }
}
