//! Documents as udata writes them, now and in former versions: read, kept, given back.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use basalt_domain::{
    Activity, ApiToken, Assignment, COLLECTIONS, ContactPoint, Document as Map, Entity, Filter, Follow, Kind,
    Notification, Organization, Role, SlugFollow, User, Value,
};
use basalt_mongo::MongoStorage;
use basalt_ports::{Change, ChangeSet, Query, Raw, Storage, Stored};
use bson::{Binary, Bson, DateTime, Decimal128, Document, RawDocumentBuf, Regex, Timestamp, doc, spec::BinarySubtype};
use support::fresh;

macro_rules! documents {
    ($name:literal) => {
        parse(include_str!(concat!("fixtures/documents/", $name, ".json")))
    };
}

fn parse(text: &str) -> Vec<Document> {
    let documents: Vec<Bson> = serde_json::from_str(text).unwrap();
    documents.into_iter().map(|document| document.as_document().unwrap().clone()).collect()
}

/// What the database holds, byte for byte.
async fn bytes(storage: &MongoStorage, of: &str, id: &Bson) -> RawDocumentBuf {
    let collection = storage.database().collection::<RawDocumentBuf>(of);
    collection.find_one(doc! { "_id": id }).await.unwrap().unwrap()
}

async fn insert(storage: &MongoStorage, of: &str, documents: &[Document]) {
    storage.database().collection::<Document>(of).insert_many(documents).await.unwrap();
}

async fn read<E: Entity>(storage: &MongoStorage) -> Vec<Stored<E>> {
    let found = storage.fetch(&Query::all(E::COLLECTION)).await.unwrap();
    found.iter().map(|stored| basalt_ports::repo::decode(stored).unwrap()).collect()
}

/// Null reads like absent, and fields without a value are given one: all else must stay.
fn without_nulls(document: &Document) -> Document {
    document.clone().into_iter().filter(|(_name, value)| *value != Bson::Null).collect()
}

/// Reads every document as an entity, updates it unchanged, and finds what was there; then copies
/// it whole, as `basalt copy` does, and finds it again.
async fn stay_as_they_are<E: Entity>(documents: Vec<Document>) {
    let Some((storage, _keep)) = fresh().await else { return };
    storage.migrate().await.unwrap();
    let of = E::COLLECTION.name;
    insert(&storage, of, &documents).await;
    let entities = read::<E>(&storage).await;
    assert_eq!(entities.len(), documents.len(), "every {of}");
    for entity in &entities {
        storage.commit(&ChangeSet::new().update(entity)).await.unwrap();
    }
    for document in &documents {
        let after = Document::try_from(&bytes(&storage, of, document.get("_id").unwrap()).await).unwrap();
        assert_eq!(after, without_nulls(document), "{of} after an update of nothing");
    }
    for (stored, entity) in storage.fetch(&Query::all(E::COLLECTION)).await.unwrap().iter().zip(entities) {
        let whole: Map = stored.value.decode().unwrap();
        let id: Value = entity.value.id().clone().into();
        let put = Change::Put { of: E::COLLECTION, id, document: whole };
        storage.commit(&ChangeSet::new().with(put)).await.unwrap();
    }
    for document in &documents {
        let after = Document::try_from(&bytes(&storage, of, document.get("_id").unwrap()).await).unwrap();
        assert_eq!(after, without_nulls(document), "{of} after a copy");
    }
}

macro_rules! stay_as_they_are {
    ($($test:ident: $entity:ty, $name:literal;)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                stay_as_they_are::<$entity>(documents!($name)).await;
            }
        )+
    };
}

