//! `GET /api/2/datasets/{dataset}/resources/`, `/api/2/datasets/resources/{rid}/`.

use serde_json::{Value, json};

use super::{a_dataset, remote};
use crate::support::{SERVER, TestApp};

#[actix_web::test]
async fn resources_are_paged_and_narrowed_by_title_and_type() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let all = json!([remote("Lines", "main"), remote("Stops", "main"), remote("How to", "documentation")]);
    let id = a_dataset(&app, &ulysse, all).await;
    for (query, expected, total) in [
        ("", vec!["Lines", "Stops", "How to"], 3),
        ("q=STOP", vec!["Stops"], 1),
        ("type=main", vec!["Lines", "Stops"], 2),
        ("type=main&q=lin", vec!["Lines"], 1),
        ("type=nope", vec![], 0),
        ("page_size=2&page=2", vec!["How to"], 3),
        ("page=9", vec![], 3),
    ] {
        let page = app.get(&format!("/api/2/datasets/bus-stops/resources/?{query}")).send().await.json();
        let titles: Vec<&Value> = page["data"].as_array().unwrap().iter().map(|one| &one["title"]).collect();
        assert_eq!((json!(titles), &page["total"]), (json!(expected), &json!(total)), "{query}");
    }
    let page = app.get("/api/2/datasets/bus-stops/resources/?page_size=1&type=main").send().await.json();
    let next = format!("{SERVER}/api/2/datasets/{id}/resources/?page=2&page_size=1&type=main");
    assert_eq!((&page["next_page"], &page["previous_page"]), (&json!(next), &json!(null)));
}

#[actix_web::test]
async fn a_resource_is_found_by_its_id_alone_unless_its_dataset_is_hidden() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let id = a_dataset(&app, &ulysse, json!([remote("one", "main")])).await;
    let dataset = format!("/api/1/datasets/{id}/");
    let resource = app.get(&dataset).send().await.json()["resources"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/2/datasets/resources/{resource}/");
    let found = app.get(&path).send().await.json();
    assert_eq!((&found["dataset_id"], &found["resource"]["title"]), (&json!(id), &json!("one")));
    app.put(&dataset).key(&ulysse).json(&json!({"private": true})).send().await;
    assert_eq!(app.get(&path).send().await.status, 404);
    assert_eq!(app.get(&path).key(&ulysse).send().await.status, 200);
}
