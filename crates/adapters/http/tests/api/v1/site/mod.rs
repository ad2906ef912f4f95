//! `/api/1/site/`.

use serde_json::{Value, json};

use crate::support::TestApp;

const SITE: &str = "/api/1/site/";

#[actix_web::test]
async fn a_portal_nobody_has_set_up_is_shown_with_its_title() {
    let app = TestApp::new().await;
    let shown = app.get(SITE).send().await.json();
    assert_eq!(shown["id"], "default");
    assert_eq!(shown["title"], "Basalt");
    assert_eq!(shown["feed_size"], 20);
    assert_eq!(shown["version"], "17.18.0");
    assert_eq!(shown["metrics"].as_object().unwrap().len(), 25);
    assert!(shown.get("datasets_blocs").is_none());
}

#[actix_web::test]
async fn numbers_are_exact_when_they_are_read() {
    let app = TestApp::new().await;
    let (ulysse, otto) = (app.user("Ulysse User").await, app.user("Otto Other").await);
    let resource = json!({"title": "r", "url": "https://example.org/r.csv", "type": "main", "filetype": "remote"});
    let dataset = |private| json!({"title": "Bus stops", "description": "d", "private": private, "resources": [resource, resource]});
    let seen = app.post("/api/1/datasets/").key(&ulysse).json(&dataset(false)).send().await.json()["id"].clone();
    app.post("/api/1/datasets/").key(&ulysse).json(&dataset(true)).send().await;
    let reuse = json!({
        "title": "Next bus", "description": "d", "type": "api", "topic": "health", "url": "https://example.org/bus",
        "datasets": [seen]
    });
    app.post("/api/1/reuses/").key(&ulysse).json(&reuse).send().await;
    app.post(&format!("/api/1/datasets/{}/followers/", seen.as_str().unwrap())).key(&otto).send().await;
    let metrics = app.get(SITE).send().await.json()["metrics"].clone();
    for (name, expected) in [
        ("datasets", 1),
        ("resources", 2),
        ("reuses", 1),
        ("dataservices", 0),
        ("users", 2),
        ("followers", 1),
        ("max_dataset_reuses", 1),
        ("max_dataset_followers", 1),
        ("max_reuse_datasets", 1),
    ] {
        assert_eq!(metrics[name], expected, "{name}");
    }
}

#[actix_web::test]
async fn administrators_of_the_portal_change_what_is_told_of_it() {
    let app = TestApp::new().await;
    let (ada, ulysse) = (app.admin().await, app.user("Ulysse User").await);
    let patch = |body: Value| app.patch(SITE).key(&ada).json(&body).send();
    assert_eq!(app.patch(SITE).key(&ulysse).json(&json!({})).send().await.status, 403);
    let changed = patch(json!({"title": "Portal", "keywords": ["a", "b"], "feed_size": "7"})).await.json();
    assert_eq!((&changed["title"], &changed["feed_size"]), (&json!("Portal"), &json!(7)));
    assert_eq!(patch(json!(null)).await.json()["keywords"], json!(["a", "b"]));
    patch(json!({"title": ""})).await.is(
        400,
        json!({
            "errors": {"title": "Field is required"},
            "message": "ValidationError (Site:default) (Field is required: ['title'])",
            "status": 400
        }),
    );
}

#[actix_web::test]
async fn blocks_are_shown_to_those_who_ask_for_them() {
    let app = TestApp::new().await;
    let ada = app.admin().await;
    let blocs = json!([{"class": "SectionBloc", "blocs": [{"class": "TitleBloc", "title": "T"}]}]);
    app.patch(SITE).key(&ada).json(&json!({"datasets_blocs": blocs})).send().await;
    let shown = app.get(SITE).header("x-fields", "datasets_blocs").send().await.json();
    assert_eq!(shown["datasets_blocs"][0]["blocs"][0]["title"], "T");
    assert_eq!(shown["datasets_blocs"][0]["class"], "SectionBloc");
    assert!(app.get(SITE).send().await.json().get("datasets_blocs").is_none());
}
