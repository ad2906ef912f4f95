//! Requests from pages of other sites.

use actix_web::http::Method;

use crate::support::{FRONT, TestApp};

const PATH: &str = "/api/1/organizations/";

#[actix_web::test]
async fn without_origin_there_is_no_header() {
    let answer = TestApp::new().await.get(PATH).send().await;
    assert_eq!(answer.header("vary"), "Origin, Cookie");
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")));
}

#[actix_web::test]
async fn any_site_may_read_and_only_the_front_end_with_cookies() {
    let app = TestApp::new().await;
    let other = app.get(PATH).header("origin", "https://elsewhere.example").send().await;
    assert_eq!(other.header("access-control-allow-origin"), "*");
    assert_eq!(other.header("access-control-allow-credentials"), "");
    let front = app.get(PATH).header("origin", FRONT).send().await;
    assert_eq!(front.header("access-control-allow-origin"), FRONT);
    assert_eq!(front.header("access-control-allow-credentials"), "true");
    let alike = app.get(PATH).header("origin", &format!("{FRONT}.evil.example")).send().await;
    assert_eq!(alike.header("access-control-allow-credentials"), "");
}

#[actix_web::test]
async fn refusals_have_the_headers_too() {
    let app = TestApp::new().await;
    for path in ["/api/1/organizations/nope/", "/api/1/me/", "/api/1/nope/"] {
        let answer = app.get(path).header("origin", "https://elsewhere.example").send().await;
        assert!(answer.status >= 400);
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
    }
}

#[actix_web::test]
async fn a_preflight_is_answered_before_any_check() {
    let app = TestApp::new().await;
    for path in [PATH, "/api/1/organizations/nope/", "/api/1/nope/", "/api/2/nope/"] {
        let request = app.request(Method::OPTIONS, path).header("origin", "https://elsewhere.example");
        let request = request.header("access-control-request-method", "PUT");
        let answer = request.header("access-control-request-headers", "x-api-key").plain_key("wrong").send().await;
        answer.is_empty(204);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("access-control-allow-methods"), "PUT");
        assert_eq!(answer.header("access-control-allow-headers"), "x-api-key");
    }
}

#[actix_web::test]
async fn a_preflight_without_origin_gets_nothing() {
    let app = TestApp::new().await;
    let answer = app.request(Method::OPTIONS, PATH).header("access-control-request-method", "PUT").send().await;
    answer.is_empty(204);
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")));
}

#[actix_web::test]
async fn options_that_ask_for_no_method_tell_the_methods() {
    let app = TestApp::new().await;
    let request = app.request(Method::OPTIONS, "/api/1/organizations/").header("origin", "https://elsewhere.example");
    let answer = request.send().await;
    answer.is_empty(200);
    assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS, POST");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
}
