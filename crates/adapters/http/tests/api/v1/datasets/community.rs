//! `/api/1/datasets/community_resources/`.

use serde_json::{Value, json};

use super::{a_dataset, remote, stored};
use crate::support::{SERVER, TestApp};

const COMMUNITY: &str = "/api/1/datasets/community_resources/";

async fn made_of(app: &TestApp, at: &str) -> Value {
    let mut body = remote("map");
    body["dataset"] = json!(stored(app, at).await.id.to_string());
    body
}

#[actix_web::test]
async fn anybody_may_make_something_of_a_dataset_and_only_they_change_it() {
    let app = TestApp::new().await;
    let (ulysse, otto) = (app.user("Ulysse User").await, app.user("Otto Other").await);
    let at = a_dataset(&app, &ulysse, json!({})).await;
    let answer = app.post(COMMUNITY).key(&otto).json(&made_of(&app, &at).await).send().await;
    assert_eq!((answer.status, &answer.json()["owner"]["slug"]), (201, &json!("otto-other")));
    let one = format!("{COMMUNITY}{}/", answer.json()["id"].as_str().unwrap());
    let told = "You do not have the permission to modify that object.";
    app.put(&one).key(&ulysse).json(&json!({"title": "x"})).send().await.refuses(403, told);
    assert_eq!(app.put(&one).key(&otto).json(&json!({"title": "x"})).send().await.json()["title"], "x");
    let listed = app.get(&format!("{COMMUNITY}?dataset={}", stored(&app, &at).await.id)).send().await.json();
    assert_eq!(listed["total"], 1);
    app.delete(&one).key(&otto).send().await.is_empty(204);
    assert_eq!(app.get(&one).send().await.status, 404);
}

#[actix_web::test]
async fn a_dataset_must_be_named_and_stays() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({})).await;
    let answer = app.post(COMMUNITY).key(&ulysse).json(&remote("map")).send().await;
    assert_eq!(
        (answer.status, &answer.json()["errors"]),
        (400, &json!({"dataset": "A dataset identifier is required"}))
    );
    let created = app.post(COMMUNITY).key(&ulysse).json(&made_of(&app, &at).await).send().await;
    let one = format!("{COMMUNITY}{}/", created.json()["id"].as_str().unwrap());
    assert_eq!(app.put(&one).key(&ulysse).json(&json!({"dataset": null})).send().await.status, 400);
}

#[actix_web::test]
async fn a_private_dataset_is_neither_named_nor_found_by_others() {
    let app = TestApp::new().await;
    let (ulysse, otto) = (app.user("Ulysse User").await, app.user("Otto Other").await);
    let at = a_dataset(&app, &ulysse, json!({})).await;
    let body = made_of(&app, &at).await;
    let created = app.post(COMMUNITY).key(&otto).json(&body).send().await;
    let one = format!("{COMMUNITY}{}/", created.json()["id"].as_str().unwrap());
    app.put(&at).key(&ulysse).json(&json!({"private": true})).send().await;
    let answer = app.post(COMMUNITY).key(&otto).json(&body).send().await;
    assert_eq!((answer.status, &answer.json()["errors"]), (400, &json!({"dataset": ["Dataset does not exists"]})));
    assert_eq!(app.get(&one).key(&otto).send().await.json()["dataset"], json!(null));
    assert_eq!(app.get(&one).key(&ulysse).send().await.json()["dataset"]["slug"], json!(null), "no slug in it");
    let uri = app.get(&one).key(&ulysse).send().await.json()["dataset"]["uri"].clone();
    assert_eq!(uri, format!("{SERVER}/api/1/datasets/bus-stops/"));
}
