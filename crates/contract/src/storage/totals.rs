//! Declared totals.
#![expect(clippy::unwrap_used, reason = "a suite is a test, and fails by panicking")]

use basalt_domain::{
    Condition, Organization, User,
    entities::{organization, user},
};
use basalt_ports::{Change, ChangeSet, Stored};

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
