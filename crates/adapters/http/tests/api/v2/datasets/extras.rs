//! `/api/2/datasets/{dataset}/extras/` and those of resources.

use basalt_domain::ObjectId;
use serde_json::json;

use super::{a_dataset, remote};
use crate::support::TestApp;

#[actix_web::test]
async fn extras_are_merged_and_removed_without_a_trace_in_dates_and_activity() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let id = a_dataset(&app, &ulysse, json!([remote("one", "main")])).await;
    let key = ObjectId::parse(&id).unwrap();
    let stored = async || app.store().datasets.get(&key).await.unwrap().unwrap().value.clone();
    let before = stored().await;
    let resource = before.resources[0].id;
    app.clock.advance_millis(5000);
    for path in [format!("/api/2/datasets/{id}/extras/"), format!("/api/2/datasets/{id}/resources/{resource}/extras/")]
    {
        let put = |body: serde_json::Value| app.put(&path).key(&ulysse).json(&body).send();
        put(json!({"a": 1, "b": [2]})).await.is(200, json!({"a": 1, "b": [2]}));
        put(json!({"a": null, "c": "x"})).await.is(200, json!({"b": [2], "c": "x"}));
        put(json!([1])).await.refuses(400, "Wrong payload format, dict expected");
        app.delete(&path).key(&ulysse).json(&json!(["b"])).send().await.is_empty(204);
        let told = "Wrong payload format, extras keys must be strings";
        app.delete(&path).key(&ulysse).json(&json!(["c", 5])).send().await.refuses(400, told);
        app.get(&path).send().await.is(200, json!({"c": "x"}));
    }
    let mut after = stored().await;
    after.extras = before.extras.clone();
    after.resources[0].extras = before.resources[0].extras.clone();
    assert_eq!(after, before);
    let told = app.get(&format!("/api/1/activity/?related_to={id}")).send().await.json();
    assert_eq!(told["total"], 1, "its creation");
}

#[actix_web::test]
async fn names_of_services_are_for_administrators() {
    let app = TestApp::new().await;
    let (ulysse, ada) = (app.user("Ulysse User").await, app.admin().await);
    let id = a_dataset(&app, &ulysse, json!([remote("one", "main")])).await;
    let shown = app.get(&format!("/api/1/datasets/{id}/")).send().await.json();
    let resource = shown["resources"][0]["id"].as_str().unwrap();
    for (path, name) in [
        (format!("/api/2/datasets/{id}/extras/"), "transport:x"),
        (format!("/api/2/datasets/{id}/resources/{resource}/extras/"), "check:available"),
    ] {
        let body = json!({"a": 1, name: false});
        let told = format!("Extras keys reserved to platform services: {name}");
        app.put(&path).key(&ulysse).json(&body).send().await.refuses(400, &told);
        assert_eq!(app.put(&path).key(&ada).json(&body).send().await.status, 200);
        app.delete(&path).key(&ulysse).json(&json!([name])).send().await.refuses(400, &told);
    }
    // The form of the dataset's owner leaves them as they are.
    app.put(&format!("/api/1/datasets/{id}/")).key(&ulysse).json(&json!({"extras": {}})).send().await;
    let extras = app.get(&format!("/api/2/datasets/{id}/extras/")).send().await;
    extras.is(200, json!({"transport:x": false}));
}
