//! `/api/2/organizations/{org}/extras/`.

use basalt_domain::Organization;
use serde_json::json;

use crate::support::{TestApp, an_organization};

fn at(organization: &Organization) -> String {
    format!("/api/2/organizations/{}/extras/", organization.id)
}

#[actix_web::test]
async fn extras_are_merged_in_and_null_removes() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    app.get(&at(&insee)).send().await.is(200, json!({}));
    for (sent, expected) in [
        (json!({"b": {"c": [1]}, "a": 1}), json!({"b": {"c": [1]}, "a": 1})),
        (json!({"a": null, "d": "x"}), json!({"b": {"c": [1]}, "d": "x"})),
        (json!({}), json!({"b": {"c": [1]}, "d": "x"})),
        (json!({"transport:x": 1.5, "a.b": true}), json!({"b": {"c": [1]}, "d": "x", "transport:x": 1.5, "a.b": true})),
    ] {
        app.put(&at(&insee)).key(&olga).json(&sent).send().await.is(200, expected.clone());
        app.get("/api/2/organizations/insee/extras/").send().await.is(200, expected);
    }
}

#[actix_web::test]
async fn bodies_of_version_two_end_with_a_line_feed() {
    let app = TestApp::new().await;
    let insee = an_organization().stored(&app).await;
    assert_eq!(app.get(&at(&insee)).send().await.body.as_ref(), b"{}\n");
}

#[actix_web::test]
async fn extras_are_removed_by_name_and_unknown_names_are_fine() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).but(|it| {
        it.extras.insert("a", 1_i64);
        it.extras.insert("b", 2_i64);
    });
    let insee = insee.stored(&app).await;
    app.delete(&at(&insee)).key(&olga).json(&json!(["a", "unknown", 5])).send().await.is_empty(204);
    app.get(&at(&insee)).send().await.is(200, json!({"b": 2}));
}

#[actix_web::test]
async fn other_shapes_are_refused() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    for body in [json!([1]), json!(null), json!("x"), json!(5)] {
        let answer = app.put(&at(&insee)).key(&olga).json(&body).send().await;
        answer.refuses(400, "Wrong payload format, dict expected");
    }
    for body in [json!({"a": 1}), json!("x")] {
        let answer = app.delete(&at(&insee)).key(&olga).json(&body).send().await;
        answer.refuses(400, "Wrong payload format, list expected");
    }
    let told = "Invalid dictionary key name - keys may not startswith \"$\" characters";
    let message = format!("ValidationError (Organization:{}) ({told}: ['extras'])", insee.id);
    let answer = app.put(&at(&insee)).key(&olga).json(&json!({"$a": 1})).send().await;
    answer.is(400, json!({"errors": {"extras": told}, "message": message, "status": 400}));
    app.get(&at(&insee)).send().await.is(200, json!({}));
}

#[actix_web::test]
async fn only_admins_change_extras() {
    let app = TestApp::new().await;
    let (eddy, ulysse) = (app.user("Eddy Editor").await, app.user("Ulysse User").await);
    let insee = an_organization().with_editor(&eddy).stored(&app).await;
    app.put(&at(&insee)).json(&json!({"a": 1})).send().await.refuses(401, "Unauthorized");
    for account in [&eddy, &ulysse] {
        let refused = "You do not have the permission to modify that object.";
        app.put(&at(&insee)).key(account).json(&json!({"a": 1})).send().await.refuses(403, refused);
        app.delete(&at(&insee)).key(account).json(&json!(["a"])).send().await.refuses(403, refused);
    }
}

#[actix_web::test]
async fn extras_of_a_deleted_organization_are_gone_for_everybody() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).deleted().stored(&app).await;
    let gone = "Organization has been deleted";
    app.get(&at(&insee)).key(&olga).send().await.refuses(410, gone);
    app.put(&at(&insee)).key(&olga).json(&json!({"a": 1})).send().await.refuses(410, gone);
    app.delete(&at(&insee)).key(&olga).json(&json!(["a"])).send().await.refuses(410, gone);
}
