//! Every operation that completes what is being typed: words in any order, by their beginnings, without accents and apostrophes;
//! what has one name is told apart, and the popular comes first.

use std::sync::Arc;

use basalt_search::{TantivyIndex, Weights};
use serde_json::{Value, json};

use crate::support::{Account, FRONT, TestApp, an_organization};

const NAME: &str = "Côtes-d'Armor : Élèves";
const HITS: [&str; 11] = [
    "cotes",
    "COTES",
    "c%C3%B4t",
    "arm",
    "d'arm",
    "d%E2%80%99armor",
    "darmor",
    "elev%20arm%20cot",
    "%C3%89L%C3%88VES",
    "cotes-d'armor%20:%20eleves",
    "%20cotes%20%20eleves%20",
];
const MISSES: [&str; 5] = ["otes", "cotesx", "rmor", "eleves%20nowhere", "%00"];

/// A portal where two of everything have the same name, and the second is the more popular; and others.
async fn portal() -> (TestApp, Account) {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    for (number, followers) in [(1, 2), (2, 90)] {
        let organization = an_organization().named(NAME).but(move |it| {
            it.slug = format!("cotes-{number}");
            it.acronym = Some("CDA".into());
            it.metrics.insert("followers", followers);
        });
        organization.stored(&app).await;
    }
    an_organization().named("Nothing alike").stored(&app).await;
    for (path, body) in [
        ("/api/1/datasets/", json!({"acronym": "CDA"})),
        ("/api/1/reuses/", json!({"type": "api", "topic": "health"})),
        ("/api/1/dataservices/", json!({"acronym": "CDA"})),
    ] {
        for (number, title) in [NAME, NAME, "Nothing alike"].into_iter().enumerate() {
            let mut body = body.clone();
            body["title"] = json!(title);
            body["description"] = json!("d");
            if path.contains("reuses") {
                body["url"] = json!(format!("https://example.org/{number}"));
            }
            let made = app.post(path).key(&olga).json(&body).send().await;
            assert_eq!(made.status, 201, "{made:?}");
            let id = made.json()["id"].as_str().unwrap().to_owned();
            if number == 1 {
                for follower in 0..2 {
                    let fan = app.user(&format!("F{follower}-{} Fan", path.len())).await;
                    app.post(&format!("{path}{id}/followers/")).key(&fan).send().await;
                }
            }
        }
    }
    let app = app.searching_late(Arc::new(TantivyIndex::in_memory(Weights::default()).unwrap())).await;
    app.services.search.reindex(|_datasets| {}).await.unwrap();
    (app, olga)
}

async fn suggested(app: &TestApp, path: &str, query: &str) -> Vec<Value> {
    let answer = app.get(&format!("{path}?q={query}")).send().await;
    assert_eq!(answer.status, 200, "{path}?q={query} {answer:?}");
    answer.json().as_array().unwrap().clone()
}

#[actix_web::test]
async fn objects_are_completed_by_words_in_any_order_homonyms_apart_and_the_popular_first() {
    let (app, _olga) = portal().await;
    for (family, name, popular) in [
        ("organizations", "name", "cotes-2"),
        ("datasets", "title", "cotes-darmor-eleves-1"),
        ("reuses", "title", "cotes-darmor-eleves-1"),
        ("dataservices", "title", "cotes-darmor-eleves-1"),
    ] {
        let path = format!("/api/1/{family}/suggest/");
        for query in HITS {
            let found = suggested(&app, &path, query).await;
            let names: Vec<&Value> = found.iter().map(|one| &one[name]).collect();
            assert_eq!(names, [NAME, NAME], "{path} {query}");
            assert_ne!(found[0]["id"], found[1]["id"]);
            assert_eq!(found[0]["slug"], popular, "{path} {query}: {found:?}");
        }
        for query in MISSES {
            assert_eq!(suggested(&app, &path, query).await, [json!(null); 0], "{path} {query}");
        }
        assert_eq!(suggested(&app, &path, "cotes&size=1").await.len(), 1);
        assert_eq!(suggested(&app, &path, "").await.len(), 3);
        if family != "reuses" {
            let count = if family == "organizations" { 2 } else { 3 };
            assert_eq!(suggested(&app, &path, "cda").await.len(), count, "{path}");
        }
    }
}

