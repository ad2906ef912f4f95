//! `GET /api/2/datasets/{dataset}/`.

use serde_json::json;

use super::{a_dataset, remote};
use crate::support::{SERVER, TestApp};

#[actix_web::test]
async fn lists_of_a_dataset_are_told_elsewhere_in_the_order_of_this_version() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let id = a_dataset(&app, &ulysse, json!([remote("one", "main")])).await;
    let mut community = remote("map", "main");
    community["dataset"] = json!(id);
    app.post("/api/1/datasets/community_resources/").key(&ulysse).json(&community).send().await;
    let answer = app.get(&format!("/api/2/datasets/{id}/")).send().await;
    let shown = answer.json();
    let names: Vec<&String> = shown.as_object().unwrap().keys().take(5).collect();
    assert_eq!(names, ["id", "title", "acronym", "slug", "description"]);
    assert!(answer.body.ends_with(b"\n") && shown.get("schema").is_none());
    let section = |href: String| json!({"rel": "subsection", "href": href, "type": "GET", "total": 1});
    assert_eq!(shown["resources"], section(format!("{SERVER}/api/2/datasets/{id}/resources/?page=1&page_size=50")));
    let others = format!("{SERVER}/api/1/datasets/community_resources/?dataset={id}&page=1&page_size=50");
    assert_eq!(shown["community_resources"], section(others));
}

#[actix_web::test]
async fn ids_become_objects_for_who_asks() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let id = a_dataset(&app, &ulysse, json!([])).await;
    let path = format!("/api/2/datasets/{id}/");
    app.put(&format!("/api/1/datasets/{id}/")).key(&ulysse).json(&json!({"frequency": "daily"})).send().await;
    assert_eq!(app.get(&path).send().await.json()["frequency"], "daily");
    let full = app.get(&path).header("x-get-datasets-full-objects", "True").send().await;
    assert_eq!(full.json()["frequency"], json!({"id": "daily", "label": "Daily"}));
}
