//! What is answered about a reuse.

use serde_json::json;

use super::{body, body_with, created};
use crate::support::{FRONT, NOW, SERVER, TestApp};

#[actix_web::test]
async fn a_reuse_is_shown_whole() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let made = created(&app, &ulysse, &body_with("Next bus", &json!({"tags": ["Été Chaud", "bus"]}))).await;
    let answer = app.get("/api/1/reuses/next-bus/").send().await;
    answer.is(
        200,
        json!({
            "archived": null,
            "badges": [],
            "created_at": NOW,
            "dataservices": [],
            "datasets": [],
            "deleted": null,
            "description": "d",
            "extras": {},
            "featured": null,
            "id": made["id"],
            "image": null,
            "image_thumbnail": null,
            "last_modified": NOW,
            "metrics": {
                "datasets": 0,
                "discussions": 0,
                "discussions_open": 0,
                "followers": 0,
                "followers_by_months": 0,
                "views": 0
            },
            "organization": null,
            "owner": ulysse.reference(),
            "page": format!("{FRONT}/reuses/next-bus"),
            "permissions": {"delete": false, "edit": false},
            "private": false,
            "slug": "next-bus",
            "tags": ["bus", "ete-chaud"],
            "title": "Next bus",
            "topic": "health",
            "type": "api",
            "uri": format!("{SERVER}/api/1/reuses/next-bus/"),
            "url": "https://example.org/next-bus",
        }),
    );
}

#[actix_web::test]
async fn an_address_belongs_to_one_reuse_only() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    created(&app, &ulysse, &body("Next bus")).await;
    let again = app.post("/api/1/reuses/").key(&ulysse).json(&body("Next bus")).send().await;
    again.is(
        400,
        json!({
            "errors": {"url": "This URL is already registered"},
            "message": "This URL is already registered",
            "status": 400
        }),
    );
}

#[actix_web::test]
async fn everything_that_is_missing_is_told_at_once() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let answer = app.post("/api/1/reuses/").key(&ulysse).json(&json!({})).send().await;
    let required = "Field is required";
    answer.is(
        400,
        json!({
            "errors": {
                "description": required,
                "title": required,
                "topic": required,
                "type": required,
                "url": required,
                "urlhash": required
            },
            "message": "ValidationError (Reuse:None) (Field is required: ['title', 'description', 'type', 'url', 'urlhash', 'topic'])",
            "status": 400
        }),
    );
}

#[actix_web::test]
async fn a_renamed_reuse_is_found_by_its_former_slug() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    created(&app, &ulysse, &body("Next bus")).await;
    app.put("/api/1/reuses/next-bus/").key(&ulysse).json(&json!({"title": "Next tram"})).send().await;
    let answer = app.get("/api/1/reuses/next-bus/?a=b").send().await;
    assert_eq!((answer.status, answer.header("location")), (308, "/api/1/reuses/next-tram/?a=b"));
}

#[actix_web::test]
async fn a_deleted_reuse_is_gone_until_it_is_restored() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    created(&app, &ulysse, &body("Next bus")).await;
    app.delete("/api/1/reuses/next-bus/").key(&ulysse).send().await.is_empty(204);
    app.get("/api/1/reuses/next-bus/").send().await.refuses(410, "This reuse has been deleted");
    assert_eq!(app.get("/api/1/reuses/next-bus/").key(&ulysse).send().await.status, 200);
    let put = |body| app.put("/api/1/reuses/next-bus/").key(&ulysse).json(&body).send();
    put(json!({"title": "x"})).await.refuses(410, "This reuse has been deleted");
    assert_eq!(put(json!({"deleted": null})).await.status, 200);
    assert_eq!(app.get("/api/1/reuses/next-bus/").send().await.status, 200);
}

#[actix_web::test]
async fn everything_of_a_reuse_leaves_out_what_its_datasets_leave_out() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let dataset = json!({"title": "Bus stops", "description": "d"});
    let dataset = app.post("/api/1/datasets/").key(&ulysse).json(&dataset).send().await.json()["id"].clone();
    created(&app, &ulysse, &body_with("Next bus", &json!({"datasets": [dataset]}))).await;
    for (mask, shown) in
        [("*", false), ("datasets", false), ("datasets{*}", true), ("datasets{community_resources}", true)]
    {
        let answer = app.get("/api/1/reuses/next-bus/").header("x-fields", mask).send().await.json();
        assert_eq!(answer["datasets"][0].get("community_resources").is_some(), shown, "{mask}");
    }
}
