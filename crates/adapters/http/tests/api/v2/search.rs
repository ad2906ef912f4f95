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
