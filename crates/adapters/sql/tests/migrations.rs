//! Migrations, from nothing and from the schemas of former versions, on each database.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use basalt_domain::{
    CatalogueObject, Condition, Dataset, Document, Entity, Filter, ObjectId, Organization, Resource, Role, SlugFollow,
    Timestamp, Value,
    dataset::{RESOURCE_FORMAT, RESOURCE_ID},
    entities::organization::{ACRONYM, MEMBER, NAME, REQUESTER, SLUG, VIEWS, visible},
};
use basalt_ports::{ChangeSet, Heads, PartsQuery, Query, Repo, Storage, Stored, Version};
use basalt_sql::{SqlOptions, SqlStorage};
use sea_orm::{ConnectionTrait, Database};

mod servers;

use servers::{OPTIONS, Place};

fn oid(number: u8) -> ObjectId {
    ObjectId::from_bytes([0x53, 0x4f, 0xff, 0x4c, 0, 0, 0, 0, 0, 0, 0, number])
}

async fn connect(url: &str) -> SqlStorage {
    SqlStorage::connect(url, OPTIONS).await.unwrap()
}

async fn run_script(url: &str, script: &str) {
    let connection = Database::connect(url).await.unwrap();
    for statement in script.split(";\n").filter(|statement| !statement.trim().is_empty()) {
        connection.execute_unprepared(statement).await.unwrap();
    }
    connection.close().await.unwrap();
}

async fn found(storage: &SqlStorage, condition: Condition) -> Vec<Value> {
    storage.ids(&Query { condition, ..Query::all(Organization::COLLECTION) }).await.unwrap()
}

/// One organisation, with a version that it has.
async fn first(storage: &SqlStorage) -> Stored<Organization> {
    let query = Query { limit: 1, ..Query::all(Organization::COLLECTION) };
    let stored = storage.fetch(&query).await.unwrap().pop().unwrap();
    Stored { value: stored.value.decode().unwrap(), version: stored.version }
}

async fn from_version_0(url: &str, script: &str) {
    run_script(url, script).await;
    let storage = connect(url).await;
    assert!(storage.ready().await.is_err(), "the tables are not those of this version yet");
    storage.migrate().await.unwrap();
    storage.ready().await.unwrap();

    let old = first(&storage).await;
    assert_eq!(old.version, Version(41), "no record was changed");
    assert_eq!(old.value.rest.at("unknown.kept").and_then(Value::as_list).map(<[Value]>::len), Some(2));
    assert_eq!(found(&storage, ACRONYM.eq("IDF").into_condition()).await, [oid(1).into()], "a column was filled");
    assert_eq!(found(&storage, VIEWS.above(3).into_condition()).await, [oid(1).into()]);
    assert_eq!(found(&storage, REQUESTER.eq(oid(9)).into_condition()).await, [oid(1).into()], "side rows were filled");
    assert_eq!(found(&storage, MEMBER.eq(oid(8)).into_condition()).await, [oid(1).into(), oid(3).into()]);
    assert_eq!(found(&storage, NAME.eq("Île").and(SLUG.eq("ile")).into_condition()).await, [oid(1).into()]);
    let visible = visible().into_condition();
    assert_eq!(storage.count(Organization::COLLECTION, &visible).await.unwrap(), 2, "totals were counted");
    let all = Condition::always();
    assert_eq!(storage.count(Role::COLLECTION, &all).await.unwrap(), 1);
    assert_eq!(storage.count(SlugFollow::COLLECTION, &all).await.unwrap(), 0, "a table was made");

    let mut renamed = old.clone();
    renamed.value.slug = "bee".into();
    let taken = storage.commit(&ChangeSet::new().update(&renamed)).await;
    assert!(matches!(taken, Err(basalt_ports::StorageError::Conflict { field, .. }) if field == "slug"));
    renamed.value.slug = "ile-de-france".into();
    storage.commit(&ChangeSet::new().update(&renamed)).await.unwrap();
    let connection = Database::connect(url).await.unwrap();
    let backend = connection.get_database_backend();
    let notes = sea_orm::Statement::from_string(backend, "SELECT legacy_note FROM organization ORDER BY id");
    let notes: Vec<String> =
        connection.query_all_raw(notes).await.unwrap().iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    assert_eq!(notes, ["note 1", "note 2", "note 3"], "nothing was dropped");
    connection.close().await.unwrap();
}

