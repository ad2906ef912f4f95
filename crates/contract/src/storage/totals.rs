//! Declared totals.
#![expect(clippy::unwrap_used, reason = "a suite is a test, and fails by panicking")]

use basalt_domain::{
    CatalogueObject, Condition, Dataset, Document, Entity, Field, Filter, ObjectId, Organization, Owned, User, Value,
    dataset,
    entities::{organization, user},
};
use basalt_ports::{Change, ChangeSet, Query, Repo, Stored};

use super::{NOON, ORGANIZATIONS, Shared, a_document, an_org, apply, insert_all, oid, put, stored};

async fn visible(storage: &Shared) -> u64 {
    let visible = organization::visible().into_condition();
    assert!(ORGANIZATIONS.total(&visible).is_some(), "a declared total");
    storage.count(ORGANIZATIONS, &visible).await.unwrap()
}

async fn deleted(storage: &Shared, number: u32, yes: bool) {
    let mut read: Stored<Organization> = stored(storage, &oid(number)).await;
    read.value.deleted = yes.then_some(NOON);
    storage.commit(&ChangeSet::new().update(&read)).await.unwrap();
}

/// Insert, delete, undelete, put, remove for good, in sets and alone.
pub async fn totals_are_exact_after_every_write(storage: Shared) {
    assert_eq!(visible(&storage).await, 0);
    insert_all(&storage, &[an_org(1, "a"), an_org(2, "b"), an_org(3, "c")]).await;
    assert_eq!(visible(&storage).await, 3);
    deleted(&storage, 1, true).await;
    assert_eq!(visible(&storage).await, 2);
    deleted(&storage, 1, true).await;
    assert_eq!(visible(&storage).await, 2, "deleted once more");
    deleted(&storage, 1, false).await;
    assert_eq!(visible(&storage).await, 3);
    apply(&storage, vec![put(ORGANIZATIONS, a_document(2, &[("deleted", NOON.into())]))]).await.unwrap();
    assert_eq!(visible(&storage).await, 2);
    apply(&storage, vec![put(ORGANIZATIONS, a_document(2, &[])), put(ORGANIZATIONS, a_document(4, &[]))])
        .await
        .unwrap();
    assert_eq!(visible(&storage).await, 4);
    storage.commit(&ChangeSet::new().add::<Organization>(&oid(4), &organization::VIEWS, 1)).await.unwrap();
    assert_eq!(visible(&storage).await, 4);
    let read: Stored<Organization> = stored(&storage, &oid(4)).await;
    storage.commit(&ChangeSet::new().delete(&read).insert(&an_org(5, "e")).insert(&an_org(6, "f"))).await.unwrap();
    assert_eq!(visible(&storage).await, 5);
    deleted(&storage, 6, true).await;
    let remove = |number| Change::Delete { of: ORGANIZATIONS, id: oid(number).into(), version: None };
    apply(&storage, vec![remove(5), remove(6), remove(7)]).await.unwrap();
    assert_eq!(visible(&storage).await, 3);
    assert_eq!(storage.count(ORGANIZATIONS, &Condition::always()).await.unwrap(), 3);
    let mut person = User::new(oid(1), "a@example.org", "A", "B", NOON);
    person.slug = "a-b".into();
    insert_all(&storage, &[person]).await;
    let users = <User as basalt_domain::Entity>::COLLECTION;
    assert_eq!(storage.count(users, &user::present().into_condition()).await.unwrap(), 1);
    assert_eq!(visible(&storage).await, 3, "collections do not mix");
}

/// Numbers are part of the set.
pub async fn a_rolled_back_set_leaves_totals_alone(storage: Shared) {
    insert_all(&storage, &[an_org(1, "a")]).await;
    let taken = storage.commit(&ChangeSet::new().insert(&an_org(2, "b")).insert(&an_org(3, "a"))).await;
    assert!(taken.is_err());
    assert_eq!(visible(&storage).await, 1);
}

fn a_dataset(number: u32, tags: &[&str]) -> Dataset {
    let mut dataset = Dataset::blank(oid(number), NOON.plus_millis(i64::from(number)));
    dataset.slug = format!("dataset-{number}");
    dataset.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    dataset.organization = Some(oid(number % 2));
    dataset
}

