//! How the index hears of what was written.

use std::sync::Arc;

use basalt_search::{TantivyIndex, Weights};
use serde_json::json;

use crate::support::TestApp;

/// Fetches of the second time that the index hears of a new dataset, and how many it then finds.
async fn heard_again(app: TestApp) -> (u64, u64) {
    let app = app.searching_late(Arc::new(TantivyIndex::in_memory(Weights::default()).unwrap())).await;
    let ulysse = app.user("Ulysse User").await;
    let mut fetches = 0;
    for _time in 0..2 {
        let body = json!({"title": "Roads", "description": "d"});
        assert_eq!(app.post("/api/1/datasets/").key(&ulysse).json(&body).send().await.status, 201);
        app.storage.take();
        app.services.search.catch_up().await.unwrap();
        fetches = app.storage.take().fetch;
    }
    let page = app.get("/api/2/datasets/search/?q=roads").send().await.json();
    (fetches, page["total"].as_u64().unwrap())
}

#[actix_web::test]
async fn the_feed_is_read_only_where_others_may_write_too() {
    // The dataset; whom it belongs to is cached.
    assert_eq!(heard_again(TestApp::new().await).await, (1, 2));
    // These two, and the feed.
    assert_eq!(heard_again(TestApp::uncached().await).await, (3, 2));
}

#[actix_web::test]
async fn a_new_index_is_not_told_again_what_it_was_made_of() {
    let app = TestApp::uncached().await;
    let app = app.searching_late(Arc::new(TantivyIndex::in_memory(Weights::default()).unwrap())).await;
    let ulysse = app.user("Ulysse User").await;
    let body = json!({"title": "Roads", "description": "d"});
    let create = async || assert_eq!(app.post("/api/1/datasets/").key(&ulysse).json(&body).send().await.status, 201);
    create().await;
    create().await;
    app.clock.advance_millis(1);
    assert_eq!(app.services.search.reindex(|_datasets| {}).await.unwrap().datasets, 2);
    assert_eq!(app.services.search.catch_up().await.unwrap(), 0, "both were read for the new index");
    create().await;
    assert_eq!(app.services.search.catch_up().await.unwrap(), 2, "the dataset, and the numbers of its owner");
    let page = app.get("/api/2/datasets/search/?q=roads").send().await.json();
    assert_eq!(page["total"], 3);
}
