//! The 12-byte identifier of every record, as udata's MongoDB makes them.

use std::{fmt, str::FromStr};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, Visitor},
    ser::SerializeStruct,
};

/// A 12-byte ObjectId, written as 24 lower-case hexadecimal digits.
///
/// Its serde form is `{"$oid": "…"}` (MongoDB Extended JSON v2), which the BSON format stores as
/// a native ObjectId.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId([u8; 12]);

/// The text is not 24 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a valid ObjectId, it must be a 12-byte input or a 24-character hex string")]
pub struct InvalidObjectId(pub String);

const HEX: &[u8; 16] = b"0123456789abcdef";

impl ObjectId {
    /// The id made of these bytes: 4 of seconds since 1970, 5 of the process, 3 of a counter.
    pub const fn from_bytes(bytes: [u8; 12]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn bytes(self) -> [u8; 12] {
        self.0
    }

    /// Reads 24 hexadecimal digits in any case. Error: [`InvalidObjectId`].
    pub fn parse(text: &str) -> Result<Self, InvalidObjectId> {
        let invalid = || InvalidObjectId(text.chars().take(64).collect());
        let digits: &[u8; 24] = text.as_bytes().try_into().map_err(|_error| invalid())?;
        let mut bytes = [0_u8; 12];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let [high, low] = pair else { return Err(invalid()) };
            *byte = (nibble(*high).ok_or_else(invalid)? << 4) | nibble(*low).ok_or_else(invalid)?;
        }
        Ok(Self(bytes))
    }

    /// The digits in a buffer on the stack: no allocation on hot paths.
    pub fn hex(self) -> Hex {
        let mut digits = [0_u8; 24];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            if let [high, low] = pair {
                *high = digit(byte >> 4);
                *low = digit(byte & 0x0f);
            }
        }
        Hex(digits)
    }
}

fn digit(nibble: u8) -> u8 {
    HEX.get(usize::from(nibble)).copied().unwrap_or(b'0')
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// The 24 digits of an id.
#[derive(Clone, Copy)]
pub struct Hex([u8; 24]);

impl Hex {
    /// The digits as text.
    pub fn as_str(&self) -> &str {
        // Only ASCII digits are ever written, so the fallback is never taken.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.hex().as_str())
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectId({self})")
    }
}

impl FromStr for ObjectId {
    type Err = InvalidObjectId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for ObjectId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("$oid", 1)?;
        object.serialize_field("$oid", self.hex().as_str())?;
        object.end()
    }
}

impl<'de> Deserialize<'de> for ObjectId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdVisitor;
        impl<'de> Visitor<'de> for IdVisitor {
            type Value = ObjectId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an ObjectId")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<ObjectId, E> {
                ObjectId::parse(text).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ObjectId, A::Error> {
                let mut found = None;
                while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
                    match key.as_ref() {
                        "$oid" => found = Some(map.next_value::<HexText>()?.0),
                        // A DBRef where a bare id is usual: older documents hold both.
                        "$id" => found = Some(map.next_value::<ObjectId>()?),
                        _ => {
                            map.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                found.ok_or_else(|| A::Error::missing_field("$oid"))
            }
        }
        deserializer.deserialize_any(IdVisitor)
    }
}

/// Hex digits, read without keeping the text.
struct HexText(ObjectId);

impl<'de> Deserialize<'de> for HexText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl Visitor<'_> for TextVisitor {
            type Value = HexText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("24 hexadecimal digits")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<HexText, E> {
                ObjectId::parse(text).map(HexText).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_and_writes_24_digits() {
        let id = ObjectId::parse("534FFF4ca3a7292c64a77c95").unwrap();
        assert_eq!(id.to_string(), "534fff4ca3a7292c64a77c95");
        assert_eq!(serde_json::to_string(&id).unwrap(), r#"{"$oid":"534fff4ca3a7292c64a77c95"}"#);
        assert_eq!(serde_json::from_str::<ObjectId>(r#"{"$oid":"534fff4ca3a7292c64a77c95"}"#).unwrap(), id);
    }

    #[test]
    fn other_texts_are_refused_by_name() {
        for text in ["", "nope", "534fff4ca3a7292c64a77c9", "534fff4ca3a7292c64a77c9g", "é34fff4ca3a7292c64a77c9"] {
            assert_eq!(ObjectId::parse(text), Err(InvalidObjectId(text.into())));
        }
    }

    #[test]
    fn a_dbref_reads_as_its_id() {
        let dbref = r#"{"$ref":"user","$id":{"$oid":"534fff4ca3a7292c64a77c95"}}"#;
        assert_eq!(serde_json::from_str::<ObjectId>(dbref).unwrap().to_string(), "534fff4ca3a7292c64a77c95");
    }
}
