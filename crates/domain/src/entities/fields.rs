//! Serde helpers for the shapes that stored documents have had over the years.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use uuid::Uuid;

use crate::Value;

/// Reads null like an absent field: the type's default.
pub fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Reads a whole number from any kind of number; anything else is absent.
pub fn whole_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Value::deserialize(deserializer).map(|value| value.as_int())
}

/// Reads a UUID stored as text (udata 17) or as binary data of sixteen bytes (older versions), in
/// BSON and in Extended JSON.
pub fn uuid<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Uuid, D::Error> {
    deserializer.deserialize_any(UuidVisitor)
}

struct UuidVisitor;

impl<'de> Visitor<'de> for UuidVisitor {
    type Value = Uuid;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a UUID")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Uuid, E> {
        Uuid::parse_str(text).map_err(E::custom)
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Uuid, E> {
        Uuid::from_slice(bytes).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Uuid, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            match key.as_ref() {
                "$uuid" | "$binary" => found = Some(map.next_value::<StoredUuid>()?.0),
                "base64" => {
                    let text = map.next_value::<std::borrow::Cow<'de, str>>()?;
                    let bytes = STANDARD.decode(text.as_bytes()).map_err(A::Error::custom)?;
                    found = Some(Uuid::from_slice(&bytes).map_err(A::Error::custom)?);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        found.ok_or_else(|| A::Error::missing_field("$binary"))
    }
}

/// What is inside of the Extended JSON form.
struct StoredUuid(Uuid);

impl<'de> Deserialize<'de> for StoredUuid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        uuid(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_reads_as_text_and_as_binary_data() {
        #[derive(Deserialize)]
        struct Request {
            #[serde(deserialize_with = "uuid")]
            id: Uuid,
        }
        let expected = Uuid::parse_str("fc1c7bed-03e4-4cde-a4f2-36376af0c351").unwrap();
        for text in [
            r#"{"id": "fc1c7bed-03e4-4cde-a4f2-36376af0c351"}"#,
            r#"{"id": {"$uuid": "fc1c7bed-03e4-4cde-a4f2-36376af0c351"}}"#,
            r#"{"id": {"$binary": {"base64": "/Bx77QPkTN6k8jY3avDDUQ==", "subType": "03"}}}"#,
        ] {
            assert_eq!(serde_json::from_str::<Request>(text).unwrap().id, expected, "{text}");
        }
        assert!(serde_json::from_str::<Request>(r#"{"id": 1}"#).is_err());
    }
}
