//! `ETag`, `If-None-Match`, `If-Match`.

use serde_json::json;

use super::{at, stored};
use crate::support::{TestApp, an_organization};

#[actix_web::test]
async fn what_is_known_is_not_sent_again() {
    let app = TestApp::new().await;
    let insee = an_organization().stored(&app).await;
    for path in [at(&insee), "/api/1/organizations/".into()] {
        let tag = app.get(&path).send().await.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"'));
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".into()] {
            app.get(&path).header("if-none-match", &known).send().await.is_empty(304);
        }
        assert_eq!(app.get(&path).header("if-none-match", "\"other\"").send().await.status, 200);
    }
}

#[actix_web::test]
async fn a_tag_changes_with_the_object_and_with_the_viewer() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let before = app.get(&at(&insee)).send().await.header("etag").to_owned();
    assert_ne!(app.get(&at(&insee)).key(&olga).send().await.header("etag"), before);
    app.put(&at(&insee)).key(&olga).json(&json!({"acronym": "X"})).send().await;
    let after = app.get(&at(&insee)).header("if-none-match", &before).send().await;
    assert_eq!(after.status, 200);
    assert_ne!(after.header("etag"), before);
}

#[actix_web::test]
async fn a_change_of_what_has_changed_meanwhile_is_refused() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let tag = app.get(&at(&insee)).key(&olga).send().await.header("etag").to_owned();
    let put = |tag: &str, acronym: &str| {
        app.put(&at(&insee)).key(&olga).header("if-match", tag).json(&json!({"acronym": acronym})).send()
    };
    assert_eq!(put(&tag, "ONE").await.status, 200);
    put(&tag, "TWO").await.refuses(412, "The object was changed since it was read");
    let gone = app.delete(&at(&insee)).key(&olga).header("if-match", &tag).send().await;
    gone.refuses(412, "The object was changed since it was read");
    assert_eq!(stored(&app, insee.id).await.acronym.as_deref(), Some("ONE"));
    let tag = app.get(&at(&insee)).key(&olga).send().await.header("etag").to_owned();
    app.delete(&at(&insee)).key(&olga).header("if-match", &tag).send().await.is_empty(204);
}

#[actix_web::test]
async fn a_star_matches_whatever_is_there() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let answer = app.put(&at(&insee)).key(&olga).header("if-match", "*").json(&json!({"acronym": "X"})).send().await;
    assert_eq!(answer.status, 200);
}

#[actix_web::test]
async fn the_answer_to_a_write_has_the_tag_of_the_next_reading() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let written = app.put(&at(&insee)).key(&olga).json(&json!({"acronym": "X"})).send().await.header("etag").to_owned();
    assert_eq!(app.get(&at(&insee)).key(&olga).send().await.header("etag"), written);
}

#[actix_web::test]
async fn who_knows_the_whole_object_may_ask_for_a_short_answer() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let put = |tag: String, acronym: &'static str| {
        let body = json!({"acronym": acronym});
        app.put(&at(&insee)).key(&olga).header("if-match", &tag).header("x-fields", "acronym").json(&body).send()
    };
    let whole = app.get(&at(&insee)).key(&olga).send().await.header("etag").to_owned();
    let answer = put(whole, "ONE").await;
    answer.is(200, json!({"acronym": "ONE"}));
    put(answer.header("etag").to_owned(), "TWO").await.is(200, json!({"acronym": "TWO"}));
    put("\"other\"".into(), "THREE").await.refuses(412, "The object was changed since it was read");
}
