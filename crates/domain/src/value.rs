//! One value of a document, in the types that every back end can hold.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};

use crate::{Document, ObjectId, Timestamp};

/// One value of a document.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Nothing. Reads like an absent field.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Another number.
    Float(f64),
    /// Text.
    Text(String),
    /// A reference to a record.
    Id(ObjectId),
    /// A point in time.
    Time(Timestamp),
    /// Values in order.
    List(Vec<Value>),
    /// Named values in order.
    Map(Document),
}

impl Value {
    /// Nothing?
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The whole number, if it is one (a float without fraction counts).
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            #[expect(clippy::cast_possible_truncation, reason = "only whole numbers within range pass")]
            Self::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => Some(*number as i64),
            _ => None,
        }
    }

    /// The id, if it is one.
    pub fn as_id(&self) -> Option<ObjectId> {
        if let Self::Id(id) = self { Some(*id) } else { None }
    }

    /// The time, if it is one.
    pub fn as_time(&self) -> Option<Timestamp> {
        if let Self::Time(time) = self { Some(*time) } else { None }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Document> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&[Self]> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// The order of two values of the same kind; `None` when they cannot be compared. Text is
    /// compared by bytes, numbers of both kinds by size.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(b),
            #[expect(clippy::cast_precision_loss, reason = "databases compare mixed numbers the same way")]
            (Self::Int(a), Self::Float(b)) => (*a as f64).partial_cmp(b),
            #[expect(clippy::cast_precision_loss, reason = "databases compare mixed numbers the same way")]
            (Self::Float(a), Self::Int(b)) => a.partial_cmp(&(*b as f64)),
            (Self::Text(a), Self::Text(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
            (Self::Id(a), Self::Id(b)) => Some(a.cmp(b)),
            (Self::Time(a), Self::Time(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => a == b,
            _ => self.compare(other) == Some(Ordering::Equal),
        }
    }
}

// NaN equals nothing, itself included; it cannot come out of JSON, and no key is made of floats.
impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Null => state.write_u8(0),
            Self::Bool(flag) => flag.hash(state),
            // Equal numbers hash alike whichever kind they are.
            #[expect(clippy::cast_precision_loss, reason = "a hash may collide")]
            Self::Int(number) => (*number as f64).to_bits().hash(state),
            Self::Float(number) => number.to_bits().hash(state),
            Self::Text(text) => text.hash(state),
            Self::Id(id) => id.hash(state),
            Self::Time(time) => time.hash(state),
            Self::List(list) => list.hash(state),
            Self::Map(map) => map.hash(state),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            Self::Int(number) => serializer.serialize_i64(*number),
            Self::Float(number) => serializer.serialize_f64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Id(id) => id.serialize(serializer),
            Self::Time(time) => time.serialize(serializer),
            Self::List(list) => list.serialize(serializer),
            Self::Map(map) => map.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }

    #[expect(clippy::cast_precision_loss, reason = "beyond i64 only a float can hold it")]
    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(i64::try_from(number).map_or(Value::Float(number as f64), Value::Int))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    /// Binary data, which only BSON has: kept as text of hexadecimal digits.
    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Value, E> {
        use fmt::Write as _;
        let mut text = String::with_capacity(bytes.len() * 2);
        for byte in bytes {
            write!(text, "{byte:02x}").map_err(E::custom)?;
        }
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::with_capacity(items.size_hint().unwrap_or(0).min(1024));
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let Some((name, value)) = entries.next_entry::<String, Value>()? else {
            return Ok(Value::Map(Document::new()));
        };
        let Some((next, after)) = entries.next_entry::<String, Value>()? else { return Ok(of_one(name, value)) };
        let mut map = Document::new().with(name, value).with(next, after);
        while let Some((name, value)) = entries.next_entry::<String, Value>()? {
            map.insert(name, value);
        }
        Ok(extended(map))
    }
}

/// Turns the one-key maps of Extended JSON into ids, times and numbers.
pub(crate) fn extended(map: Document) -> Value {
    if map.len() != 1 {
        return Value::Map(map);
    }
    map.into_iter().next().map_or_else(Value::default, |(name, value)| of_one(name, value))
}

/// The same of a map of one field, which need not be made first.
pub(crate) fn of_one(name: String, value: Value) -> Value {
    let meant = match (name.as_str(), &value) {
        ("$oid", Value::Text(text)) => ObjectId::parse(text).ok().map(Value::Id),
        ("$date", Value::Int(millis)) => Some(Value::Time(Timestamp(*millis))),
        ("$date", Value::Text(text)) => Timestamp::parse(text).ok().map(Value::Time),
        ("$numberLong" | "$numberInt", Value::Text(text)) => text.parse().ok().map(Value::Int),
        _ => None,
    };
    meant.unwrap_or_else(|| Value::Map(Document::new().with(name, value)))
}

macro_rules! from {
    ($($type:ty => $variant:ident),* $(,)?) => { $(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        }
    )* };
}
from!(bool => Bool, i64 => Int, i32 => Int, u32 => Int, f64 => Float, String => Text, &str => Text, ObjectId => Id,
    Timestamp => Time, Document => Map, Vec<Value> => List);

impl From<uuid::Uuid> for Value {
    fn from(id: uuid::Uuid) -> Self {
        Self::Text(id.to_string())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_json_reads_as_ids_and_times_at_any_depth() {
        let text =
            r#"{"a":[{"$oid":"534fff4ca3a7292c64a77c95"}],"b":{"c":{"$date":1000}},"d":{"$numberDecimal":"1.5"}}"#;
        let Value::Map(map) = serde_json::from_str(text).unwrap() else { panic!("a map") };
        assert!(matches!(map.get("a").unwrap().as_list().unwrap(), [Value::Id(_)]));
        assert_eq!(map.at("b.c"), Some(&Value::Time(Timestamp(1000))));
        assert!(matches!(map.get("d"), Some(Value::Map(_))), "what we do not know stays as it is");
    }

    #[test]
    fn numbers_of_both_kinds_compare_by_size() {
        assert_eq!(Value::Int(2), Value::Float(2.0));
        assert_eq!(Value::Int(2).compare(&Value::Float(2.5)), Some(Ordering::Less));
        assert_eq!(Value::Int(2).compare(&Value::Text("2".into())), None);
    }
}
