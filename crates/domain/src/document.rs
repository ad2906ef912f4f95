//! A document: named values in the order in which they were written.

use std::hash::{Hash, Hasher};

use ahash::RandomState;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize, de::DeserializeOwned, ser::Error as _};

use crate::{Value, to_value::to_value};

/// Named values in the order in which they were written; the names are udata's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Document(IndexMap<String, Value, RandomState>);

impl Document {
    /// Without any field.
    pub fn new() -> Self {
        Self::default()
    }

    /// The stored form of an entity.
    ///
    /// Error: the entity holds a map whose keys are not text, which no entity of ours does.
    pub fn of<E: Serialize>(entity: &E) -> Result<Self, serde_json::Error> {
        match to_value(entity)? {
            Value::Map(document) => Ok(document),
            _ => Err(serde_json::Error::custom("no document")),
        }
    }

    /// The entity that this document is the stored form of.
    pub fn decode<E: DeserializeOwned>(&self) -> Result<E, serde_json::Error> {
        serde_json::from_value(serde_json::to_value(self)?)
    }

    /// How many fields it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// No fields at all?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The field of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The field of this name, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.0.get_mut(name)
    }

    /// Sets a field; a new one goes last. Returns what was there.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        self.0.insert(name.into(), value.into())
    }

    /// Takes a field out; the others keep their order.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.0.shift_remove(name)
    }

    /// The same with this field set: `Document::new().with("kind", "certified")`.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.insert(name, value);
        self
    }

    /// The single value at a dotted path, through maps only.
    pub fn at(&self, path: &str) -> Option<&Value> {
        match path.split_once('.') {
            None => self.get(path),
            Some((first, rest)) => self.get(first)?.as_map()?.at(rest),
        }
    }

    /// Sets the value at a dotted path, making the maps on the way.
    pub fn set_at(&mut self, path: &str, value: Value) {
        let Some((first, rest)) = path.split_once('.') else {
            self.insert(path, value);
            return;
        };
        if !matches!(self.get(first), Some(Value::Map(_))) {
            self.insert(first, Self::new());
        }
        if let Some(Value::Map(inner)) = self.get_mut(first) {
            inner.set_at(rest, value);
        }
    }

    /// All values at a dotted path, through maps and into lists, as a MongoDB path finds them;
    /// null ones left out.
    pub fn values_at<'a>(&'a self, path: &str) -> Vec<&'a Value> {
        let mut found = Vec::new();
        collect(self, path, &mut found);
        found
    }

    /// Fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter()
    }

    /// Names of the fields in order.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }
}

fn collect<'a>(map: &'a Document, path: &str, found: &mut Vec<&'a Value>) {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let Some(value) = map.get(first) else { return };
    match (value, rest) {
        (Value::Null, _) => {}
        (Value::List(items), None) => found.extend(items.iter().filter(|item| !item.is_null())),
        (value, None) => found.push(value),
        (Value::Map(inner), Some(rest)) => collect(inner, rest, found),
        (Value::List(items), Some(rest)) => {
            for item in items {
                if let Value::Map(inner) = item {
                    collect(inner, rest, found);
                }
            }
        }
        _ => {}
    }
}

impl Hash for Document {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Equality ignores the order of fields, so must the hash.
        state.write_usize(self.0.len());
    }
}

impl IntoIterator for Document {
    type Item = (String, Value);
    type IntoIter = indexmap::map::IntoIter<String, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<K: Into<String>, V: Into<Value>> FromIterator<(K, V)> for Document {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(fields: I) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}
