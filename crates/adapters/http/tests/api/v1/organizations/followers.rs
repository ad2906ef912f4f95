//! `/api/1/organizations/{id}/followers/`.

use basalt_domain::Activity;
use serde_json::json;

use super::{at, stored};
use crate::support::{NOW, TestApp, an_organization};

#[actix_web::test]
async fn following_counts_and_is_shown() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let insee = an_organization().stored(&app).await;
    let path = format!("{}followers/", at(&insee));
    app.post(&path).key(&ulysse).send().await.is(201, json!({"followers": 1}));
    app.post(&path).key(&ulysse).send().await.is(200, json!({"followers": 1}));
    let listed = app.get(&path).send().await;
    let id = listed.json()["data"][0]["id"].clone();
    let page = json!({
        "data": [{"follower": ulysse.reference(), "id": id, "since": NOW}],
        "next_page": null, "page": 1, "page_size": 20, "previous_page": null, "total": 1,
    });
    listed.is(200, page.clone());
    app.get("/api/1/organizations/insee/followers/").send().await.is(200, page);
    assert_eq!(stored(&app, insee.id).await.metrics.get("followers"), Some(&1_i64.into()));
    assert_eq!(app.stored_user(ulysse.id).await.value.metrics.get("following"), Some(&1_i64.into()));
    let told = app.store().activities.count(&Activity::RELATED_TO.eq(insee.id)).await.unwrap();
    assert_eq!(told, 1);
}

#[actix_web::test]
async fn following_no_longer_counts_back() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let insee = an_organization().stored(&app).await;
    let path = format!("{}followers/", at(&insee));
    app.delete(&path).key(&ulysse).send().await.refuses(404, basalt_http::problem::NOT_FOUND);
    app.post(&path).key(&ulysse).send().await;
    app.delete(&path).key(&ulysse).send().await.is(200, json!({"followers": 0}));
    assert_eq!(app.get(&path).send().await.json()["total"], 0);
    assert_eq!(stored(&app, insee.id).await.metrics.get("followers"), Some(&0_i64.into()));
    assert_eq!(app.stored_user(ulysse.id).await.value.metrics.get("following"), Some(&0_i64.into()));
    app.post(&path).key(&ulysse).send().await.is(201, json!({"followers": 1}));
}

#[actix_web::test]
async fn the_list_can_be_asked_for_one_user() {
    let app = TestApp::new().await;
    let (ulysse, olga) = (app.user("Ulysse User").await, app.user("Olga Owner").await);
    let insee = an_organization().stored(&app).await;
    let path = format!("{}followers/", at(&insee));
    app.post(&path).key(&ulysse).send().await;
    for (user, total) in [(&ulysse, 1), (&olga, 0)] {
        assert_eq!(app.get(&format!("{path}?user={}", user.id)).send().await.json()["total"], total);
    }
    app.get(&format!("{path}?user=nope")).send().await.refuses(400, "`user` must be an identifier");
}

#[actix_web::test]
async fn following_takes_an_id_and_a_key() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let insee = an_organization().stored(&app).await;
    app.post(&format!("{}followers/", at(&insee))).send().await.refuses(401, "Unauthorized");
    for reference in ["insee", "nope", "000000000000000000000000"] {
        let path = format!("/api/1/organizations/{reference}/followers/");
        app.post(&path).key(&ulysse).send().await.refuses(404, basalt_http::problem::NOT_FOUND);
        app.delete(&path).key(&ulysse).send().await.refuses(404, basalt_http::problem::NOT_FOUND);
    }
}
