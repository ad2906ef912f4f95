//! Pages far behind in a list, which are found from the end, or by SQLite by the numbers of periods.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod servers;

use basalt_domain::{
    CatalogueObject, Dataset, Document, Entity, ObjectId, Timestamp, Value,
    dataset::{CREATED_AT, TAG, VIEWS},
};
use basalt_ports::{ChangeSet, Query, Storage, StorageError, Stored, Version};
use basalt_sql::{SqlOptions, SqlStorage};
use sea_orm::{ConnectionTrait, Database, Statement};

use self::servers::Place;

const DATASETS: u64 = 2_600;
const DAY: u64 = 24 * 3_600_000;

/// Made on many days, several at once, many on one day.
fn a_dataset(number: u64) -> Dataset {
    let day = if number.is_multiple_of(5) { 700 } else { number * 7_919 % 1_100 };
    let mut id = [0; 12];
    id[4..].copy_from_slice(&(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).to_be_bytes());
    let moment = i64::try_from((18_000 + day) * DAY + number % 3 * 1_000).unwrap();
    let mut dataset = Dataset::blank(ObjectId::from_bytes(id), Timestamp(moment));
    dataset.slug = number.to_string();
    if !number.is_multiple_of(3) {
        dataset.metrics = Document::new().with("views", i64::try_from(number % 11).unwrap());
    }
    dataset.tags = if number.is_multiple_of(20) { vec![] } else { vec!["eau".into()] };
    dataset
}

async fn numbers(url: &str, sql: &str) -> Vec<Option<i64>> {
    let connection = Database::connect(url).await.unwrap();
    let rows = connection.query_all_raw(Statement::from_string(connection.get_database_backend(), sql)).await.unwrap();
    let found = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    connection.close().await.unwrap();
    found
}

/// Pages in both directions, one of so many, are what the whole list is there.
async fn pages_agree(storage: &SqlStorage, step: usize) -> Result<(), StorageError> {
    let visible = Dataset::visible().into_condition();
    let tagged = Dataset::visible().and(TAG.eq("eau")).into_condition();
    for (condition, sort) in [
        (&visible, CREATED_AT.descending()),
        (&visible, CREATED_AT.ascending()),
        (&visible, VIEWS.descending()),
        (&visible, VIEWS.ascending()),
        (&tagged, CREATED_AT.descending()),
        (&tagged, VIEWS.ascending()),
    ] {
        let all = Query { condition: condition.clone(), sort: vec![sort.into()], ..Query::all(Dataset::COLLECTION) };
        let whole = storage.ids(&all).await?;
        let total = storage.count(Dataset::COLLECTION, condition).await?;
        assert_eq!(whole.len() as u64, total);
        for offset in (1_990..total + 3).step_by(step).chain([total - 1, total]) {
            let page = Query { offset, limit: 20, ..all.clone() };
            let expected: Vec<Value> = whole.iter().skip(usize::try_from(offset).unwrap()).take(20).cloned().collect();
            assert_eq!(storage.ids(&page).await?, expected, "{offset}");
            let read = storage.fetch(&page).await?;
            let read = read.into_iter().map(|row| row.value.decode::<Dataset>().unwrap().id.into());
            assert_eq!(read.collect::<Vec<Value>>(), expected, "{offset}");
        }
    }
    Ok(())
}

/// Pages agree, and the numbers of periods add up.
async fn agrees(storage: &SqlStorage, url: &str) -> Result<(), StorageError> {
    pages_agree(storage, 7).await?;
    let total = storage.count(Dataset::COLLECTION, Dataset::visible().condition()).await?;
    for mark in ["[", "]"] {
        let sum = format!("SELECT SUM(records) FROM basalt_totals WHERE name LIKE 'visible{mark}%'");
        assert_eq!(numbers(url, &sum).await, [i64::try_from(total).ok()], "{mark}");
    }
    Ok(())
}

async fn insert_all(storage: &SqlStorage) {
    let all: Vec<Dataset> = (0..DATASETS).map(a_dataset).collect();
    for some in all.chunks(200) {
        storage.commit(&some.iter().fold(ChangeSet::new(), ChangeSet::insert)).await.unwrap();
    }
}

async fn on_a_server(server: &str) {
    let Some(place) = Place::on(server).await else { return };
    let storage = place.storage().await;
    insert_all(&storage).await;
    pages_agree(&storage, 97).await.unwrap();
}

#[tokio::test]
async fn a_page_far_behind_is_found_from_the_end_on_postgres() {
    on_a_server("postgres").await;
}

#[tokio::test]
async fn a_page_far_behind_is_found_from_the_end_on_mysql() {
    on_a_server("mysql").await;
}

#[tokio::test]
async fn a_page_far_behind_is_what_the_whole_list_has_there() {
    let home = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", home.path().join("basalt.db").display());
    let storage = SqlStorage::connect(&url, SqlOptions::default()).await.unwrap();
    storage.migrate().await.unwrap();
    insert_all(&storage).await;
    agrees(&storage, &url).await.unwrap();

    let query = Query { limit: 300, offset: 1_000, ..Query::all(Dataset::COLLECTION) };
    let mut changes = ChangeSet::new();
    for (at, row) in storage.fetch(&query).await.unwrap().into_iter().enumerate() {
        let (mut value, version): (Dataset, Version) = (row.value.decode().unwrap(), row.version);
        match at % 3 {
            0 => value.private = true,
            1 => value.created_at_internal = Timestamp(i64::try_from(at).unwrap() * 1_000_000_000),
            _ => value.deleted = Some(Timestamp(0)),
        }
        changes = changes.update(&Stored { value, version });
    }
    storage.commit(&changes).await.unwrap();
    agrees(&storage, &url).await.unwrap();

    // As in a database of before these numbers.
    numbers(&url, "DELETE FROM basalt_totals WHERE name LIKE 'visible[%' OR name LIKE 'visible]%' RETURNING 1").await;
    numbers(&url, "DELETE FROM basalt_schema WHERE name = 'fingerprint' RETURNING 1").await;
    storage.migrate().await.unwrap();
    agrees(&storage, &url).await.unwrap();
}
