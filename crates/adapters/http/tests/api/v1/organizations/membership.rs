//! `/api/1/organizations/{org}/membership/`: asking to join, and the answers.

use serde_json::{Value, json};

use super::{at, member, notices, stored};
use crate::support::{Account, NOW, TestApp, an_organization};

fn request(id: &Value, asking: &Account, email: &str, comment: &str, status: &str) -> Value {
    let mut user = asking.reference();
    user["email"] = json!(email);
    user["last_login_at"] = json!(null);
    json!({
        "assignments": [], "comment": comment, "created": NOW, "email": null, "id": id, "kind": "request",
        "role": "editor", "status": status, "user": user,
    })
}

#[actix_web::test]
async fn a_request_is_made_once_and_its_comment_replaced() {
    let app = TestApp::new().await;
    let (olga, rita) = (app.user("Olga Owner").await, app.user("Rita Requester").await);
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let path = format!("{}membership/", at(&insee));
    let body = json!({"comment": "Let me in", "role": "admin", "kind": "invitation", "status": "accepted"});
    let answer = app.post(&path).key(&rita).json(&body).send().await;
    let id = answer.json()["id"].clone();
    answer.is(201, request(&id, &rita, "ri**@example.org", "Let me in", "pending"));
    let again = app.post(&path).key(&rita).json(&json!({"comment": "Please"})).send().await;
    again.is(200, request(&id, &rita, "ri**@example.org", "Please", "pending"));
    assert_eq!(notices(&app, olga.id).await, [("organization.membership.requested".to_owned(), false)]);
    assert_eq!(app.outbox.mails().len(), 1);
    let listed = app.get(&path).key(&olga).send().await;
    listed.is(200, json!([request(&id, &rita, "ri**@example.org", "Please", "pending")]));
}

#[actix_web::test]
async fn a_request_needs_a_comment_and_members_need_none() {
    let app = TestApp::new().await;
    let (olga, rita) = (app.user("Olga Owner").await, app.user("Rita Requester").await);
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let path = format!("{}membership/", at(&insee));
    let required = "'comment' is required when 'kind' is 'request'";
    for body in [json!({}), json!({"comment": null}), json!({"comment": ""})] {
        let answer = app.post(&path).key(&rita).json(&body).send().await;
        answer.is(400, json!({"errors": {"comment": required}, "message": required, "status": 400}));
    }
    let message = format!(
        "ValidationError (Organization:{}) (comment.StringField only accepts string values: ['requests'])",
        insee.id
    );
    let nested = json!({"requests": {"0": {"comment": "StringField only accepts string values"}}});
    let answer = app.post(&path).key(&rita).json(&json!({"comment": 5})).send().await;
    answer.is(400, json!({"errors": nested, "message": message, "status": 400}));
    let answer = app.post(&path).key(&olga).json(&json!({"comment": "x"})).send().await;
    answer.refuses(400, "You are already a member of this organization");
    app.post(&path).json(&json!({"comment": "x"})).send().await.refuses(401, "Unauthorized");
    assert_eq!(stored(&app, insee.id).await, insee);
}

#[actix_web::test]
async fn accepting_makes_a_member_and_tells_them() {
    let app = TestApp::new().await;
    let (olga, rita) = (app.user("Olga Owner").await, app.user("Rita Requester").await);
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let path = format!("{}membership/", at(&insee));
    let id = app.post(&path).key(&rita).json(&json!({"comment": "x"})).send().await.json()["id"].clone();
    let accept = format!("{path}{}/accept/", id.as_str().unwrap());
    let refused = "You do not have the permission to modify that object.";
    app.post(&accept).key(&rita).send().await.refuses(403, refused);
    app.post(&accept).key(&olga).send().await.is(200, member(&rita, "Editor", "editor"));
    let mut already = member(&rita, "Editor", "editor");
    already["message"] = json!("User is already a member");
    already["status"] = json!(409);
    app.post(&accept).key(&olga).send().await.is(409, already);
    assert_eq!(notices(&app, olga.id).await, [("organization.membership.requested".to_owned(), true)]);
    assert_eq!(notices(&app, rita.id).await, [("organization.membership.accepted".to_owned(), false)]);
    let now = stored(&app, insee.id).await;
    assert_eq!((now.members.len(), now.metrics.get("members")), (2, Some(&2_i64.into())));
    assert_eq!(now.requests[0].handled_by, Some(olga.id));
    let listed = app.get(&path).key(&olga).send().await;
    listed.is(200, json!([request(&id, &rita, "ri**@example.org", "x", "accepted")]));
}

