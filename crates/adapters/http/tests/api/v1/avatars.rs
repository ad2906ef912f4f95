//! `/api/1/avatars/`.

use actix_web::http::Method;

use crate::support::TestApp;

#[actix_web::test]
async fn an_avatar_is_a_png_that_is_always_the_same() {
    let app = TestApp::new().await;
    let first = app.get("/api/1/avatars/abc/64/").send().await;
    assert_eq!((first.status, first.header("content-type")), (200, "image/png"));
    assert_eq!(first.header("cache-control"), "no-cache");
    assert!(first.body.starts_with(b"\x89PNG"));
    let again = app.get("/api/1/avatars/abc/64").send().await;
    assert_eq!((again.body, again.headers.get("etag")), (first.body.clone(), first.headers.get("etag")));
    let other = app.get("/api/1/avatars/abd/64/").send().await;
    assert_ne!(other.body, first.body);
    let head = app.request(Method::HEAD, "/api/1/avatars/abc/64/").send().await;
    assert_eq!((head.status, head.header("etag")), (200, first.header("etag")));
}

#[actix_web::test]
async fn who_has_it_already_is_told_so() {
    let app = TestApp::new().await;
    let tag = app.get("/api/1/avatars/abc/64/").send().await.header("etag").to_owned();
    app.get("/api/1/avatars/abc/64/").header("if-none-match", &tag).send().await.is_empty(304);
}

#[actix_web::test]
async fn sizes_have_bounds() {
    let app = TestApp::new().await;
    for size in ["0", "8", "2049", "99999999999999999999"] {
        let answer = app.get(&format!("/api/1/avatars/abc/{size}/")).send().await;
        answer.refuses(400, "Invalid avatar size");
    }
    for size in ["9", "2048"] {
        assert_eq!(app.get(&format!("/api/1/avatars/abc/{size}/")).send().await.status, 200, "{size}");
    }
    for size in ["-1", "nope", "1.5", "%20"] {
        assert_eq!(app.get(&format!("/api/1/avatars/abc/{size}/")).send().await.status, 404, "{size}");
    }
}
