//! `/api/1/datasets/{dataset}/resources/`, `/api/1/datasets/r/{id}`.

use serde_json::{Value, json};

use super::{DATASETS, a_dataset, remote, stored, titles};
use crate::support::TestApp;

#[actix_web::test]
async fn a_new_resource_goes_first_and_is_told() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({"resources": [remote("one")]})).await;
    let answer = app.post(&format!("{at}resources/")).key(&ulysse).json(&remote("two")).send().await;
    assert_eq!(answer.status, 201);
    assert_eq!(titles(&app, &at).await, ["two", "one"]);
    let dataset = stored(&app, &at).await;
    let told = app.get(&format!("/api/1/activity/?related_to={}", dataset.id)).send().await.json();
    let first = told["data"][0].clone();
    assert_eq!(first["key"], "dataset:resource:added");
    assert_eq!(first["extras"], json!({"resource_id": dataset.resources[0].id.to_string(), "resource_title": "two"}));
}

#[actix_web::test]
async fn a_resource_of_another_dataset_is_not_there() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({"resources": [remote("one")]})).await;
    let other = a_dataset(&app, &ulysse, json!({"title": "Other"})).await;
    let id = stored(&app, &at).await.resources[0].id;
    let path = format!("{other}resources/{id}/");
    for request in [app.get(&path), app.put(&path).json(&json!({"title": "x"})), app.delete(&path)] {
        request.key(&ulysse).send().await.refuses(404, "Resource does not exist");
    }
    assert_eq!(titles(&app, &at).await, ["one"]);
}

#[actix_web::test]
async fn an_order_names_every_resource_once() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({"resources": [remote("one"), remote("two")]})).await;
    let path = format!("{at}resources/");
    let ids: Vec<String> = stored(&app, &at).await.resources.iter().map(|one| one.id.to_string()).collect();
    let put = |body: serde_json::Value| app.put(&path).key(&ulysse).json(&body).send();
    assert_eq!(put(json!([{"id": ids[1]}, ids[0]])).await.status, 200);
    assert_eq!(titles(&app, &at).await, ["two", "one"]);
    put(json!([ids[0]])).await.refuses(400, "All resources must be reordered, you provided 1 out of 2");
    put(json!([{"title": "x"}, ids[0]])).await.refuses(400, "Each resource must have an 'id' field");
    let twice = put(json!([ids[0], ids[0]])).await;
    assert_eq!(twice.status, 400);
    assert_eq!(titles(&app, &at).await, ["two", "one"]);
}

#[actix_web::test]
async fn the_last_update_of_a_dataset_is_that_of_its_newest_resource() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({"resources": [remote("one")]})).await;
    let first = stored(&app, &at).await.last_update;
    app.clock.advance_millis(5000);
    app.put(&at).key(&ulysse).json(&json!({"acronym": "X"})).send().await;
    assert_eq!(stored(&app, &at).await.last_update, first);
    let added = app.post(&format!("{at}resources/")).key(&ulysse).json(&remote("two")).send().await.json();
    assert_eq!(stored(&app, &at).await.last_update, first.plus_millis(5000));
    let id = added["id"].as_str().unwrap();
    app.delete(&format!("{at}resources/{id}/")).key(&ulysse).send().await.is_empty(204);
    assert_eq!(stored(&app, &at).await.last_update, first);
}

#[actix_web::test]
async fn the_permanent_address_leads_to_the_file() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({"resources": [remote("one")]})).await;
    let id = stored(&app, &at).await.resources[0].id;
    let answer = app.get(&format!("/api/1/datasets/r/{id}")).send().await;
    assert_eq!((answer.status, answer.header("location")), (302, "https://example.org/one.csv"));
    let unknown = app.get("/api/1/datasets/r/00000000-0000-4000-8000-000000000000").send().await;
    unknown.refuses(404, "Resource not found");
}

