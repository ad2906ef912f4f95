//! Axes and series of charts: what a body may say of them, read into the stored form.

use basalt_domain::{Document, FieldError, Value as Stored};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::fields::{NOT_TEXT, REQUIRED, listed};

const EMPTY: &str = "Field is required and cannot be empty";
const AXIS_TYPES: [&str; 2] = ["discrete", "continuous"];
const SORTS: [&str; 2] = ["axis_x", "axis_y"];
const DIRECTIONS: [&str; 2] = ["asc", "desc"];
const POSITIONS: [&str; 2] = ["prefix", "suffix"];
const SERIES_TYPES: [&str; 2] = ["line", "histogram"];
const AGGREGATES: [&str; 5] = ["avg", "sum", "count", "min", "max"];
const CONDITIONS: [&str; 8] =
    ["exact", "differs", "is_null", "is_not_null", "greater", "less", "strictly_greater", "strictly_less"];
const FILTERS: [&str; 3] = ["AndFilters", "Filter", "OrFilters"];
/// Filters within filters: more is a mistake.
const MAX_DEPTH: usize = 16;

/// The axis across; `None` where it is cleared.
pub(super) fn x_axis(sent: &Value) -> Result<Option<Document>, FieldError> {
    let Some(map) = object("x_axis", sent)? else { return Ok(None) };
    let at = Place { path: "x_axis".into(), map };
    let axis = Document::new()
        .with("column_x", at.required("column_x")?)
        .with("sort_x_by", at.choice("sort_x_by", &SORTS)?.unwrap_or_else(|| "axis_x".into()))
        .with("sort_x_direction", at.choice("sort_x_direction", &DIRECTIONS)?.unwrap_or_else(|| "asc".into()))
        .with("type", at.choice("type", &AXIS_TYPES)?.ok_or_else(|| at.stored("type", REQUIRED))?);
    Ok(Some(axis))
}

/// The axis up; `None` where it is cleared.
pub(super) fn y_axis(sent: &Value) -> Result<Option<Document>, FieldError> {
    let Some(map) = object("y_axis", sent)? else { return Ok(None) };
    let at = Place { path: "y_axis".into(), map };
    let mut axis = Document::new();
    for (name, value) in [
        ("min", at.number("min")?),
        ("max", at.number("max")?),
        ("label", at.text("label")?.map(Stored::Text)),
        ("unit", at.text("unit")?.map(Stored::Text)),
        ("unit_position", at.choice("unit_position", &POSITIONS)?.or_else(|| Some("suffix".into())).map(Stored::Text)),
    ] {
        if let Some(value) = value {
            axis.insert(name, value);
        }
    }
    Ok(Some(axis))
}

/// What is drawn: at least one series.
pub(super) fn series(sent: &Value) -> Result<Vec<Stored>, FieldError> {
    const NAME: &str = "series";
    let items = match sent {
        Value::Null => return Err(FieldError::stored(NAME, EMPTY)),
        Value::Array(items) if items.is_empty() => return Err(FieldError::stored(NAME, EMPTY)),
        Value::Array(items) => items,
        other if is_blank(other) => return Err(FieldError::stored(NAME, crate::fields::NOT_LIST)),
        _ => return Err(FieldError::check(NAME, "Expected a list")),
    };
    items.iter().enumerate().map(|(at, item)| one_series(at, item)).collect()
}

/// The error about series that were not sent at all.
pub(super) fn no_series() -> FieldError {
    FieldError::stored("series", EMPTY)
}

fn one_series(at: usize, sent: &Value) -> Result<Stored, FieldError> {
    let Value::Object(map) = sent else { return Err(FieldError::check("series", "Expected an object")) };
    let at = Place { path: format!("series.{at}"), map };
    let mut series = Document::new();
    for (name, value) in [
        ("type", at.choice("type", &SERIES_TYPES)?),
        ("column_y", at.text("column_y")?),
        ("aggregate_y", at.choice("aggregate_y", &AGGREGATES)?),
    ] {
        if let Some(value) = value {
            series.insert(name, value);
        }
    }
    let resource = at.required("resource_id")?;
    let resource = Uuid::parse_str(&resource).map_err(|_error| {
        at.stored("resource_id", "Could not convert to UUID: badly formed hexadecimal UUID string")
    })?;
    series.insert("resource_id", resource);
    if let Some(name) = at.text("column_x_name_override")? {
        series.insert("column_x_name_override", name);
    }
    if let Some(filters) = map.get("filters").filter(|filters| !filters.is_null()) {
        series.insert("filters", filter(&format!("{}.filters", at.path), filters, 0)?);
    }
    Ok(Stored::Map(series))
}

