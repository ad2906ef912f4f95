//! Methods that a path has and has not.

use actix_web::http::Method;

use super::at;
use crate::support::{TestApp, an_organization};

#[actix_web::test]
async fn a_method_that_is_not_there_is_refused_with_those_that_are() {
    let app = TestApp::new().await;
    let insee = an_organization().stored(&app).await;
    for (method, path, allowed) in [
        (Method::PATCH, at(&insee), "DELETE, GET, HEAD, OPTIONS, PUT"),
        (Method::POST, at(&insee), "DELETE, GET, HEAD, OPTIONS, PUT"),
        (Method::PUT, format!("{}banner/", at(&insee)), "DELETE, OPTIONS, POST"),
        (Method::DELETE, "/api/1/organizations/".into(), "GET, HEAD, OPTIONS, POST"),
        (Method::POST, format!("/api/2/organizations/{}/extras/", insee.id), "DELETE, GET, HEAD, OPTIONS, PUT"),
    ] {
        let answer = app.request(method.clone(), &path).send().await;
        answer.refuses(405, "The method is not allowed for the requested URL.");
        assert_eq!(answer.header("allow"), allowed, "{method} {path}");
    }
}

#[actix_web::test]
async fn options_tells_the_methods() {
    let app = TestApp::new().await;
    let insee = an_organization().stored(&app).await;
    let answer = app.request(Method::OPTIONS, &at(&insee)).send().await;
    answer.is_empty(200);
    assert_eq!(answer.header("allow"), "DELETE, GET, HEAD, OPTIONS, PUT");
}

#[actix_web::test]
async fn head_has_the_headers_of_get() {
    let app = TestApp::new().await;
    let insee = an_organization().stored(&app).await;
    let get = app.get(&at(&insee)).send().await;
    let head = app.request(Method::HEAD, &at(&insee)).send().await;
    assert_eq!(head.status, 200);
    for name in ["etag", "content-type", "vary"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
    assert_eq!(get.header("content-type"), "application/json");
}
