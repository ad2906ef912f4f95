//! Who may see what a reuse uses, and change it.

use basalt_domain::OrganizationRole;
use serde_json::json;

use super::{a_dataset, body, body_with, created};
use crate::support::{TestApp, an_organization};

#[actix_web::test]
async fn a_private_dataset_is_not_shown_in_the_reuse_of_a_stranger() {
    let app = TestApp::new().await;
    let (ulysse, otto) = (app.user("Ulysse User").await, app.user("Otto Other").await);
    let (seen, hidden) =
        (a_dataset(&app, &ulysse, &json!({})).await, a_dataset(&app, &ulysse, &json!({"private": true})).await);
    created(&app, &ulysse, &body_with("Next bus", &json!({"datasets": [seen, hidden]}))).await;
    let path = "/api/1/reuses/next-bus/";
    for (request, expected) in [
        (app.get(path).key(&ulysse), vec![&seen, &hidden]),
        (app.get(path).key(&otto), vec![&seen]),
        (app.get(path), vec![&seen]),
    ] {
        let shown = request.send().await.json();
        let ids: Vec<&str> =
            shown["datasets"].as_array().unwrap().iter().map(|dataset| dataset["id"].as_str().unwrap()).collect();
        assert_eq!(ids, expected);
    }
}

#[actix_web::test]
async fn nobody_links_a_dataset_of_which_they_may_not_know() {
    let app = TestApp::new().await;
    let (ulysse, otto) = (app.user("Ulysse User").await, app.user("Otto Other").await);
    let hidden = a_dataset(&app, &otto, &json!({"private": true})).await;
    created(&app, &ulysse, &body("Next bus")).await;
    let add = app.post("/api/1/reuses/next-bus/datasets/").key(&ulysse).json(&json!({"id": hidden}));
    assert_eq!(add.send().await.status, 404);
}

#[actix_web::test]
async fn a_private_reuse_is_not_there_for_strangers() {
    let app = TestApp::new().await;
    let (ulysse, otto) = (app.user("Ulysse User").await, app.user("Otto Other").await);
    created(&app, &ulysse, &body_with("Next bus", &json!({"private": true}))).await;
    let path = "/api/1/reuses/next-bus/";
    assert_eq!(app.get(path).send().await.status, 404);
    assert_eq!(app.get(path).key(&otto).send().await.status, 404);
    assert_eq!(app.put(path).key(&otto).json(&json!({})).send().await.status, 404);
    assert_eq!(app.get(path).key(&ulysse).send().await.status, 200);
    let id = app.get(path).key(&ulysse).send().await.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(app.post(&format!("/api/1/reuses/{id}/followers/")).key(&otto).send().await.status, 404);
    assert_eq!(app.get(&format!("/api/1/reuses/{id}/followers/")).key(&otto).send().await.status, 404);
}

#[actix_web::test]
async fn a_partial_editor_edits_what_they_created_and_nothing_else() {
    let app = TestApp::new().await;
    let (olga, paula) = (app.user("Olga Owner").await, app.user("Paula Partial").await);
    let insee = an_organization().with_admin(&olga).with(&paula, OrganizationRole::PartialEditor).stored(&app).await;
    let of_insee = json!({"organization": insee.id.to_string()});
    created(&app, &olga, &body_with("Hers", &of_insee)).await;
    created(&app, &paula, &body_with("Mine", &of_insee)).await;
    let change = json!({"description": "x"});
    assert_eq!(app.put("/api/1/reuses/hers/").key(&paula).json(&change).send().await.status, 403);
    assert_eq!(app.put("/api/1/reuses/mine/").key(&paula).json(&change).send().await.status, 200);
}

#[actix_web::test]
async fn nobody_gives_a_reuse_to_somebody_else() {
    let app = TestApp::new().await;
    let (ulysse, otto) = (app.user("Ulysse User").await, app.user("Otto Other").await);
    let insee = an_organization().with_admin(&otto).stored(&app).await;
    created(&app, &ulysse, &body("Next bus")).await;
    for (wish, field, message) in [
        (json!({"owner": otto.id.to_string()}), "owner", "You can only set yourself as owner"),
        (json!({"owner": null}), "owner", "Cannot modify owner after creation"),
        (json!({"organization": insee.id.to_string()}), "organization", "Permission denied for this organization"),
    ] {
        let answer = app.put("/api/1/reuses/next-bus/").key(&ulysse).json(&wish).send().await;
        answer.is(400, json!({"errors": {field: message}, "message": message, "status": 400}));
    }
}