/// A condition on rows, or several of them joined.
fn filter(path: &str, sent: &Value, depth: usize) -> Result<Document, FieldError> {
    let refused = |message: &str| FieldError::check("filters", message);
    let Value::Object(map) = sent else { return Err(refused("Expected an object")) };
    let class = map.get("_cls").and_then(Value::as_str).filter(|class| FILTERS.contains(class));
    let class = class.ok_or_else(|| refused(&format!("`_cls` must be one of {}", listed(&FILTERS))))?;
    if depth > MAX_DEPTH {
        return Err(refused("Too deeply nested"));
    }
    let at = Place { path: path.to_owned(), map };
    let mut filters = Document::new();
    if class == "Filter" {
        filters.insert("column", at.required("column")?);
        let condition = at.choice("condition", &CONDITIONS)?;
        filters.insert("condition", condition.ok_or_else(|| at.stored("condition", REQUIRED))?);
        if let Some(value) = map.get("value").filter(|value| !value.is_null()) {
            filters.insert("value", crate::fields::plain(value));
        }
    } else {
        let items = match map.get("filters") {
            None | Some(Value::Null) => &[][..],
            Some(Value::Array(items)) => items,
            Some(_other) => return Err(refused("Expected a list")),
        };
        let inner = items
            .iter()
            .enumerate()
            .map(|(number, item)| filter(&format!("{path}.filters.{number}"), item, depth + 1).map(Stored::Map));
        filters.insert("filters", inner.collect::<Result<Vec<_>, _>>()?);
    }
    // The class stands last, as udata writes it.
    filters.insert("_cls", class);
    Ok(filters)
}

/// A map in a body and where it stands.
struct Place<'a> {
    path: String,
    map: &'a Map<String, Value>,
}

impl Place<'_> {
    fn stored(&self, name: &str, message: &str) -> FieldError {
        FieldError::stored(format!("{}.{name}", self.path), message)
    }

    fn text(&self, name: &str) -> Result<Option<String>, FieldError> {
        match self.map.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
            Some(_other) => Err(self.stored(name, NOT_TEXT)),
        }
    }

    fn required(&self, name: &str) -> Result<String, FieldError> {
        self.text(name)?.ok_or_else(|| self.stored(name, REQUIRED))
    }

    fn number(&self, name: &str) -> Result<Option<Stored>, FieldError> {
        match self.map.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => Ok(number.as_f64().map(Stored::Float)),
            Some(_other) => Err(self.stored(name, "FloatField only accepts float and integer values")),
        }
    }

    /// One of these; udata names only the part itself.
    fn choice(&self, name: &str, known: &[&str]) -> Result<Option<String>, FieldError> {
        let text = match self.map.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) if text.is_empty() => return Ok(None),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        if known.contains(&text.as_str()) {
            return Ok(Some(text));
        }
        let message = format!("'{text}' is not a valid choice. Valid choices: {}", listed(known));
        Err(FieldError::check(name, message))
    }
}

/// The map of an axis; `None` for null.
fn object<'a>(name: &str, sent: &'a Value) -> Result<Option<&'a Map<String, Value>>, FieldError> {
    match sent {
        Value::Null => Ok(None),
        Value::Object(map) if !map.is_empty() => Ok(Some(map)),
        other if is_blank(other) => {
            Err(FieldError::stored(name, "Invalid embedded document instance provided to an EmbeddedDocumentField"))
        }
        _ => Err(FieldError::check(name, "Expected an object")),
    }
}

/// Nothing in it, whatever its kind.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}
