//! Former slugs, other spellings, missing slashes.

use serde_json::json;

use super::at;
use crate::support::{TestApp, an_organization};

#[actix_web::test]
async fn a_former_slug_leads_to_the_present_one_in_longer_paths_too() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    for name in ["Second", "Third"] {
        app.put(&at(&insee)).key(&olga).json(&json!({"name": name})).send().await;
    }
    for former in ["insee", "second"] {
        let answer = app.get(&format!("/api/1/organizations/{former}/contacts/?page=1")).send().await;
        let expected = (308, "/api/1/organizations/third/contacts/?page=1");
        assert_eq!((answer.status, answer.header("location")), expected);
    }
}

#[actix_web::test]
async fn renaming_back_ends_the_redirect_and_so_does_a_new_owner_of_the_slug() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    for name in ["Second", "INSEE"] {
        app.put(&at(&insee)).key(&olga).json(&json!({"name": name})).send().await;
    }
    assert_eq!(app.get("/api/1/organizations/insee/").send().await.status, 200);
    assert_eq!(app.get("/api/1/organizations/second/").send().await.header("location"), "/api/1/organizations/insee/");
    let new = json!({"name": "Second", "description": "d"});
    app.post("/api/1/organizations/").key(&olga).json(&new).send().await;
    assert_eq!(app.get("/api/1/organizations/second/").send().await.json()["name"], "Second");
}

#[actix_web::test]
async fn another_spelling_of_a_slug_leads_to_it() {
    let app = TestApp::new().await;
    an_organization().named("Ville d'Arles").stored(&app).await;
    let answer = app.get("/api/1/organizations/Ville-dArles/?lang=fr").send().await;
    assert_eq!((answer.status, answer.header("location")), (308, "/api/1/organizations/ville-darles/?lang=fr"));
}

#[actix_web::test]
async fn a_write_through_a_former_slug_is_redirected_and_changes_nothing() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    app.put(&at(&insee)).key(&olga).json(&json!({"name": "Second"})).send().await;
    let answer = app.put("/api/1/organizations/insee/").key(&olga).json(&json!({"acronym": "X"})).send().await;
    assert_eq!((answer.status, answer.header("location")), (308, "/api/1/organizations/second/"));
    assert_eq!(app.get(&at(&insee)).send().await.json()["acronym"], json!(null));
}

#[actix_web::test]
async fn a_missing_slash_is_no_detour() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    assert_eq!(app.get("/api/1/organizations").send().await.json()["total"], 1);
    let path = at(&insee);
    let path = path.trim_end_matches('/');
    assert_eq!(app.put(path).key(&olga).json(&json!({"acronym": "X"})).send().await.json()["acronym"], "X");
}

#[actix_web::test]
async fn unknown_and_doubled_paths_are_not_found() {
    let app = TestApp::new().await;
    let n = basalt_http::problem::NOT_FOUND;
    for path in ["/api/1//organizations/", "/api/1/nope/", "/api/1/organizations/a/b/c/", "/api/3/", "/api"] {
        let answer = app.get(path).send().await;
        answer.is(404, json!({"error": n, "message": n, "status": 404}));
    }
}
