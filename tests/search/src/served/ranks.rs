//! Where the expected objects stand in answers over HTTP.

use std::net::SocketAddr;

use basalt_load::fetch::get_json;
use serde_json::Value;

use super::with_text;
use crate::{
    catalogue::{Asked, Failure},
    score::Ranks,
};

/// What clients ask, as kind, path, and how many they see.
const ASKED: [(&str, &str, usize); 6] = [
    ("dataset", "/api/2/datasets/search/", 20),
    ("dataset", "/api/1/datasets/", 20),
    ("organization", "/api/2/organizations/search/", 20),
    ("organization", "/api/1/organizations/", 20),
    ("reuse", "/api/2/reuses/search/", 20),
    ("organization", "/api/1/organizations/suggest/", 10),
];

/// Prints the mean reciprocal rank of each.
pub(super) fn report(address: SocketAddr, queries: &[Asked], plain: bool, misses: usize) -> Result<(), Failure> {
    for (kind, path, size) in ASKED {
        let rest = if path.ends_with("suggest/") { format!("&size={size}") } else { format!("&page_size={size}") };
        let mut ranks = Ranks::default();
        for asked in queries.iter().filter(|asked| asked.kind == kind) {
            // Without the API's answers, what only they know cannot be found.
            if !(asked.is_in_catalogue() || (asked.is_answerable() && !plain)) {
                continue;
            }
            let answer = get_json(address, &with_text(path, &asked.query, &rest))?;
            let listed = answer.get("data").unwrap_or(&answer).as_array().cloned().unwrap_or_default();
            let id = |one: &Value| one.get("id").and_then(Value::as_str) == Some(asked.expected_id.as_str());
            ranks.add(listed.iter().position(id).map(|place| place + 1), &asked.query);
        }
        if ranks.is_empty() {
            continue;
        }
        ranks.print(&format!("{path} ({kind}), the first {size}"), misses);
    }
    Ok(())
}
