//! Numbers that reuses are counted in: each is exact after every write.

use basalt_domain::{Field, ObjectId, reuse};
use serde_json::{Value, json};

use super::{a_dataset, body_with, created};
use crate::support::TestApp;

async fn reuses_of(app: &TestApp, dataset: &str) -> Value {
    app.get(&format!("/api/1/datasets/{dataset}/")).send().await.json()["metrics"]["reuses"].clone()
}

#[actix_web::test]
async fn a_dataset_counts_the_reuses_that_everybody_sees() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let dataset = a_dataset(&app, &ulysse, &json!({})).await;
    created(&app, &ulysse, &body_with("Next bus", &json!({"datasets": [&dataset, &dataset]}))).await;
    assert_eq!(reuses_of(&app, &dataset).await, 1);
    let path = "/api/1/reuses/next-bus/";
    for (change, expected) in [
        (json!({"private": true}), 0),
        (json!({"private": false}), 1),
        (json!({"datasets": []}), 0),
        (json!({"datasets": [&dataset]}), 1),
        (json!({"description": "x"}), 1),
    ] {
        let answer = app.put(path).key(&ulysse).json(&change).send().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(reuses_of(&app, &dataset).await, expected, "{change}");
        assert_eq!(
            app.stored_user(ulysse.id).await.value.metrics.get("reuses").unwrap().as_int(),
            Some(i64::from(change != json!({"private": true})))
        );
    }
    app.delete(path).key(&ulysse).send().await.is_empty(204);
    assert_eq!(reuses_of(&app, &dataset).await, 0);
    app.put(path).key(&ulysse).json(&json!({"deleted": null})).send().await;
    assert_eq!(reuses_of(&app, &dataset).await, 1);
}

#[actix_web::test]
async fn followers_are_counted_as_they_come_and_go() {
    const FOLLOWERS: Field<basalt_domain::Reuse, i64> = reuse::FOLLOWERS;
    let app = TestApp::new().await;
    let (ulysse, otto) = (app.user("Ulysse User").await, app.user("Otto Other").await);
    let made = created(&app, &ulysse, &super::body("Next bus")).await;
    let id = made["id"].as_str().unwrap();
    let path = format!("/api/1/reuses/{id}/followers/");
    app.post(&path).key(&otto).send().await.is(201, json!({"followers": 1}));
    app.post(&path).key(&otto).send().await.is(200, json!({"followers": 1}));
    let id = ObjectId::parse(id).unwrap();
    let row = app.store().reuses.get(&id).await.unwrap().unwrap();
    assert_eq!(FOLLOWERS.path.name, "metrics.followers");
    assert_eq!(row.value.metrics.get("followers").unwrap().as_int(), Some(1));
    app.delete(&path).key(&otto).send().await.is(200, json!({"followers": 0}));
    assert_eq!(app.delete(&path).key(&otto).send().await.status, 404);
}
