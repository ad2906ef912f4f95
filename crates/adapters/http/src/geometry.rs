//! Geometries in request bodies.

use serde_json::{Map, Value};

/// What udata says of a coverage that has both.
pub const BESIDE_ZONES: &str = "The spatial coverage cannot contains a Geozone and a Geometry";

/// Is this GeoJSON of the one kind that is stored?
pub fn check(geometry: &Map<String, Value>) -> Result<(), &'static str> {
    if geometry.get("type").and_then(Value::as_str) != Some("MultiPolygon") {
        return Err("MultiPolygonField type must be \"MultiPolygon\"");
    }
    let is_position = |sent: &Value| {
        sent.as_array().is_some_and(|numbers| numbers.len() >= 2 && numbers.iter().all(Value::is_number))
    };
    let of = |sent: &Value, inner: &dyn Fn(&Value) -> bool| {
        sent.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(inner))
    };
    let is_ring = |sent: &Value| of(sent, &is_position);
    let is_polygon = |sent: &Value| of(sent, &is_ring);
    let whole = geometry.get("coordinates").is_some_and(|sent| of(sent, &is_polygon));
    if whole { Ok(()) } else { Err("Invalid MultiPolygon: must be lists of polygons of rings of positions") }
}