/// Several processes that start at once, on nothing; then others on what they made.
async fn at_once(url: &str) {
    for _round in 0..2 {
        let tasks: Vec<_> = (0..4)
            .map(|_process| {
                let url = url.to_owned();
                tokio::spawn(async move {
                    let storage = connect(&url).await;
                    storage.migrate().await.unwrap();
                    storage.ready().await.unwrap();
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    }
    let storage: Arc<dyn Storage> = Arc::new(connect(url).await);
    for of in basalt_domain::COLLECTIONS {
        assert_eq!(storage.count(of, &Condition::always()).await.unwrap(), 0);
    }
}

/// The view for people answers, and shows times as times.
async fn views_are_readable(url: &str) {
    let storage = connect(url).await;
    storage.migrate().await.unwrap();
    let time = basalt_domain::Timestamp(1_704_110_400_325);
    let organization = Organization::new(oid(1), "a", "b", None, time);
    storage.commit(&ChangeSet::new().insert(&organization)).await.unwrap();
    let connection = Database::connect(url).await.unwrap();
    let backend = connection.get_database_backend();
    let text = if backend == sea_orm::DbBackend::MySql { "CHAR" } else { "TEXT" };
    let query = format!("SELECT CAST(created_at AS {text}) FROM organization_view WHERE deleted IS NULL");
    let row = connection.query_one_raw(sea_orm::Statement::from_string(backend, query)).await.unwrap().unwrap();
    let shown: String = row.try_get_by_index(0).unwrap();
    assert!(shown.starts_with("2024-01-01") && shown.contains("12:00:00.325"), "{shown}");
    connection.close().await.unwrap();
}

fn a_long_dataset() -> Dataset {
    let now = Timestamp(1_704_110_400_000);
    let mut dataset = Dataset::blank(oid(1), now);
    dataset.slug = "long".into();
    for number in 1..=9_u8 {
        let mut resource = Resource::blank(uuid(number), now.plus_millis(i64::from(number)));
        resource.format = Some(if number == 5 { "pdf" } else { "csv" }.into());
        dataset.resources.push(resource);
    }
    dataset
}

fn uuid(number: u8) -> uuid::Uuid {
    uuid::Uuid::from_bytes([number; 16])
}

async fn numbers(url: &str, sql: &str) -> Vec<i64> {
    let connection = Database::connect(url).await.unwrap();
    let statement = sea_orm::Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    let found = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    connection.close().await.unwrap();
    found
}

/// A database of before parts were kept apart: what is long is whole there, and is spilled by the
/// next write; then a change of one resource changes one row.
async fn what_is_long_spills_at_the_next_write(url: &str) {
    const ROWS: &str = "SELECT COUNT(*) FROM dataset_parts";
    let long = a_long_dataset();
    {
        let before = SqlStorage::connect(url, SqlOptions { many: usize::MAX, ..OPTIONS }).await.unwrap();
        before.migrate().await.unwrap();
        before.commit(&ChangeSet::new().insert(&long)).await.unwrap();
    }
    run_script(url, "DROP TABLE dataset_parts;\nDELETE FROM basalt_schema WHERE name = 'fingerprint';\n").await;
    let storage = Arc::new(connect(url).await);
    assert!(storage.ready().await.is_err(), "the table of parts is not there yet");
    storage.migrate().await.unwrap();
    let datasets = Repo::<Dataset>::new(Arc::clone(&storage) as _, 0);
    let read = async || datasets.fresh_head(Filter::id(&oid(1))).await.unwrap().unwrap();
    let whole = read().await;
    assert_eq!((&whole.value, numbers(url, ROWS).await), (&long, vec![0]), "it is as it was");
    storage.commit(&ChangeSet::new().update(&whole)).await.unwrap();
    assert_eq!(numbers(url, ROWS).await, [9]);

    let mut head = read().await;
    assert!(head.value.is_head() && head.value.resource_count() == 9);
    let old = long.resource(uuid(5)).unwrap();
    head.value.replace(old, Resource { format: Some("xls".into()), ..old.clone() }, None);
    head.value.put_first(Resource::blank(uuid(10), Timestamp(0)), None);
    storage.commit(&ChangeSet::new().update(&head)).await.unwrap();
    let lowest = "SELECT position FROM dataset_parts WHERE position < 1 ORDER BY position";
    assert_eq!(numbers(url, lowest).await, [-1, 0], "the others stay where they are");
    let page = PartsQuery { limit: 1, ..PartsQuery::all(Dataset::COLLECTION, oid(1)) };
    let (first, total) = datasets.parts::<Resource>(&page).await.unwrap();
    assert_eq!((first.first().map(|resource| resource.id), total), (Some(uuid(10)), 10));
    for (filter, there) in [
        (RESOURCE_FORMAT.eq("xls"), 1),
        (RESOURCE_FORMAT.eq("pdf"), 0),
        (RESOURCE_ID.eq(uuid(10).to_string()), 1),
        (RESOURCE_ID.eq(uuid(5).to_string()), 1),
    ] {
        assert_eq!(storage.count(Dataset::COLLECTION, filter.condition()).await.unwrap(), there, "{filter:?}");
    }
    // Columns and side rows are filled anew where parts are kept apart, too.
    run_script(url, "DELETE FROM basalt_schema;\nDELETE FROM dataset_values;\n").await;
    storage.migrate().await.unwrap();
    assert_eq!(resources_of(&storage).await, 10);
    for filter in [RESOURCE_FORMAT.eq("xls"), RESOURCE_ID.eq(uuid(7).to_string())] {
        assert_eq!(storage.count(Dataset::COLLECTION, filter.condition()).await.unwrap(), 1, "{filter:?}");
    }
    let shown = Query { heads: Heads::No, ..Query::all(Dataset::COLLECTION) };
    let whole: Document = storage.fetch(&shown).await.unwrap().pop().unwrap().value.decode().unwrap();
    assert!(whole.get("$apart").is_none());
    let mut short = datasets.fresh(Filter::id(&oid(1))).await.unwrap().unwrap();
    short.value.resources.truncate(2);
    storage.commit(&ChangeSet::new().update(&short)).await.unwrap();
    assert_eq!(numbers(url, ROWS).await, [0], "a short one is whole again");
}

/// How many resources all visible datasets have.
async fn resources_of(storage: &SqlStorage) -> u64 {
    storage.count_parts(Dataset::COLLECTION, Dataset::visible().condition()).await.unwrap().unwrap()
}

/// Counted anew, a resource that a dataset has twice counts twice, as it does when it is written.
async fn what_is_there_twice_is_counted_twice(url: &str) {
    let storage = connect(url).await;
    storage.migrate().await.unwrap();
    let long = a_long_dataset();
    let mut short = Dataset::blank(oid(2), Timestamp(0));
    short.slug = "short".into();
    let twice = long.resource(uuid(1)).unwrap();
    short.resources = vec![twice.clone(), twice.clone(), long.resource(uuid(2)).unwrap().clone()];
    let mut hidden = Dataset { private: true, ..short.clone() };
    (hidden.id, hidden.slug) = (oid(3), "hidden".into());
    let set = [long, short, hidden];
    storage.commit(&set.iter().fold(ChangeSet::new(), ChangeSet::insert)).await.unwrap();
    assert_eq!(resources_of(&storage).await, 12);
    for lost in ["", "DELETE FROM basalt_totals;\n"] {
        run_script(url, &format!("DELETE FROM basalt_schema WHERE name = 'fingerprint';\n{lost}")).await;
        storage.migrate().await.unwrap();
        assert_eq!(resources_of(&storage).await, 12, "{lost}");
    }
}

mod sqlite {
    use super::*;

    #[tokio::test]
    async fn what_was_long_before_spills_at_the_next_write() {
        let (url, _home) = place();
        what_is_long_spills_at_the_next_write(&url).await;
    }

    #[tokio::test]
    async fn what_is_there_twice_is_counted_twice() {
        let (url, _home) = place();
        Box::pin(super::what_is_there_twice_is_counted_twice(&url)).await;
    }

    /// A database of before values were kept in the order of lists.
    #[tokio::test]
    async fn values_of_before_are_put_in_the_order_of_lists() {
        let (url, _home) = place();
        let mut set = [1, 2, 3, 4].map(|number| {
            let mut dataset = Dataset::blank(oid(number), Timestamp(i64::from(number % 3)));
            dataset.slug = number.to_string();
            dataset.tags = vec!["eau".into()];
            dataset
        });
        set[3].private = true;
        {
            let before = connect(&url).await;
            before.migrate().await.unwrap();
            before.commit(&set.iter().fold(ChangeSet::new(), ChangeSet::insert)).await.unwrap();
        }
        run_script(
            &url,
            "DROP INDEX dataset_values_order_ix;\nALTER TABLE dataset_values DROP COLUMN place;\n\
             CREATE INDEX dataset_values_ix ON dataset_values (field, value);\n\
             DELETE FROM basalt_schema WHERE name IN ('fingerprint', 'dataset order');\n",
        )
        .await;
        let storage = connect(&url).await;
        assert!(storage.ready().await.is_err(), "the values are in no order yet");
        storage.migrate().await.unwrap();
        let tagged = Dataset::visible().and(basalt_domain::dataset::TAG.eq("eau")).into_condition();
        let sort = vec![Dataset::NEWEST_FIRST.into()];
        let listed = storage.ids(&Query { condition: tagged, sort, ..Query::all(Dataset::COLLECTION) }).await.unwrap();
        assert_eq!(listed, [2, 1, 3].map(|number| Value::from(oid(number))));
        let places = "SELECT COUNT(*) FROM dataset_values WHERE place IS NOT NULL";
        assert_eq!(numbers(&url, places).await, [3]);
        let former = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'dataset_values_ix'";
        assert_eq!(numbers(&url, former).await, [0]);
    }

    fn place() -> (String, tempfile::TempDir) {
        let home = tempfile::tempdir().unwrap();
        (format!("sqlite://{}?mode=rwc", home.path().join("basalt.db").display()), home)
    }

    #[tokio::test]
    async fn version_0_is_brought_up() {
        let (url, _home) = place();
        from_version_0(&url, include_str!("schemas/v0.sqlite.sql")).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn several_processes_migrate_at_once() {
        let (url, _home) = place();
        at_once(&url).await;
    }

    #[tokio::test]
    async fn views_show_times_to_people() {
        let (url, _home) = place();
        views_are_readable(&url).await;
    }
}

macro_rules! on_server {
    ($server:ident, $script:literal) => {
        mod $server {
            use super::*;

            #[tokio::test]
            async fn what_was_long_before_spills_at_the_next_write() {
                let Some(place) = Place::on(stringify!($server)).await else { return };
                what_is_long_spills_at_the_next_write(&place.url).await;
            }

            #[tokio::test]
            async fn what_is_there_twice_is_counted_twice() {
                let Some(place) = Place::on(stringify!($server)).await else { return };
                super::what_is_there_twice_is_counted_twice(&place.url).await;
            }

            #[tokio::test]
            async fn version_0_is_brought_up() {
                let Some(place) = Place::on(stringify!($server)).await else { return };
                from_version_0(&place.url, include_str!($script)).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn several_processes_migrate_at_once() {
                let Some(place) = Place::on(stringify!($server)).await else { return };
                at_once(&place.url).await;
            }

            #[tokio::test]
            async fn views_show_times_to_people() {
                let Some(place) = Place::on(stringify!($server)).await else { return };
                views_are_readable(&place.url).await;
                drop(place.storage().await);
            }
        }
    };
}

on_server!(postgres, "schemas/v0.postgres.sql");
on_server!(mysql, "schemas/v0.mysql.sql");
