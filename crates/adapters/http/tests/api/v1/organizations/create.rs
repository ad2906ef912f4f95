//! `POST /api/1/organizations/`.

use basalt_domain::ObjectId;
use serde_json::{Value, json};

use super::{member, organization, seen, stored};
use crate::support::{TestApp, an_organization};

const PATH: &str = "/api/1/organizations/";

#[actix_web::test]
async fn whoever_creates_an_organization_administers_it() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let answer = app.post(PATH).key(&olga).json(&json!({"name": "INSEE", "description": "Numbers."})).send().await;
    let id = ObjectId::parse(answer.json()["id"].as_str().unwrap()).unwrap();
    let insee = stored(&app, id).await;
    let olga_seen = seen(member(&olga, "Administrator", "admin"), "ol**@example.org");
    answer.is(201, organization(&insee, &[olga_seen], true));
    assert_eq!((insee.name.as_str(), insee.slug.as_str(), insee.description.as_str()), ("INSEE", "insee", "Numbers."));
    let again = app.get(&format!("{PATH}insee/")).key(&olga).send().await;
    assert_eq!(again.json(), answer.json(), "what was answered is what is there");
}

#[actix_web::test]
async fn all_that_is_given_is_kept_and_the_rest_ignored() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let body = json!({
        "name": "Ville d'Arles", "description": "A *town*.", "acronym": "VdA", "url": "https://arles.fr/",
        "business_number_id": "13002526500013", "extras": {"a": [1, {"b": null}]},
        "id": "x", "slug": "mine", "badges": [{"kind": "certified"}], "members": [], "metrics": {"followers": 9},
        "created_at": "2001-01-01", "unknown": 1,
    });
    let answer = app.post(PATH).key(&olga).json(&body).send().await;
    let id = ObjectId::parse(answer.json()["id"].as_str().unwrap()).unwrap();
    let arles = stored(&app, id).await;
    let olga_seen = seen(member(&olga, "Administrator", "admin"), "ol**@example.org");
    let mut expected = organization(&arles, &[olga_seen], true);
    for field in ["name", "description", "acronym", "url", "business_number_id", "extras"] {
        expected[field] = body[field].clone();
    }
    expected["slug"] = json!("ville-darles");
    answer.is(201, expected);
}

#[actix_web::test]
async fn nobody_creates_without_a_key() {
    let app = TestApp::new().await;
    app.post(PATH).json(&json!({"name": "x", "description": "d"})).send().await.refuses(401, "Unauthorized");
    assert_eq!(app.get(PATH).send().await.json()["total"], 0);
}

#[actix_web::test]
async fn what_is_missing_or_wrong_is_told_by_field_and_nothing_is_created() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let refused = |errors: Value, message: &str| json!({"errors": errors, "message": message, "status": 400});
    let required = "Field is required";
    for (body, expected) in [
        (
            json!({}),
            refused(
                json!({"name": required, "description": required}),
                "ValidationError (Organization:None) (Field is required: ['name', 'description'])",
            ),
        ),
        (
            json!({"name": " ", "description": "d"}),
            refused(json!({"name": required}), "ValidationError (Organization:None) (Field is required: ['name'])"),
        ),
        (
            json!({"name": 5, "description": "d"}),
            refused(
                json!({"name": "StringField only accepts string values"}),
                "ValidationError (Organization:None) (StringField only accepts string values: ['name'])",
            ),
        ),
        (
            json!({"name": "x", "description": "d", "url": "nope", "business_number_id": "130"}),
            refused(
                json!({"business_number_id": "A siret number is made of 14 digits"}),
                "A siret number is made of 14 digits",
            ),
        ),
    ] {
        app.post(PATH).key(&olga).json(&body).send().await.is(400, expected);
    }
    let list = json!([]);
    let expected = refused(json!({"request": "expecting a JSON object"}), "expecting a JSON object");
    app.post(PATH).key(&olga).json(&list).send().await.is(400, expected);
    assert_eq!(app.get(PATH).send().await.json()["total"], 0);
}

#[actix_web::test]
async fn a_second_organization_of_a_name_gets_the_next_free_slug() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    an_organization().deleted().stored(&app).await;
    for slug in ["insee-1", "insee-2"] {
        let body = json!({"name": "INSEE", "description": "d"});
        let answer = app.post(PATH).key(&olga).json(&body).send().await;
        assert_eq!((answer.status, &answer.json()["slug"]), (201, &json!(slug)));
    }
}

#[actix_web::test]
async fn a_name_without_letters_still_gets_an_address() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let answer = app.post(PATH).key(&olga).json(&json!({"name": "...", "description": "d"})).send().await;
    let slug = answer.json()["slug"].as_str().unwrap().to_owned();
    assert_eq!(app.get(&format!("{PATH}{slug}/")).send().await.status, 200);
}

#[actix_web::test]
async fn several_of_one_name_at_once_get_slugs_of_their_own() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let body = json!({"name": "Same", "description": "x"});
    let at_once = (0..6).map(|_writer| app.post(PATH).key(&olga).json(&body).send());
    let answers = futures_util::future::join_all(at_once).await;
    let mut slugs: Vec<String> = answers.iter().map(|answer| answer.json()["slug"].as_str().unwrap().into()).collect();
    slugs.sort();
    assert_eq!(slugs, ["same", "same-1", "same-2", "same-3", "same-4", "same-5"]);
}

#[actix_web::test]
async fn keys_that_a_database_would_mistake_are_refused_at_any_depth() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    for extras in [json!({"$gt": ""}), json!({"a": [{"$oid": "534fff4ca3a7292c64a77c95"}]}), json!({"a": {"b\0": 1}})] {
        let body = json!({"name": "X", "description": "x", "extras": extras});
        let answer = app.post(PATH).key(&olga).json(&body).send().await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.json()["errors"]["extras"].as_str().unwrap().starts_with("Invalid dictionary key name"));
    }
}