stay_as_they_are! {
    roles_of_udata_17_stay_as_they_are: Role, "role.v17";
    users_of_udata_17_stay_as_they_are: User, "user.v17";
    organizations_of_udata_17_stay_as_they_are: Organization, "organization.v17";
    api_tokens_of_udata_17_stay_as_they_are: ApiToken, "api_token.v17";
    assignments_of_udata_17_stay_as_they_are: Assignment, "assignment.v17";
    contact_points_of_udata_17_stay_as_they_are: ContactPoint, "contact_point.v17";
    follows_of_udata_17_stay_as_they_are: Follow, "follow.v17";
    slug_follows_of_udata_17_stay_as_they_are: SlugFollow, "slug_follow.v17";
    activities_of_udata_17_stay_as_they_are: Activity, "activity.v17";
    notifications_of_udata_17_stay_as_they_are: Notification, "notification.v17";
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn organizations_of_former_versions_are_read_and_edited() {
    let Some((storage, _keep)) = fresh().await else { return };
    let documents = documents!("organization.former");
    insert(&storage, "organization", &documents).await;
    let mut organizations = read::<Organization>(&storage).await;
    let [bare, binary, references] = organizations.as_mut_slice() else { panic!("three") };
    assert!(bare.value.requests.is_empty() && bare.value.metrics.is_empty() && bare.value.badges.is_empty());
    assert_eq!(binary.value.requests[0].id.to_string(), "fc1c7bed-03e4-4cde-a4f2-36376af0c351");
    assert_eq!(binary.value.requests[1].id.to_string(), "fc1c7bed-03e4-4cde-a4f2-36376af0c352");
    assert_eq!(binary.value.badges[0].class, None);
    assert_eq!(binary.value.deleted, None);
    assert_eq!(references.value.members[0].user.to_string(), "534fff4ca3a7292c64a77c81");
    for organization in &mut organizations {
        organization.value.name.push_str(", edited");
        storage.commit(&ChangeSet::new().update(organization)).await.unwrap();
    }
    for (before, organization) in documents.iter().zip(read::<Organization>(&storage).await) {
        assert!(organization.value.name.ends_with(", edited"));
        let after = Document::try_from(&bytes(&storage, "organization", before.get("_id").unwrap()).await).unwrap();
        for name in ["metrics", "public_service_badge"].iter().filter(|name| before.contains_key(**name)) {
            assert_eq!(after.get(name), before.get(name), "{name}");
        }
        assert_eq!(organization.value.extras, Map::new());
    }
    let after = Document::try_from(&bytes(&storage, "organization", documents[1].get("_id").unwrap()).await).unwrap();
    let request = after.get_array("requests").unwrap()[0].as_document().unwrap();
    assert!(matches!(request.get("id"), Some(Bson::Binary(_))), "an id keeps its type: {request}");
    let after = Document::try_from(&bytes(&storage, "organization", documents[2].get("_id").unwrap()).await).unwrap();
    assert_eq!(after.get("members"), documents[2].get("members"), "a DBRef stays one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_of_former_versions_are_read_and_edited() {
    let Some((storage, _keep)) = fresh().await else { return };
    insert(&storage, "user", &documents!("user.former")).await;
    for mut user in read::<User>(&storage).await {
        user.value.first_name = "Edited".into();
        storage.commit(&ChangeSet::new().update(&user)).await.unwrap();
    }
    let users = read::<User>(&storage).await;
    assert!(users[0].value.apikey.as_ref().is_some_and(|key| key.starts_with("eyJ")));
    assert!(users[0].value.active && !users[1].value.active);
    assert!(users.iter().all(|user| user.value.first_name == "Edited"));
}

/// One value of every BSON type.
fn every_type() -> Document {
    doc! {
        "double": 2.0,
        "fraction": 0.1,
        "text": "a\0b",
        "object": { "$odd": 1_i64, "a.b": 1, "": Bson::Null },
        "array": [1, 1_i64, 1.0, Bson::Null, [], {}],
        "generic": Binary { subtype: BinarySubtype::Generic, bytes: vec![0, 1, 255] },
        "uuid": Binary { subtype: BinarySubtype::Uuid, bytes: vec![7; 16] },
        "uuid_old": Binary { subtype: BinarySubtype::UuidOld, bytes: vec![9; 16] },
        "id": bson::oid::ObjectId::from_bytes([5; 12]),
        "bool": true,
        "date": DateTime::from_millis(-1),
        "null": Bson::Null,
        "regex": Regex { pattern: "^a".try_into().unwrap(), options: "i".try_into().unwrap() },
        "int32": 7,
        "int64": 7_i64,
        "timestamp": Timestamp { time: 1, increment: 2 },
        "decimal": "12.50".parse::<Decimal128>().unwrap(),
        "reference": { "$ref": "user", "$id": bson::oid::ObjectId::from_bytes([6; 12]) },
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_fields_of_every_type_survive_an_update_byte_for_byte() {
    let Some((storage, _keep)) = fresh().await else { return };
    let mut document = doc! {
        "_id": bson::oid::ObjectId::from_bytes([1; 12]),
        "name": "Before",
        "slug": "before",
        "unknown": every_type(),
        "extras": every_type(),
        "metrics": { "datasets": 3_i64, "views": 4.0 },
        "members": [
            { "user": bson::oid::ObjectId::from_bytes([2; 12]), "role": "editor", "unknown": every_type() },
            { "user": bson::oid::ObjectId::from_bytes([3; 12]), "role": "editor", "unknown": every_type() },
        ],
    };
    document.extend(every_type());
    insert(&storage, "organization", &[document.clone()]).await;
    let id = document.get("_id").unwrap();
    let stored_at_first = bytes(&storage, "organization", id).await;

    let mut organization = read::<Organization>(&storage).await.pop().unwrap();
    organization.value.name = "After".into();
    organization.value.members.remove(0);
    organization.value.members[0].role = basalt_domain::OrganizationRole::Admin;
    organization.value.extras.insert("new", 1);
    organization.value.metrics.insert("members", 1);
    storage.commit(&ChangeSet::new().update(&organization)).await.unwrap();

    let after = bytes(&storage, "organization", id).await;
    for name in every_type().keys().map(String::as_str).chain(["unknown", "slug"]) {
        let (before, after) = (stored_at_first.get(name).unwrap(), after.get(name).unwrap());
        assert_eq!(after, before, "{name}");
    }
    let after = Document::try_from(&after).unwrap();
    assert_eq!(after.get_str("name").unwrap(), "After");
    let mut extras = every_type();
    extras.insert("new", 1);
    assert_eq!(after.get_document("extras").unwrap(), &extras);
    assert_eq!(after.get_document("metrics").unwrap(), &doc! { "datasets": 3_i64, "views": 4.0, "members": 1 });
    let member = after.get_array("members").unwrap()[0].as_document().unwrap();
    assert_eq!(member.get_str("role").unwrap(), "admin");
    assert_eq!(member.get_document("unknown").unwrap(), &every_type());

    let read_again = read::<Organization>(&storage).await.pop().unwrap();
    assert_eq!(read_again.value, organization.value);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn top_level_names_that_no_update_can_address_are_kept_and_changed() {
    let Some((storage, _keep)) = fresh().await else { return };
    let id = bson::oid::ObjectId::from_bytes([1; 12]);
    let document =
        doc! { "_id": id, "name": "a", "slug": "a", "a.b": 1_i64, "c": "12.50".parse::<Decimal128>().unwrap() };
    insert(&storage, "organization", &[document]).await;
    let mut organization = read::<Organization>(&storage).await.pop().unwrap();
    organization.value.name = "b".into();
    storage.commit(&ChangeSet::new().update(&organization)).await.unwrap();
    let mut organization = read::<Organization>(&storage).await.pop().unwrap();
    assert_eq!(organization.value.rest.get("a.b"), Some(&Value::Int(1)));
    organization.value.rest.insert("a.b", "text");
    storage.commit(&ChangeSet::new().update(&organization)).await.unwrap();
    let after = Document::try_from(&bytes(&storage, "organization", &id.into()).await).unwrap();
    assert_eq!(after.get("a.b"), Some(&Bson::from("text")));
    assert_eq!(after.get("c"), Some(&Bson::Decimal128("12.50".parse().unwrap())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_udata_wrote_in_between_makes_an_update_stale() {
    let Some((storage, _keep)) = fresh().await else { return };
    insert(&storage, "organization", &documents!("organization.v17")).await;
    let mut organization = read::<Organization>(&storage).await.remove(0);
    let id = bson::oid::ObjectId::from_bytes(organization.value.id.bytes());
    let collection = storage.database().collection::<Document>("organization");
    collection.update_one(doc! { "_id": id }, doc! { "$set": { "unknown_to_basalt": 1 } }).await.unwrap();
    organization.value.name = "Late".into();
    let late = storage.commit(&ChangeSet::new().update(&organization)).await;
    assert!(matches!(late, Err(basalt_ports::StorageError::Stale { .. })), "{late:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn totals_count_what_udata_wrote() {
    let Some((storage, _keep)) = fresh().await else { return };
    let visible: Filter<Organization> = basalt_domain::entities::organization::visible();
    let count = || storage.count(Organization::COLLECTION, visible.condition());
    assert_eq!(count().await.unwrap(), 0);
    let collection = storage.database().collection::<Document>("organization");
    for number in 0..5 {
        collection.insert_one(doc! { "slug": number, "deleted": Bson::Null }).await.unwrap();
    }
    assert_eq!(count().await.unwrap(), 5);
    collection.update_one(doc! { "slug": 1 }, doc! { "$set": { "deleted": DateTime::from_millis(0) } }).await.unwrap();
    collection.delete_one(doc! { "slug": 2 }).await.unwrap();
    assert_eq!(count().await.unwrap(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_comes_as_the_bytes_of_the_server() {
    let Some((storage, _keep)) = fresh().await else { return };
    let documents = documents!("organization.v17");
    insert(&storage, "organization", &documents).await;
    for stored in storage.fetch(&Query::all(Organization::COLLECTION)).await.unwrap() {
        let Raw::Bson(bytes) = &stored.value else { panic!("BSON") };
        let document = Document::try_from(&RawDocumentBuf::from_bytes(bytes.clone()).unwrap()).unwrap();
        assert!(documents.contains(&document));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_unique_field_is_looked_up_by_its_index() {
    let Some((storage, _keep)) = fresh().await else { return };
    storage.migrate().await.unwrap();
    for of in COLLECTIONS {
        for fields in of.unique {
            let value = |field: &str| -> Bson {
                let kind = of.field(field).map_or(Kind::Text, |path| path.kind);
                if kind == Kind::Id { bson::oid::ObjectId::from_bytes([7; 12]).into() } else { "a".into() }
            };
            let wanted: Document = fields.iter().map(|field| ((*field).to_owned(), value(field))).collect();
            let explain = doc! { "explain": { "find": of.name, "filter": wanted }, "verbosity": "queryPlanner" };
            let told = storage.database().run_command(explain).await.unwrap();
            let plan = told.get_document("queryPlanner").unwrap().get_document("winningPlan").unwrap().to_string();
            assert!(plan.contains("IXSCAN") && !plan.contains("COLLSCAN"), "{} by {fields:?}: {plan}", of.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn indexes_of_udata_are_used_and_left_alone() {
    let Some((storage, _keep)) = fresh().await else { return };
    let collection = storage.database().collection::<Document>("organization");
    let unique = mongodb::options::IndexOptions::builder().unique(true).build();
    let slug = mongodb::IndexModel::builder().keys(doc! { "slug": 1 }).options(unique).build();
    collection.create_index(slug).await.unwrap();
    storage.migrate().await.unwrap();
    let names = collection.list_index_names().await.unwrap();
    assert_eq!(names.iter().filter(|name| name.starts_with("slug_1")).count(), 1, "{names:?}");
    storage.migrate().await.unwrap();
    assert_eq!(collection.list_index_names().await.unwrap(), names);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn udata_can_make_its_own_indexes_afterwards() {
    let Some((storage, _keep)) = fresh().await else { return };
    storage.migrate().await.unwrap();
    for (of, keys) in [
        ("organization", doc! { "slug": 1 }),
        ("user", doc! { "slug": 1 }),
        ("user", doc! { "email": 1 }),
        ("api_token", doc! { "token_hash": 1 }),
        ("role", doc! { "name": 1 }),
        ("assignment", doc! { "user": 1, "subject": 1 }),
    ] {
        let unique = mongodb::options::IndexOptions::builder().unique(true).sparse(false).build();
        let index = mongodb::IndexModel::builder().keys(keys.clone()).options(unique).build();
        let made = storage.database().collection::<Document>(of).create_index(index).await;
        assert!(made.is_ok(), "{of} {keys}: {made:?}");
    }
}
