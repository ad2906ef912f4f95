//! Datasets with many resources, as udata writes them: heads and single resources, all else untouched.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use basalt_domain::{Dataset, Entity, Filter, ObjectId, Resource, Timestamp};
use basalt_mongo::MongoStorage;
use basalt_ports::{ChangeSet, Heads, PartsQuery, Query, Repo, Storage, Stored};
use bson::{Bson, DateTime, Decimal128, Document, doc, oid};
use support::fresh;
use uuid::Uuid;

const COUNT: u32 = 200;
const ID: [u8; 12] = [7; 12];

fn id(number: u32) -> String {
    Uuid::from_u128(u128::from(number)).to_string()
}

/// With what Basalt does not know, in types of which it knows nothing.
fn resource(number: u32) -> Document {
    doc! {
        "_id": id(number), "title": format!("Resource {number}"), "type": "main", "filetype": "remote",
        "url": "https://example.org/a", "format": "csv", "description": "d".repeat(2_000), "filesize": 5.0,
        "extras": { "decimal": Decimal128::from_bytes([1; 16]), "number": 1_i64 }, "mime": Bson::Null,
        "created_at_internal": DateTime::from_millis(0), "last_modified_internal": DateTime::from_millis(i64::from(number)),
        "unknown": { "deep": [Decimal128::from_bytes([2; 16])] },
    }
}

async fn with_a_long_dataset() -> Option<(MongoStorage, Repo<Dataset>, support::Dropped)> {
    let (storage, keep) = fresh().await?;
    storage.migrate().await.unwrap();
    let resources: Vec<Document> = (0..COUNT).map(resource).collect();
    let dataset = doc! {
        "_id": oid::ObjectId::from_bytes(ID), "title": "Long", "slug": "long", "description": "d", "resources": resources,
        "last_modified_internal": DateTime::from_millis(0), "theirs": Decimal128::from_bytes([3; 16]),
    };
    storage.database().collection::<Document>("dataset").insert_one(&dataset).await.unwrap();
    let repo = Repo::new(std::sync::Arc::new(storage.clone()), 0);
    Some((storage, repo, keep))
}

async fn stored(storage: &MongoStorage) -> Document {
    storage.database().collection::<Document>("dataset").find_one(doc! {}).await.unwrap().unwrap()
}

async fn head(repo: &Repo<Dataset>) -> Stored<Dataset> {
    let head = repo.fresh_head(Filter::id(&ObjectId::from_bytes(ID))).await.unwrap().unwrap();
    assert!(head.value.is_head());
    head
}

async fn one(repo: &Repo<Dataset>, number: u32) -> Resource {
    let query = PartsQuery::one(Dataset::COLLECTION, ObjectId::from_bytes(ID), id(number));
    let (mut parts, total) = repo.parts::<Resource>(&query).await.unwrap();
    assert_eq!(total, 1);
    parts.remove(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_long_dataset_only_what_is_asked_for_comes() {
    let Some((storage, _repo, _keep)) = with_a_long_dataset().await else { return };
    let whole = stored(&storage).await.to_vec().unwrap().len();
    let heads = Query { heads: Heads::ToShow, ..Query::all(Dataset::COLLECTION) };
    let shown = storage.fetch(&heads).await.unwrap().remove(0).value;
    assert!(shown.size() * 100 < whole, "{} of {whole} bytes", shown.size());
    let shown: Dataset = shown.decode().unwrap();
    assert_eq!((shown.resource_count(), shown.formats()), (u64::from(COUNT), vec!["csv"]));
    let all = PartsQuery::all(Dataset::COLLECTION, ObjectId::from_bytes(ID));
    let page = storage.parts(&PartsQuery { offset: 50, limit: 2, ..all.clone() }).await.unwrap().unwrap();
    let read: Vec<Resource> = page.parts.iter().map(|part| part.decode().unwrap()).collect();
    assert_eq!(read.iter().map(|one| one.title.as_str()).collect::<Vec<_>>(), ["Resource 50", "Resource 51"]);
    assert_eq!((page.total, page.parts[0].size()), (u64::from(COUNT), resource(50).to_vec().unwrap().len()));
    let newest = storage.parts(&PartsQuery { newest_first: true, limit: 1, ..all }).await.unwrap().unwrap();
    assert_eq!(newest.parts[0].decode::<Resource>().unwrap().title, format!("Resource {}", COUNT - 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_one_resource_leaves_the_bytes_of_all_others() {
    let Some((storage, repo, _keep)) = with_a_long_dataset().await else { return };
    let mut expected: Vec<Document> = (0..COUNT).map(resource).collect();
    let (mut read, old) = (head(&repo).await, one(&repo, 42).await);
    let mut new = old.clone();
    new.title = "Changed".into();
    new.last_modified_internal = Timestamp(1_000_000);
    read.value.title = "Longer".into();
    read.value.replace(&old, new, None);
    storage.commit(&ChangeSet::new().update(&read)).await.unwrap();
    let [changed] = &mut expected[42..43] else { panic!("one") };
    changed.insert("title", "Changed");
    changed.insert("last_modified_internal", DateTime::from_millis(1_000_000));
    let now = stored(&storage).await;
    assert_eq!((&now["title"], &now["theirs"]), (&"Longer".into(), &Decimal128::from_bytes([3; 16]).into()));
    let resources: Vec<Document> = now.get_array("resources").unwrap().iter().map(document).collect();
    let [changed] = &resources[42..43] else { panic!("one") };
    for (field, value) in &expected[42] {
        assert!(
            changed.get(field) == Some(value) || value == &Bson::Null,
            "{field}: what is not changed is not touched"
        );
    }
    expected[42] = changed.clone();
    assert_eq!(resources, expected);

    let mut read = head(&repo).await;
    let old = one(&repo, 7).await;
    read.value.remove(&old, None);
    read.value.put_first(Resource::blank(Uuid::from_u128(999), Timestamp(5)), None);
    storage.commit(&ChangeSet::new().update(&read)).await.unwrap();
    expected.remove(7);
    let now = stored(&storage).await;
    let resources: Vec<Document> = now.get_array("resources").unwrap().iter().map(document).collect();
    assert_eq!((&resources[0]["_id"], &resources[1..]), (&id(999).into(), expected.as_slice()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_udata_changed_of_a_resource_makes_a_head_stale() {
    let Some((storage, repo, _keep)) = with_a_long_dataset().await else { return };
    let datasets = storage.database().collection::<Document>("dataset");
    let by_udata = [
        doc! { "$set": { "resources.3.last_modified_internal": DateTime::from_millis(9_000_000) } },
        doc! { "$set": { "resources.3.extras.check:status": 404 } },
        doc! { "$set": { "resources.3.format": "pdf" } },
        doc! { "$pull": { "resources": { "_id": id(9) } } },
        doc! { "$set": { "quality_cached": { "score": 1 } } },
    ];
    for change in by_udata {
        let mut read = head(&repo).await;
        datasets.update_one(doc! {}, change.clone()).await.unwrap();
        read.value.title = "Late".into();
        let late = storage.commit(&ChangeSet::new().update(&read)).await;
        assert!(matches!(late, Err(basalt_ports::StorageError::Stale { .. })), "{change}: {late:?}");
    }
    assert_eq!(stored(&storage).await["title"], "Long".into());
}

fn document(value: &Bson) -> Document {
    value.as_document().unwrap().clone()
}
