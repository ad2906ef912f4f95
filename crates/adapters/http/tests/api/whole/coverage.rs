//! How much of the contract is there: `docs/api/coverage.md`, made from the operations of the interface
//! and those of the contract in `tests/contract/operations.json`. `BLESS=1` writes it anew.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde::Deserialize;

const CONTRACT: &str = include_str!("../../contract/operations.json");
const COVERAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/api/coverage.md");

/// An operation of the contract.
#[derive(Deserialize)]
struct Known {
    id: String,
    method: String,
    path: String,
    family: String,
}

impl Known {
    /// Which version of the interface it belongs to.
    fn version(&self) -> u8 {
        if self.path.starts_with("/api/2/") { 2 } else { 1 }
    }
}

fn contract() -> Vec<Known> {
    serde_json::from_str(CONTRACT).unwrap()
}

/// A path without the names of its variables.
fn shape(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

#[test]
fn the_contract_has_283_operations() {
    assert_eq!(contract().len(), 283);
}

#[test]
fn every_operation_has_id_method_and_path_of_the_contract() {
    let known: BTreeMap<(String, u8), (String, String)> = contract()
        .into_iter()
        .map(|known| ((known.id.clone(), known.version()), (known.method.clone(), shape(&known.path))))
        .collect();
    for operation in basalt_http::operations() {
        let found = known.get(&(operation.id.to_owned(), operation.version()));
        let found = found.map(|(method, path)| (method.as_str(), path.as_str()));
        assert_eq!(found, Some((operation.method.as_str(), shape(operation.path).as_str())), "{}", operation.id);
    }
}

#[test]
fn no_operation_is_declared_twice() {
    let mut seen = BTreeSet::new();
    for operation in basalt_http::operations() {
        // Both versions of the interface have an operation of some names.
        assert!(seen.insert(format!("{} {}", operation.version(), operation.id)), "{} twice", operation.id);
        assert!(seen.insert(format!("{} {}", operation.method, operation.path)));
    }
}

#[test]
fn the_document_tells_of_every_operation_by_its_id() {
    let operations = basalt_http::operations();
    let document = basalt_http::document::openapi(&operations, 1, "Test", "http://data.test");
    let paths = document["paths"].as_object().unwrap();
    let told: BTreeSet<&str> = paths
        .values()
        .flat_map(|methods| methods.as_object().unwrap().values())
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    let ours: BTreeSet<&str> = operations.iter().map(|operation| operation.id).collect();
    assert_eq!(told, ours);
    let ids: BTreeSet<String> = contract().into_iter().map(|known| known.id).collect();
    assert!(told.iter().all(|id| ids.contains(*id)));
}

#[test]
fn the_page_about_coverage_is_up_to_date() {
    let page = page();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(COVERAGE, &page).unwrap();
    }
    let found = std::fs::read_to_string(COVERAGE).unwrap_or_default();
    assert_eq!(page, found, "run `BLESS=1 cargo test -p basalt-http coverage`");
}

fn page() -> String {
    let ours: BTreeSet<(&str, u8)> =
        basalt_http::operations().iter().map(|operation| (operation.id, operation.version())).collect();
    let served = |known: &&Known| ours.contains(&(known.id.as_str(), known.version()));
    let mut families: BTreeMap<String, Vec<Known>> = BTreeMap::new();
    for known in contract() {
        families.entry(known.family.clone()).or_default().push(known);
    }
    let total: usize = families.values().map(Vec::len).sum();
    let mut page = format!(
        "# Coverage\n\nOperations of udata 17.18 that Basalt serves: **{} of {total}**. This page is made from the \
         code by a test;\n`BLESS=1 cargo test -p basalt-http coverage` writes it anew.\n\n\
         | family | served | of |\n|---|---|---|\n",
        ours.len()
    );
    for (family, known) in &families {
        let served = known.iter().filter(served).count();
        writeln!(page, "| {family} | {served} | {} |", known.len()).unwrap();
    }
    page.push_str("\n## What waits\n\n| operation | waits for |\n|---|---|\n");
    for known in families.values().flatten().filter(|known| !served(known)) {
        writeln!(page, "| `{} {}` | {} |", known.method, known.path, waits_for(known)).unwrap();
    }
    page
}

/// What an operation that is not served waits for.
fn waits_for(known: &Known) -> &'static str {
    match known.family.as_str() {
        _ if known.path.contains("/search/") => "search",
        "tags" => "search",
        "discussions" | "reports" | "posts" | "transfer" | "notifications" => "community",
        "me" | "organizations" if known.path.contains("discussions") => "community",
        "harvest" | "workers" => "harvesting",
        "site" if known.path.contains("harvests") => "harvesting",
        "proconnect" | "geopf" | "captchetat" => "services of the French state",
        _ => "the catalogue",
    }
}
