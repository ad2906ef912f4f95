//! Values of documents as values of columns.

use std::borrow::Cow;

use basalt_domain::{Collection, Kind, ObjectId, Timestamp, Value};
use basalt_ports::StorageError;
use sea_orm::Value as Sql;

/// Text as a column holds it: without U+0000, which PostgreSQL refuses and where SQLite's
/// functions stop.
///
/// U+0000 to U+0003 become `\u{1}` and two of `\u{2}` and `\u{3}`. Equality, order by bytes, and
/// what contains what stay as they were: the codes sort alike, and no part of one is read as
/// another character. All other text is unchanged.
pub(crate) fn column_text(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte < 4) {
        return Cow::Borrowed(text);
    }
    let mut encoded = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\0' => encoded.push_str("\u{1}\u{2}\u{2}"),
            '\u{1}' => encoded.push_str("\u{1}\u{2}\u{3}"),
            '\u{2}' => encoded.push_str("\u{1}\u{3}\u{2}"),
            '\u{3}' => encoded.push_str("\u{1}\u{3}\u{3}"),
            other => encoded.push(other),
        }
    }
    Cow::Owned(encoded)
}

/// The text that [`column_text`] made this from.
pub(crate) fn text_of_column(encoded: String) -> String {
    if !encoded.contains('\u{1}') {
        return encoded;
    }
    encoded
        .replace("\u{1}\u{2}\u{2}", "\0")
        .replace("\u{1}\u{3}\u{2}", "\u{2}")
        .replace("\u{1}\u{3}\u{3}", "\u{3}")
        .replace("\u{1}\u{2}\u{3}", "\u{1}")
}

/// The value of a column of this kind; a typed NULL for a value of another kind.
pub(crate) fn column_value(kind: Kind, value: Option<&Value>) -> Sql {
    match kind {
        Kind::Text => Sql::String(value.and_then(Value::as_text).map(|text| column_text(text).into_owned())),
        Kind::Id => Sql::String(value.and_then(Value::as_id).map(|id| id.hex().as_str().to_owned())),
        Kind::Int => Sql::BigInt(value.and_then(Value::as_int)),
        Kind::Time => Sql::BigInt(value.and_then(Value::as_time).map(Timestamp::millis)),
        Kind::Float => Sql::Double(value.and_then(as_float)),
        Kind::Bool => Sql::Bool(if let Some(Value::Bool(flag)) = value { Some(*flag) } else { None }),
    }
}

/// What a column of this kind is compared with; `None` where no value of the column is equal to
/// it, less or greater. A fraction may be compared with whole numbers.
pub(crate) fn compared(kind: Kind, value: &Value) -> Option<Sql> {
    match (kind, value) {
        (Kind::Int, Value::Float(number)) => {
            Some(value.as_int().map_or(Sql::Double(Some(*number)), |whole| Sql::BigInt(Some(whole))))
        }
        _ => Some(column_value(kind, Some(value))).filter(|sql| !is_null(sql)),
    }
}

/// The value of a side row: text whose order by bytes is the order of the values.
pub(crate) fn side_text(kind: Kind, value: &Value) -> Option<String> {
    match kind {
        Kind::Text => value.as_text().map(|text| column_text(text).into_owned()),
        Kind::Id => value.as_id().map(|id| id.hex().as_str().to_owned()),
        Kind::Int => value.as_int().map(sortable),
        Kind::Time => value.as_time().map(|time| sortable(time.millis())),
        Kind::Float => as_float(value).map(|number| {
            let bits = number.to_bits().cast_signed();
            // Negative numbers have their other bits the wrong way round.
            sortable(if bits < 0 { !bits ^ i64::MIN } else { bits })
        }),
        Kind::Bool => {
            if let Value::Bool(flag) = value {
                Some(u8::from(*flag).to_string())
            } else {
                None
            }
        }
    }
}

fn sortable(number: i64) -> String {
    format!("{:016x}", number.cast_unsigned() ^ (1 << 63))
}

#[expect(clippy::cast_precision_loss, reason = "a column of floats holds whole numbers as floats")]
fn as_float(value: &Value) -> Option<f64> {
    match value {
        // One zero only, as they are equal.
        Value::Float(number) => Some(number + 0.0),
        Value::Int(number) => Some(*number as f64),
        _ => None,
    }
}

fn is_null(sql: &Sql) -> bool {
    matches!(sql, Sql::String(None) | Sql::BigInt(None) | Sql::Double(None) | Sql::Bool(None))
}

/// An id as the table holds it.
pub(crate) fn key(of: &'static Collection, id: &Value) -> Result<String, StorageError> {
    match (of.id, id) {
        (Kind::Id, Value::Id(id)) => Ok(id.hex().as_str().to_owned()),
        (Kind::Text, Value::Text(text)) => Ok(column_text(text).into_owned()),
        _ => Err(StorageError::Corrupt {
            collection: of.name,
            id: format!("{id:?}"),
            source: "not the kind of id that this collection has".into(),
        }),
    }
}

/// The id that [`key`] made this from.
pub(crate) fn id_of_key(of: &'static Collection, key: String) -> Result<Value, StorageError> {
    if of.id == Kind::Text {
        return Ok(Value::Text(text_of_column(key)));
    }
    match ObjectId::parse(&key) {
        Ok(id) => Ok(Value::Id(id)),
        Err(error) => Err(StorageError::Corrupt { collection: of.name, id: key, source: error.into() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_keep_equality_order_and_containment() {
        let characters = ["", "\0", "\u{1}", "\u{2}", "\u{3}", "\u{4}", "a"];
        let mut texts = Vec::new();
        for a in characters {
            for b in characters {
                for c in characters {
                    texts.push(format!("{a}{b}{c}"));
                }
            }
        }
        for a in &texts {
            let encoded = column_text(a);
            assert!(!encoded.contains('\0'));
            assert_eq!(text_of_column(encoded.clone().into_owned()), *a);
            for b in &texts {
                let other = column_text(b);
                assert_eq!(a.cmp(b), encoded.cmp(&other), "{a:?} {b:?}");
                assert_eq!(a.contains(b.as_str()), encoded.contains(other.as_ref()), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn side_rows_sort_as_their_values() {
        let whole = [i64::MIN, -1, 0, 1, i64::MAX].map(Value::Int);
        let floats = [f64::MIN, -1.5, -0.5, 0.0, 0.5, f64::MAX].map(Value::Float);
        for (kind, values) in [(Kind::Int, &whole[..]), (Kind::Float, &floats[..])] {
            let texts: Vec<_> = values.iter().map(|value| side_text(kind, value).unwrap()).collect();
            assert!(texts.is_sorted(), "{texts:?}");
        }
        assert_eq!(side_text(Kind::Float, &Value::Float(-0.0)), side_text(Kind::Float, &Value::Int(0)));
    }
}
