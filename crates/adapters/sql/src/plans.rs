//! How SQLite answers the frequent queries: by which index, and without reading documents.

use std::sync::Arc;

use basalt_domain::{
    Condition, Entity, Organization, Path, Test, Value,
    entities::organization::{BUSINESS_NUMBER, CREATED_AT, MEMBER, NAME, SLUG, joined_by, visible},
};
use basalt_ports::{Query, SortKey, Storage};
use sea_orm::Statement;

use crate::{SqlOptions, SqlStorage, select, way::Way};

async fn storage() -> (SqlStorage, tempfile::TempDir) {
    let home = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", home.path().join("basalt.db").display());
    let storage = SqlStorage::connect(&url, SqlOptions::default()).await.unwrap();
    storage.migrate().await.unwrap();
    (storage, home)
}

async fn plan(storage: &SqlStorage, statement: Statement) -> String {
    let explained = Statement { sql: format!("EXPLAIN QUERY PLAN {}", statement.sql), ..statement };
    storage.rows(explained, true, |row| row.text(3)).await.unwrap().join("; ")
}

fn query(condition: Condition, sort: &[SortKey]) -> Query {
    Query { condition, sort: sort.to_vec(), limit: 20, ..Query::all(Organization::COLLECTION) }
}

#[tokio::test]
async fn the_default_list_reads_a_covering_index() {
    let (storage, _home) = storage().await;
    let table = storage.table(Organization::COLLECTION).unwrap();
    for key in [CREATED_AT.descending().into(), NAME.ascending().into()] {
        let list = query(visible().into_condition(), &[key]);
        let ids = plan(&storage, select::ids(storage.dialect, table, &list, &Way::Plain)).await;
        assert!(ids.contains("USING COVERING INDEX organization_deleted_"), "{ids}");
        assert!(!ids.contains("TEMP B-TREE"), "{ids}");
        let first = plan(&storage, select::fetch(storage.dialect, table, &list, &Way::Plain)).await;
        assert!(first.contains("USING INDEX organization_deleted_") && !first.contains("TEMP B-TREE"), "{first}");
        let deep = Query { offset: 20_000, ..list };
        let deep = plan(&storage, select::fetch(storage.dialect, table, &deep, &Way::Plain)).await;
        assert!(deep.contains("USING COVERING INDEX organization_deleted_"), "{deep}");
    }
}

#[tokio::test]
async fn ids_and_slugs_and_members_are_found_by_index() {
    let (storage, _home) = storage().await;
    let table = storage.table(Organization::COLLECTION).unwrap();
    let id: Path = Organization::COLLECTION.id_path();
    let some: Vec<Value> = (0..20).map(|number| basalt_domain::ObjectId::from_bytes([number; 12]).into()).collect();
    for (condition, index) in [
        (Condition::Is(id, Test::In(some.clone())), "sqlite_autoindex_organization_1 (id=?)"),
        (Condition::Is(id, Test::Eq(some[0].clone())), "sqlite_autoindex_organization_1 (id=?)"),
        (SLUG.eq("a").into_condition(), "organization_slug_key (slug=?)"),
        (MEMBER.eq(some[0].as_id().unwrap()).into_condition(), "organization_values_ix (field=? AND value=?)"),
        (joined_by(some[0].as_id().unwrap()).into_condition(), "organization_values_ix (field=? AND value=?)"),
    ] {
        let plan = plan(&storage, select::fetch(storage.dialect, table, &query(condition, &[]), &Way::Plain)).await;
        assert!(plan.contains(index), "{plan}");
        assert!(!plan.contains("SCAN organization;"), "{plan}");
    }
}

#[tokio::test]
async fn the_epoch_changes_with_the_writes_of_others_only() {
    let (storage, home) = storage().await;
    let storage: Arc<dyn Storage> = Arc::new(storage);
    let organization = |number| {
        let mut organization = Organization::new(
            basalt_domain::ObjectId::from_bytes([number; 12]),
            "a",
            "b",
            None,
            basalt_domain::Timestamp(0),
        );
        organization.slug = number.to_string();
        basalt_ports::ChangeSet::new().insert(&organization)
    };
    let settle = || tokio::time::sleep(std::time::Duration::from_millis(120));
    settle().await;
    let before = storage.epoch().unwrap();
    storage.commit(&organization(1)).await.unwrap();
    settle().await;
    assert_eq!(storage.epoch(), Some(before), "our own write");
    let url = format!("sqlite://{}", home.path().join("basalt.db").display());
    let other = SqlStorage::connect(&url, SqlOptions::default()).await.unwrap();
    settle().await;
    assert_eq!(storage.epoch(), Some(before), "no write");
    other.commit(&organization(2)).await.unwrap();
    settle().await;
    assert_ne!(storage.epoch(), Some(before), "the write of another");
}

/// What is read on the thread that asks for it.
#[tokio::test]
async fn only_what_leads_to_few_records_is_a_lookup() {
    let (storage, _home) = storage().await;
    let table = storage.table(Organization::COLLECTION).unwrap();
    let id = Condition::Is(Organization::COLLECTION.id_path(), Test::Eq(Value::Null));
    let slug = SLUG.eq("a").into_condition();
    for condition in [id.clone(), slug.clone(), Condition::Any(vec![id, slug])] {
        assert!(select::is_lookup(table, &Query { limit: u64::MAX, ..query(condition, &[]) }));
    }
    for condition in [visible().into_condition(), NAME.eq("a").into_condition(), NAME.contains("a").into_condition()] {
        assert!(!select::is_lookup(table, &query(condition, &[])));
    }
    let number = query(BUSINESS_NUMBER.eq("1").into_condition(), &[]);
    assert!(select::is_lookup(table, &number));
    assert!(!select::is_lookup(table, &Query { limit: u64::MAX, ..number }));
}
