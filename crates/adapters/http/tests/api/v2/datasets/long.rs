//! Datasets of many resources: what is asked of one of them does not read the others.

use serde_json::{Value, json};

use super::{a_dataset, remote};
use crate::support::{Account, TestApp};

const RESOURCES: usize = 8;

/// A request, and how many resources it may read at most.
struct Step {
    method: &'static str,
    path: String,
    body: Value,
    most: u64,
}

fn step(method: &'static str, path: String, body: Value, most: u64) -> Step {
    Step { method, path, body, most }
}

async fn resources(app: &TestApp, dataset: &str) -> Vec<Value> {
    let shown = app.get(&format!("/api/1/datasets/{dataset}/")).send().await.json();
    shown["resources"].as_array().unwrap().clone()
}

/// All that is asked of one resource or a page of them.
fn steps(dataset: &str, ids: &[String]) -> Vec<Step> {
    let (v1, v2) = (format!("/api/1/datasets/{dataset}/"), format!("/api/2/datasets/{dataset}/"));
    let one = |at: usize| format!("{v1}resources/{}/", ids[at]);
    let nothing = || Value::Null;
    vec![
        step("GET", format!("{v2}resources/?page_size=2"), nothing(), 2),
        step("GET", format!("{v2}resources/?page=3&page_size=2"), nothing(), 2),
        step("GET", format!("{v2}resources/?q=SET&type=documentation&page_size=2"), nothing(), 2),
        step("GET", format!("/api/2/datasets/resources/{}/", ids[3]), nothing(), 1),
        step("GET", format!("/api/1/datasets/r/{}", ids[3]), nothing(), 1),
        step("GET", one(5), nothing(), 1),
        step("GET", v2.clone(), nothing(), 0),
        step("GET", "/api/2/datasets/".into(), nothing(), 0),
        step("GET", format!("{v2}extras/"), nothing(), 0),
        step("PUT", format!("{v2}extras/"), json!({"mine": 1}), 0),
        step("PUT", one(2), json!({"title": "Another", "format": "xls"}), 4),
        step("POST", format!("{v1}resources/"), remote("New", "main"), 2),
        step("PUT", format!("{v2}resources/{}/extras/", ids[4]), json!({"theirs": [1]}), 4),
        step("GET", format!("{v2}resources/{}/extras/", ids[4]), nothing(), 1),
        step("DELETE", one(6), nothing(), 4),
        step("DELETE", one(6), nothing(), 1),
        step("GET", v2.clone(), nothing(), 0),
        step("GET", format!("{v2}resources/?page_size=3"), nothing(), 3),
    ]
}

async fn run(app: &TestApp, by: &Account, step: &Step) -> (u16, Value) {
    let request = app.request(step.method.parse().unwrap(), &step.path).key(by);
    let request = if step.body.is_null() { request } else { request.json(&step.body) };
    let answer = request.send().await;
    let body = if answer.body.is_empty() { Value::Null } else { answer.json() };
    (answer.status, body)
}

#[actix_web::test]
async fn a_long_dataset_answers_as_a_short_one_and_reads_what_is_asked() {
    let (long, whole) = (TestApp::of_heads().await, TestApp::uncached().await);
    let (mut asked, mut users) = (Vec::new(), Vec::new());
    for app in [&long, &whole] {
        let ulysse = app.user("Ulysse User").await;
        let kinds = ["main", "documentation"];
        let sent: Vec<Value> = (0..RESOURCES).map(|at| remote(&format!("Set {at}"), kinds[at % 2])).collect();
        let id = a_dataset(app, &ulysse, json!(sent)).await;
        let ids: Vec<String> =
            resources(app, &id).await.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        asked.push((steps(&id, &ids), id));
        users.push(ulysse);
    }
    for (step, same) in asked[0].0.iter().zip(&asked[1].0) {
        long.storage.take_parts();
        let answer = run(&long, &users[0], step).await;
        let read = long.storage.take_parts();
        let (method, path) = (step.method, &step.path);
        assert!(read <= step.most, "{method} {path} reads {read} of {RESOURCES}");
        assert_eq!(answer, run(&whole, &users[1], same).await, "{method} {path}");
    }
    let (own, other) = (resources(&long, &asked[0].1).await, resources(&whole, &asked[1].1).await);
    assert_eq!(own, other);
    assert_eq!(own.len(), RESOURCES);
}
