//! A database of its own for each test, dropped at its end.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::allow_attributes,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "tests fail by panicking, and each uses a part of this"
)]

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use basalt_mongo::MongoStorage;
use basalt_ports::Storage;
use mongodb::Database;

/// Of the server that `tests/backends/start` starts; no database named.
const SERVER: &str = "BASALT_TEST_MONGO_URL";

/// Back ends that are left out, separated by commas.
const SKIP: &str = "SKIP_BACKENDS";

/// A database that is dropped with this value.
pub struct Dropped(Option<Database>);

impl Dropped {
    pub fn database(&self) -> &Database {
        self.0.as_ref().expect("dropped only at the end")
    }
}

impl Drop for Dropped {
    fn drop(&mut self) {
        let Some(database) = self.0.take() else { return };
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                if let Err(error) = database.drop().await {
                    eprintln!("mongo: {} is left behind: {error}", database.name());
                }
            });
        });
    }
}

/// An empty, migrated storage, and what drops its database; `None` when MongoDB is skipped by name.
pub async fn fresh_mongo() -> Option<(Arc<dyn Storage>, Dropped)> {
    let (storage, dropped) = fresh().await?;
    let storage = storage.with_many(3);
    storage.migrate().await.unwrap();
    Some((Arc::new(storage), dropped))
}

/// The same, not migrated.
pub async fn fresh() -> Option<(MongoStorage, Dropped)> {
    let url = url(&name())?;
    let storage = MongoStorage::connect(&url, 16).await.unwrap();
    let dropped = Dropped(Some(storage.database().clone()));
    Some((storage, dropped))
}

/// The URL of a database of this name on the server of the tests.
#[expect(clippy::disallowed_methods, reason = "tests get their servers through the environment")]
pub fn url(name: &str) -> Option<String> {
    let skipped = std::env::var(SKIP).unwrap_or_default();
    if skipped.split([',', ' ']).any(|skipped| skipped == "mongo") {
        eprintln!("mongo SKIPPED by {SKIP}");
        return None;
    }
    let server = std::env::var(SERVER)
        .unwrap_or_else(|_unset| panic!("{SERVER} is not set: run tests/backends/start -- …, or set {SKIP}=mongo"));
    let (server, options) = server.split_once('?').unwrap_or((&server, ""));
    Some(format!("{}/{name}?{options}", server.trim_end_matches('/')))
}

fn name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("basalt_{}_{number}_{}", std::process::id(), bson::oid::ObjectId::new().to_hex())
}
