//! Deleting accounts.

use basalt_domain::{ApiToken, Assignment, Follow, Notification, User};
use serde_json::json;

use crate::support::{TestApp, an_organization};

#[actix_web::test]
async fn what_tells_who_a_deleted_user_was_is_gone() {
    let app = TestApp::new().await;
    let (ada, ulysse) = (app.admin().await, app.user("Ulysse User").await);
    app.change_user(ulysse.id, |user| {
        user.password = Some("hash".into());
        (user.about, user.website) = (Some("Me".into()), Some("https://example.org".into()));
    })
    .await;
    app.delete("/api/1/users/ulysse-user/").key(&ada).send().await.is_empty(204);
    let id = ulysse.id;
    let stored = app.stored_user(id).await.value.clone();
    let now = app.services.context.now();
    let expected = User {
        first_name: "DELETED".into(),
        last_name: "DELETED".into(),
        email: format!("{id}@deleted"),
        slug: format!("deleted-{id}"),
        active: false,
        deleted: Some(now),
        ..User::new(id, "", "", "", now)
    };
    assert_eq!(stored, expected);
    app.get(&format!("/api/1/users/{id}/")).send().await.refuses(410, "User is not active");
    app.get("/api/1/me/").key(&ulysse).send().await.refuses(401, "Revoked API token");
    let again = app.delete(&format!("/api/1/users/{id}/")).key(&ada).send().await;
    again.refuses(410, "User has already been deleted");
}

#[actix_web::test]
async fn memberships_requests_keys_follows_and_notices_end_with_the_account_and_counts_stay_right() {
    let app = TestApp::new().await;
    let (ada, ulysse, otto) = (app.admin().await, app.user("Ulysse User").await, app.user("Otto Other").await);
    let joined = an_organization().named("Joined").with_admin(&otto).with_editor(&ulysse).stored(&app).await;
    let asked = an_organization().named("Asked").with_admin(&otto).stored(&app).await;
    let ask = app.post(&format!("/api/1/organizations/{}/membership/", asked.id)).key(&ulysse);
    assert_eq!(ask.json(&json!({"comment": "please"})).send().await.status, 201);
    for path in [format!("organizations/{}", joined.id), format!("users/{}", otto.id)] {
        assert_eq!(app.post(&format!("/api/1/{path}/followers/")).key(&ulysse).send().await.status, 201);
    }
    assert_eq!(app.post(&format!("/api/1/users/{}/followers/", ulysse.id)).key(&otto).send().await.status, 201);

    app.delete("/api/1/users/ulysse-user/").key(&ada).send().await.is_empty(204);

    let store = app.store();
    let joined = store.organizations.get(&joined.id).await.unwrap().unwrap().value.clone();
    assert_eq!((joined.members.len(), joined.metrics.get("members").unwrap().as_int()), (1, Some(1)));
    assert_eq!(joined.metrics.get("followers").unwrap().as_int(), Some(0));
    let asked = store.organizations.get(&asked.id).await.unwrap().unwrap();
    assert_eq!(asked.value.requests, vec![]);
    assert!(!store.api_tokens.exists(ApiToken::kept_by(ulysse.id)).await.unwrap());
    let follows = Follow::FOLLOWER.eq(ulysse.id).or(Follow::FOLLOWING.eq(ulysse.id));
    assert!(!store.follows.exists(follows).await.unwrap());
    assert!(!store.assignments.exists(Assignment::USER.eq(ulysse.id)).await.unwrap());
    assert!(!store.notifications.exists(Notification::REQUEST_USER.eq(ulysse.id)).await.unwrap());
    let otto = app.stored_user(otto.id).await;
    let counted = |name: &str| otto.value.metrics.get(name).unwrap().as_int();
    assert_eq!((counted("followers"), counted("following")), (Some(0), Some(0)));
    let told = app.get(&format!("/api/1/activity/?organization={}", joined.id)).send().await.json();
    assert_eq!(told["data"][0]["changes"], json!(["members"]));
    assert_eq!(told["data"][0]["actor"], ada.reference());
}

#[actix_web::test]
async fn who_was_deleted_is_told_by_mail_unless_not_wished() {
    let app = TestApp::new().await;
    let ada = app.admin().await;
    app.user("Ulysse User").await;
    app.user("Otto Other").await;
    app.delete("/api/1/users/ulysse-user/?no_mail=true").key(&ada).send().await.is_empty(204);
    assert_eq!(app.outbox.mails(), vec![]);
    app.delete("/api/1/users/otto-other/?no_mail=false").key(&ada).send().await.is_empty(204);
    let told: Vec<String> = app.outbox.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(told, ["otto@example.org"]);
}

#[actix_web::test]
async fn nobody_deletes_themselves_or_with_wishes_that_are_no_booleans() {
    let app = TestApp::new().await;
    let ada = app.admin().await;
    app.user("Ulysse User").await;
    let said = "You cannot delete yourself with this API. Use the \"me\" API instead.";
    app.delete("/api/1/users/ada-admin/").key(&ada).send().await.refuses(403, said);
    app.delete("/api/1/users/ulysse-user/?delete_comments=maybe").key(&ada).send().await.is(
        400,
        json!({
            "errors": {"delete_comments": "Invalid literal for boolean(): maybe"},
            "message": "Input payload validation failed",
            "status": 400,
        }),
    );
    assert_eq!(app.get("/api/1/users/ulysse-user/").send().await.status, 200);
}
