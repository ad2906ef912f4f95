//! Searching and suggesting.

use std::sync::Arc;

use basalt_search::{TantivyIndex, Weights};
use serde_json::{Value, json};

use crate::support::{TestApp, an_organization};

async fn created(app: &TestApp, account: &crate::support::Account, body: &Value) -> String {
    let answer = app.post("/api/1/datasets/").key(account).json(body).send().await;
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn titles(page: &Value) -> Vec<&str> {
    page["data"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn what_was_written_is_found_and_counted_and_what_became_private_is_not() {
    let app = TestApp::new().await.searching().await;
    let ulysse = app.user("Ulysse User").await;
    let insee = an_organization().named("INSEE").with_admin(&ulysse).with_badge("public-service").stored(&app).await;
    let body = json!({"title": "Prénoms", "description": "First names", "organization": insee.id.to_string()});
    let id = created(&app, &ulysse, &body).await;
    created(&app, &ulysse, &json!({"title": "Trees", "description": "Seen"})).await;
    let page = app.get("/api/2/datasets/search/?q=prenom").send().await.json();
    assert_eq!((titles(&page), &page["total"]), (vec!["Prénoms"], &json!(1)));
    assert_eq!(page["facets"]["producer_type"], json!([{"name": "public-service", "count": 1}]));
    assert_eq!(page["facets"]["access_type"], json!([{"name": "open", "count": 1}]));
    let suggested = app.get("/api/1/datasets/suggest/?q=PRE").send().await.json();
    assert_eq!(suggested[0]["title"], "Prénoms");
    app.put(&format!("/api/1/datasets/{id}/")).key(&ulysse).json(&json!({"private": true})).send().await;
    let page = app.get("/api/2/datasets/search/?q=prenom").send().await.json();
    assert_eq!((titles(&page), &page["total"], &page["facets"]["access_type"]), (vec![], &json!(0), &json!([])));
    assert_eq!(app.get("/api/1/datasets/suggest/?q=PRE").send().await.json(), json!([]));
}

#[actix_web::test]
async fn lists_of_the_first_version_are_searched_alike() {
    let app = TestApp::new().await.searching().await;
    let ulysse = app.user("Ulysse User").await;
    created(&app, &ulysse, &json!({"title": "Forêts", "description": "Trees of the town"})).await;
    for query in ["q=forets", "q=trees&sort=-title", "q=for%C3%AAt&featured=false"] {
        let page = app.get(&format!("/api/1/datasets/?{query}")).send().await.json();
        assert_eq!(titles(&page), ["Forêts"], "{query}");
    }
}

#[actix_web::test]
async fn lists_with_a_key_also_find_what_is_ones_own() {
    let app = TestApp::new().await.searching().await;
    let (ulysse, sam, ada) = (app.user("Ulysse User").await, app.user("Sam Stranger").await, app.admin().await);
    created(&app, &ulysse, &json!({"title": "Forêts", "description": "d", "private": true})).await;
    for (account, expected) in [(&ulysse, vec!["Forêts"]), (&sam, vec![]), (&ada, vec!["Forêts"])] {
        let page = app.get("/api/1/datasets/?q=foret").key(account).send().await.json();
        assert_eq!(titles(&page), expected, "{}", account.first);
        assert_eq!(page["total"], expected.len());
    }
    assert_eq!(app.get("/api/1/datasets/?q=foret").send().await.json()["total"], 0);
}

#[actix_web::test]
async fn whoever_has_a_key_finds_in_a_list_at_once_what_was_just_written() {
    let index = TantivyIndex::in_memory(Weights::default()).unwrap();
    let app = TestApp::new().await.searching_late(Arc::new(index)).await;
    let ulysse = app.user("Ulysse User").await;
    created(&app, &ulysse, &json!({"title": "Forêts", "description": "d"})).await;
    let of_anybody = app.get("/api/1/datasets/?q=foret").send().await.json();
    assert_eq!(titles(&of_anybody), [""; 0], "the index has not heard of it, and nobody with a key asked");
    let page = app.get("/api/1/datasets/?q=foret").key(&ulysse).send().await.json();
    assert_eq!((titles(&page), &page["total"]), (vec!["Forêts"], &json!(1)));
}

#[actix_web::test]
async fn tags_are_completed_the_most_used_first_and_those_of_private_datasets_are_not_told() {
    let index = TantivyIndex::in_memory(Weights::default()).unwrap();
    let app = TestApp::new().await.searching_late(Arc::new(index)).await;
    let ulysse = app.user("Ulysse User").await;
    let mut ids = Vec::new();
    for (title, tags) in [
        ("One", vec!["transport", "transport-scolaire", "energie"]),
        ("Two", vec!["transport-scolaire"]),
        ("Three", vec!["transport-secret"]),
    ] {
        ids.push(created(&app, &ulysse, &json!({"title": title, "description": "d", "tags": tags})).await);
    }
    app.services.search.catch_up().await.unwrap();
    let suggested = async |query: &str| {
        let shown = app.get(&format!("/api/1/tags/suggest/?q={query}")).send().await.json();
        let texts = shown.as_array().unwrap().iter().map(|tag| tag["text"].as_str().unwrap().to_owned());
        texts.collect::<Vec<_>>()
    };
    assert_eq!(suggested("TRANSP").await, ["transport-scolaire", "transport", "transport-secret"]);
    assert_eq!(suggested("scol%20tra").await, ["transport-scolaire"]);
    assert_eq!(suggested("%C3%A9ner").await, ["energie"]);
    assert_eq!(suggested("tra&size=1").await, ["transport-scolaire"]);
    assert_eq!(suggested("zzz").await, [""; 0]);
    assert_eq!(app.get("/api/1/tags/suggest/").send().await.status, 400);
    // Before the index has heard of it, too.
    app.put(&format!("/api/1/datasets/{}/", ids[2])).key(&ulysse).json(&json!({"private": true})).send().await;
    assert_eq!(suggested("secret").await, [""; 0]);
    app.services.search.catch_up().await.unwrap();
    assert_eq!(suggested("secret").await, [""; 0]);
}

#[actix_web::test]
async fn datasets_about_the_places_around_a_place_are_found_where_asked_for() {
    let app = TestApp::new().await.searching().await;
    let ulysse = app.user("Ulysse User").await;
    let zones = [("fr:commune:13004", vec!["country:fr"]), ("country:fr", vec![])];
    let zones = zones.map(|(id, ancestors)| -> basalt_domain::GeoZone {
        serde_json::from_value(json!({"_id": id, "slug": id, "name": id, "ancestors": ancestors})).unwrap()
    });
    app.store()
        .commit(zones.iter().fold(basalt_ports::ChangeSet::new(), basalt_ports::ChangeSet::insert))
        .await
        .unwrap();
    for (title, zone) in [("Arles", "fr:commune:13004"), ("France", "country:fr")] {
        let body = json!({"title": title, "description": "d", "spatial": {"zones": [zone]}});
        created(&app, &ulysse, &body).await;
    }
    for (query, expected) in [
        ("geozone=fr:commune:13004", vec!["Arles"]),
        ("geozone=fr:commune:13004&include_geozone_ancestors=false", vec!["Arles"]),
        ("geozone=fr:commune:13004&include_geozone_ancestors=true", vec!["Arles", "France"]),
        ("geozone=country:fr&include_geozone_ancestors=true", vec!["France"]),
        ("geozone=nope&include_geozone_ancestors=true", vec![]),
        ("include_geozone_ancestors=true", vec!["Arles", "France"]),
    ] {
        let page = app.get(&format!("/api/2/datasets/search/?{query}")).send().await.json();
        let mut found = titles(&page);
        found.sort_unstable();
        assert_eq!(found, expected, "{query}");
    }
}

#[actix_web::test]
async fn every_list_with_words_finds_without_accents_and_shows_what_the_caller_may_see() {
    let app = TestApp::new().await.searching().await;
    let (ulysse, sam, ada) = (app.user("Ulysse User").await, app.user("Sam Stranger").await, app.admin().await);
    let reuse = json!({
        "title": "Forêts d'ici", "description": "d", "type": "api", "topic": "health", "url": "https://example.org/r",
        "private": true
    });
    for (path, account, body) in [
        ("/api/1/datasets/", &ulysse, json!({"title": "Forêts d'ici", "description": "d", "private": true})),
        ("/api/1/reuses/", &ulysse, reuse),
        ("/api/2/topics/", &ulysse, json!({"name": "Forêts d'ici", "description": "d", "private": true})),
        ("/api/1/posts/", &ada, json!({"name": "Forêts d'ici", "headline": "h", "content": "c"})),
    ] {
        assert_eq!(app.post(path).key(account).json(&body).send().await.status, 201, "{path}");
    }
    for (path, account, expected) in [
        ("/api/1/me/org_datasets/", &ulysse, 1),
        ("/api/1/me/org_datasets/", &sam, 0),
        ("/api/1/me/org_reuses/", &ulysse, 1),
        ("/api/1/me/org_reuses/", &sam, 0),
        ("/api/2/me/org_topics/", &ulysse, 1),
        ("/api/1/datasets/", &ulysse, 1),
        ("/api/1/datasets/", &sam, 0),
        ("/api/1/reuses/", &ulysse, 1),
        ("/api/1/reuses/", &sam, 0),
        ("/api/2/topics/", &ulysse, 1),
        ("/api/2/topics/", &sam, 0),
        ("/api/2/topics/", &ada, 1),
        ("/api/1/posts/", &ada, 0),
        ("/api/1/posts/?with_drafts=true", &ada, 1),
        ("/api/1/posts/?with_drafts=true", &sam, 0),
    ] {
        let mark = if path.contains('?') { '&' } else { '?' };
        for (text, found) in [("foret", expected), ("ici%20FOR%C3%8ATS", expected), ("zzz", 0)] {
            let shown = app.get(&format!("{path}{mark}q={text}")).key(account).send().await.json();
            let count = shown.as_array().map_or_else(|| shown["total"].as_u64().unwrap(), |list| list.len() as u64);
            assert_eq!(count, found, "{path} {text} {}: {shown}", account.first);
        }
    }
}
