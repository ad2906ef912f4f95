//! `/api/1/organizations/{org}/member/{user}/`, `roles/`, `assignments/`.

use basalt_domain::{Assignment, Document, GenericReference, ObjectId, OrganizationRole};
use basalt_ports::ChangeSet;
use serde_json::json;

use super::{at, member, stored, told};
use crate::support::{Account, TestApp, an_organization};

async fn assigned(app: &TestApp, organization: ObjectId, account: &Account) {
    let (id, dataset, now) = (app.services.context.id(), app.services.context.id(), app.services.context.now());
    let subject = GenericReference::organization(dataset);
    let rest = Document::new();
    let assignment = Assignment { id, user: account.id, organization, subject, created_at: now, rest };
    app.store().commit(ChangeSet::new().insert(&assignment)).await.unwrap();
}

#[actix_web::test]
async fn the_roles_are_known() {
    let expected = json!([
        {"description": "Can manage the organization, its members and all its content.", "id": "admin", "label": "Administrator"},
        {"description": "Can create and edit all the content of the organization.", "id": "editor", "label": "Editor"},
        {"description": "Can create content and edit only some of the content.", "id": "partial_editor", "label": "Partial editor"},
    ]);
    let app = TestApp::new().await;
    for path in ["/api/1/organizations/roles/", "/api/1/organizations/roles/?lang=fr"] {
        app.get(path).send().await.is(200, expected.clone());
    }
}

#[actix_web::test]
async fn an_admin_changes_a_role_and_it_is_told() {
    let app = TestApp::new().await;
    let (olga, eddy) = (app.user("Olga Owner").await, app.user("Eddy Editor").await);
    let insee = an_organization().with_admin(&olga).with_editor(&eddy).stored(&app).await;
    let path = format!("{}member/{}/", at(&insee), eddy.slug);
    let answer = app.put(&path).key(&olga).json(&json!({"role": "admin"})).send().await;
    answer.is(200, member(&eddy, "Administrator", "admin"));
    assert_eq!(told(&app, insee.id).await, [["members.1.role"]]);
    for unchanged in [json!({}), json!({"role": null}), json!({"role": "admin"})] {
        let answer = app.put(&path).key(&olga).json(&unchanged).send().await;
        answer.is(200, member(&eddy, "Administrator", "admin"));
    }
    assert_eq!(told(&app, insee.id).await.len(), 1);
}

#[actix_web::test]
async fn who_is_no_longer_a_partial_editor_loses_what_was_assigned() {
    let app = TestApp::new().await;
    let (olga, paula) = (app.user("Olga Owner").await, app.user("Paula Partial").await);
    let insee = an_organization().with_admin(&olga).with(&paula, OrganizationRole::PartialEditor).stored(&app).await;
    assigned(&app, insee.id, &paula).await;
    let assignments = format!("{}assignments/", at(&insee));
    assert_eq!(app.get(&assignments).key(&olga).send().await.json().as_array().unwrap().len(), 1);
    let path = format!("{}member/{}/", at(&insee), paula.id);
    app.put(&path).key(&olga).json(&json!({"role": "editor"})).send().await.is(200, member(&paula, "Editor", "editor"));
    app.get(&assignments).key(&olga).send().await.is(200, json!([]));
}

#[actix_web::test]
async fn unknown_roles_and_strangers_are_refused() {
    let app = TestApp::new().await;
    let (olga, eddy, ulysse) =
        (app.user("Olga Owner").await, app.user("Eddy Editor").await, app.user("Ulysse User").await);
    let insee = an_organization().with_admin(&olga).with_editor(&eddy).stored(&app).await;
    let path = |user: &Account| format!("{}member/{}/", at(&insee), user.id);
    for (role, told) in [(json!("nope"), "nope"), (json!(5), "5")] {
        let message = format!("'{told}' is not a valid choice. Valid choices: ['admin', 'editor', 'partial_editor']");
        let answer = app.put(&path(&eddy)).key(&olga).json(&json!({"role": role})).send().await;
        answer.is(400, json!({"errors": {"role": message}, "message": message, "status": 400}));
    }
    let answer = app.put(&path(&ulysse)).key(&olga).json(&json!({"role": "editor"})).send().await;
    answer.refuses(404, basalt_http::problem::NOT_FOUND);
    let answer = app.put(&path(&eddy)).key(&eddy).json(&json!({"role": "admin"})).send().await;
    answer.refuses(403, "You do not have the permission to modify that object.");
    assert_eq!(stored(&app, insee.id).await, insee);
}

#[actix_web::test]
async fn a_member_can_be_removed_with_what_was_assigned_to_them() {
    let app = TestApp::new().await;
    let (olga, paula) = (app.user("Olga Owner").await, app.user("Paula Partial").await);
    let insee = an_organization().with_admin(&olga).with(&paula, OrganizationRole::PartialEditor).stored(&app).await;
    assigned(&app, insee.id, &paula).await;
    let path = format!("{}member/{}/", at(&insee), paula.id);
    app.delete(&path).key(&olga).send().await.is_empty(204);
    app.delete(&path).key(&olga).send().await.refuses(404, basalt_http::problem::NOT_FOUND);
    let body = app.get(&at(&insee)).send().await.json();
    assert_eq!((body["members"].as_array().unwrap().len(), &body["metrics"]["members"]), (1, &json!(1)));
    app.get(&format!("{}assignments/", at(&insee))).key(&olga).send().await.is(200, json!([]));
    assert!(told(&app, insee.id).await.is_empty());
}

#[actix_web::test]
async fn the_last_admin_may_go() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    app.delete(&format!("{}member/{}/", at(&insee), olga.id)).key(&olga).send().await.is_empty(204);
    let answer = app.put(&at(&insee)).key(&olga).json(&json!({})).send().await;
    answer.refuses(403, "You do not have the permission to modify that object.");
}

#[actix_web::test]
async fn until_there_is_a_catalogue_nothing_can_be_assigned() {
    let app = TestApp::new().await;
    let (olga, paula) = (app.user("Olga Owner").await, app.user("Paula Partial").await);
    let insee = an_organization().with_admin(&olga).with(&paula, OrganizationRole::PartialEditor).stored(&app).await;
    let path = format!("{}member/{}/assignments/", at(&insee), paula.id);
    let checked = |message: &str| json!({"errors": {"assignments": message}, "message": message, "status": 400});
    for (body, expected) in [
        (json!([{"class": "Topic", "id": "x"}]), checked("Invalid object class 'Topic'")),
        (json!([{"class": "Dataset"}]), checked("Dataset 'None' not found")),
        (
            json!([{"class": "Dataset", "id": "000000000000000000000001"}]),
            checked("Dataset '000000000000000000000001' not found"),
        ),
        (json!({"a": 1}), checked("Expected a list of {class, id} objects")),
        (
            json!([{"class": "Dataset", "id": "nope"}]),
            json!({
                "errors": {}, "status": 400,
                "message": "'nope' is not a valid ObjectId, it must be a 12-byte input or a 24-character hex string",
            }),
        ),
    ] {
        app.put(&path).key(&olga).json(&body).send().await.is(400, expected);
    }
    for empty in [json!([]), json!(null), json!({})] {
        app.put(&path).key(&olga).json(&empty).send().await.is(200, json!([]));
    }
    let other = format!("{}member/{}/assignments/", at(&insee), olga.id);
    let answer = app.put(&other).key(&olga).json(&json!([])).send().await;
    answer.refuses(400, "User must be a partial_editor member of this organization");
}
