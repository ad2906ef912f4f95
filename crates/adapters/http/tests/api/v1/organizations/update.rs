//! `PUT /api/1/organizations/{org}/`.

use serde_json::{Value, json};

use super::{at, member, organization, seen, stored, told};
use crate::support::{TestApp, an_organization};

#[actix_web::test]
async fn only_its_admins_and_the_portals_change_it() {
    let app = TestApp::new().await;
    let (ada, olga) = (app.admin().await, app.user("Olga Owner").await);
    let (eddy, ulysse) = (app.user("Eddy Editor").await, app.user("Ulysse User").await);
    let insee = an_organization().with_admin(&olga).with_editor(&eddy).stored(&app).await;
    let change = json!({"acronym": "X"});
    app.put(&at(&insee)).json(&change).send().await.refuses(401, "Unauthorized");
    for account in [&eddy, &ulysse] {
        let answer = app.put(&at(&insee)).key(account).json(&change).send().await;
        answer.refuses(403, "You do not have the permission to modify that object.");
    }
    assert_eq!(stored(&app, insee.id).await.acronym, None);
    for account in [&olga, &ada] {
        assert_eq!(app.put(&at(&insee)).key(account).json(&change).send().await.status, 200);
    }
}

#[actix_web::test]
async fn what_is_not_sent_stays() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).but(|it| it.acronym = Some("I".into())).stored(&app).await;
    app.clock.advance_millis(1000);
    let answer = app.put(&at(&insee)).key(&olga).json(&json!({"description": "New."})).send().await;
    let mut expected = organization(&insee, &[seen(member(&olga, "Administrator", "admin"), "ol**@example.org")], true);
    expected["acronym"] = json!("I");
    expected["description"] = json!("New.");
    expected["last_modified"] = json!("2026-01-02T03:04:06.678000+00:00");
    answer.is(200, expected);
}

#[actix_web::test]
async fn null_and_blank_texts_clear_what_is_not_required() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    for empty in [json!(null), json!(""), json!(" ")] {
        let filled = json!({"acronym": "X", "url": "https://x.org/", "banner_color": "#aabbcc"});
        app.put(&at(&insee)).key(&olga).json(&filled).send().await;
        let cleared = json!({"acronym": empty, "url": empty, "banner_color": empty});
        let body = app.put(&at(&insee)).key(&olga).json(&cleared).send().await.json();
        assert_eq!((&body["acronym"], &body["url"], &body["banner_color"]), (&Value::Null, &Value::Null, &Value::Null));
    }
}

#[actix_web::test]
async fn wrong_values_are_told_by_field_and_change_nothing() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    for (field, value, message) in [
        ("name", json!(null), "Field is required"),
        ("description", json!(""), "Field is required"),
        ("description", json!(" "), "Field is required"),
        ("acronym", json!("x".repeat(129)), "String value is too long"),
        ("acronym", json!(5), "StringField only accepts string values"),
        ("url", json!("javascript:alert(1)"), "Invalid URL \"javascript:alert(1)\""),
        ("banner_color", json!("#fff"), "String value did not match validation regex"),
        ("banner_image_position", json!(101), "Integer value is too large"),
        ("banner_image_position", json!(1e30), "Integer value is too large"),
        ("banner_image_position", json!(-1), "Integer value is too small"),
        ("banner_image_position", json!("x"), "x could not be converted to int"),
        ("extras", json!([1]), "Only dictionaries may be used in a DictField"),
        ("extras", json!({"$a": 1}), "Invalid dictionary key name - keys may not startswith \"$\" characters"),
        ("deleted", json!("nope"), "cannot parse date \"nope\""),
        ("presentation_blocs_published_at", json!("x"), "cannot parse date \"x\""),
    ] {
        // A good value beside the wrong one is not kept either.
        let answer = app.put(&at(&insee)).key(&olga).json(&json!({field: value, "image_url": "new"})).send().await;
        let summary = format!("ValidationError (Organization:{}) ({message}: ['{field}'])", insee.id);
        answer.is(400, json!({"errors": {field: message}, "message": summary, "status": 400}));
    }
    for (field, value, message) in [
        ("business_number_id", json!("130"), "A siret number is made of 14 digits"),
        ("business_number_id", json!("1300252a500013"), "A siret number is only made of digits"),
        ("business_number_id", json!("12345678900013"), "Invalid Siret number"),
        ("presentation_blocs", json!("x"), "Expected a list"),
    ] {
        let answer = app.put(&at(&insee)).key(&olga).json(&json!({field: value})).send().await;
        answer.is(400, json!({"errors": {field: message}, "message": message, "status": 400}));
    }
    assert_eq!(stored(&app, insee.id).await, insee);
    assert_eq!(told(&app, insee.id).await, Vec::<Vec<String>>::new());
}

#[actix_web::test]
async fn changes_are_told_in_the_activity_stream_by_the_names_of_fields() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    for change in [json!({}), json!({"extras": {"a": 1}}), json!({"name": "Renamed", "url": "https://x.org/"})] {
        app.put(&at(&insee)).key(&olga).json(&change).send().await;
    }
    assert_eq!(told(&app, insee.id).await, [["name", "url"]]);
}

#[actix_web::test]
async fn two_editors_of_different_fields_both_win() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let path = at(&insee);
    let one = app.put(&path).key(&olga).json(&json!({"acronym": "X"})).send();
    let other = app.put(&path).key(&olga).json(&json!({"image_url": "Y"})).send();
    let (one, other) = futures_util::join!(one, other);
    assert_eq!((one.status, other.status), (200, 200));
    let now = stored(&app, insee.id).await;
    assert_eq!((now.acronym.as_deref(), now.image_url.as_deref()), (Some("X"), Some("Y")));
}

#[actix_web::test]
async fn unknown_stored_fields_survive_a_change() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).but(|it| {
        it.rest.insert("of_a_plugin", 7_i64);
    });
    let insee = insee.stored(&app).await;
    app.put(&at(&insee)).key(&olga).json(&json!({"acronym": "X"})).send().await;
    assert_eq!(stored(&app, insee.id).await.rest.get("of_a_plugin"), Some(&7_i64.into()));
}
