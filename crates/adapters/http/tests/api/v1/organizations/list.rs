//! `GET /api/1/organizations/`.

use serde_json::{Value, json};

use super::{member, organization};
use crate::support::{Answer, TestApp, an_organization};

fn names(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let data = body["data"].as_array().unwrap_or_else(|| panic!("no list: {body}"));
    data.iter().map(|organization| organization["name"].as_str().unwrap().to_owned()).collect()
}

async fn three(app: &TestApp) {
    for (name, followers) in [("Alpes", 2), ("Bretagne", 9), ("Corse", 0)] {
        let organization = an_organization().named(name).but(move |organization| {
            organization.metrics.insert("followers", followers);
            organization.acronym = Some(format!("{}X", organization.name.get(..2).unwrap().to_uppercase()));
        });
        organization.stored(app).await;
        app.clock.advance_millis(1000);
    }
}

#[actix_web::test]
async fn an_empty_list_has_one_empty_page() {
    let expected =
        json!({"data": [], "next_page": null, "page": 1, "page_size": 20, "previous_page": null, "total": 0});
    TestApp::new().await.get("/api/1/organizations/").send().await.is(200, expected);
}

#[actix_web::test]
async fn organizations_are_listed_whole() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let shown = organization(&insee, &[member(&olga, "Administrator", "admin")], false);
    let expected =
        json!({"data": [shown], "next_page": null, "page": 1, "page_size": 20, "previous_page": null, "total": 1});
    app.get("/api/1/organizations/").send().await.is(200, expected);
}

#[actix_web::test]
async fn the_newest_comes_first_and_deleted_ones_are_left_out() {
    let app = TestApp::new().await;
    three(&app).await;
    let ada = app.admin().await;
    an_organization().named("Gone").deleted().stored(&app).await;
    for key in [None, Some(&ada)] {
        let request = app.get("/api/1/organizations/");
        let request = match key {
            Some(account) => request.key(account),
            None => request,
        };
        let answer = request.send().await;
        assert_eq!(names(&answer), ["Corse", "Bretagne", "Alpes"]);
        assert_eq!(answer.json()["total"], 3);
    }
}

#[actix_web::test]
async fn a_list_can_be_sorted_both_ways() {
    let app = TestApp::new().await;
    three(&app).await;
    for (sort, expected) in [
        ("name", ["Alpes", "Bretagne", "Corse"]),
        ("-name", ["Corse", "Bretagne", "Alpes"]),
        ("followers", ["Corse", "Alpes", "Bretagne"]),
        ("-followers", ["Bretagne", "Alpes", "Corse"]),
        ("created", ["Alpes", "Bretagne", "Corse"]),
        ("-created", ["Corse", "Bretagne", "Alpes"]),
        ("last_modified", ["Alpes", "Bretagne", "Corse"]),
    ] {
        assert_eq!(names(&app.get(&format!("/api/1/organizations/?sort={sort}")).send().await), expected, "{sort}");
    }
}

#[actix_web::test]
async fn an_unknown_sort_key_is_refused() {
    let app = TestApp::new().await;
    for sort in ["nope", "", "--name", "members.user", "$where"] {
        let message = format!(
            "The field (and direction) on which sorting apply The value '{sort}' is not a valid choice for 'sort'."
        );
        let expected =
            json!({"errors": {"sort": message}, "message": "Input payload validation failed", "status": 400});
        app.get(&format!("/api/1/organizations/?sort={sort}")).send().await.is(400, expected);
    }
}

#[actix_web::test]
async fn a_list_can_be_filtered() {
    let app = TestApp::new().await;
    three(&app).await;
    an_organization()
        .named("Ville d'Arles")
        .with_badge("certified")
        .but(|organization| organization.business_number_id = Some("13002526500013".into()))
        .stored(&app)
        .await;
    let none: [&str; 0] = [];
    for (query, expected) in [
        ("name=Corse", vec!["Corse"]),
        ("name=corse", none.to_vec()),
        ("name=", vec!["Ville d'Arles", "Corse", "Bretagne", "Alpes"]),
        ("badge=certified", vec!["Ville d'Arles"]),
        ("badge=company", none.to_vec()),
        ("business_number_id=13002526500013", vec!["Ville d'Arles"]),
        ("business_number_id=", vec!["Ville d'Arles", "Corse", "Bretagne", "Alpes"]),
        ("q=arles+ville", vec!["Ville d'Arles"]),
        ("q=arles+corse", none.to_vec()),
        ("q=", vec!["Ville d'Arles", "Corse", "Bretagne", "Alpes"]),
        ("unknown=1", vec!["Ville d'Arles", "Corse", "Bretagne", "Alpes"]),
    ] {
        assert_eq!(names(&app.get(&format!("/api/1/organizations/?{query}")).send().await), expected, "{query}");
    }
}

#[actix_web::test]
async fn an_unknown_badge_is_refused() {
    let app = TestApp::new().await;
    let expected: Value = json!({
        "errors": {"badge": "Unknown badge type"}, "message": "Input payload validation failed", "status": 400
    });
    app.get("/api/1/organizations/?badge=nope").send().await.is(400, expected.clone());
    app.get("/api/1/organizations/?badge=").send().await.is(400, expected);
}
