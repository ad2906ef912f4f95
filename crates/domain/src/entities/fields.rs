//! Serde helpers for the shapes that stored documents have had over the years.

use serde::{Deserialize, Deserializer};

use crate::Value;

/// Reads null like an absent field: the type's default.
pub fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Reads a whole number from any kind of number; anything else is absent.
pub fn whole_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Value::deserialize(deserializer).map(|value| value.as_int())
}
