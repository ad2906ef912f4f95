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
async fn places_are_completed_in_any_order_without_accents_the_largest_first() {
    let app = TestApp::new().await;
    assert_eq!(app.get("/api/1/spatial/zones/suggest/?q=a").send().await.json(), json!([]));
    let level: GeoLevel = read(json!({"_id": "fr:departement", "name": "Department", "admin_level": 60}));
    let mut changes = ChangeSet::new().insert(&level);
    for (id, name, code, level) in [
        ("1", "Armor", "99001", "fr:commune"),
        ("2", "Côtes-d'Armor", "22", "fr:departement"),
        ("3", "Saint-Étienne", "42218", "fr:commune"),
        ("4", "Saint-Étienne-du-Rouvray", "76575", "fr:commune"),
        ("5", "L’Étang de Saint", "22001", "fr:commune"),
    ] {
        let zone: GeoZone = read(json!({"_id": id, "slug": "", "name": name, "code": code, "level": level}));
        changes = changes.insert(&zone);
    }
    app.store().commit(changes).await.unwrap();
    for (text, expected) in [
        ("armor", vec!["1", "2"]),
        ("cotes%20d%27arm", vec!["2"]),
        ("ARMOR%20C%C3%B4tes", vec!["2"]),
        ("cotes%20darmor", vec!["2"]),
        ("22", vec!["2", "5"]),
        ("saint-etienne", vec!["3", "4"]),
        ("etienne%20saint", vec!["3", "4"]),
        ("st", vec![]),
        ("etang", vec!["5"]),
        ("letang", vec!["5"]),
        ("%00%22", vec![]),
        ("zzz", vec![]),
    ] {
        let shown = app.get(&format!("/api/1/spatial/zones/suggest/?q={text}")).send().await.json();
        let ids: Vec<&str> = shown.as_array().unwrap().iter().map(|zone| zone["id"].as_str().unwrap()).collect();
        assert_eq!(ids, expected, "{text}");
    }
    let all = app.get("/api/1/spatial/zones/suggest/?q=&size=2").send().await.json();
    assert_eq!(all.as_array().unwrap().len(), 2);
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