/// How many visible datasets pass; it must be what a list returns, in whatever order and part.
async fn counted(storage: &Shared, filter: Filter<Dataset>) -> u64 {
    let repo: Repo<Dataset> = Repo::new(std::sync::Arc::clone(storage), 0);
    let count = repo.count(&filter).await.unwrap();
    let query = Query { condition: filter.into_condition(), ..Query::all(Dataset::COLLECTION) };
    assert_eq!(storage.ids(&query).await.unwrap().len() as u64, count, "{query:?}");
    let all = storage.fetch(&Query::all(Dataset::COLLECTION)).await.unwrap();
    let all = all.iter().map(|stored| stored.value.decode::<Document>().unwrap());
    let mut passing: Vec<Document> = all.filter(|document| query.condition.matches(document)).collect();
    passing.sort_by_key(|document| {
        let created = document.at(dataset::CREATED_AT.path.name).and_then(Value::as_time);
        (created, document.get("_id").and_then(Value::as_id))
    });
    for sort in [dataset::CREATED_AT.ascending(), Dataset::NEWEST_FIRST] {
        let ids: Vec<Value> = passing.iter().filter_map(|document| document.get("_id").cloned()).collect();
        let sorted = Query { sort: vec![sort.into()], ..query.clone() };
        assert_eq!(storage.ids(&sorted).await.unwrap(), ids, "{sorted:?}");
        let part = Query { offset: 1, limit: 1, ..sorted };
        let found = storage.fetch(&part).await.unwrap();
        let found = found.iter().map(|stored| stored.value.decode::<Document>().unwrap());
        assert_eq!(found.collect::<Vec<_>>(), passing.iter().skip(1).take(1).cloned().collect::<Vec<_>>(), "{part:?}");
        passing.reverse();
    }
    count
}

/// Of those that everybody sees, by one value of a field: tags, owner, licence, whether featured.
pub async fn totals_by_value_are_exact_after_every_write(storage: Shared) {
    let visible = Dataset::visible;
    let tagged = |tag: &str| visible().and(dataset::TAG.eq(tag));
    assert_eq!(counted(&storage, tagged("a")).await, 0);
    let long = "x".repeat(400);
    let mut set = [a_dataset(1, &["a", "b"]), a_dataset(2, &["a", &long]), a_dataset(3, &["a", "a"])];
    set[0].license = Some("lov2".into());
    set[2].featured = true;
    insert_all(&storage, &set).await;
    let all = async |expected: [u64; 6]| {
        let found = [
            counted(&storage, tagged("a")).await,
            counted(&storage, tagged("b")).await,
            counted(&storage, tagged(&long)).await,
            counted(&storage, visible().and(Dataset::ORGANIZATION.eq(oid(1)))).await,
            counted(&storage, dataset::LICENSE.eq("lov2").and(visible())).await,
            counted(&storage, visible().and(dataset::FEATURED.eq(true).not())).await,
        ];
        let theirs = found[3] + counted(&storage, visible().and(Dataset::ORGANIZATION.eq(oid(0)))).await;
        let among = || Dataset::ORGANIZATION.among([oid(1), oid(0), oid(1)]);
        assert_eq!(counted(&storage, visible().and(among())).await, theirs);
        assert_eq!(counted(&storage, visible().and(among().not())).await, 0);
        assert_eq!(counted(&storage, visible().and(Dataset::ORGANIZATION.among([]))).await, 0);
        assert_eq!(found, expected);
    };
    all([3, 1, 1, 2, 1, 2]).await;
    let mut one: Stored<Dataset> = stored(&storage, &oid(1)).await;
    one.value.tags = vec!["b".into(), "c".into()];
    one.value.license = None;
    storage.commit(&ChangeSet::new().update(&one)).await.unwrap();
    all([2, 1, 1, 2, 0, 2]).await;
    one = stored(&storage, &oid(1)).await;
    one.value.private = true;
    storage.commit(&ChangeSet::new().update(&one)).await.unwrap();
    all([2, 0, 1, 1, 0, 1]).await;
    let mut three: Stored<Dataset> = stored(&storage, &oid(3)).await;
    three.value.created_at_internal = NOON;
    storage.commit(&ChangeSet::new().update(&three)).await.unwrap();
    all([2, 0, 1, 1, 0, 1]).await;
    storage.commit(&ChangeSet::new().add::<Dataset>(&oid(3), &dataset::VIEWS, 1)).await.unwrap();
    all([2, 0, 1, 1, 0, 1]).await;
    let two: Stored<Dataset> = stored(&storage, &oid(2)).await;
    storage.commit(&ChangeSet::new().delete(&two).insert(&a_dataset(5, &["b"]))).await.unwrap();
    all([1, 1, 0, 2, 0, 1]).await;
    let refused = storage.commit(&ChangeSet::new().insert(&a_dataset(6, &["a"])).insert(&a_dataset(5, &["a"]))).await;
    assert!(refused.is_err());
    storage.migrate().await.unwrap();
    all([1, 1, 0, 2, 0, 1]).await;
    assert_eq!(counted(&storage, visible().and(dataset::TAG.eq("a")).and(dataset::TAG.eq("b"))).await, 0);
}

