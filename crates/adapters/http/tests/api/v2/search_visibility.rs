//! Nobody finds, counts or is told of what they may not list: random writes, and the real index, which hears of them late.

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
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

use crate::support::{Account, TestApp, an_organization};

/// Objects that take part.
const OBJECTS: usize = 4;

/// What happens to one of the objects.
#[derive(Clone, Copy, Debug)]
enum Write {
    Publish,
    Hide,
    Archive,
    Delete,
}

/// A write to the object of this number; then perhaps the index hears of all writes.
type Step = (usize, Write, bool);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let write = prop_oneof![Just(Write::Publish), Just(Write::Hide), Just(Write::Archive), Just(Write::Delete)];
    prop::collection::vec((0..OBJECTS, write, prop::bool::weighted(0.4)), 12)
}

impl Write {
    fn body(self) -> Value {
        let at = "2026-01-01T00:00:00+00:00";
        match self {
            Self::Publish => json!({"private": false, "archived": null, "deleted": null}),
            Self::Hide => json!({"private": true, "archived": null, "deleted": null}),
            Self::Archive => json!({"private": false, "archived": at, "deleted": null}),
            Self::Delete => json!({"private": false, "archived": null, "deleted": at}),
        }
    }

    const fn is_public(self) -> bool {
        matches!(self, Self::Publish)
    }
}

/// Does everything that the steps say, and looks after each of them. Error: what somebody was told and should not have been.
async fn lived(index: Arc<dyn SearchIndex>, steps: &[Step]) -> Result<(), String> {
    let app = TestApp::new().await.searching_late(index).await;
    let (member, stranger, admin) = (app.user("Mia Member").await, app.user("Sam Stranger").await, app.admin().await);
    let organization = an_organization().named("Town").with_admin(&member).stored(&app).await;
    let mut ids = Vec::new();
    for number in 0..OBJECTS {
        let body = json!({
            "title": format!("Roads {number}"), "description": "d", "organization": organization.id.to_string()
        });
        let made = app.post("/api/1/datasets/").key(&member).json(&body).send().await.json();
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    app.services.search.catch_up().await.unwrap();
    let mut states = [Write::Publish; OBJECTS];
    for (number, write, heard) in steps {
        let path = format!("/api/1/datasets/{}/", ids[*number]);
        let answer = app.put(&path).key(&admin).json(&write.body()).send().await;
        // Who changes what is deleted is told so, unless it is restored.
        if answer.status == 200 {
            states[*number] = *write;
        }
        for caught_up in [false, *heard] {
            if caught_up {
                app.services.search.catch_up().await.unwrap();
            }
            // The stranger last: the index hears of writes when somebody with a key asks for a list.
            for account in [None, Some(&member), Some(&admin), Some(&stranger)] {
                look(&app, account, &ids, &states).await.map_err(|fault| format!("after {write:?}: {fault}"))?;
            }
        }
    }
    Ok(())
}

async fn look(app: &TestApp, account: Option<&Account>, ids: &[String], states: &[Write]) -> Result<(), String> {
    let public: Vec<&String> =
        ids.iter().zip(states).filter(|(_id, state)| state.is_public()).map(|(id, _)| id).collect();
    let asked = async |path: &str| {
        let request = app.get(path);
        let answer = match account {
            Some(account) => request.key(account).send().await,
            None => request.send().await,
        };
        answer.json()
    };
    let shown = |list: &Value| -> Vec<String> {
        list.as_array().into_iter().flatten().filter_map(|one| one["id"].as_str()).map(ToOwned::to_owned).collect()
    };
    for text in ["roads", ""] {
        let page = asked(&format!("/api/2/datasets/search/?q={text}&page_size=1")).await;
        let total = page["total"].as_u64().unwrap();
        if total > public.len() as u64 || shown(&page["data"]).iter().any(|id| !public.contains(&id)) {
            return Err(format!("search {text:?} tells of {total}, public are {}", public.len()));
        }
        for (facet, counts) in page["facets"].as_object().unwrap() {
            for count in counts.as_array().unwrap() {
                if count["count"].as_u64().unwrap() > public.len() as u64 {
                    return Err(format!("{facet}: {count}, public are {}", public.len()));
                }
            }
        }
    }
    let suggested = shown(&asked("/api/1/datasets/suggest/?q=roa").await);
    if suggested.iter().any(|id| !public.contains(&id)) {
        return Err(format!("suggested {suggested:?}"));
    }
    // The lists of the first version also show people what is theirs.
    if account.is_none_or(|account| account.first == "Sam") {
        let page = asked("/api/1/datasets/?q=roads").await;
        if page["total"].as_u64().unwrap() > public.len() as u64
            || shown(&page["data"]).iter().any(|id| !public.contains(&id))
        {
            return Err(format!("list tells of {}", page["total"]));
        }
    }
    Ok(())
}

fn an_index() -> TantivyIndex {
    TantivyIndex::in_memory(Weights::default()).unwrap()
}

fn lives(count: u32) -> Vec<Vec<Step>> {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    (0..count).map(|_life| steps().new_tree(&mut runner).unwrap().current()).collect()
}

#[actix_web::test]
async fn nobody_finds_counts_or_is_told_of_what_they_may_not_list() {
    for steps in lives(6) {
        lived(Arc::new(an_index()), &steps).await.unwrap();
    }
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
async fn the_test_above_notices_an_index_that_tells_too_much() {
    let mut told = false;
    for steps in lives(6) {
        told |= lived(Arc::new(Leaky(an_index())), &steps).await.is_err();
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
