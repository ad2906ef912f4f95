//! `/api/1/users/{id}/followers/`.

use serde_json::json;

use crate::support::TestApp;

#[actix_web::test]
async fn following_a_user_counts_once_and_is_undone() {
    let app = TestApp::new().await;
    let (ulysse, otto) = (app.user("Ulysse User").await, app.user("Otto Other").await);
    let path = format!("/api/1/users/{}/followers/", otto.id);
    app.post(&path).key(&ulysse).send().await.is(201, json!({"followers": 1}));
    app.post(&path).key(&ulysse).send().await.is(200, json!({"followers": 1}));
    let list = app.get(&path).send().await.json();
    assert_eq!((&list["total"], &list["data"][0]["follower"]), (&json!(1), &ulysse.reference()));
    let shown = app.get("/api/1/users/otto-other/").send().await.json();
    assert_eq!(shown["metrics"]["followers"], json!(1));
    app.delete(&path).key(&ulysse).send().await.is(200, json!({"followers": 0}));
    assert_eq!(app.delete(&path).key(&ulysse).send().await.status, 404);
    let shown = app.get("/api/1/users/otto-other/").send().await.json();
    assert_eq!(shown["metrics"]["followers"], json!(0));
}

#[actix_web::test]
async fn nobody_follows_themselves() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let answer = app.post(&format!("/api/1/users/{}/followers/", ulysse.id)).key(&ulysse).send().await;
    answer.refuses(403, "You can't follow yourself");
}
