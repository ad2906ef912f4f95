//! `X-Fields` on `/api/1/organizations/`.

use serde_json::{Value, json};

use super::at;
use crate::support::{Answer, TestApp, an_organization};

async fn masked(app: &TestApp, path: &str, mask: &str) -> Answer {
    app.get(path).header("x-fields", mask).send().await
}

#[actix_web::test]
async fn a_mask_keeps_what_it_names_at_any_depth() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    for (mask, expected) in [
        ("name", json!({"name": "INSEE"})),
        ("{name,slug}", json!({"name": "INSEE", "slug": "insee"})),
        ("name, permissions{edit}", json!({"name": "INSEE", "permissions": {"edit": false}})),
        ("members{user{slug},role}", json!({"members": [{"user": {"slug": "olga-owner"}, "role": "admin"}]})),
        ("metrics{members}", json!({"metrics": {"members": 1}})),
        ("nope", json!({})),
        ("name,nope", json!({"name": "INSEE"})),
        ("slug\tname;é", json!({"name": "INSEE", "slug": "insee"})),
        ("members{user{slug}}", json!({"members": [{"user": {"slug": "olga-owner"}}]})),
        ("{}", json!({})),
    ] {
        masked(&app, &at(&insee), mask).await.is(200, expected);
    }
    let list = masked(&app, "/api/1/organizations/", "data{slug},total").await;
    list.is(200, json!({"data": [{"slug": "insee"}], "total": 1}));
    masked(&app, "/api/1/organizations/roles/", "id")
        .await
        .is(200, json!([{"id": "admin"}, {"id": "editor"}, {"id": "partial_editor"}]));
}

#[actix_web::test]
async fn a_star_shows_everything_and_the_blocks_of_the_page_too() {
    let app = TestApp::new().await;
    let insee = an_organization().stored(&app).await;
    let whole = app.get(&at(&insee)).send().await.json();
    for mask in ["*", "name,*", "*,-name"] {
        let mut shown = masked(&app, &at(&insee), mask).await.json();
        assert_eq!(shown.as_object_mut().unwrap().remove("presentation_blocs"), Some(json!([])), "{mask}");
        assert_eq!(shown, whole, "{mask}");
    }
}

#[actix_web::test]
async fn blocks_are_shown_to_all_once_they_are_published() {
    let app = TestApp::new().await;
    let (olga, insee) = {
        let olga = app.user("Olga Owner").await;
        let insee = an_organization().with_admin(&olga).stored(&app).await;
        (olga, insee)
    };
    let bloc = json!({"class": "MarkdownBloc", "content": "Hello"});
    let body = json!({"presentation_blocs": [{"class": "SectionBloc", "blocs": [bloc]}]});
    app.put(&at(&insee)).key(&olga).json(&body).send().await;
    masked(&app, &at(&insee), "presentation_blocs").await.is(200, json!({"presentation_blocs": []}));
    let admin = app.get(&at(&insee)).key(&olga).header("x-fields", "presentation_blocs").send().await.json();
    assert_eq!(admin["presentation_blocs"].as_array().map(Vec::len), Some(1));
    let published = json!({"presentation_blocs_published_at": "2020-01-01"});
    app.put(&at(&insee)).key(&olga).json(&published).send().await;
    let shown: Value = masked(&app, &at(&insee), "presentation_blocs").await.json();
    assert_eq!(shown["presentation_blocs"][0]["blocs"][0]["content"], "Hello");
}

#[actix_web::test]
async fn a_broken_mask_is_refused() {
    let app = TestApp::new().await;
    let insee = an_organization().stored(&app).await;
    for (mask, message) in [
        ("{", "Mask parse error: Missing closing bracket"),
        ("id}", "Mask parse error: Unexpected closing bracket"),
        ("id,,name", "Mask parse error: Unexpected comma"),
        ("name{x}", "Mask error: Mask is inconsistent with model"),
    ] {
        masked(&app, &at(&insee), mask).await.refuses(400, message);
    }
}

#[actix_web::test]
async fn a_mask_hides_nothing_of_a_refusal() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let answer = app.put(&at(&insee)).key(&olga).header("x-fields", "id").json(&json!({"url": "nope"})).send().await;
    let message = format!("ValidationError (Organization:{}) (Invalid URL \"nope\": ['url'])", insee.id);
    answer.is(400, json!({"errors": {"url": "Invalid URL \"nope\""}, "message": message, "status": 400}));
}
