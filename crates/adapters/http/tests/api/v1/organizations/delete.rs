//! `DELETE /api/1/organizations/{org}/`, and the way back.

use serde_json::json;

use super::{at, stored, told};
use crate::support::{TestApp, an_organization};

const GONE: &str = "Organization has been deleted";

#[actix_web::test]
async fn an_admin_deletes_and_then_it_is_gone() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    app.delete(&at(&insee)).key(&olga).send().await.is_empty(204);
    app.get(&at(&insee)).send().await.refuses(410, GONE);
    app.delete(&at(&insee)).key(&olga).send().await.refuses(410, GONE);
    app.put(&at(&insee)).key(&olga).json(&json!({"acronym": "X"})).send().await.refuses(410, GONE);
    let now = stored(&app, insee.id).await;
    assert!(now.is_deleted());
    assert_eq!(now.members, insee.members, "nothing else is lost");
    assert_eq!(told(&app, insee.id).await, [["deleted"]]);
}

#[actix_web::test]
async fn strangers_editors_and_nobody_do_not_delete() {
    let app = TestApp::new().await;
    let (eddy, ulysse) = (app.user("Eddy Editor").await, app.user("Ulysse User").await);
    let insee = an_organization().with_editor(&eddy).stored(&app).await;
    app.delete(&at(&insee)).send().await.refuses(401, "Unauthorized");
    for account in [&eddy, &ulysse] {
        let answer = app.delete(&at(&insee)).key(account).send().await;
        answer.refuses(403, "You do not have the permission to modify that object.");
    }
    assert!(!stored(&app, insee.id).await.is_deleted());
}

#[actix_web::test]
async fn null_as_the_date_of_deletion_brings_it_back() {
    let app = TestApp::new().await;
    let (olga, ulysse) = (app.user("Olga Owner").await, app.user("Ulysse User").await);
    let insee = an_organization().with_admin(&olga).deleted().stored(&app).await;
    let restored = json!({"deleted": null, "acronym": "BACK"});
    let answer = app.put(&at(&insee)).key(&ulysse).json(&restored).send().await;
    answer.refuses(403, "You do not have the permission to modify that object.");
    let body = app.put(&at(&insee)).key(&olga).json(&restored).send().await.json();
    assert_eq!((&body["deleted"], &body["acronym"]), (&json!(null), &json!("BACK")));
    assert_eq!(app.get(&at(&insee)).send().await.status, 200);
}

#[actix_web::test]
async fn a_flag_that_is_none_is_refused_before_anything_is_deleted() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let told =
        "Send formal legal notice with appeal information to owner (admin only) Invalid literal for boolean(): maybe";
    let path = format!("{}?send_legal_notice=maybe", at(&insee));
    app.delete(&path).key(&olga).send().await.is(
        400,
        json!({"errors": {"send_legal_notice": told}, "message": "Input payload validation failed", "status": 400}),
    );
    assert!(!stored(&app, insee.id).await.is_deleted());
}

#[actix_web::test]
async fn members_and_contacts_of_a_deleted_organization_are_still_shown() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).deleted().stored(&app).await;
    for part in ["contacts/", "followers/", "contacts/suggest/?q="] {
        assert_eq!(app.get(&format!("{}{part}", at(&insee))).send().await.status, 200, "{part}");
    }
    for part in ["membership/", "assignments/"] {
        assert_eq!(app.get(&format!("{}{part}", at(&insee))).key(&olga).send().await.status, 200, "{part}");
    }
}