#[actix_web::test]
async fn suggestions_have_the_shapes_of_the_contract() {
    let (app, _olga) = portal().await;
    let shown = async |family: &str, query: &str| suggested(&app, &format!("/api/1/{family}/suggest/"), query).await;
    let page = |family: &str, slug: &str| format!("{FRONT}/{family}/{slug}");
    let dataset = &shown("datasets", "nothing").await[0];
    let expected = json!({
        "acronym": "CDA", "id": dataset["id"], "image_url": null, "page": page("datasets", "nothing-alike"),
        "slug": "nothing-alike", "title": "Nothing alike"
    });
    assert_eq!(dataset, &expected);
    let reuse = &shown("reuses", "nothing").await[0];
    let expected = json!({
        "id": reuse["id"], "image_url": null, "page": page("reuses", "nothing-alike"), "slug": "nothing-alike",
        "title": "Nothing alike"
    });
    assert_eq!(reuse, &expected);
    let dataservice = &shown("dataservices", "nothing").await[0];
    let expected = json!({
        "acronym": "CDA", "id": dataservice["id"], "page": page("dataservices", "nothing-alike"),
        "slug": "nothing-alike", "title": "Nothing alike"
    });
    assert_eq!(dataservice, &expected);
    let organization = &shown("organizations", "nothing").await[0];
    let expected = json!({
        "acronym": null, "id": organization["id"], "image_url": null, "name": "Nothing alike",
        "page": page("organizations", "nothing-alike"), "slug": "nothing-alike"
    });
    assert_eq!(organization, &expected);
}

#[actix_web::test]
async fn formats_and_media_types_are_completed() {
    let app = TestApp::new().await;
    let texts = async |path: &str, query: &str| -> Vec<String> {
        let found = suggested(&app, path, query).await;
        found.iter().map(|one| one["text"].as_str().unwrap().to_owned()).collect()
    };
    let formats = "/api/1/datasets/suggest/formats/";
    assert_eq!(texts(formats, "cs").await.first().map(String::as_str), Some("csv"));
    assert_eq!(texts(formats, "CSV").await.first().map(String::as_str), Some("csv"));
    assert_eq!(texts(formats, "zzzz").await, [""; 0]);
    assert_eq!(texts(formats, "x&size=2").await.len(), 2);
    let types = "/api/1/datasets/suggest/mime/";
    assert_eq!(texts(types, "json").await.first().map(String::as_str), Some("application/json"));
    assert_eq!(texts(types, "TEXT/c").await, ["text/csv"]);
    assert_eq!(texts(types, "zzzz").await, [""; 0]);
}

#[actix_web::test]
async fn every_suggestion_needs_a_text_and_a_size_that_is_a_number() {
    let (app, olga) = portal().await;
    let town = an_organization().named("Town").with_admin(&olga).stored(&app).await;
    let operations = basalt_http::operations();
    let suggesting: Vec<_> = operations.iter().filter(|operation| operation.path.contains("suggest")).collect();
    assert_eq!(
        suggesting.len(),
        10,
        "datasets, formats, mime, reuses, dataservices, zones, tags, organisations, contacts, users"
    );
    for operation in suggesting {
        let path = operation.path.replace("{org}", &town.id.to_string());
        let refused = |name: &'static str, answer: crate::support::Answer| {
            assert_eq!(answer.status, 400, "{path} {name}: {answer:?}");
            assert!(answer.json()["errors"][name].is_string(), "{path} {name}: {answer:?}");
        };
        refused("q", app.get(&path).send().await);
        refused("size", app.get(&format!("{path}?q=a&size=nope")).send().await);
    }
}
