//! What is particular to a file: its thread, its end, and other processes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use basalt_domain::{Entity, ObjectId, Organization, Timestamp, Value};
use basalt_ports::{ChangeSet, Query, Storage};
use basalt_sql::{SqlOptions, SqlStorage};

fn an_org(number: u8, slug: &str) -> Organization {
    let id = ObjectId::from_bytes([0x53, 0x4f, 0xff, 0x4c, 0, 0, 0, 0, 0, 0, 0, number]);
    let mut organization = Organization::new(id, "INSEE", "Statistics", None, Timestamp(1_704_110_400_000));
    organization.slug = slug.into();
    organization
}

async fn open(home: &tempfile::TempDir) -> SqlStorage {
    let url = format!("sqlite://{}", home.path().join("basalt.db").display());
    let storage = SqlStorage::connect(&url, SqlOptions::default()).await.unwrap();
    storage.migrate().await.unwrap();
    storage
}

async fn ids(storage: &SqlStorage) -> Vec<Value> {
    storage.ids(&Query::all(Organization::COLLECTION)).await.unwrap()
}

/// Names of the threads of this process; each test is one.
fn threads() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    tasks.filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")).ok()).collect()
}

/// `*-wal` is removed by the last connection that closes in good order.
#[tokio::test]
async fn dropped_it_ends_its_thread_and_closes_the_file() {
    let home = tempfile::tempdir().unwrap();
    let storage = open(&home).await;
    storage.commit(&ChangeSet::new().insert(&an_org(1, "a"))).await.unwrap();
    assert!(threads().iter().any(|name| name.trim() == "sqlite-writer"), "{:?}", threads());
    drop(storage);
    assert!(!threads().iter().any(|name| name.trim() == "sqlite-writer"), "{:?}", threads());
    assert!(!home.path().join("basalt.db-wal").exists());
    assert_eq!(ids(&open(&home).await).await.len(), 1);
}

#[tokio::test]
async fn the_epoch_moves_when_another_process_writes_and_only_then() {
    let home = tempfile::tempdir().unwrap();
    let (ours, others) = (open(&home).await, open(&home).await);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let before = ours.epoch();
    ours.commit(&ChangeSet::new().insert(&an_org(1, "a"))).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(ours.epoch(), before, "what this one writes does not count");
    others.commit(&ChangeSet::new().insert(&an_org(2, "b"))).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_ne!(ours.epoch(), before);
    assert_eq!(ids(&ours).await.len(), 2);
}

/// The thread is held up by another writer, so that all wait for one transaction.
#[tokio::test]
async fn of_sets_that_are_stored_together_each_fails_alone() {
    let home = tempfile::tempdir().unwrap();
    let storage = open(&home).await;
    let other = rusqlite::Connection::open(home.path().join("basalt.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let sets: Vec<ChangeSet> = (0..12)
        .map(|number| {
            // Every third takes the slug of the set before, with its second change.
            let slug = format!("slug-{}", if number % 3 == 2 { number - 1 } else { number });
            ChangeSet::new().insert(&an_org(100 + number, &format!("other-{number}"))).insert(&an_org(number, &slug))
        })
        .collect();
    let free = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        other.execute_batch("ROLLBACK").unwrap();
    };
    let (results, ()) = tokio::join!(futures_util::future::join_all(sets.iter().map(|set| storage.commit(set))), free);
    for (number, result) in results.iter().enumerate() {
        assert_eq!(result.is_ok(), number % 3 != 2, "{number}: {result:?}");
    }
    assert_eq!(ids(&storage).await.len(), 16, "two of each set that did not fail");
}
