//! `/api/1/me/org_invitations/`.

use serde_json::{Value, json};

use crate::support::{Account, NOW, TestApp, an_organization, organization_reference};

const PATH: &str = "/api/1/me/org_invitations/";

/// Invites so, and tells the id of the invitation.
async fn invited(app: &TestApp, by: &Account, organization: &str, body: &Value) -> String {
    let answer = app.post(&format!("/api/1/organizations/{organization}/member/")).key(by).json(body).send().await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn invitations_by_account_and_by_address_are_listed() {
    let app = TestApp::new().await;
    let (olga, ulysse) = (app.user("Olga Owner").await, app.user("Ulysse User").await);
    let organization = an_organization().with_admin(&olga).stored(&app).await;
    app.get(PATH).key(&ulysse).send().await.is(200, json!([]));
    let body = json!({"user": ulysse.id.to_string(), "role": "admin", "comment": "come"});
    let id = invited(&app, &olga, "insee", &body).await;
    app.get(PATH).key(&ulysse).send().await.is(
        200,
        json!([{
            "assignments": [], "comment": "come", "created": NOW, "id": id,
            "organization": organization_reference(&organization, false), "role": "admin",
        }]),
    );
    app.get(PATH).send().await.refuses(401, "Unauthorized");
}

#[actix_web::test]
async fn who_accepts_is_a_member_of_that_role() {
    let app = TestApp::new().await;
    let (olga, ulysse) = (app.user("Olga Owner").await, app.user("Ulysse User").await);
    an_organization().with_admin(&olga).stored(&app).await;
    let id = invited(&app, &olga, "insee", &json!({"email": "ULYSSE@example.org", "role": "editor"})).await;
    let accept = || app.post(&format!("{PATH}{id}/accept/"));
    accept().send().await.refuses(401, "Unauthorized");
    accept().key(&olga).send().await.refuses(404, "Invitation not found");
    accept().key(&ulysse).send().await.is(200, json!({"message": "Invitation accepted"}));
    accept().key(&ulysse).send().await.refuses(400, "Invitation is not pending");
    let shown = app.get("/api/1/organizations/insee/").send().await.json();
    assert_eq!((&shown["members"][1]["role"], &shown["metrics"]["members"]), (&json!("editor"), &json!(2)));
    app.get(PATH).key(&ulysse).send().await.is(200, json!([]));
    let notices = app.get("/api/1/notifications/").key(&ulysse).send().await.json();
    assert_eq!(notices["data"][0]["handled_at"], json!(NOW));
}

#[actix_web::test]
async fn who_refuses_is_none() {
    let app = TestApp::new().await;
    let (olga, ulysse) = (app.user("Olga Owner").await, app.user("Ulysse User").await);
    an_organization().with_admin(&olga).stored(&app).await;
    let id = invited(&app, &olga, "insee", &json!({"user": ulysse.id.to_string()})).await;
    let refuse = app.post(&format!("{PATH}{id}/refuse/")).key(&ulysse).send().await;
    refuse.is(200, json!({"message": "Invitation refused"}));
    let accept = app.post(&format!("{PATH}{id}/accept/")).key(&ulysse).send().await;
    accept.refuses(400, "Invitation is not pending");
    let shown = app.get("/api/1/organizations/insee/").send().await.json();
    assert_eq!(shown["members"].as_array().unwrap().len(), 1);
    assert_eq!(app.post(&format!("{PATH}nope/accept/")).key(&ulysse).send().await.status, 404);
}
