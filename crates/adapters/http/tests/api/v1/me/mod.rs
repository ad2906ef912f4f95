//! `/api/1/me/`.

mod api_tokens;
mod org_invitations;

use serde_json::json;

use crate::support::{TestApp, a_picture, an_organization};

const FORBIDDEN: &str = "You do not have the permission to modify that object.";

#[actix_web::test]
async fn who_has_no_key_or_a_wrong_one_is_refused() {
    let app = TestApp::new().await;
    app.get("/api/1/me/").send().await.refuses(401, "Unauthorized");
    app.put("/api/1/me/").json(&json!({"about": "x"})).send().await.refuses(401, "Unauthorized");
    app.get("/api/1/me/").plain_key("wrong").send().await.refuses(401, "Invalid API Key");
}

#[actix_web::test]
async fn ones_own_account_is_shown_whole() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    app.get("/api/1/me/").key(&ulysse).send().await.is(200, ulysse.shown_whole());
}

#[actix_web::test]
async fn the_key_of_a_blocked_user_is_refused() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    app.change_user(ulysse.id, |user| user.active = false).await;
    app.get("/api/1/me/").key(&ulysse).send().await.refuses(401, "Invalid API Key");
}

#[actix_web::test]
async fn exactly_the_sent_fields_are_changed_and_rights_are_not_among_them() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let mut shown = ulysse.shown_whole();
    app.put("/api/1/me/").key(&ulysse).json(&json!({})).send().await.is(200, shown.clone());
    let changes = json!({
        "about": "About me", "website": "https://example.org", "first_name": "Jean.Paul", "mail_cadence": "weekly",
        "notifications_paused": true, "email": "ulysse@example.org",
    });
    for (name, value) in changes.as_object().unwrap() {
        shown[name] = value.clone();
    }
    app.put("/api/1/me/").key(&ulysse).json(&changes).send().await.is(200, shown.clone());
    let ignored = json!({"roles": ["admin"], "active": false, "slug": "x", "unknown": 1, "metrics": {"followers": 9}});
    app.put("/api/1/me/").key(&ulysse).json(&ignored).send().await.is(200, shown);
}

#[actix_web::test]
async fn the_address_stays() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let said = "Cannot modify email after creation";
    for email in [json!("x@example.org"), json!("ULYSSE@example.org"), json!(null), json!(5)] {
        let answer = app.put("/api/1/me/").key(&ulysse).json(&json!({"email": email})).send().await;
        answer.is(400, json!({"errors": {"email": said}, "message": said, "status": 400}));
    }
}

#[actix_web::test]
async fn bodies_that_cannot_be_read_are_refused() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let unreadable = "The browser (or proxy) sent a request that this server could not understand.";
    let nested = "[".repeat(100_000);
    for body in ["[", "", "{\"about\": \"\u{0}", nested.as_str()] {
        let answer = app.put("/api/1/me/").key(&ulysse).raw("application/json", body.to_owned()).send().await;
        answer.refuses(400, unreadable);
    }
    let answer =
        app.put("/api/1/me/").key(&ulysse).raw("application/json", b"{\"about\": \"\xff\"}".to_vec()).send().await;
    answer.refuses(400, unreadable);
    let answer = app.put("/api/1/me/").key(&ulysse).raw("text/plain", "{}").send().await;
    assert_eq!(answer.status, 415);
    app.get("/api/1/me/").key(&ulysse).send().await.is(200, ulysse.shown_whole());
}

#[actix_web::test]
async fn ones_own_picture_is_replaced() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let answer = app.post("/api/1/me/avatar/").key(&ulysse).file("a.png", &a_picture(), "").send().await;
    let image = answer.json()["image"].clone();
    answer.is(200, json!({"image": image, "success": true}));
    assert_eq!(app.get("/api/1/me/").key(&ulysse).send().await.json()["avatar"], image);
    assert_eq!(app.delete("/api/1/me/avatar/").key(&ulysse).send().await.status, 405);
}

#[actix_web::test]
async fn ones_own_and_ones_organizations_numbers_are_summed() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    app.change_user(ulysse.id, |user| {
        user.metrics.insert("datasets", 1_i64);
        user.metrics.insert("followers", 7_i64);
    })
    .await;
    for (name, datasets) in [("A", 2_i64), ("B", 3)] {
        let counted = an_organization().named(name).with_editor(&ulysse).but(move |organization| {
            organization.metrics.insert("datasets", datasets);
            organization.metrics.insert("followers", 10_i64);
        });
        counted.stored(&app).await;
    }
    app.get("/api/1/me/metrics/").key(&ulysse).send().await.is(
        200,
        json!({
            "datasets_count": 1, "datasets_org_count": 5, "followers_count": 7, "followers_org_count": 20,
            "id": ulysse.id.to_string(), "resources_availability": 100.0,
        }),
    );
}

#[actix_web::test]
async fn everybody_may_delete_themselves_with_a_key_for_everything() {
    let app = TestApp::new().await;
    let ada = app.admin().await;
    let narrow = app.key_for(ada.id, &["write"]).await;
    app.delete("/api/1/me/").plain_key(&narrow).send().await.refuses(403, FORBIDDEN);
    app.delete("/api/1/me/").key(&ada).send().await.is_empty(204);
    app.get("/api/1/me/").key(&ada).send().await.refuses(401, "Revoked API token");
    assert!(app.stored_user(ada.id).await.value.deleted.is_some());
}

#[actix_web::test]
async fn a_key_does_no_more_than_its_scope() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let (reads, writes) = (app.key_for(ulysse.id, &["read"]).await, app.key_for(ulysse.id, &["write"]).await);
    for key in [&reads, &writes] {
        assert_eq!(app.get("/api/1/me/").plain_key(key).send().await.status, 200);
        app.get("/api/1/me/api_tokens/").plain_key(key).send().await.refuses(403, FORBIDDEN);
    }
    let change = |key: &str| app.put("/api/1/me/").plain_key(key).json(&json!({"about": "x"}));
    change(&reads).send().await.refuses(403, FORBIDDEN);
    assert_eq!(change(&writes).send().await.status, 200);
}
