//! What is serialised, as a value: without a text or another tree in between.

use serde::{
    Serialize, Serializer,
    ser::{
        Error, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

use crate::{
    Document, Value,
    value::{extended, of_one},
};

/// The value that its JSON text would be read as. Error: it holds a map whose keys are not text.
pub(crate) fn to_value<T: Serialize + ?Sized>(of: &T) -> Result<Value, serde_json::Error> {
    of.serialize(Values)
}

/// Makes values.
struct Values;

/// A list under way; of a variant, with its name.
struct List(Vec<Value>, Option<&'static str>);

/// A map under way; of a variant, with its name.
struct Map {
    fields: Document,
    name: Option<String>,
    variant: Option<&'static str>,
}

/// A struct under way: an id or a time is no map.
enum Struct {
    One(Option<Value>),
    Map(Document),
}

impl Map {
    fn new(variant: Option<&'static str>) -> Self {
        Self { fields: Document::new(), name: None, variant }
    }
}

fn of_variant(variant: Option<&'static str>, value: Value) -> Value {
    match variant {
        Some(variant) => of_one(variant.to_owned(), value),
        None => value,
    }
}

impl Serializer for Values {
    type Ok = Value;
    type Error = serde_json::Error;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = List;
    type SerializeTupleVariant = List;
    type SerializeMap = Map;
    type SerializeStruct = Struct;
    type SerializeStructVariant = Map;

    fn serialize_bool(self, flag: bool) -> Result<Value, Self::Error> {
        Ok(Value::Bool(flag))
    }

    fn serialize_i8(self, number: i8) -> Result<Value, Self::Error> {
        self.serialize_i64(number.into())
    }

    fn serialize_i16(self, number: i16) -> Result<Value, Self::Error> {
        self.serialize_i64(number.into())
    }

    fn serialize_i32(self, number: i32) -> Result<Value, Self::Error> {
        self.serialize_i64(number.into())
    }

    fn serialize_i64(self, number: i64) -> Result<Value, Self::Error> {
        Ok(Value::Int(number))
    }

    fn serialize_u8(self, number: u8) -> Result<Value, Self::Error> {
        self.serialize_i64(number.into())
    }

    fn serialize_u16(self, number: u16) -> Result<Value, Self::Error> {
        self.serialize_i64(number.into())
    }

    fn serialize_u32(self, number: u32) -> Result<Value, Self::Error> {
        self.serialize_i64(number.into())
    }

    #[expect(clippy::cast_precision_loss, reason = "beyond i64 only a float can hold it")]
    fn serialize_u64(self, number: u64) -> Result<Value, Self::Error> {
        Ok(i64::try_from(number).map_or(Value::Float(number as f64), Value::Int))
    }

    fn serialize_f32(self, number: f32) -> Result<Value, Self::Error> {
        self.serialize_f64(number.into())
    }

    fn serialize_f64(self, number: f64) -> Result<Value, Self::Error> {
        Ok(if number.is_finite() { Value::Float(number) } else { Value::Null })
    }

    fn serialize_char(self, character: char) -> Result<Value, Self::Error> {
        Ok(Value::Text(character.into()))
    }

    fn serialize_str(self, text: &str) -> Result<Value, Self::Error> {
        Ok(Value::Text(text.to_owned()))
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Value, Self::Error> {
        Ok(Value::List(bytes.iter().map(|byte| Value::Int((*byte).into())).collect()))
    }

    fn serialize_none(self) -> Result<Value, Self::Error> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Self::Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, Self::Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Value, Self::Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _at: u32,
        variant: &'static str,
    ) -> Result<Value, Self::Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<Value, Self::Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _at: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, Self::Error> {
        Ok(of_variant(Some(variant), to_value(value)?))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<List, Self::Error> {
        Ok(List(Vec::with_capacity(length.unwrap_or(0)), None))
    }

    fn serialize_tuple(self, length: usize) -> Result<List, Self::Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _name: &'static str, length: usize) -> Result<List, Self::Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _at: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<List, Self::Error> {
        Ok(List(Vec::with_capacity(length), Some(variant)))
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Map, Self::Error> {
        Ok(Map::new(None))
    }

    fn serialize_struct(self, name: &'static str, _length: usize) -> Result<Struct, Self::Error> {
        Ok(if matches!(name, "$oid" | "$date") { Struct::One(None) } else { Struct::Map(Document::new()) })
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _at: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Map, Self::Error> {
        Ok(Map::new(Some(variant)))
    }
}

impl SerializeSeq for List {
    type Ok = Value;
    type Error = serde_json::Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Self::Error> {
        self.0.push(to_value(value)?);
        Ok(())
    }

    fn end(self) -> Result<Value, Self::Error> {
        Ok(of_variant(self.1, Value::List(self.0)))
    }
}

impl SerializeTuple for List {
    type Ok = Value;
    type Error = serde_json::Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Self::Error> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<Value, Self::Error> {
        SerializeSeq::end(self)
    }
}

impl SerializeTupleStruct for List {
    type Ok = Value;
    type Error = serde_json::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Self::Error> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<Value, Self::Error> {
        SerializeSeq::end(self)
    }
}

impl SerializeTupleVariant for List {
    type Ok = Value;
    type Error = serde_json::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Self::Error> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<Value, Self::Error> {
        SerializeSeq::end(self)
    }
}

impl SerializeMap for Map {
    type Ok = Value;
    type Error = serde_json::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Self::Error> {
        self.name = Some(match to_value(key)? {
            Value::Text(text) => text,
            Value::Int(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            _ => return Err(Error::custom("a name must be a text")),
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Self::Error> {
        let name = self.name.take().ok_or_else(|| Self::Error::custom("a value without a name"))?;
        self.fields.insert(name, to_value(value)?);
        Ok(())
    }

    fn end(self) -> Result<Value, Self::Error> {
        Ok(of_variant(self.variant, extended(self.fields)))
    }
}

impl SerializeStruct for Struct {
    type Ok = Value;
    type Error = serde_json::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Self::Error> {
        let value = to_value(value)?;
        match self {
            Self::One(one) => *one = Some(of_one(name.to_owned(), value)),
            Self::Map(fields) => {
                fields.insert(name, value);
            }
        }
        Ok(())
    }

    fn end(self) -> Result<Value, Self::Error> {
        Ok(match self {
            Self::One(one) => one.unwrap_or_default(),
            Self::Map(fields) => extended(fields),
        })
    }
}

impl SerializeStructVariant for Map {
    type Ok = Value;
    type Error = serde_json::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Self::Error> {
        self.fields.insert(name, to_value(value)?);
        Ok(())
    }

    fn end(self) -> Result<Value, Self::Error> {
        SerializeMap::end(self)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{ObjectId, Timestamp};

    #[derive(Serialize)]
    enum Shape {
        Nothing,
        One(u8),
        Two(i8, char),
        Named { a: Option<f64> },
    }

    #[derive(Serialize)]
    struct Newtype(u64);

    #[derive(Serialize)]
    struct All {
        id: ObjectId,
        at: Timestamp,
        early: Timestamp,
        shapes: Vec<Shape>,
        large: Newtype,
        pair: (bool, ()),
        absent: Option<String>,
        by_number: BTreeMap<u16, &'static str>,
        one: BTreeMap<&'static str, &'static str>,
        nested: serde_json::Value,
        uuid: uuid::Uuid,
        not_a_number: f64,
        #[serde(flatten)]
        rest: Document,
    }

    #[test]
    fn a_value_is_what_its_json_text_would_be_read_as() {
        let all = All {
            id: ObjectId::from_bytes([7; 12]),
            at: Timestamp(1_704_110_400_325),
            early: Timestamp(-62_135_596_800_001),
            shapes: vec![Shape::Nothing, Shape::One(1), Shape::Two(-2, 'é'), Shape::Named { a: Some(0.1) }],
            large: Newtype(u64::MAX),
            pair: (true, ()),
            absent: None,
            by_number: [(1, "a"), (2, "b")].into(),
            one: [("$oid", "070707070707070707070707")].into(),
            nested: serde_json::json!({ "a": [{ "$date": 1000 }, { "$numberLong": "5" }, { "$oid": "x" }], "b": {} }),
            uuid: uuid::Uuid::from_bytes([9; 16]),
            not_a_number: f64::NAN,
            rest: Document::new().with("more", vec![Value::Time(Timestamp(0)), Value::Null]).with("$dollar", 1),
        };
        let read: Value = serde_json::from_str(&serde_json::to_string(&all).unwrap()).unwrap();
        let made = to_value(&all).unwrap();
        assert_eq!(made, read);
        assert_eq!(format!("{made:?}"), format!("{read:?}"), "to the order of fields and the kind of numbers");
    }

    #[test]
    fn a_map_whose_keys_are_no_texts_is_refused() {
        assert!(to_value(&BTreeMap::from([((1, 2), 3)])).is_err());
    }
}