#[actix_web::test]
async fn a_script_is_no_address_of_a_resource() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({})).await;
    let body = json!({"title": "x", "url": "javascript:alert(1)", "filetype": "remote"});
    app.post(&format!("{at}resources/")).key(&ulysse).json(&body).send().await.is(
        400,
        json!({
            "errors": {"url": ["Invalid URL \"javascript:alert(1)\""]},
            "message": "Input payload validation failed",
            "status": 400,
        }),
    );
}

#[actix_web::test]
async fn a_resource_keeps_a_long_address_and_refuses_a_size_that_has_no_place() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({"resources": [remote("a")]})).await;
    let at = format!("{at}resources/{}/", stored(&app, &at).await.resources[0].id);
    let long = format!("https://example.org/wms?layers={}", "x".repeat(4000));
    let answer = app.put(&at).key(&ulysse).json(&json!({"url": long})).send().await;
    assert_eq!((answer.status, &answer.json()["url"]), (200, &json!(long)));
    let answer = app.put(&at).key(&ulysse).json(&json!({"filesize": 1e30})).send().await;
    assert_eq!((answer.status, &answer.json()["errors"]["filesize"]), (400, &json!(["Not a valid integer value."])));
}

#[actix_web::test]
async fn the_schema_of_a_resource_is_replaced_as_a_whole() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({"resources": [remote("a")]})).await;
    let at = format!("{at}resources/{}/", stored(&app, &at).await.resources[0].id);
    for schema in [
        json!({"name": "etalab/irve", "url": null, "version": "1.0"}),
        json!({"name": null, "url": "https://example.org/s.json", "version": null}),
    ] {
        assert_eq!(app.put(&at).key(&ulysse).json(&json!({"schema": schema})).send().await.json()["schema"], schema);
    }
    let answer = app.put(&at).key(&ulysse).json(&json!({"schema": {"nope": 1}})).send().await;
    assert_eq!((answer.status, &answer.json()["schema"]), (200, &Value::Null));
}

#[actix_web::test]
async fn the_resources_of_a_long_dataset_are_shown_as_they_are_now() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let many: Vec<Value> = (0..60).map(|number| remote(&format!("r{number}"))).collect();
    let at = a_dataset(&app, &ulysse, json!({"resources": many})).await;
    let resources = async || {
        let alone = app.get(&at).send().await.json()["resources"].clone();
        let in_list = app.get(DATASETS).send().await.json()["data"][0]["resources"].clone();
        assert_eq!(in_list, alone);
        // What a mask wants is taken from what is not kept.
        assert_eq!(app.get(&at).header("x-fields", "resources").send().await.json()["resources"], alone);
        alone
    };
    for turn in 0..3 {
        let id = stored(&app, &at).await.resources[59].id;
        let title = format!("turn {turn}");
        let answer = app.put(&format!("{at}resources/{id}/")).key(&ulysse).json(&json!({"title": title})).send().await;
        assert_eq!(answer.status, 200);
        for _time in 0..2 {
            let shown = resources().await;
            assert_eq!(shown.as_array().unwrap().len(), 60);
            assert_eq!(shown[59]["title"], title);
            assert_eq!(shown[59]["latest"], format!("http://data.test/api/1/datasets/r/{id}"));
        }
    }
}

#[actix_web::test]
async fn only_of_a_dataset_that_stands_in_the_cache_its_version_is_known_for_certain() {
    for (app, cached) in [(TestApp::new().await, true), (TestApp::uncached().await, false)] {
        let ulysse = app.user("Ulysse User").await;
        let at = a_dataset(&app, &ulysse, json!({})).await;
        let copy = stored(&app, &at).await;
        let datasets = &app.store().datasets;
        let row = datasets.get(&copy.id).await.unwrap().unwrap();
        assert_eq!(datasets.version_in_cache(&row.value), cached.then_some(row.version));
        assert_eq!(datasets.version_in_cache(&copy), None, "an equal one, of which nothing is known");
    }
}
