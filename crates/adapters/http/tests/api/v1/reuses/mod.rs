//! `/api/1/reuses/`.

mod counters;
mod lists;
mod rights;
mod show;

use serde_json::{Value, json};

use crate::support::{Account, TestApp};

/// A body that creates a reuse of this title, at an address of its own.
fn body(title: &str) -> Value {
    let url = format!("https://example.org/{}", basalt_domain::slug::slugify(title));
    json!({"title": title, "description": "d", "type": "api", "topic": "health", "url": url})
}

/// The same with more in it.
fn body_with(title: &str, more: &Value) -> Value {
    let mut body = body(title);
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// Creates it, and returns what was answered.
async fn created(app: &TestApp, by: &Account, body: &Value) -> Value {
    let answer = app.post("/api/1/reuses/").key(by).json(body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    // What is created next is newer.
    app.clock.advance_millis(1000);
    answer.json()
}

/// Creates a dataset of this account, and returns its id.
async fn a_dataset(app: &TestApp, by: &Account, more: &Value) -> String {
    let mut body = json!({"title": "Bus stops", "description": "d"});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let answer = app.post("/api/1/datasets/").key(by).json(&body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["id"].as_str().unwrap().to_owned()
}
