//! `/api/1/contacts/`.

use basalt_domain::OrganizationRole;
use serde_json::{Value, json};

use crate::support::{TestApp, an_organization, organization_reference};

const CONTACTS: &str = "/api/1/contacts/";

fn desk() -> Value {
    json!({"name": "Desk", "email": "desk@example.org", "role": "contact"})
}

#[actix_web::test]
async fn an_equal_contact_point_is_not_made_twice() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let made = app.post(CONTACTS).key(&ulysse).json(&desk()).send().await;
    let expected = json!({
        "contact_form": null,
        "email": "desk@example.org",
        "id": made.json()["id"],
        "name": "Desk",
        "organization": null,
        "owner": ulysse.reference(),
        "role": "contact"
    });
    made.is(201, expected.clone());
    app.post(CONTACTS).key(&ulysse).json(&desk()).send().await.is(200, expected.clone());
    let path = format!("{CONTACTS}{}/", expected["id"].as_str().unwrap());
    app.get(&path).send().await.is(200, expected.clone());
    // A change that changes nothing is none.
    app.put(&path).key(&ulysse).json(&json!({})).send().await.is(200, expected);
}

#[actix_web::test]
async fn a_contact_point_does_not_become_equal_to_another() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    app.post(CONTACTS).key(&ulysse).json(&desk()).send().await;
    let other = json!({"name": "Other", "email": "desk@example.org", "role": "contact"});
    let other = app.post(CONTACTS).key(&ulysse).json(&other).send().await.json();
    let path = format!("{CONTACTS}{}/", other["id"].as_str().unwrap());
    let message = "An existing contact point already exists with these informations.";
    let answer = app.put(&path).key(&ulysse).json(&json!({"name": "Desk"})).send().await;
    answer.is(400, json!({"errors": {"name": message}, "message": message, "status": 400}));
}

#[actix_web::test]
async fn there_must_be_a_way_to_make_contact() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    for (body, message) in [
        (json!({}), "A contact point requires a name, an email or a contact form"),
        (
            json!({"name": "Desk", "role": "contact"}),
            "At least an email or a contact form is required for a contact point",
        ),
    ] {
        let answer = app.post(CONTACTS).key(&ulysse).json(&body).send().await;
        answer.is(400, json!({"errors": {}, "message": message, "status": 400}));
    }
    let creator = json!({"name": "Only name", "role": "creator"});
    assert_eq!(app.post(CONTACTS).key(&ulysse).json(&creator).send().await.status, 201);
    let answer = app.post(CONTACTS).key(&ulysse).json(&json!({"name": "Desk", "email": "nope"})).send().await;
    assert_eq!(answer.json()["errors"], json!({"email": "Invalid email address"}));
}

#[actix_web::test]
async fn members_make_contact_points_and_editors_change_them() {
    let app = TestApp::new().await;
    let (olga, paula) = (app.user("Olga Owner").await, app.user("Paula Partial").await);
    let (otto, ada) = (app.user("Otto Other").await, app.admin().await);
    let insee = an_organization().with_admin(&olga).with(&paula, OrganizationRole::PartialEditor).stored(&app).await;
    let mut body = desk();
    body["organization"] = insee.id.to_string().into();
    let refused = app.post(CONTACTS).key(&otto).json(&body).send().await;
    assert_eq!(refused.json()["message"], "Permission denied for this organization");
    let made = app.post(CONTACTS).key(&paula).json(&body).send().await;
    assert_eq!(made.status, 201);
    assert_eq!(
        made.json()["organization"],
        organization_reference(&insee, false).as_object().map_or(Value::Null, |map| {
            let mut map = map.clone();
            map["permissions"]["private"] = true.into();
            Value::Object(map)
        })
    );
    let path = format!("{CONTACTS}{}/", made.json()["id"].as_str().unwrap());
    let change = json!({"name": "New"});
    assert_eq!(app.put(&path).key(&paula).json(&change).send().await.status, 403);
    assert_eq!(app.put(&path).key(&otto).json(&change).send().await.status, 403);
    assert_eq!(app.put(&path).key(&olga).json(&change).send().await.status, 200);
    let moved = app.put(&path).key(&ada).json(&json!({"owner": olga.id.to_string()})).send().await;
    assert_eq!(moved.json()["message"], "A contact point cannot change owner.");
}

#[actix_web::test]
async fn a_deleted_contact_point_is_taken_from_what_it_stood_with() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let id = app.post(CONTACTS).key(&ulysse).json(&desk()).send().await.json()["id"].clone();
    let api = json!({"title": "Bus API", "contact_points": [id]});
    app.post("/api/1/dataservices/").key(&ulysse).json(&api).send().await;
    let shown = async || app.get("/api/1/dataservices/bus-api/").send().await.json()["contact_points"].clone();
    assert_eq!(shown().await[0]["id"], id);
    let path = format!("{CONTACTS}{}/", id.as_str().unwrap());
    app.delete(&path).key(&ulysse).send().await.is_empty(204);
    assert_eq!(shown().await, json!([]));
    assert_eq!(app.get(&path).send().await.status, 404);
}

#[actix_web::test]
async fn roles_are_listed_with_their_labels() {
    let roles = TestApp::new().await.get("/api/1/contacts/roles/").send().await.json();
    assert_eq!(roles[3], json!({"id": "rightsHolder", "label": "Rights Holder"}));
    assert_eq!(roles.as_array().unwrap().len(), 11);
}
