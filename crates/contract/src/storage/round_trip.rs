//! What is stored comes back.
#![expect(clippy::unwrap_used, reason = "a suite is a test, and fails by panicking")]

use basalt_domain::{
    Activity, ApiToken, Assignment, COLLECTIONS, ChangeEvent, Chart, CommunityResource, ContactPoint, Dataservice,
    Dataset, Document, Entity, Follow, GeoLevel, GeoZone, License, Notification, Organization, Post, Reuse, Role, Site,
    SlugFollow, Task, Topic, TopicElement, User, Value, dataset,
};
use basalt_ports::{ChangeSet, Query, Storage, Stored};

use super::{ORGANIZATIONS, Shared, a_document, apply, fetch, find, insert_documents, insertion, stored};

/// The document of `fixtures/documents` with every field of the entity set, and some that it does not know.
macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../fixtures/documents/", $name, ".json"))
    };
}

macro_rules! former {
    ($name:literal) => {
        parse(include_str!(concat!("../../fixtures/former/", $name, ".json")))
    };
}

fn parse(text: &str) -> Document {
    serde_json::from_str(text).unwrap()
}

/// Document → storage → entity → storage → document, equal at each step, unknown fields kept.
async fn round_trip<E: Entity + PartialEq + std::fmt::Debug>(storage: &Shared, text: &str) {
    let document = parse(text);
    let entity: E = document.decode().unwrap();
    assert_eq!(Document::of(&entity).unwrap(), document, "the entity knows or keeps every field");
    apply(storage, vec![insertion(E::COLLECTION, document.clone())]).await.unwrap();
    assert_eq!(only(storage.as_ref(), &Query::all(E::COLLECTION)).await, document);
    let mut read: Stored<E> = stored(storage, entity.id()).await;
    assert_eq!(read.value, entity);
    storage.commit(&ChangeSet::new().update(&read)).await.unwrap();
    read = stored(storage, entity.id()).await;
    assert_eq!(read.value, entity);
    storage.commit(&ChangeSet::new().delete(&read)).await.unwrap();
    assert!(find::<E>(storage, entity.id()).await.is_none());
    storage.commit(&ChangeSet::new().insert(&entity)).await.unwrap();
    assert_eq!(only(storage.as_ref(), &Query::all(E::COLLECTION)).await, document);
}

async fn only(storage: &dyn Storage, query: &Query) -> Document {
    let found = storage.fetch(query).await.unwrap();
    assert_eq!(found.len(), 1);
    found.first().unwrap().value.decode().unwrap()
}

/// Every entity of [`COLLECTIONS`].
pub async fn every_field_of_every_entity_comes_back(storage: Shared) {
    round_trip::<Role>(&storage, fixture!("role")).await;
    round_trip::<User>(&storage, fixture!("user")).await;
    round_trip::<Organization>(&storage, fixture!("organization")).await;
    round_trip::<ApiToken>(&storage, fixture!("api_token")).await;
    round_trip::<Assignment>(&storage, fixture!("assignment")).await;
    round_trip::<ContactPoint>(&storage, fixture!("contact_point")).await;
    round_trip::<License>(&storage, fixture!("license")).await;
    round_trip::<GeoLevel>(&storage, fixture!("geo_level")).await;
    round_trip::<GeoZone>(&storage, fixture!("geo_zone")).await;
    round_trip::<Dataset>(&storage, fixture!("dataset")).await;
    round_trip::<CommunityResource>(&storage, fixture!("community_resource")).await;
    round_trip::<Dataservice>(&storage, fixture!("dataservice")).await;
    round_trip::<Reuse>(&storage, fixture!("reuse")).await;
    round_trip::<Topic>(&storage, fixture!("topic")).await;
    round_trip::<TopicElement>(&storage, fixture!("topic_element")).await;
    round_trip::<Chart>(&storage, fixture!("chart")).await;
    round_trip::<Post>(&storage, fixture!("post")).await;
    round_trip::<Site>(&storage, fixture!("site")).await;
    round_trip::<Follow>(&storage, fixture!("follow")).await;
    round_trip::<SlugFollow>(&storage, fixture!("slug_follow")).await;
    round_trip::<Activity>(&storage, fixture!("activity")).await;
    round_trip::<Notification>(&storage, fixture!("notification")).await;
    round_trip::<ChangeEvent>(&storage, fixture!("change_event")).await;
    round_trip::<Task>(&storage, fixture!("task")).await;
    for of in COLLECTIONS {
        assert_eq!(
            storage.count(of, &basalt_domain::Condition::always()).await.unwrap(),
            1,
            "{} has no fixture",
            of.name
        );
    }
}

