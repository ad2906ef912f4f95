//! `POST /api/1/organizations/{org}/member/`, and taking an invitation back.

use serde_json::{Value, json};

use super::{at, notices, stored};
use crate::support::{NOW, TestApp, an_organization};

fn refused(field: &str, message: &str) -> Value {
    json!({"errors": {field: message}, "message": message, "status": 400})
}

#[actix_web::test]
async fn a_user_is_invited_and_told() {
    let app = TestApp::new().await;
    let (olga, ulysse) = (app.user("Olga Owner").await, app.user("Ulysse User").await);
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let body = json!({"user": ulysse.id.to_string(), "role": "admin", "comment": "come"});
    let answer = app.post(&format!("{}member/", at(&insee))).key(&olga).json(&body).send().await;
    let mut user = ulysse.reference();
    user["email"] = json!("***@example.org");
    user["last_login_at"] = json!(null);
    let id = answer.json()["id"].clone();
    answer.is(
        201,
        json!({
            "assignments": [], "comment": "come", "created": NOW, "email": null, "id": id, "kind": "invitation",
            "role": "admin", "status": "pending", "user": user,
        }),
    );
    assert_eq!(notices(&app, ulysse.id).await, [("organization.membership.invited".to_owned(), false)]);
    assert_eq!(stored(&app, insee.id).await.members.len(), 1, "not a member before they accept");
    assert_eq!(app.outbox.mails()[0].to, ulysse.email);
}

#[actix_web::test]
async fn an_address_of_an_account_means_the_account_and_another_is_kept_in_lower_case() {
    let app = TestApp::new().await;
    let (olga, ulysse) = (app.user("Olga Owner").await, app.user("Ulysse User").await);
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let path = format!("{}member/", at(&insee));
    let account = app.post(&path).key(&olga).json(&json!({"email": "ULYSSE@example.org"})).send().await.json();
    assert_eq!((&account["user"]["id"], &account["email"]), (&json!(ulysse.id.to_string()), &json!(null)));
    let other = app.post(&path).key(&olga).json(&json!({"email": "New.Person@Example.org"})).send().await.json();
    assert_eq!((&other["user"], &other["email"]), (&json!(null), &json!("new.person@example.org")));
    let again = app.post(&path).key(&olga).json(&json!({"email": "new.person@example.ORG"})).send().await;
    again.is(400, refused("email", "An invitation is already pending for this email"));
}

#[actix_web::test]
async fn what_cannot_be_an_invitation_is_refused() {
    let app = TestApp::new().await;
    let (olga, ulysse, rita) =
        (app.user("Olga Owner").await, app.user("Ulysse User").await, app.user("Rita Requester").await);
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    app.post(&format!("{}membership/", at(&insee))).key(&rita).json(&json!({"comment": "x"})).send().await;
    let before = stored(&app, insee.id).await;
    let user = ulysse.id.to_string();
    let unknown = "000000000000000000000000";
    for (body, expected) in [
        (json!({}), refused("user", "Either user or email is required")),
        (json!({"user": user, "email": "a@b.org"}), refused("user", "Cannot provide both user and email")),
        (json!({"user": unknown}), refused("user", "Unknown user '000000000000000000000000'")),
        (json!({"email": "nope"}), refused("email", "Invalid email address")),
        (json!({"user": user, "role": "nope"}), refused("role", "Invalid role 'nope'")),
        (json!({"user": olga.id.to_string()}), refused("user", "User is already a member")),
        (
            json!({"user": rita.id.to_string()}),
            refused("user", "A request or invitation is already pending for this user"),
        ),
        (
            json!({"user": user, "role": "partial_editor", "assignments": "x"}),
            refused("assignments", "Expected a list of {class, id} objects"),
        ),
        (
            json!({"user": "nope"}),
            json!({
                "errors": {}, "status": 400,
                "message": "'nope' is not a valid ObjectId, it must be a 12-byte input or a 24-character hex string",
            }),
        ),
    ] {
        let answer = app.post(&format!("{}member/", at(&insee))).key(&olga).json(&body).send().await;
        answer.is(400, expected);
    }
    assert_eq!(stored(&app, insee.id).await, before);
}

#[actix_web::test]
async fn an_invitation_is_taken_back_once() {
    let app = TestApp::new().await;
    let (olga, ulysse) = (app.user("Olga Owner").await, app.user("Ulysse User").await);
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let body = json!({"user": ulysse.id.to_string()});
    let invited = app.post(&format!("{}member/", at(&insee))).key(&olga).json(&body).send().await.json();
    let invitation = format!("{}membership/{}/", at(&insee), invited["id"].as_str().unwrap());
    for answer in ["accept/", "refuse/"] {
        let answer = app.post(&format!("{invitation}{answer}")).key(&olga).json(&json!({})).send().await;
        answer.refuses(400, "Use the cancel endpoint for invitations");
    }
    let asks = app.post(&format!("{}membership/", at(&insee))).key(&ulysse).json(&json!({"comment": "x"})).send().await;
    asks.refuses(400, "You are already invited to this organization, accept the invitation");
    app.post(&format!("{invitation}cancel/")).key(&olga).send().await.is(200, json!({}));
    let again = app.post(&format!("{invitation}cancel/")).key(&olga).send().await;
    again.refuses(400, "Only pending invitations can be canceled");
    assert_eq!(notices(&app, ulysse.id).await, [("organization.membership.invited".to_owned(), true)]);
}

#[actix_web::test]
async fn only_admins_invite() {
    let app = TestApp::new().await;
    let (eddy, ulysse) = (app.user("Eddy Editor").await, app.user("Ulysse User").await);
    let insee = an_organization().with_editor(&eddy).stored(&app).await;
    let path = format!("{}member/", at(&insee));
    let body = json!({"user": ulysse.id.to_string()});
    app.post(&path).json(&body).send().await.refuses(401, "Unauthorized");
    let refused = "You do not have the permission to modify that object.";
    app.post(&path).key(&eddy).json(&body).send().await.refuses(403, refused);
    app.post(&path).key(&ulysse).json(&body).send().await.refuses(403, refused);
}
