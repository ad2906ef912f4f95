//! What is stored comes back.
#![expect(clippy::unwrap_used, reason = "a suite is a test, and fails by panicking")]

use basalt_domain::{
    Activity, ApiToken, Assignment, COLLECTIONS, ContactPoint, Document, Entity, Follow, Notification, Organization,
    Role, SlugFollow, User, Value,
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
    round_trip::<Follow>(&storage, fixture!("follow")).await;
    round_trip::<SlugFollow>(&storage, fixture!("slug_follow")).await;
    round_trip::<Activity>(&storage, fixture!("activity")).await;
    round_trip::<Notification>(&storage, fixture!("notification")).await;
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
    let follow = former!("follow.epoch");
    let id = follow.get("_id").and_then(Value::as_id).unwrap();
    apply(&storage, vec![insertion(Follow::COLLECTION, follow)]).await.unwrap();
    assert_eq!(stored::<Follow>(&storage, &id).await.value.until, None);
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