#[actix_web::test]
async fn refusing_keeps_the_reason_and_they_may_ask_again() {
    let app = TestApp::new().await;
    let (olga, rita) = (app.user("Olga Owner").await, app.user("Rita Requester").await);
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let path = format!("{}membership/", at(&insee));
    let ask = async || app.post(&path).key(&rita).json(&json!({"comment": "x"})).send().await;
    let id = ask().await.json()["id"].as_str().unwrap().to_owned();
    let refuse = format!("{path}{id}/refuse/");
    app.post(&refuse).key(&olga).json(&json!({"comment": "not now"})).send().await.is(200, json!({}));
    let now = stored(&app, insee.id).await;
    assert_eq!(now.requests[0].refusal_comment.as_deref(), Some("not now"));
    assert_eq!(now.members.len(), 1);
    assert_eq!(notices(&app, rita.id).await, [("organization.membership.refused".to_owned(), false)]);
    assert_eq!(ask().await.status, 201);
    let cancel = format!("{path}{id}/cancel/");
    app.post(&cancel).key(&olga).send().await.refuses(400, "Only invitations can be canceled");
}

#[actix_web::test]
async fn who_was_accepted_cannot_be_refused_any_more() {
    let app = TestApp::new().await;
    let (olga, rita) = (app.user("Olga Owner").await, app.user("Rita Requester").await);
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let path = format!("{}membership/", at(&insee));
    let id = app.post(&path).key(&rita).json(&json!({"comment": "x"})).send().await.json()["id"].clone();
    let id = id.as_str().unwrap();
    app.post(&format!("{path}{id}/accept/")).key(&olga).send().await;
    let answer = app.post(&format!("{path}{id}/refuse/")).key(&olga).json(&json!({})).send().await;
    answer.refuses(400, "This request was accepted already");
    assert_eq!(stored(&app, insee.id).await.members.len(), 2);
}

#[actix_web::test]
async fn unknown_requests_are_not_found() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let unknown = format!("{}membership/00000000-0000-4000-8000-000000000000/accept/", at(&insee));
    app.post(&unknown).key(&olga).send().await.refuses(404, "Unknown membership request id");
    let malformed = format!("{}membership/nope/accept/", at(&insee));
    app.post(&malformed).key(&olga).send().await.refuses(404, basalt_http::problem::NOT_FOUND);
}

#[actix_web::test]
async fn others_see_their_own_requests_only() {
    let app = TestApp::new().await;
    let (olga, rita, ulysse) =
        (app.user("Olga Owner").await, app.user("Rita Requester").await, app.user("Ulysse User").await);
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let path = format!("{}membership/", at(&insee));
    let id = app.post(&path).key(&rita).json(&json!({"comment": "x"})).send().await.json()["id"].clone();
    let own = app.get(&format!("{path}?user={}", rita.id)).key(&rita).send().await;
    own.is(200, json!([request(&id, &rita, "ri**@example.org", "x", "pending")]));
    app.get(&format!("{path}?user={}", ulysse.id)).key(&ulysse).send().await.is(200, json!([]));
    let only_own = "You can only access your own membership requests or the one of your organizations.";
    app.get(&format!("{path}?user={}", rita.id)).key(&ulysse).send().await.refuses(403, only_own);
    let refused = "You do not have the permission to modify that object.";
    app.get(&path).key(&rita).send().await.refuses(403, refused);
    app.get(&path).send().await.refuses(401, "Unauthorized");
    for (query, number) in [("status=pending", 1), ("status=refused", 0), ("status=nope", 0), ("user=nope", 0)] {
        let listed = app.get(&format!("{path}?{query}")).key(&olga).send().await.json();
        assert_eq!(listed.as_array().unwrap().len(), number, "{query}");
    }
}