/// In the record, in members, requests, badges, references.
pub async fn unknown_fields_come_back_at_any_depth(storage: Shared) {
    let document = parse(fixture!("organization"));
    apply(&storage, vec![insertion(ORGANIZATIONS, document.clone())]).await.unwrap();
    let id = document.get("_id").and_then(Value::as_id).unwrap();
    let mut read: Stored<Organization> = stored(&storage, &id).await;
    read.value.name = "Renamed".into();
    for member in &mut read.value.members {
        member.role = basalt_domain::OrganizationRole::Editor;
    }
    storage.commit(&ChangeSet::new().update(&read)).await.unwrap();
    let after = only(storage.as_ref(), &Query::all(ORGANIZATIONS)).await;
    assert_eq!(after.get("unknown"), document.get("unknown"));
    assert_eq!(after.get("name"), Some(&Value::from("Renamed")));
    let member = after.get("members").and_then(Value::as_list).and_then(<[_]>::first).and_then(Value::as_map).unwrap();
    assert_eq!(member.get("label"), Some(&Value::from("unknown in a member")));
    assert_eq!(after.values_at("requests.unknown_in_request.a"), document.values_at("requests.unknown_in_request.a"));
    assert_eq!(after.values_at("badges.unknown_in_badge"), [&Value::Int(1)]);
}

/// In resources too, whatever of them is changed, moved or added.
pub async fn unknown_fields_of_resources_come_back(storage: Shared) {
    let document = parse(fixture!("dataset"));
    apply(&storage, vec![insertion(Dataset::COLLECTION, document.clone())]).await.unwrap();
    let id = document.get("_id").and_then(Value::as_id).unwrap();
    let mut read: Stored<Dataset> = stored(&storage, &id).await;
    read.value.resources.reverse();
    let mut added = read.value.resources.first().unwrap().clone();
    added.id = uuid::Uuid::nil();
    read.value.resources.insert(0, added);
    read.value.resources.last_mut().unwrap().title = "Renamed".into();
    storage.commit(&ChangeSet::new().update(&read)).await.unwrap();
    let after = only(storage.as_ref(), &Query::all(Dataset::COLLECTION)).await;
    assert_eq!(after.get("unknown"), document.get("unknown"));
    let resources = after.get("resources").and_then(Value::as_list).unwrap();
    let [_added, _remote, file] = resources else { panic!("three resources") };
    let before = document.get("resources").and_then(Value::as_list).and_then(<[_]>::first).and_then(Value::as_map);
    assert_eq!(file.as_map().unwrap(), &before.unwrap().clone().with("title", "Renamed"));
    for (field, value) in [
        (dataset::RESOURCE_ID, "00000000-0000-0000-0000-000000000000"),
        (dataset::RESOURCE_FORMAT, "csv"),
        (dataset::RESOURCE_SCHEMA, "etalab/schema-irve-statique"),
        (dataset::ZONE, "fr:departement:13"),
        (dataset::BADGE, "inspire"),
    ] {
        let condition = field.eq(value).into_condition();
        assert_eq!(storage.count(Dataset::COLLECTION, &condition).await.unwrap(), 1, "{value}");
    }
}

