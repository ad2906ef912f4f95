//! Entity tags: what an answer was, to ask for it or change it only if it still is.

use actix_web::http::header::HeaderMap;
use xxhash_rust::xxh3::xxh3_64;

/// The strong tag of these bytes.
pub fn of(body: &[u8]) -> String {
    format!("\"{:016x}\"", xxh3_64(body))
}

/// Does a list of tags in this header hold this one? `None` without the header.
pub fn listed(headers: &HeaderMap, name: &str, tag: &str) -> Option<bool> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.split(',').map(|tag| tag.trim().trim_start_matches("W/")).any(|listed| listed == "*" || listed == tag))
}
