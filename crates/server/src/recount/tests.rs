//! Wrong numbers are found and put right.

use std::sync::Arc;

use basalt_domain::{GenericReference, Timestamp};
use basalt_memory::MemoryStorage;

use super::*;

fn id(number: u8) -> ObjectId {
    ObjectId::from_bytes([number; 12])
}

fn dataset(number: u8, more: impl FnOnce(&mut Dataset)) -> Dataset {
    let mut dataset = Dataset::blank(id(number), Timestamp(0));
    dataset.slug = number.to_string();
    more(&mut dataset);
    dataset
}

/// The user follows this organisation.
fn follow(number: u8, organization: u8, until: Option<Timestamp>) -> Follow {
    let following = GenericReference::organization(id(organization));
    Follow { id: id(number), follower: id(2), following, since: None, until, rest: Document::new() }
}

async fn told(store: &Store, repair: bool) -> Vec<String> {
    let mut told = Vec::new();
    let line = |found: &Difference| format!("{} {} {} {}", found.collection, found.metric, found.stored, found.counted);
    let wishes = Wishes { repair, ..Wishes::default() };
    let outcome = all(store, wishes, |found| told.push(line(found))).await.unwrap();
    assert_eq!(outcome.differences, u64::try_from(told.len()).unwrap());
    told
}

#[tokio::test]
async fn wrong_numbers_are_told_and_put_right() {
    let store = Store::new(Arc::new(MemoryStorage::new()), 0);
    let mut producer = Organization::new(id(1), "Producer", "", None, Timestamp(0));
    producer.slug = "producer".into();
    producer.metrics.insert("datasets", 7);
    producer.metrics.insert("members", 2);
    let mut user = User::new(id(2), "a@example.org", "A", "B", Timestamp(0));
    user.slug = "a-b".into();
    let document = Document::new()
        .with("_id", id(9))
        .with("slug", "r")
        .with("urlhash", "r")
        .with("datasets", vec![Value::from(id(10)), id(10).into(), id(11).into()])
        .with("metrics", Document::new().with("datasets", 3));
    let set = ChangeSet::new()
        .insert(&producer)
        .insert(&user)
        .insert(&dataset(10, |dataset| dataset.organization = Some(id(1))))
        .insert(&dataset(11, |dataset| (dataset.organization, dataset.private) = (Some(id(1)), true)))
        .insert(&dataset(12, |dataset| dataset.owner = Some(id(2))))
        .insert(&dataset(13, |dataset| (dataset.owner, dataset.archived) = (Some(id(2)), Some(Timestamp(1)))))
        .insert(&follow(20, 1, None))
        .insert(&follow(21, 1, Some(Timestamp(1))))
        .with(Change::Insert { of: Reuse::COLLECTION, id: id(9).into(), document });
    store.commit(set).await.unwrap();
    let expected = [
        "organization metrics.datasets 7 1",
        "organization metrics.followers 0 1",
        "organization metrics.members 2 0",
        "user metrics.datasets 0 1",
        "user metrics.following 0 1",
        "dataset metrics.reuses 0 1",
        "dataset metrics.reuses 0 1",
    ];
    assert_eq!(told(&store, false).await, expected);
    assert_eq!(told(&store, true).await, expected);
    assert_eq!(told(&store, false).await, [""; 0]);
    let imported = ChangeSet::new().add::<Organization>(&id(1), &organization::FOLLOWERS, 5);
    store.commit(imported).await.unwrap();
    let wishes = Wishes { catalogue_only: true, ..Wishes::default() };
    assert_eq!(all(&store, wishes, |_found| {}).await.unwrap().differences, 0);
    let producer = store.organizations.get(&id(1)).await.unwrap().unwrap();
    assert_eq!(producer.value.metrics.get("datasets"), Some(&1.into()));
}
