//! The feed of changes: a note of a change is stored with the change, or neither is.
#![expect(clippy::unwrap_used, reason = "a suite is a test, and fails by panicking")]

use std::sync::Arc;

use basalt_domain::{ChangeEvent, ContactPoint, Document, Entity, Filter, Organization, entities::organization};
use basalt_ports::{Change, ChangeSet, CountedIds, FixedClock, StorageError, Store};

use super::{NOON, Shared, a_document, an_org, insertion, oid};
use crate::counting::{CountingStorage, FailingStorage};

fn followed(storage: &Shared) -> Store {
    Store::new(Arc::clone(storage), 0).with_feed(Arc::new(FixedClock::at(NOON)), Arc::new(CountedIds::default()))
}

/// What was noted, in its order: action, collection and record.
async fn notes(store: &Store) -> Vec<String> {
    let events = store.change_events.fresh_list(Filter::always(), u64::MAX).await.unwrap();
    assert!(events.iter().all(|event| event.value.at == NOON));
    let note = |event: &ChangeEvent| format!("{} {} {}", event.action, event.collection, event.record);
    events.iter().map(|event| note(&event.value)).collect()
}

/// One transaction for both; a record that a set changes twice is noted once.
pub async fn a_change_is_noted_in_its_commit(storage: Shared) {
    let counting = CountingStorage::new(Arc::clone(&storage));
    let store = followed(&(Arc::clone(&counting) as Shared));
    let set = ChangeSet::new().insert(&an_org(1, "a")).insert(&an_org(2, "b"));
    store.commit(set.add::<Organization>(&oid(1), &organization::VIEWS, 1)).await.unwrap();
    assert_eq!(counting.take().commit, 1);
    let read = store.organizations.fresh(Filter::id(&oid(2))).await.unwrap().unwrap();
    store.commit(ChangeSet::new().update(&read)).await.unwrap();
    let delete = Change::Delete { of: Organization::COLLECTION, id: oid(1).into(), version: None };
    store.commit(ChangeSet::new().with(delete)).await.unwrap();
    let [one, two] = [oid(1), oid(2)];
    assert_eq!(
        notes(&store).await,
        [
            format!("insert organization {one}"),
            format!("insert organization {two}"),
            format!("update organization {two}"),
            format!("delete organization {one}"),
        ]
    );
}

/// Neither when it is refused, nor when the storage fails.
pub async fn a_commit_that_fails_notes_nothing(storage: Shared) {
    let failing = FailingStorage::new(Arc::clone(&storage));
    let store = followed(&(Arc::clone(&failing) as Shared));
    store.commit(ChangeSet::new().insert(&an_org(1, "a"))).await.unwrap();
    let before = notes(&store).await;
    let taken = store.commit(ChangeSet::new().insert(&an_org(2, "b")).insert(&an_org(3, "a"))).await;
    assert!(matches!(taken, Err(StorageError::Conflict { .. })), "{taken:?}");
    let old = store.organizations.fresh(Filter::id(&oid(1))).await.unwrap().unwrap();
    store.commit(ChangeSet::new().add::<Organization>(&oid(1), &organization::VIEWS, 1)).await.unwrap();
    let stale = store.commit(ChangeSet::new().insert(&an_org(4, "d")).update(&old)).await;
    assert!(matches!(stale, Err(StorageError::Stale { .. })), "{stale:?}");
    failing.fail();
    assert!(store.commit(ChangeSet::new().insert(&an_org(5, "e"))).await.is_err());
    failing.recover();
    let after = notes(&store).await;
    let added = after.strip_prefix(before.as_slice()).unwrap();
    assert_eq!(added, [format!("update organization {}", oid(1))]);
}

/// Nor does a note of a note.
pub async fn what_is_not_followed_is_not_noted(storage: Shared) {
    let store = followed(&storage);
    assert!(!ContactPoint::COLLECTION.followed && !ChangeEvent::COLLECTION.followed);
    let contact = insertion(ContactPoint::COLLECTION, Document::new().with("_id", oid(1)).with("name", "A"));
    store.commit(ChangeSet::from(vec![contact])).await.unwrap();
    assert_eq!(notes(&store).await, [""; 0]);
    let organization = insertion(Organization::COLLECTION, a_document(1, &[]));
    store.commit(ChangeSet::from(vec![organization])).await.unwrap();
    assert_eq!(notes(&store).await.len(), 1);
}
