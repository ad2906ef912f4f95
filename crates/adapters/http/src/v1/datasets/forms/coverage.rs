//! What a dataset is about: days and places.

use basalt_app::datasets::is_zone_id;
use basalt_domain::{DateRange, Document, SpatialCoverage, Timestamp};
use serde_json::Value;

use super::reader::{NOT_A_CHOICE, Reader, unknown_date};
use crate::{fields, geometry};

const NO_RANGE: &str = "Unable to parse date range";

/// Reads `temporal_coverage`: `{start, end}` or `START - END`; null and an empty map clear it.
pub(super) fn temporal(reader: &mut Reader<'_>, place: &mut Option<DateRange>) {
    const NAME: &str = "temporal_coverage";
    let read = match reader.get(NAME) {
        None => return,
        Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(Value::String(text)) => match text.split_once(" - ") {
            Some((start, end)) => range(Some(&start.into()), Some(&end.into())),
            None => Err(NO_RANGE.into()),
        },
        Some(Value::Object(map)) => range(map.get("start"), map.get("end")),
        Some(_other) => Err(NO_RANGE.into()),
    };
    match read {
        Ok(range) => *place = range,
        Err(message) => reader.refuse(NAME, message),
    }
}

/// The span between two days, in their order.
fn range(start: Option<&Value>, end: Option<&Value>) -> Result<Option<DateRange>, String> {
    let (mut start, mut end) = (day(start)?, day(end)?);
    match (&start, &end) {
        (None, None) => return Ok(None),
        (None, Some(_)) => return Err(NO_RANGE.into()),
        (Some(first), Some(last)) if first > last => std::mem::swap(&mut start, &mut end),
        _ => {}
    }
    Ok(Some(DateRange { start, end, rest: Document::new() }))
}

fn day(sent: Option<&Value>) -> Result<Option<String>, String> {
    match sent {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => {
            let time = Timestamp::parse(text).map_err(|_error| unknown_date(text))?;
            Ok(time.to_string().split('T').next().map(str::to_owned))
        }
        Some(_other) => Err("Date must be a string".into()),
    }
}

/// Reads `spatial` into what there is: what is not named stays, and what is no map is ignored.
pub(super) fn spatial(reader: &mut Reader<'_>, place: &mut Option<SpatialCoverage>) {
    let Some(Some(sent)) = reader.map("spatial") else { return };
    let mut inner = Reader::within(sent, "spatial");
    let mut coverage = place.clone().unwrap_or_default();
    let mut wished = false;
    if let Some(zones) = zones(&mut inner).filter(|zones| !zones.is_empty()) {
        coverage.zones = zones;
        wished = true;
    }
    match inner.get("granularity") {
        None => {}
        Some(Value::String(text)) if !text.is_empty() => {
            coverage.granularity = Some(text.clone());
            wished = true;
        }
        Some(_other) => inner.refuse("granularity", NOT_A_CHOICE),
    }
    if let Some(geom) = inner.get("geom") {
        wished |= read_geometry(&mut inner, geom, &mut coverage.geom);
    }
    if coverage.geom.is_some() && !coverage.zones.is_empty() {
        inner.refuse_stored("__all__", geometry::BESIDE_ZONES);
    }
    reader.errors.extend(inner.errors);
    if wished {
        coverage.granularity.get_or_insert_with(|| "other".into());
        *place = Some(coverage);
    }
}

fn zones(reader: &mut Reader<'_>) -> Option<Vec<String>> {
    let items: Vec<&Value> = match reader.get("zones")? {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    };
    let mut ids = Vec::with_capacity(items.len());
    for item in items {
        let id = match item {
            Value::String(text) => text.clone(),
            Value::Object(map) => map.get("id").and_then(Value::as_str).unwrap_or_default().to_owned(),
            other => other.to_string(),
        };
        if !is_zone_id(&id) {
            reader.refuse("zones", format!("Bad GeoID format: {id}"));
            return None;
        }
        ids.push(id);
    }
    Some(ids)
}

/// Reads a geometry; null removes it. Was anything wished that can be stored?
fn read_geometry(reader: &mut Reader<'_>, sent: &Value, place: &mut Option<Document>) -> bool {
    match sent {
        Value::Null => *place = None,
        Value::Object(map) => {
            if let Err(message) = geometry::check(map) {
                reader.refuse_stored("geom", message);
            }
            match fields::read_map(sent) {
                Ok(map) => *place = Some(map),
                Err(message) => reader.refuse("geom", message),
            }
        }
        _ => {
            reader.refuse("geom", "Not a valid GeoJSON");
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn days_are_read_and_put_in_order() {
        let read = |sent: Value| {
            let body = json!({"temporal_coverage": sent});
            let mut place = Some(DateRange::default());
            let mut reader = Reader::new(body.as_object().unwrap());
            temporal(&mut reader, &mut place);
            (place.map(|range| (range.start, range.end)), reader.errors.first().map(|error| error.message.clone()))
        };
        let span = |start: &str, end: Option<&str>| Some((Some(start.to_owned()), end.map(str::to_owned)));
        assert_eq!(read(json!({"start": "2024-06-01", "end": "2024-05-05"})).0, span("2024-05-05", Some("2024-06-01")));
        assert_eq!(read(json!("2024-01-01 - 2024-02-01")).0, span("2024-01-01", Some("2024-02-01")));
        assert_eq!(read(json!({"start": "2024-01-01"})).0, span("2024-01-01", None));
        assert_eq!((read(json!({})).0, read(json!(null)).0), (None, None));
        for (sent, told) in [
            (json!({"end": "2024-01-01"}), NO_RANGE),
            (json!([1]), NO_RANGE),
            (json!("x"), NO_RANGE),
            (json!({"start": 5}), "Date must be a string"),
            (json!({"start": "nope"}), "Unknown string format: nope"),
        ] {
            assert_eq!(read(sent.clone()).1.as_deref(), Some(told), "{sent}");
        }
    }
}
