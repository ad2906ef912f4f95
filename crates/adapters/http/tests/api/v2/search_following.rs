//! How the index hears of what was written.

use std::sync::Arc;

use basalt_app::search::Freshness;
use basalt_contract::counting::{CountingStorage, FailingStorage};
use basalt_domain::{Filter, ObjectId};
use basalt_memory::MemoryStorage;
use basalt_ports::{ChangeSet, search::SearchIndex};
use basalt_search::{TantivyIndex, Weights};
use serde_json::json;

use crate::support::{Account, TestApp, an_organization};

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

/// A portal with an index, and an organisation whose administrator is Ulysse.
struct Town {
    app: TestApp,
    ulysse: Account,
    organization: String,
}

async fn a_town(app: TestApp) -> Town {
    let app = app.searching_late(Arc::new(TantivyIndex::in_memory(Weights::default()).unwrap())).await;
    let ulysse = app.user("Ulysse User").await;
    let organization = an_organization().named("Town").with_admin(&ulysse).stored(&app).await.id.to_string();
    Town { app, ulysse, organization }
}

async fn organizations_found(app: &TestApp, word: &str) -> u64 {
    let page = app.get(&format!("/api/2/organizations/search/?q={word}")).send().await.json();
    page["total"].as_u64().unwrap()
}

#[actix_web::test]
async fn an_organisation_is_found_by_what_its_datasets_are_called_now_and_they_are_read_once() {
    let Town { app, ulysse, organization } = a_town(TestApp::new().await).await;
    let titled = |title: &str| json!({"title": title, "description": "d", "organization": organization});
    let fetches = async || {
        app.storage.take();
        app.services.search.catch_up().await.unwrap();
        app.storage.take().fetch
    };
    let known_for = async |word: &str| organizations_found(&app, word).await;
    let create = async |title: &str| {
        let made = app.post("/api/1/datasets/").key(&ulysse).json(&titled(title)).send().await;
        assert_eq!(made.status, 201);
        format!("/api/1/datasets/{}/", made.json()["id"].as_str().unwrap())
    };

    // When it was made its datasets were read: none.
    app.services.search.catch_up().await.unwrap();
    app.clock.advance_millis(60_000);
    let roads = create("Roads").await;
    assert_eq!(fetches().await, 2, "the dataset and the organisation");
    create("Bridges").await;
    assert_eq!(fetches().await, 2, "the same");
    assert_eq!((known_for("roads").await, known_for("bridges").await), (1, 1));

    assert_eq!(app.put(&roads).key(&ulysse).json(&titled("Rivers")).send().await.status, 200);
    let lakes = create("Lakes").await;
    fetches().await;
    assert_eq!((known_for("roads").await, known_for("rivers").await, known_for("lakes").await), (0, 1, 1));

    assert_eq!(app.put(&roads).key(&ulysse).json(&json!({"private": true})).send().await.status, 200);
    assert_eq!(app.delete(&lakes).key(&ulysse).send().await.status, 204);
    fetches().await;
    assert_eq!((known_for("rivers").await, known_for("lakes").await, known_for("bridges").await), (0, 0, 1));
}

#[actix_web::test]
async fn an_organisation_of_many_datasets_is_known_for_the_newest_of_those_that_are_viewed_alike() {
    let Town { app, ulysse, organization } = a_town(TestApp::new().await).await;
    for title in std::iter::repeat_n("Roads", 51).chain(["Lakes"]) {
        let body = json!({"title": title, "description": "d", "organization": organization});
        assert_eq!(app.post("/api/1/datasets/").key(&ulysse).json(&body).send().await.status, 201);
        app.services.search.catch_up().await.unwrap();
    }
    assert_eq!(organizations_found(&app, "lakes").await, 1, "as it was heard of");
    app.services.search.reindex(|_datasets| {}).await.unwrap();
    assert_eq!(organizations_found(&app, "lakes").await, 1, "as it is read");
}

#[actix_web::test]
async fn where_others_may_write_too_nothing_that_was_read_of_an_organisation_is_relied_on() {
    let Town { app, ulysse, organization } = a_town(TestApp::uncached().await).await;
    let create = async |title: &str| {
        let body = json!({"title": title, "description": "d", "organization": organization});
        assert_eq!(app.post("/api/1/datasets/").key(&ulysse).json(&body).send().await.status, 201);
        app.services.search.catch_up().await.unwrap();
    };
    create("Roads").await;
    // Without a word in the feed, as udata does.
    let mut roads = app.store().datasets.fresh(Filter::always()).await.unwrap().unwrap();
    roads.value.title = "Rivers".into();
    app.store().storage().commit(&ChangeSet::new().update(&roads)).await.unwrap();
    create("Lakes").await;
    assert_eq!((organizations_found(&app, "roads").await, organizations_found(&app, "rivers").await), (0, 1));
}

