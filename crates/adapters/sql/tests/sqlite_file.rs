//! What is particular to a file: its thread, its end, and other processes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use basalt_domain::{Entity, ObjectId, Organization, Timestamp, Value};
use basalt_ports::{ChangeSet, Query, Storage, StorageError};
use basalt_sql::{SqlOptions, SqlStorage};
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};

fn an_org(number: u8, slug: &str) -> Organization {
    let id = ObjectId::from_bytes([0x53, 0x4f, 0xff, 0x4c, 0, 0, 0, 0, 0, 0, 0, number]);
    let mut organization = Organization::new(id, "INSEE", "Statistics", None, Timestamp(1_704_110_400_000));
    organization.slug = slug.into();
    organization
}

fn url(home: &tempfile::TempDir) -> String {
    format!("sqlite://{}", home.path().join("basalt.db").display())
}

async fn open(home: &tempfile::TempDir) -> SqlStorage {
    opened(home, SqlOptions::default()).await
}

async fn opened(home: &tempfile::TempDir, options: SqlOptions) -> SqlStorage {
    let storage = SqlStorage::connect(&url(home), options).await.unwrap();
    storage.migrate().await.unwrap();
    storage
}

/// To write many records.
const MANY: fn() -> SqlOptions = || SqlOptions { bulk: true, ..SqlOptions::default() };

/// What makes each index, in the order of their names.
async fn indexes(home: &tempfile::TempDir) -> Vec<String> {
    let connection = Database::connect(url(home)).await.unwrap();
    let sql = "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name";
    let rows = connection.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap();
    let found = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    connection.close().await.unwrap();
    found
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

/// Datasets have eighteen indexes for reading, organisations six.
#[tokio::test]
async fn while_it_is_filled_it_has_unique_indexes_only_and_all_of_them_at_the_end() {
    let home = tempfile::tempdir().unwrap();
    drop(open(&home).await);
    let all = indexes(&home).await;
    let filled = opened(&home, MANY()).await;
    let meanwhile = indexes(&home).await;
    let reading = |sql: &&String| sql.contains(" ON \"dataset\" (") || sql.contains(" ON \"dataset_values\" (");
    let left: Vec<_> = meanwhile.iter().filter(reading).collect();
    assert!(left.iter().all(|sql| sql.starts_with("CREATE UNIQUE INDEX")) && left.len() == 1, "{left:?}");
    filled.commit(&ChangeSet::new().insert(&an_org(1, "a"))).await.unwrap();
    let twice = filled.commit(&ChangeSet::new().insert(&an_org(2, "a"))).await;
    assert!(matches!(twice, Err(StorageError::Conflict { .. })), "{twice:?}");
    filled.ready().await.unwrap();
    filled.catch_up().await.unwrap();
    assert_eq!(indexes(&home).await, all);
    filled.ready().await.unwrap();
    filled.catch_up().await.unwrap();
    drop(filled);
    let storage = SqlStorage::connect(&url(&home), SqlOptions::default()).await.unwrap();
    storage.ready().await.unwrap();
    assert_eq!(ids(&storage).await.len(), 1);
}

#[tokio::test]
async fn what_was_put_off_when_it_broke_off_is_made_by_who_comes_next() {
    let home = tempfile::tempdir().unwrap();
    drop(open(&home).await);
    let all = indexes(&home).await;
    let filled = opened(&home, MANY()).await;
    filled.commit(&ChangeSet::new().insert(&an_org(1, "a"))).await.unwrap();
    drop(filled);
    assert_ne!(indexes(&home).await, all);
    let next = SqlStorage::connect(&url(&home), SqlOptions::default()).await.unwrap();
    let told = next.ready().await.unwrap_err();
    assert!(format!("{told:?}").contains("basalt migrate"), "{told:?}");
    // Another one that fills it goes on without.
    drop(next);
    let again = opened(&home, MANY()).await;
    again.ready().await.unwrap();
    assert_ne!(indexes(&home).await, all);
    drop(again);
    let (one, other) = tokio::join!(open(&home), open(&home));
    assert_eq!(indexes(&home).await, all);
    one.ready().await.unwrap();
    other.ready().await.unwrap();
    assert_eq!(ids(&one).await.len(), 1);
}

#[tokio::test]
async fn nothing_is_put_off_where_others_read_or_where_much_is_there() {
    let home = tempfile::tempdir().unwrap();
    let reader = open(&home).await;
    let all = indexes(&home).await;
    let filled = opened(&home, MANY()).await;
    assert_eq!(indexes(&home).await, all, "somebody reads");
    let many = (0..1_001_u16).map(|number| {
        let mut organization = an_org(0, &format!("o{number}"));
        let mut id = [0; 12];
        id[..2].copy_from_slice(&number.to_be_bytes());
        organization.id = ObjectId::from_bytes(id);
        organization
    });
    let changes = many.fold(ChangeSet::new(), |changes, organization| changes.insert(&organization));
    filled.commit(&changes).await.unwrap();
    drop((reader, filled));
    let filled = opened(&home, MANY()).await;
    let of_organizations =
        |all: &[String]| all.iter().filter(|sql| sql.contains(" ON \"organization\" (")).cloned().collect::<Vec<_>>();
    let meanwhile = indexes(&home).await;
    assert_eq!(of_organizations(&meanwhile), of_organizations(&all), "a thousand are there");
    assert_ne!(meanwhile, all);
    filled.catch_up().await.unwrap();
    assert_eq!(indexes(&home).await, all);
}