/// Members see what everybody sees, and what is their own: one total and a few more.
pub async fn what_somebody_sees_beside_all_is_counted_exactly(storage: Shared) {
    let mut set = [a_dataset(1, &["a"]), a_dataset(2, &["a"]), a_dataset(3, &["b"]), a_dataset(4, &["a"])];
    (set[0].private, set[1].private, set[2].deleted) = (true, true, Some(NOON));
    (set[0].organization, set[0].owner) = (None, Some(oid(9)));
    insert_all(&storage, &set).await;
    let theirs = || Dataset::belonging_to(oid(9), &[oid(1)]);
    assert_eq!(counted(&storage, Dataset::visible().or(theirs())).await, 3);
    assert_eq!(counted(&storage, theirs().or(Dataset::visible())).await, 3);
    assert_eq!(counted(&storage, Dataset::visible().or(theirs()).and(dataset::TAG.eq("a"))).await, 2);
    assert_eq!(counted(&storage, dataset::TAG.eq("b").and(Dataset::visible().or(theirs()))).await, 1);
    assert_eq!(counted(&storage, Dataset::visible().or(Dataset::OWNER.eq(oid(8)))).await, 1);
}

/// Administrators see all, and ask for what is hidden: private, archived, deleted, or for the rest.
pub async fn what_is_hidden_is_counted_and_listed_exactly(storage: Shared) {
    let set = (1..=9).map(|number| {
        let mut dataset = a_dataset(number, &["a"]);
        dataset.private = number == 1 || number == 4;
        dataset.archived = (number == 2 || number == 4).then_some(NOON);
        dataset.deleted = (number == 3).then_some(NOON);
        dataset
    });
    insert_all(&storage, &set.collect::<Vec<Dataset>>()).await;
    let all = async |expected: [u64; 7]| {
        let found = [
            counted(&storage, Filter::always()).await,
            counted(&storage, dataset::PRIVATE.eq(true)).await,
            counted(&storage, dataset::PRIVATE.eq(true).not()).await,
            counted(&storage, dataset::ARCHIVED.present()).await,
            counted(&storage, dataset::ARCHIVED.absent()).await,
            counted(&storage, dataset::DELETED.present()).await,
            counted(&storage, dataset::DELETED.absent()).await,
        ];
        assert_eq!(found, expected);
    };
    all([9, 2, 7, 2, 7, 1, 8]).await;
    let mut one: Stored<Dataset> = stored(&storage, &oid(1)).await;
    (one.value.private, one.value.deleted) = (false, Some(NOON));
    storage.commit(&ChangeSet::new().update(&one)).await.unwrap();
    all([9, 1, 8, 2, 7, 2, 7]).await;
    let four: Stored<Dataset> = stored(&storage, &oid(4)).await;
    storage.commit(&ChangeSet::new().delete(&four)).await.unwrap();
    all([8, 0, 8, 1, 7, 2, 6]).await;
    storage.migrate().await.unwrap();
    all([8, 0, 8, 1, 7, 2, 6]).await;
    // Exports go from page to page by ids.
    let id = Field::<Dataset, ObjectId>::one("_id");
    let below = Dataset::visible().and(id.below(oid(8))).into_condition();
    let sort = vec![id.descending().into()];
    let page = Query { condition: below, sort, limit: 2, ..Query::all(Dataset::COLLECTION) };
    assert_eq!(storage.ids(&page).await.unwrap(), [oid(7), oid(6)].map(Value::from));
}
