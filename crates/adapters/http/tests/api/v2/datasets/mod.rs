//! `/api/2/datasets/`.

mod extras;
mod long;
mod resources;
mod show;

use serde_json::{Value, json};

use crate::support::{Account, TestApp};

/// Creates a dataset with these resources: its id.
async fn a_dataset(app: &TestApp, by: &Account, resources: Value) -> String {
    let body = json!({"title": "Bus stops", "description": "All of them", "resources": resources});
    let answer = app.post("/api/1/datasets/").key(by).json(&body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// A resource that is stored elsewhere.
fn remote(title: &str, kind: &str) -> Value {
    json!({"title": title, "url": "https://example.org/a.csv", "filetype": "remote", "type": kind})
}
