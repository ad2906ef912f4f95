//! The operations that are measured, as requests prepared beforehand.

use std::borrow::Cow;
use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::error::BenchError;
use crate::fetch::{fetch, get_json, request};

/// How many different organisations an operation on one goes through.
const SPREAD: usize = 1_000;
/// Organisations that are only written, so that reads by slug meet no renamed one.
const WRITTEN: usize = 500;
const ROOT: &str = "/api/1/organizations/";

/// Something to ask again and again.
#[derive(Debug)]
pub struct Operation {
    /// Short name for `--only` and the JSON report.
    pub name: &'static str,
    /// In words, for the table.
    pub title: Cow<'static, str>,
    /// Requests, sent in a circle.
    pub requests: Vec<Vec<u8>>,
    /// The status that a right answer has.
    pub status: u16,
    /// Operation of the floor to compare with.
    pub floor: Option<&'static str>,
}

/// An organisation as it can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// 24 hex digits.
    pub id: String,
    /// Part of a URL.
    pub slug: String,
    /// Current name.
    pub name: String,
}

/// Asks the server for its organisations, at most `limit`.
pub fn addresses(server: SocketAddr, limit: usize) -> Result<Vec<Address>, BenchError> {
    let mut found = Vec::new();
    let mut page = 1;
    while found.len() < limit {
        let answer = get_json(server, &format!("{ROOT}?page_size=500&page={page}"))?;
        let data = answer.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
        found.extend(data.iter().filter_map(|org| {
            let text = |key: &str| org.get(key).and_then(Value::as_str).map(str::to_owned);
            Some(Address { id: text("id")?, slug: text("slug")?, name: text("name")? })
        }));
        if answer.get("next_page").is_none_or(Value::is_null) {
            break;
        }
        page += 1;
    }
    if found.is_empty() {
        return Err(BenchError::Unexpected(format!("{server} lists no organisation")));
    }
    // Neighbours in the list may lie side by side in the database: spread them.
    let (fresh, old) = found.split_at(found.len() / 2);
    let mut mixed: Vec<_> = old.iter().zip(fresh).flat_map(|(one, other)| [one.clone(), other.clone()]).collect();
    mixed.extend(old.iter().skip(fresh.len()).cloned());
    mixed.truncate(limit);
    Ok(mixed)
}

/// The operations on a server of udata's API. `key` allows writing; without one nothing is written.
pub fn api(server: SocketAddr, organizations: &[Address], key: Option<&str>) -> Result<Vec<Operation>, BenchError> {
    let (written, read) = split(organizations);
    let get = |path: String| request("GET", &path, &[], None);
    let masked = [("X-Fields", "id,name,metrics{datasets},members{role,user{slug}}")];
    let page = |query: &str| vec![get(format!("{ROOT}{query}"))];
    let each = |make: &dyn Fn(&Address) -> Vec<u8>| read.iter().take(SPREAD).map(make).collect::<Vec<_>>();
    let mut all = vec![
        operation(
            "one-by-id",
            "one organisation by id",
            each(&|org| get(format!("{ROOT}{}/", org.id))),
            Some("floor-one"),
        ),
        operation(
            "one-by-slug",
            "one organisation by slug",
            each(&|org| get(format!("{ROOT}{}/", org.slug))),
            Some("floor-one"),
        ),
        operation(
            "one-masked",
            "one organisation, `X-Fields`",
            each(&|org| request("GET", &format!("{ROOT}{}/", org.id), &masked, None)),
            Some("floor-one"),
        ),
        operation("list-20", "list of 20", page(""), Some("floor-list")),
        operation("page-1", "page 1 of 5", page("?page_size=5&page=1"), Some("floor-page-1")),
        operation("page-1000", "page 1,000 of 5", page("?page_size=5&page=1000"), Some("floor-page-1000")),
        operation("list-sorted", "list of 20, `sort=-datasets`", page("?sort=-datasets"), Some("floor-list")),
        operation("list-filtered", "list of 20, `badge=certified`", page("?badge=certified"), Some("floor-list")),
    ];
    let conditional = conditional(server, read)?;
    if !conditional.is_empty() {
        all.push(Operation {
            status: 304,
            ..operation("conditional", "one organisation, `If-None-Match`", conditional, Some("floor-memory-one"))
        });
    }
    let unknown = (0..SPREAD).map(|number| get(format!("{ROOT}{:024x}/", 0xdead_0000 + number))).collect();
    all.push(Operation {
        status: 404,
        ..operation("not-found", "unknown organisation", unknown, Some("floor-memory-one"))
    });
    if let Some(key) = key {
        all.push(operation("put", "`PUT` name and description", puts(ROOT, "/", written, key), Some("floor-put-full")));
    }
    Ok(all)
}

