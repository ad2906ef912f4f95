//! `/api/1/spatial/` and `/api/1/access_type/`.

use basalt_domain::{GeoLevel, GeoZone};
use basalt_ports::ChangeSet;
use serde_json::{Value, json};

use crate::support::TestApp;

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

async fn france() -> TestApp {
    let app = TestApp::new().await;
    let levels: [GeoLevel; 2] = [
        read(json!({"_id": "fr:commune", "name": "French town", "admin_level": 80})),
        read(json!({"_id": "country", "name": "Country", "admin_level": 20})),
    ];
    let zones: [GeoZone; 2] = [
        read(json!({
            "_id": "country:fr", "slug": "France", "name": "France", "code": "fr", "level": "country",
            "uri": "http://id.insee.fr/geo/pays/france", "metrics": {"datasets": 3}
        })),
        read(json!({
            "_id": "fr:commune:13004", "slug": "Arles", "name": "Arles", "code": "13004", "level": "fr:commune"
        })),
    ];
    let changes = levels.iter().fold(ChangeSet::new(), ChangeSet::insert);
    app.store().commit(zones.iter().fold(changes, ChangeSet::insert)).await.unwrap();
    app
}

#[actix_web::test]
async fn levels_are_listed_from_the_largest() {
    let app = france().await;
    let levels = json!([{"id": "country", "name": "Country"}, {"id": "fr:commune", "name": "French town"}]);
    app.get("/api/1/spatial/levels/").send().await.is(200, levels.clone());
    let mut all = levels.as_array().unwrap().clone();
    all.extend([json!({"id": "poi", "name": "POI"}), json!({"id": "other", "name": "Other"})]);
    app.get("/api/1/spatial/granularities/").send().await.is(200, Value::Array(all));
}

#[actix_web::test]
async fn places_are_shown_alone_and_together() {
    let app = france().await;
    let place = json!({
        "id": "country:fr",
        "properties": {
            "code": "fr", "level": "country", "name": "France", "slug": "France",
            "uri": "http://id.insee.fr/geo/pays/france"
        },
        "type": "Feature"
    });
    app.get("/api/1/spatial/zone/country:fr/").send().await.is(200, place.clone());
    let mut among = place;
    among["geometry"] = json!({"coordinates": null, "type": null});
    let shown = app.get("/api/1/spatial/zones/fr:commune:13004,country:fr/").send().await.json();
    assert_eq!(shown["type"], "FeatureCollection");
    assert_eq!(shown["features"][1], among);
    let unknown = app.get("/api/1/spatial/zones/country:fr,a,b/").send().await;
    unknown.refuses(404, "Unknown zone identifiers: a, b.");
    assert_eq!(app.get("/api/1/spatial/zone/nope/").send().await.status, 404);
}

#[actix_web::test]
async fn datasets_of_a_place_are_those_that_everybody_sees() {
    let app = france().await;
    let ulysse = app.user("Ulysse User").await;
    for (title, private) in [("Bus stops", false), ("Draft", true)] {
        let body = json!({
            "title": title, "description": "d", "private": private, "spatial": {"zones": ["fr:commune:13004"]}
        });
        assert_eq!(app.post("/api/1/datasets/").key(&ulysse).json(&body).send().await.status, 201);
    }
    let shown = app.get("/api/1/spatial/zone/fr:commune:13004/datasets/").key(&ulysse).send().await.json();
    let titles: Vec<&str> = shown.as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["Bus stops"]);
    let none = app.get("/api/1/spatial/zone/country:fr/datasets/?size=0").send().await;
    none.is(200, json!([]));
    let answer = app.get("/api/1/spatial/zone/country:fr/datasets/?dynamic=x").send().await;
    assert_eq!(answer.json()["errors"], json!({"dynamic": "Append dynamic datasets Invalid literal for boolean(): x"}));
}

#[actix_web::test]
async fn the_coverage_of_a_level_tells_numbers_of_datasets() {
    let app = france().await;
    let shown = app.get("/api/1/spatial/coverage/country/").send().await.json();
    let told = json!({
        "code": "fr", "datasets": 3, "name": "France", "uri": "http://id.insee.fr/geo/pays/france"
    });
    assert_eq!(shown["features"][0]["properties"], told);
    assert_eq!(app.get("/api/1/spatial/coverage/nope/").send().await.status, 404);
}

#[actix_web::test]
async fn reasons_to_restrict_access_are_listed_with_their_definitions() {
    let reasons = TestApp::new().await.get("/api/1/access_type/reason_categories/").send().await.json();
    assert_eq!(reasons.as_array().unwrap().len(), 8);
    assert_eq!(reasons[4]["value"], "intellectual_property_rights");
    let definition = "Public access to datasets and services would adversely affect intellectual property rights.";
    assert_eq!(reasons[4]["definition"], definition);
}
