//! Wrong numbers are found and put right.

use std::sync::Arc;

use basalt_domain::{Follow, GenericReference, organization};
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
    let number = |value: &Value| value.as_int().unwrap();
    let line = |found: &Difference| {
        format!("{} {} {} {}", found.collection, found.metric, number(&found.stored), number(&found.counted))
    };
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

/// Of the months with anything in them.
fn busy(value: Option<&Value>) -> Vec<String> {
    let months = value.and_then(Value::as_map).expect("numbers by month");
    assert_eq!(months.len(), 13);
    let busy = months.iter().filter(|(_month, count)| count.as_int() != Some(0));
    busy.map(|(month, count)| format!("{month} {}", count.as_int().unwrap())).collect()
}

#[tokio::test]
async fn months_are_counted_for_what_everybody_sees() {
    let at = |text| Timestamp::parse(text).unwrap();
    let (october, november) = (at("2026-10-31T23:59:59Z"), at("2026-11-01T00:00:00Z"));
    let store = Store::new(Arc::new(MemoryStorage::with_many(2)), 0);
    let mut producer = Organization::new(id(1), "Producer", "", None, october);
    producer.slug = "producer".into();
    let followed = |number, since, until| Follow {
        following: GenericReference::new("Dataset", "dataset", id(10)),
        since: Some(since),
        ..follow(number, 1, until)
    };
    let used = |number: u8, at: Timestamp, private: bool| {
        let document = Document::new()
            .with("_id", id(number))
            .with("slug", number.to_string())
            .with("urlhash", number.to_string())
            .with("created_at", at)
            .with("private", private)
            .with("datasets", vec![Value::from(id(10)), id(11).into()]);
        Change::Insert { of: Reuse::COLLECTION, id: id(number).into(), document }
    };
    let resources = |count: u8| {
        (0..count).map(|one| basalt_domain::Resource::blank(uuid::Uuid::from_bytes([one; 16]), october)).collect()
    };
    let of_producer = |number, created| {
        dataset(number, |dataset| (dataset.organization, dataset.created_at_internal) = (Some(id(1)), created))
    };
    let mut long = of_producer(10, october);
    long.resources = resources(5);
    let mut short = of_producer(11, november);
    short.resources = resources(1);
    let mut hidden = of_producer(12, november);
    (hidden.private, hidden.resources) = (true, resources(3));
    // What an import brought without those who follow.
    short.metrics.insert("followers_by_months", Document::new().with("2026-11", 7));
    let set = ChangeSet::new()
        .insert(&producer)
        .insert(&long)
        .insert(&short)
        .insert(&hidden)
        .insert(&followed(20, october, None))
        .insert(&followed(21, november, None))
        .insert(&followed(22, november, Some(november)))
        .with(used(30, november, false))
        .with(used(31, november, true))
        .with(used(32, at("2024-01-01T00:00:00Z"), false));
    store.commit(set).await.unwrap();
    let months = Wishes { repair: true, months: Some(november), ..Wishes::default() };
    let outcome = all(&store, months, |_told| {}).await.unwrap();
    let of_long = store.datasets.get(&id(10)).await.unwrap().unwrap().value.clone();
    assert_eq!(busy(of_long.metrics.get("reuses_by_months")), ["2026-11 1"]);
    assert_eq!(busy(of_long.metrics.get("followers_by_months")), ["2026-10 1", "2026-11 1"]);
    assert_eq!(of_long.resources.len(), 5, "written as a head");
    let of_short = store.datasets.get(&id(11)).await.unwrap().unwrap();
    assert_eq!(of_short.value.metrics.get("followers_by_months"), short.metrics.get("followers_by_months"));
    let producer = store.organizations.get(&id(1)).await.unwrap().unwrap();
    let of_producer = |name| busy(producer.value.metrics.get(name));
    assert_eq!(of_producer("datasets_by_months"), ["2026-10 1", "2026-11 1"]);
    assert_eq!(of_producer("datasets_reuses_by_months"), ["2026-11 1"], "one reuse of two datasets");
    assert_eq!(of_producer("datasets_followers_by_months"), ["2026-10 1", "2026-11 1"]);
    assert_eq!(producer.value.metrics.get("reuses_by_months"), None, "nothing to say");
    let portal = outcome.portal.metrics(november);
    assert_eq!(portal.get("resources"), Some(&Value::Int(6)));
    assert_eq!(busy(portal.get("datasets_by_months")), ["2026-10 1", "2026-11 1"]);
    assert_eq!(busy(portal.get("reuses_by_months")), ["2026-11 1"]);
    assert_eq!(busy(portal.get("organizations_by_months")), ["2026-10 1"]);
    assert_eq!(all(&store, months, |told| panic!("{told}")).await.unwrap().differences, 0, "counted once");
}