/// Nulls, missing fields, references as DBRefs, numbers as floats.
pub async fn shapes_of_former_versions_are_read(storage: Shared) {
    let organizations =
        [former!("organization.nulls"), former!("organization.bare"), former!("organization.references")];
    insert_documents(&storage, organizations.clone()).await;
    assert_eq!(fetch(&storage, &Query::all(ORGANIZATIONS)).await, organizations);
    for document in organizations {
        let id = document.get("_id").and_then(Value::as_id).unwrap();
        let read: Stored<Organization> = stored(&storage, &id).await;
        storage.commit(&ChangeSet::new().update(&read)).await.unwrap();
        assert_eq!(stored::<Organization>(&storage, &id).await.value, read.value);
    }
    for document in [former!("user.bare"), former!("user.apikey")] {
        let id = document.get("_id").and_then(Value::as_id).unwrap();
        apply(&storage, vec![insertion(User::COLLECTION, document)]).await.unwrap();
        let read: Stored<User> = stored(&storage, &id).await;
        storage.commit(&ChangeSet::new().update(&read)).await.unwrap();
    }
    for document in [former!("dataset.bare"), former!("dataset.nulls")] {
        reads_former::<Dataset>(&storage, document).await;
    }
    // Ids of resources as binary data, in both forms; frequencies as they were called; text in place of a number.
    let old = reads_former::<Dataset>(&storage, former!("dataset.binary")).await;
    let ids: Vec<String> = old.resources.iter().map(|resource| resource.id.to_string()).collect();
    assert!(ids.iter().zip(1..).all(|(id, at)| id.ends_with(&format!("c2{at}"))), "{ids:?}");
    assert_eq!(old.frequency.as_deref(), Some("fortnighly"));
    assert_eq!(old.organization, Some(basalt_domain::ObjectId::parse("534fff4c0000000000000003").unwrap()));
    assert!(old.rest.get("last_modified").is_some(), "what had another name is kept");
    reads_former::<Reuse>(&storage, former!("reuse.bare")).await;
    reads_former::<Dataservice>(&storage, former!("dataservice.bare")).await;
    reads_former::<Topic>(&storage, former!("topic.bare")).await;
    reads_former::<Post>(&storage, former!("post.bare")).await;
    reads_former::<License>(&storage, former!("license.bare")).await;
    reads_former::<GeoZone>(&storage, former!("geo_zone.bare")).await;
    let follow = former!("follow.epoch");
    let id = follow.get("_id").and_then(Value::as_id).unwrap();
    apply(&storage, vec![insertion(Follow::COLLECTION, follow)]).await.unwrap();
    assert_eq!(stored::<Follow>(&storage, &id).await.value.until, None);
}

/// It can be read, and written back without a change.
async fn reads_former<E: Entity + PartialEq + std::fmt::Debug>(storage: &Shared, document: Document) -> E {
    let id: E = document.decode().unwrap();
    apply(storage, vec![insertion(E::COLLECTION, document)]).await.unwrap();
    let read: Stored<E> = stored(storage, id.id()).await;
    storage.commit(&ChangeSet::new().update(&read)).await.unwrap();
    let again: Stored<E> = stored(storage, id.id()).await;
    assert_eq!(again.value, read.value);
    again.value
}

/// At every depth: others may read the documents too.
pub async fn the_order_of_fields_is_kept(storage: Shared) {
    let keys = ["_id", "slug", "z", "a", "name", "10", "9"];
    let mut document = Document::new();
    for key in keys {
        document.insert(key, key);
    }
    let mut record = a_document(1, &[]);
    record.insert("extras", document.clone());
    record.insert("aaa", 1);
    insert_documents(&storage, [record.clone()]).await;
    let read = only(storage.as_ref(), &Query::all(ORGANIZATIONS)).await;
    assert!(read.keys().eq(record.keys()), "{read:?}");
    assert!(read.get("extras").and_then(Value::as_map).unwrap().keys().eq(keys));
}

/// Whole numbers stay whole, fractions keep every bit.
pub async fn numbers_come_back_exactly(storage: Shared) {
    let floats = [0.1, -0.5, 1.0, 1e300, 5e-324, 1.797_693_134_862_315_7e308, 0.1 + 0.2, 123_456_789.123_456_79];
    let whole = [0, -1, i64::MAX, i64::MIN, 9_007_199_254_740_993, 1 << 31];
    let numbers: Vec<Value> = floats.into_iter().map(Value::from).chain(whole.into_iter().map(Value::from)).collect();
    insert_documents(&storage, [a_document(1, &[("extras.numbers", numbers.clone().into())])]).await;
    let read = only(storage.as_ref(), &Query::all(ORGANIZATIONS)).await;
    let back = read.at("extras.numbers").and_then(Value::as_list).unwrap();
    assert_eq!(format!("{back:?}"), format!("{numbers:?}"));
}
