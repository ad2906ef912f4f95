//! `POST /api/1/datasets/`.

use serde_json::json;

use super::{DATASETS, a_dataset, created, stored};
use crate::support::{FRONT, SERVER, TestApp, an_organization};

#[actix_web::test]
async fn a_new_dataset_belongs_to_its_creator_and_is_shown_whole() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let answer = created(&app, &ulysse, json!({"tags": ["Bus Stop", "été"], "frequency": "fortnighly"})).await;
    let now = answer.json()["created_at"].clone();
    let id = answer.json()["id"].clone();
    answer.is(
        201,
        json!({
            "access_audiences": [],
            "access_type": "open",
            "access_type_reason": null,
            "access_type_reason_category": null,
            "acronym": null,
            "archived": null,
            "authorization_request_url": null,
            "badges": [],
            "contact_points": [],
            "created_at": now,
            "deleted": null,
            "description": "All of them",
            "description_short": null,
            "doi": null,
            "extras": {},
            "featured": false,
            "frequency": "biweekly",
            "frequency_date": null,
            "geopf": null,
            "harvest": null,
            "id": id,
            "internal": {"created_at_internal": now, "last_modified_internal": now},
            "last_modified": now,
            "last_update": now,
            "license": "notspecified",
            "metrics": {
                "dataservices": 0, "discussions": 0, "discussions_open": 0, "followers": 0, "followers_by_months": 0,
                "resources_downloads": 0, "reuses": 0, "reuses_by_months": 0, "views": 0
            },
            "organization": null,
            "owner": ulysse.reference(),
            "page": format!("{FRONT}/datasets/bus-stops"),
            "permissions": {"delete": true, "edit": true, "edit_resources": true},
            "private": false,
            "quality": {
                "dataset_description_quality": false, "license": false, "score": 0.222_222_222_222_222_2,
                "spatial": false, "temporal_coverage": false, "update_frequency": true,
                "update_fulfilled_in_time": true
            },
            "resources": [],
            "schema": null,
            "slug": "bus-stops",
            "spatial": null,
            "tags": ["bus-stop", "ete"],
            "temporal_coverage": null,
            "title": "Bus stops",
            "uri": format!("{SERVER}/api/1/datasets/bus-stops/"),
        }),
    );
}

#[actix_web::test]
async fn who_may_not_publish_for_an_organization_is_told_so() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let insee = an_organization().stored(&app).await;
    let answer = created(&app, &ulysse, json!({"organization": insee.id.to_string()})).await;
    answer.is(
        400,
        json!({
            "errors": {"organization": ["Permission denied for this organization"]},
            "message": "Input payload validation failed",
            "status": 400,
        }),
    );
}

#[actix_web::test]
async fn every_error_of_the_form_is_told_at_once() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let body = json!({"title": " ", "tags": ["ab"], "temporal_coverage": {"end": "2024-01-01"}, "resources": [{"title": "r"}]});
    let required = json!(["This field is required."]);
    app.post(DATASETS).key(&ulysse).json(&body).send().await.is(
        400,
        json!({
            "errors": {
                "description": required,
                "resources": [{"url": required}],
                "tags": ["Tag \"ab\" must be between 3 and 96 characters long."],
                "temporal_coverage": ["Unable to parse date range"],
                "title": required,
            },
            "message": "Input payload validation failed",
            "status": 400,
        }),
    );
}

#[actix_web::test]
async fn an_unknown_frequency_is_told_before_all_else() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let answer = created(&app, &ulysse, json!({"title": "", "frequency": "Daily"})).await;
    answer.refuses(400, "'Daily' is not a valid UpdateFrequency");
}

#[actix_web::test]
async fn reserved_extras_are_dropped_and_unknown_licences_are_none() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({"extras": {"a": 1, "transport:x": 2}, "license": "nope"})).await;
    let dataset = stored(&app, &at).await;
    assert_eq!(dataset.extras.keys().collect::<Vec<_>>(), ["a"]);
    assert_eq!(dataset.license, None);
}

#[actix_web::test]
async fn resources_that_come_with_a_dataset_keep_their_order_and_have_ids_of_their_own() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let resources = json!([super::remote("one"), super::remote("two")]);
    let at = a_dataset(&app, &ulysse, json!({"resources": resources})).await;
    assert_eq!(super::titles(&app, &at).await, ["one", "two"]);
    let dataset = stored(&app, &at).await;
    assert_ne!(dataset.resources[0].id, dataset.resources[1].id);
    assert!(dataset.resources.iter().all(|resource| resource.urlhash.as_ref().is_some_and(|hash| hash.len() == 40)));
}