#[actix_web::test]
async fn another_process_applies_what_the_index_was_made_of_only_where_something_showed_late() {
    let index: Arc<dyn SearchIndex> = Arc::new(TantivyIndex::in_memory(Weights::default()).unwrap());
    let stored = Arc::new(MemoryStorage::new());
    let process = async || TestApp::over(CountingStorage::new(Arc::clone(&stored) as _)).await;
    let app = process().await.searching_late(Arc::clone(&index)).await;
    let ulysse = app.user("Ulysse User").await;
    let body = json!({"title": "Roads", "description": "d"});
    assert_eq!(app.post("/api/1/datasets/").key(&ulysse).json(&body).send().await.status, 201);
    app.clock.advance_millis(10);
    assert_eq!(app.services.search.reindex(|_datasets| {}).await.unwrap().datasets, 1);

    let follows = async || {
        let served = process().await;
        served.services.search.attach(Arc::clone(&index), Freshness::Soon);
        served.services.search.catch_up().await.unwrap()
    };
    assert_eq!(follows().await, 0, "it was read for the index");
    let mut late = app.store().change_events.first(Filter::always()).await.unwrap().unwrap().value.clone();
    late.id = ObjectId::from_bytes([7; 12]);
    app.store().commit(ChangeSet::new().insert(&late)).await.unwrap();
    assert!(follows().await > 1, "all of that minute");
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

#[actix_web::test]
async fn what_belongs_to_organisations_renamed_together_is_found_by_their_new_names_and_asked_for_at_once() {
    let app = TestApp::uncached().await;
    let app = app.searching_late(Arc::new(TantivyIndex::in_memory(Weights::default()).unwrap())).await;
    let ulysse = app.user("Ulysse User").await;
    let mut producers = Vec::new();
    for name in ["Grenoble", "Rennes", "Metz"] {
        let producer = an_organization().named(name).with_admin(&ulysse).stored(&app).await.id.to_string();
        for title in ["Roads", "Rivers"] {
            let body = json!({"title": title, "description": "d", "organization": producer});
            assert_eq!(app.post("/api/1/datasets/").key(&ulysse).json(&body).send().await.status, 201);
        }
        let body = json!({"title": "Map", "description": "d", "url": format!("https://example.org/{name}"),
            "type": "api", "topic": "others", "organization": producer});
        assert_eq!(app.post("/api/1/reuses/").key(&ulysse).json(&body).send().await.status, 201);
        producers.push(producer);
    }
    app.services.search.catch_up().await.unwrap();
    // Reads of the index after these were renamed.
    let reads = async |renamed: &[(usize, &str)]| {
        app.clock.advance_millis(60_000);
        for (producer, name) in renamed {
            let body = json!({"name": name, "description": "d"});
            let path = format!("/api/1/organizations/{}/", producers[*producer]);
            assert_eq!(app.put(&path).key(&ulysse).json(&body).send().await.status, 200);
        }
        app.storage.take();
        app.services.search.catch_up().await.unwrap();
        let taken = app.storage.take();
        taken.fetch + taken.ids
    };
    let one = reads(&[(0, "Toulouse")]).await;
    assert_eq!(reads(&[(1, "Bordeaux"), (2, "Marseille")]).await, one);
    for (name, found) in
        [("toulouse", 2), ("bordeaux", 2), ("marseille", 2), ("grenoble", 0), ("rennes", 0), ("metz", 0)]
    {
        for (kind, found) in [("datasets", found), ("reuses", found / 2)] {
            let page = app.get(&format!("/api/2/{kind}/search/?q={name}")).send().await.json();
            assert_eq!(page["total"], found, "{kind} of {name}");
        }
    }
}

#[actix_web::test]
async fn a_new_name_reaches_what_belongs_to_an_organisation_wherever_its_telling_broke_off() {
    let failing = FailingStorage::new(Arc::new(MemoryStorage::new()));
    let app = TestApp::over(CountingStorage::uncached(Arc::clone(&failing) as _)).await;
    let app = app.searching_late(Arc::new(TantivyIndex::in_memory(Weights::default()).unwrap())).await;
    let ulysse = app.user("Ulysse User").await;
    let producer = an_organization().named("Grenoble").with_admin(&ulysse).stored(&app).await.id.to_string();
    let body = json!({"title": "Roads", "description": "d", "organization": producer});
    assert_eq!(app.post("/api/1/datasets/").key(&ulysse).json(&body).send().await.status, 201);
    app.services.search.catch_up().await.unwrap();
    let mut broken_off = 0;
    for (calls, name) in
        (0..).zip(["Rennes", "Metz", "Toulouse", "Bordeaux", "Marseille", "Lille", "Strasbourg", "Caen"])
    {
        app.clock.advance_millis(60_000);
        let body = json!({"name": name, "description": "d"});
        let path = format!("/api/1/organizations/{producer}/");
        assert_eq!(app.put(&path).key(&ulysse).json(&body).send().await.status, 200);
        failing.fail_after(calls);
        broken_off += u32::from(app.services.search.catch_up().await.is_err());
        failing.recover();
        app.services.search.catch_up().await.unwrap();
        let page = app.get(&format!("/api/2/datasets/search/?q={name}")).send().await.json();
        assert_eq!(page["total"], 1, "{name}, after {calls} calls");
    }
    assert!(broken_off >= 6, "{broken_off}");
}
