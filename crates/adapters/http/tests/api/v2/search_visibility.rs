//! Nobody finds, counts or is told of what they may not list: random writes to objects of all kinds, and the real index, which hears of
//! them late. Whoever may list it finds it, once the index has heard.

mod world;

use std::sync::Arc;

use async_trait::async_trait;
use basalt_domain::ObjectId;
use basalt_ports::search::{
    Found, Position, Rebuild, SearchChange, SearchError, SearchFilter, SearchIndex, SearchKind, SearchQuery,
};
use basalt_search::{TantivyIndex, Weights};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRng, TestRunner},
};
use serde_json::json;

use self::world::{OBJECTS, World, Write};
use crate::support::TestApp;

/// Writes of one life.
const WRITES: usize = 14;

/// A write to the object of this number; then perhaps the index hears of all writes.
type Step = (usize, Write, bool);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let write = prop_oneof![
        3 => Just(Write::Publish),
        3 => Just(Write::Hide),
        2 => Just(Write::Archive),
        2 => Just(Write::Delete),
        1 => Just(Write::Transfer),
        1 => Just(Write::DeleteOrganization),
        1 => Just(Write::RestoreOrganization),
    ];
    prop::collection::vec((0..OBJECTS, write, prop::bool::weighted(0.4)), WRITES)
}

fn lives(count: u32) -> Vec<Vec<Step>> {
    let rng = TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..count).map(|_life| steps().new_tree(&mut runner).unwrap().current()).collect()
}

/// Who looks for what was written.
#[derive(Clone, Copy)]
enum Where {
    /// The process that wrote it, alone on its database.
    Alone,
    /// The process that wrote it, where others may write too.
    Among,
    /// Another process.
    Elsewhere,
}

/// Does everything that the steps say, and looks after each of them. Error: what somebody was told and should not have been, or was
/// not told and should have been.
async fn lived(index: Arc<dyn SearchIndex>, steps: &[Step], place: Where) -> Result<(), String> {
    let writer = match place {
        Where::Alone => TestApp::new().await,
        Where::Among | Where::Elsewhere => TestApp::uncached().await,
    };
    let mut world = World::new(&writer).await;
    let (writer, other) = match place {
        Where::Elsewhere => {
            let other = writer.another().await;
            (writer, Some(other.searching_late(index).await))
        }
        Where::Alone | Where::Among => (writer.searching_late(index).await, None),
    };
    let reader = other.as_ref().unwrap_or(&writer);
    let search = &reader.services.search;
    search.reindex(|_datasets| {}).await.unwrap();
    search.catch_up().await.unwrap();
    world.look(reader, true).await.map_err(|fault| format!("at first: {fault}"))?;
    let mut accepted = 0;
    for (number, write, heard) in steps {
        accepted += usize::from(world.write(&writer, *number, *write).await);
        writer.clock.advance_millis(700);
        if let Some(other) = &other {
            other.clock.advance_millis(700);
        }
        let told = |fault| format!("after {write:?} of {number}: {fault}");
        world.look(reader, false).await.map_err(told)?;
        if *heard {
            search.catch_up().await.unwrap();
            world.look(reader, true).await.map_err(|fault| format!("heard of it, {}", told(fault)))?;
        }
    }
    assert!(accepted * 2 > steps.len(), "{accepted} of {} writes were accepted", steps.len());
    Ok(())
}

fn an_index() -> TantivyIndex {
    TantivyIndex::in_memory(Weights::default()).unwrap()
}

async fn nobody_is_told(place: Where) {
    for steps in lives(4) {
        lived(Arc::new(an_index()), &steps, place).await.unwrap();
    }
}

#[actix_web::test]
async fn nobody_finds_counts_or_is_told_of_what_they_may_not_list() {
    nobody_is_told(Where::Alone).await;
}

#[actix_web::test]
async fn nobody_is_told_of_what_they_may_not_list_where_others_may_write_too() {
    nobody_is_told(Where::Among).await;
}

#[actix_web::test]
async fn nobody_is_told_of_what_another_process_hid_a_moment_ago() {
    nobody_is_told(Where::Elsewhere).await;
}

/// An index that does not leave out what it is told to.
struct Leaky(TantivyIndex);

#[async_trait]
impl SearchIndex for Leaky {
    async fn apply(&self, changes: Vec<SearchChange>, position: Option<Position>) -> Result<(), SearchError> {
        self.0.apply(changes, position).await
    }

    async fn search(&self, query: &SearchQuery) -> Result<Found, SearchError> {
        let mut query = query.clone();
        query.filters.retain(|filter| !matches!(filter, SearchFilter::Not(..)));
        self.0.search(&query).await
    }

    async fn suggest(&self, kind: SearchKind, text: &str, size: usize) -> Result<Vec<ObjectId>, SearchError> {
        self.0.suggest(kind, text, size).await
    }

    async fn values(
        &self,
        kind: SearchKind,
        name: &'static str,
        text: &str,
        size: usize,
    ) -> Result<Vec<(String, u64)>, SearchError> {
        self.0.values(kind, name, text, size).await
    }

    async fn position(&self) -> Result<Option<Position>, SearchError> {
        self.0.position().await
    }

    async fn rebuild(&self) -> Result<Box<dyn Rebuild>, SearchError> {
        self.0.rebuild().await
    }
}

#[actix_web::test]
async fn the_tests_above_notice_an_index_that_tells_too_much() {
    let mut told = false;
    for steps in lives(4) {
        told |= lived(Arc::new(Leaky(an_index())), &steps, Where::Among).await.is_err();
    }
    assert!(told);
}

/// Who has read all loses nothing by it; who has not is told, and finds everything after building the index anew.
#[actix_web::test]
async fn old_notes_of_changes_are_deleted_and_a_late_index_notices() {
    let app = TestApp::new().await.searching_late(Arc::new(an_index())).await;
    let ulysse = app.user("Ulysse User").await;
    let search = &app.services.search;
    let total = async || app.get("/api/2/datasets/search/?q=roads").send().await.json()["total"].clone();
    let created = async || {
        let body = json!({"title": "Roads", "description": "d"});
        assert_eq!(app.post("/api/1/datasets/").key(&ulysse).json(&body).send().await.status, 201);
    };
    created().await;
    search.catch_up().await.unwrap();
    assert_eq!(search.prune_feed().await.unwrap(), 0, "nothing is old");
    let ten_days = 10 * 24 * 3_600_000;
    app.clock.advance_millis(ten_days);
    assert!(search.prune_feed().await.unwrap() > 0);
    assert_eq!(search.prune_feed().await.unwrap(), 0, "nothing is left, and the mark stays");
    assert!(!search.is_too_late().await.unwrap(), "it had read everything");
    created().await;
    app.clock.advance_millis(ten_days);
    assert!(search.prune_feed().await.unwrap() > 0);
    assert!(search.is_too_late().await.unwrap(), "the second dataset was never heard of");
    assert_eq!((search.catch_up().await.unwrap(), total().await), (0, json!(1)));
    search.reindex(|_datasets| {}).await.unwrap();
    assert_eq!((search.is_too_late().await.unwrap(), total().await), (false, json!(2)));
}
