//! `/api/1/organizations/badges/`, `/api/1/organizations/{org}/badges/`.

use serde_json::json;

use super::{at, notices, stored, told};
use crate::support::{TestApp, an_organization};

#[actix_web::test]
async fn the_kinds_of_badges_are_known() {
    let app = TestApp::new().await;
    let kinds = json!({
        "association": "Association", "certified": "Certified", "company": "Company",
        "local-authority": "Local authority", "public-service": "Public Service",
    });
    app.get("/api/1/organizations/badges/").send().await.is(200, kinds.clone());
    app.get("/api/1/organizations/badges/").header("x-fields", "certified").send().await.is(200, kinds);
}

#[actix_web::test]
async fn an_administrator_of_the_portal_gives_a_badge_and_every_member_is_told() {
    let app = TestApp::new().await;
    let (ada, olga, eddy) = (app.admin().await, app.user("Olga Owner").await, app.user("Eddy Editor").await);
    let insee = an_organization().with_admin(&olga).with_editor(&eddy).with_badge("company").stored(&app).await;
    let path = format!("{}badges/", at(&insee));
    app.post(&path).key(&ada).json(&json!({"kind": "certified"})).send().await.is(201, json!({"kind": "certified"}));
    app.post(&path).key(&ada).json(&json!({"kind": "certified"})).send().await.is(200, json!({"kind": "certified"}));
    let badges = app.get(&at(&insee)).send().await.json()["badges"].clone();
    assert_eq!(badges, json!([{"kind": "certified"}, {"kind": "company"}]), "the newest first");
    assert_eq!(stored(&app, insee.id).await.badges[0].created_by, Some(ada.id));
    for account in [&olga, &eddy] {
        assert_eq!(notices(&app, account.id).await, [("organization.badge.certified".to_owned(), false)]);
    }
    assert!(told(&app, insee.id).await.is_empty());
}

#[actix_web::test]
async fn its_own_admin_gives_and_takes_no_badge() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).with_badge("company").stored(&app).await;
    let path = format!("{}badges/", at(&insee));
    let refused = "You do not have the permission to modify that object.";
    app.post(&path).key(&olga).json(&json!({"kind": "certified"})).send().await.refuses(403, refused);
    app.delete(&format!("{path}company/")).key(&olga).send().await.refuses(403, refused);
    assert_eq!(stored(&app, insee.id).await.badges, insee.badges);
}

#[actix_web::test]
async fn a_badge_is_taken_once() {
    let app = TestApp::new().await;
    let ada = app.admin().await;
    let insee = an_organization().with_badge("company").with_badge("certified").stored(&app).await;
    let path = format!("{}badges/company/", at(&insee));
    app.delete(&path).key(&ada).send().await.is_empty(204);
    app.delete(&path).key(&ada).send().await.refuses(404, "Badge does not exists");
    assert_eq!(app.get(&at(&insee)).send().await.json()["badges"], json!([{"kind": "certified"}]));
}

#[actix_web::test]
async fn unknown_kinds_are_refused() {
    let app = TestApp::new().await;
    let ada = app.admin().await;
    let insee = an_organization().stored(&app).await;
    for (kind, told) in [(json!("nope"), "nope"), (json!(5), "5"), (json!(null), "None")] {
        let message = format!("Unknown badge type for Organization: {told}");
        let answer = app.post(&format!("{}badges/", at(&insee))).key(&ada).json(&json!({"kind": kind})).send().await;
        answer.is(400, json!({"errors": {}, "message": message, "status": 400}));
    }
}
