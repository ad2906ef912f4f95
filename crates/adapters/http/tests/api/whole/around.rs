//! What stands around the operations: documents about them, and paths that lead nowhere.

use actix_web::http::Method;
use serde_json::json;

use crate::support::TestApp;

const DOCUMENTS: [&str; 6] =
    ["/api/1/swagger.json", "/api/2/swagger.json", "/api/1/openapi.json", "/api/2/openapi.json", "/api/1/", "/api/2"];

#[actix_web::test]
async fn documents_are_read_from_other_sites_too() {
    let app = TestApp::new().await;
    for path in DOCUMENTS {
        let get = app.get(path).header("origin", "https://elsewhere.example").send().await;
        assert_eq!((get.status, get.header("access-control-allow-origin")), (200, "*"), "{path}");
        let head = app.request(Method::HEAD, path).send().await;
        assert_eq!((head.status, head.header("content-type")), (200, get.header("content-type")), "{path}");
        let options = app.request(Method::OPTIONS, path).send().await;
        assert_eq!((options.status, options.header("allow")), (200, "GET, HEAD, OPTIONS"), "{path}");
        app.post(path).send().await.refuses(405, "The method is not allowed for the requested URL.");
    }
}

#[actix_web::test]
async fn whoever_watches_the_portal_may_ask_for_the_head_alone() {
    let app = TestApp::new().await;
    for path in ["/health/live", "/health/ready"] {
        for method in [Method::GET, Method::HEAD] {
            assert_eq!(app.request(method.clone(), path).send().await.status, 200, "{method} {path}");
        }
    }
}

#[actix_web::test]
async fn a_path_that_leads_nowhere_is_told_in_json() {
    let app = TestApp::new().await;
    let told = "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.";
    for path in ["/", "/nope", "/robots.txt", "/api/3/", "/api/1/nope/"] {
        let answer = app.get(path).send().await;
        assert_eq!(answer.header("content-type"), "application/json", "{path}");
        answer.is(404, json!({"error": told, "message": told, "status": 404}));
    }
}

/// udata shows these whole, whatever `X-Fields` says.
#[actix_web::test]
async fn some_answers_know_no_masks() {
    let app = TestApp::new().await.searching().await;
    let ulysse = app.user("Ulysse User").await;
    let resource = json!({"title": "r", "url": "https://example.org/a.csv", "filetype": "remote", "type": "main"});
    let body = json!({"title": "Bus", "description": "d", "tags": ["bus"], "resources": [resource]});
    let made = app.post("/api/1/datasets/").key(&ulysse).json(&body).send().await.json();
    let resource = made["resources"][0]["id"].as_str().unwrap();
    for path in [
        "/api/1/access_type/reason_categories/".to_owned(),
        "/api/1/datasets/suggest/formats/?q=csv".to_owned(),
        "/api/1/datasets/suggest/mime/?q=csv".to_owned(),
        "/api/1/tags/suggest/?q=bus".to_owned(),
        format!("/api/2/datasets/resources/{resource}/"),
    ] {
        let whole = app.get(&path).send().await.json();
        for mask in ["id", "{"] {
            app.get(&path).header("x-fields", mask).send().await.is(200, whole.clone());
        }
    }
}