/// The operations of the floor.
pub fn floor(ids: &[String]) -> Vec<Operation> {
    let get = |path: &str| vec![request("GET", path, &[], None)];
    let addresses: Vec<_> =
        ids.iter().map(|id| Address { id: id.clone(), slug: id.clone(), name: format!("Organisation {id}") }).collect();
    let (written, read) = split(&addresses);
    let one = read.iter().take(SPREAD).map(|org| request("GET", &format!("/sql/{}", org.id), &[], None)).collect();
    vec![
        operation("floor-one", "floor: one by primary key, text as stored", one, None),
        operation("floor-list", "floor: 20, text joined", get("/sql?size=20&offset=0"), None),
        operation("floor-page-1", "floor: page 1 of 5", get("/sql?size=5&offset=0"), None),
        operation("floor-page-1000", "floor: page 1,000 of 5", get("/sql?size=5&offset=4995"), None),
        operation("floor-memory-one", "floor: one from memory", get("/memory/one"), None),
        operation("floor-memory-list", "floor: 20 from memory", get("/memory/list"), None),
        operation("floor-put-full", "floor: change, `synchronous=FULL`", puts("/full/", "", written, "-"), None),
        operation("floor-put-normal", "floor: change, `synchronous=NORMAL`", puts("/normal/", "", written, "-"), None),
    ]
}

fn operation(
    name: &'static str,
    title: &'static str,
    requests: Vec<Vec<u8>>,
    floor: Option<&'static str>,
) -> Operation {
    Operation { name, title: title.into(), requests, status: 200, floor }
}

/// Organisations to write and to read; the same when there are too few to keep them apart.
fn split(organizations: &[Address]) -> (&[Address], &[Address]) {
    if organizations.len() < 2 * WRITTEN { (organizations, organizations) } else { organizations.split_at(WRITTEN) }
}

/// Requests with the version that the server now has; none when it sends no `ETag`.
fn conditional(server: SocketAddr, organizations: &[Address]) -> Result<Vec<Vec<u8>>, BenchError> {
    let mut requests = Vec::new();
    for org in organizations.iter().take(SPREAD / 4) {
        let path = format!("{ROOT}{}/", org.id);
        let Some(etag) = fetch(server, &request("GET", &path, &[], None))?.etag else { break };
        requests.push(request("GET", &path, &[("If-None-Match", &etag)], None));
    }
    Ok(requests)
}

/// Two changes of each organisation, one circle after the other, so that no request repeats what is stored.
fn puts(before: &str, after: &str, organizations: &[Address], key: &str) -> Vec<Vec<u8>> {
    let mut requests = Vec::with_capacity(2 * organizations.len());
    for variant in ["spring", "autumn"] {
        for org in organizations {
            let body = json!({
                "name": format!("{} – {variant}", org.name),
                "description": format!("Written by the benchmark in {variant}. {}", "The rest only fills the line. ".repeat(20)),
            });
            let path = format!("{before}{}{after}", org.id);
            requests.push(request("PUT", &path, &[("X-API-KEY", key)], Some(&body.to_string())));
        }
    }
    requests
}
