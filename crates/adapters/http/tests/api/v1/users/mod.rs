//! `/api/1/users/`.

mod administration;
mod deletion;
mod followers;
mod suggest;

use basalt_domain::Timestamp;
use serde_json::json;

use crate::support::{TestApp, an_organization, organization_reference};

const NOT_FOUND: &str = "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.";

#[actix_web::test]
async fn a_user_is_read_by_id_and_by_slug() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    app.get(&format!("/api/1/users/{}/", ulysse.id)).send().await.is(200, ulysse.shown());
    app.get("/api/1/users/ulysse-user/").send().await.is(200, ulysse.shown());
}

#[actix_web::test]
async fn a_slug_spelt_otherwise_leads_to_the_user_and_keeps_the_query() {
    let app = TestApp::new().await;
    app.user("Ulysse User").await;
    let answer = app.get("/api/1/users/Ulysse-User/?lang=fr").send().await;
    assert_eq!((answer.status, answer.header("location")), (308, "/api/1/users/ulysse-user/?lang=fr"));
}

#[actix_web::test]
async fn an_unknown_user_is_not_found() {
    let app = TestApp::new().await;
    for path in ["/api/1/users/nope/", "/api/1/users/000000000000000000000000/"] {
        app.get(path).send().await.refuses(404, NOT_FOUND);
    }
}

#[actix_web::test]
async fn only_administrators_see_the_address_and_settings_of_others_and_nobody_their_own_here() {
    let app = TestApp::new().await;
    let (ada, ulysse) = (app.admin().await, app.user("Ulysse User").await);
    let signed_in = Timestamp::parse("2025-12-24T18:00:00Z").unwrap();
    app.change_user(ulysse.id, move |user| user.current_login_at = Some(signed_in)).await;
    let path = "/api/1/users/ulysse-user/";
    app.get(path).key(&ulysse).send().await.is(200, ulysse.shown());
    let mut whole = ulysse.shown_whole();
    whole["last_login_at"] = "2025-12-24T18:00:00+00:00".into();
    app.get(path).key(&ada).send().await.is(200, whole);
}

#[actix_web::test]
async fn organizations_of_a_user_have_the_rights_of_who_asks() {
    let app = TestApp::new().await;
    let (ulysse, other) = (app.user("Ulysse User").await, app.user("Otto Other").await);
    let first = an_organization().named("First").with_admin(&ulysse).stored(&app).await;
    app.clock.advance_millis(1000);
    let second = an_organization().named("Second").with_admin(&ulysse).stored(&app).await;
    an_organization().named("Gone").with_admin(&ulysse).deleted().stored(&app).await;
    for (key, rights) in [(&ulysse, true), (&other, false)] {
        let mut shown = ulysse.shown();
        shown["organizations"] =
            json!([organization_reference(&second, rights), organization_reference(&first, rights)]);
        app.get("/api/1/users/ulysse-user/").key(key).send().await.is(200, shown);
    }
}

#[actix_web::test]
async fn who_is_blocked_or_deleted_is_gone_for_all_but_administrators() {
    let app = TestApp::new().await;
    let (ada, ulysse) = (app.admin().await, app.user("Ulysse User").await);
    app.change_user(ulysse.id, |user| user.active = false).await;
    app.get("/api/1/users/ulysse-user/").send().await.refuses(410, "User is not active");
    let mut shown = ulysse.shown_whole();
    shown["active"] = false.into();
    app.get("/api/1/users/ulysse-user/").key(&ada).send().await.is(200, shown);
}

#[actix_web::test]
async fn the_roles_are_those_of_the_portal() {
    let app = TestApp::new().await;
    app.get("/api/1/users/roles/").send().await.is(200, json!([{"name": "admin"}]));
}

#[actix_web::test]
async fn contact_points_of_a_blocked_user_are_still_listed() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    app.change_user(ulysse.id, |user| user.active = false).await;
    let none = json!({"data": [], "next_page": null, "page": 1, "page_size": 20, "previous_page": null, "total": 0});
    app.get("/api/1/users/ulysse-user/contacts/").send().await.is(200, none);
}
