//! `/api/1/organizations/{org}/contacts/`.

use basalt_domain::{ContactPoint, Document, Organization};
use basalt_ports::ChangeSet;
use serde_json::{Value, json};

use super::at;
use crate::support::{TestApp, an_organization, organization_reference};

async fn contact(app: &TestApp, of: &Organization, name: &str, email: &str) -> String {
    let contact = ContactPoint {
        id: app.services.context.id(),
        name: Some(name.into()),
        email: Some(email.into()),
        contact_form: None,
        role: "contact".into(),
        organization: Some(of.id),
        owner: None,
        rest: Document::new(),
    };
    app.store().commit(ChangeSet::new().insert(&contact)).await.unwrap();
    contact.id.to_string()
}

fn shown(of: &Organization, id: &str, name: &str, email: &str) -> Value {
    json!({
        "contact_form": null, "email": email, "id": id, "name": name,
        "organization": organization_reference(of, false), "owner": null, "role": "contact",
    })
}

#[actix_web::test]
async fn contacts_of_an_organization_are_listed_oldest_first() {
    let app = TestApp::new().await;
    let insee = an_organization().stored(&app).await;
    let other = an_organization().named("Other").stored(&app).await;
    let gis = contact(&app, &insee, "GIS desk", "gis@example.org").await;
    let press = contact(&app, &insee, "Press", "press@example.org").await;
    contact(&app, &other, "Elsewhere", "x@example.org").await;
    let data = json!([
        shown(&insee, &gis, "GIS desk", "gis@example.org"),
        shown(&insee, &press, "Press", "press@example.org"),
    ]);
    let page = json!({"data": data, "next_page": null, "page": 1, "page_size": 20, "previous_page": null, "total": 2});
    app.get(&format!("{}contacts/", at(&insee))).send().await.is(200, page);
}

#[actix_web::test]
async fn contacts_are_found_by_a_part_of_name_or_address() {
    let app = TestApp::new().await;
    let insee = an_organization().stored(&app).await;
    let gis = contact(&app, &insee, "GIS desk", "map@example.org").await;
    let gis = shown(&insee, &gis, "GIS desk", "map@example.org");
    let path = format!("{}contacts/suggest/", at(&insee));
    for (q, expected) in [("DESK", json!([gis])), ("map@", json!([gis])), ("", json!([gis])), ("nope", json!([]))] {
        app.get(&format!("{path}?q={q}")).send().await.is(200, expected);
    }
    let missing = "The string to autocomplete/suggest Missing required parameter in the query string";
    let expected = json!({"errors": {"q": missing}, "message": "Input payload validation failed", "status": 400});
    app.get(&path).send().await.is(400, expected);
}
