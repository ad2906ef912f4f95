//! `/api/1/datasets/`.

mod community;
mod concurrency;
mod create;
mod etags;
mod feed;
mod list;
mod queries;
mod resources;
mod update;
mod uploads;

use basalt_domain::{Dataset, ObjectId};
use serde_json::{Value, json};

use crate::support::{Account, Answer, TestApp};

const DATASETS: &str = "/api/1/datasets/";

/// Creates a dataset with these fields besides title and description: the answer.
async fn created(app: &TestApp, by: &Account, fields: Value) -> Answer {
    let mut body = json!({"title": "Bus stops", "description": "All of them"});
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    app.post(DATASETS).key(by).json(&body).send().await
}

/// Creates a dataset: its address.
async fn a_dataset(app: &TestApp, by: &Account, fields: Value) -> String {
    let answer = created(app, by, fields).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    format!("{DATASETS}{}/", answer.json()["id"].as_str().unwrap())
}

/// What is stored of the dataset at this address.
async fn stored(app: &TestApp, at: &str) -> Dataset {
    let id = ObjectId::parse(at.trim_end_matches('/').rsplit('/').next().unwrap()).unwrap();
    app.store().datasets.get(&id).await.unwrap().unwrap().value.clone()
}

/// A resource that is stored elsewhere.
fn remote(title: &str) -> Value {
    json!({"title": title, "url": format!("https://example.org/{title}.csv"), "filetype": "remote", "type": "main"})
}

/// Titles of the resources of the dataset at this address, in their order.
async fn titles(app: &TestApp, at: &str) -> Vec<String> {
    stored(app, at).await.resources.into_iter().map(|resource| resource.title).collect()
}
