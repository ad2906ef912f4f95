//! Many writers at once.
#![expect(clippy::unwrap_used, reason = "a suite is a test, and fails by panicking")]

use std::{sync::Arc, time::Duration};

use basalt_domain::{
    Entity, Organization, Value,
    entities::organization::{self, FOLLOWERS, VIEWS},
};
use basalt_ports::{ChangeSet, Query, StorageError, Stored};

use super::{ORGANIZATIONS, Shared, an_org, find, insert_all, oid, stored};

const WRITERS: u32 = 32;

/// Starts all at once, waits for all.
async fn at_once<T, F>(tasks: impl IntoIterator<Item = F>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

/// Whoever asked for it may go away at any moment, as when a client hangs up.
pub async fn a_commit_dropped_half_way_is_stored_whole_or_not_at_all(storage: Shared) {
    for set in 1..=40_u32 {
        let changes = (0..10).fold(ChangeSet::new(), |changes, member| {
            let number = set * 100 + member;
            changes.insert(&an_org(number, &format!("organization-{number}")))
        });
        // The first is dropped before it begins, later ones ever later.
        let patience = Duration::from_micros(u64::from(set - 1) * 100);
        let ended = tokio::time::timeout(patience, storage.commit(&changes)).await;
        insert_all(&storage, &[an_org(set, &format!("after-{set}"))]).await;
        let stored = storage.ids(&Query::all(ORGANIZATIONS)).await.unwrap();
        let stored = stored.iter().filter(|id| super::number(id) / 100 == set).count();
        assert!(stored == 10 || (stored == 0 && ended.is_err()), "{stored} of set {set}, answered {ended:?}");
    }
}

/// Each reads, adds one, writes; tries again when it was late.
pub async fn concurrent_writers_lose_no_update(storage: Shared) {
    insert_all(&storage, &[an_org(1, "a")]).await;
    let successes: u32 = at_once((0..WRITERS).map(|_writer| {
        let storage = Arc::clone(&storage);
        async move {
            for _attempt in 0..200 {
                let mut read: Stored<Organization> = stored(&storage, &oid(1)).await;
                let number = read.value.extras.get("n").and_then(Value::as_int).unwrap_or(0);
                read.value.extras.insert("n", number + 1);
                match storage.commit(&ChangeSet::new().update(&read)).await {
                    Ok(()) => return 1,
                    Err(StorageError::Stale { .. }) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
            0
        }
    }))
    .await
    .iter()
    .sum();
    let end: Stored<Organization> = stored(&storage, &oid(1)).await;
    assert!(successes > 0);
    assert_eq!(end.value.extras.get("n"), Some(&Value::Int(successes.into())));
}

/// Additions need no version, so none may be late.
pub async fn concurrent_additions_all_count(storage: Shared) {
    insert_all(&storage, &[an_org(1, "a")]).await;
    let results = at_once((0..WRITERS).map(|_writer| {
        let storage = Arc::clone(&storage);
        async move { storage.commit(&ChangeSet::new().add::<Organization>(&oid(1), &FOLLOWERS, 1)).await }
    }))
    .await;
    for result in results {
        result.unwrap();
    }
    let end: Stored<Organization> = stored(&storage, &oid(1)).await;
    assert_eq!(end.value.metrics.get("followers"), Some(&Value::Int(WRITERS.into())));
}

/// The others get `Conflict`.
pub async fn of_two_with_the_same_slug_one_wins(storage: Shared) {
    let results = at_once((1..=8).map(|number| {
        let storage = Arc::clone(&storage);
        async move { storage.commit(&ChangeSet::new().insert(&an_org(number, "a"))).await }
    }))
    .await;
    let winners = results.iter().filter(|result| result.is_ok()).count();
    assert_eq!(winners, 1);
    for result in results.iter().filter_map(|result| result.as_ref().err()) {
        let StorageError::Conflict { field, .. } = result else { panic!("{result:?}") };
        assert_eq!(field, "slug");
    }
}

/// The number of records is a record of its own that all writers share.
pub async fn concurrent_inserts_keep_totals_exact(storage: Shared) {
    let results = at_once((1..=WRITERS).map(|number| {
        let storage = Arc::clone(&storage);
        async move {
            storage.commit(&ChangeSet::new().insert(&an_org(number, &format!("slug-{number}")))).await?;
            if number % 2 == 0 {
                let read: Stored<Organization> = find(&storage, &oid(number)).await.unwrap();
                storage.commit(&ChangeSet::new().delete(&read)).await?;
            }
            Ok::<_, StorageError>(())
        }
    }))
    .await;
    for result in results {
        result.unwrap();
    }
    let visible = organization::visible().into_condition();
    assert_eq!(storage.count(ORGANIZATIONS, &visible).await.unwrap(), u64::from(WRITERS / 2));
}

/// Two sets over the same records in opposite order: both are stored, or one is late; no writer
/// waits for ever, and neither is stored by half.
pub async fn concurrent_sets_in_opposite_order_end(storage: Shared) {
    insert_all(&storage, &[an_org(1, "a"), an_org(2, "b")]).await;
    let results = at_once((0..WRITERS).map(|writer| {
        let storage = Arc::clone(&storage);
        let (first, second) = if writer % 2 == 0 { (1, 2) } else { (2, 1) };
        async move {
            let changes = ChangeSet::new().add::<Organization>(&oid(first), &VIEWS, 1).add::<Organization>(
                &oid(second),
                &VIEWS,
                1,
            );
            storage.commit(&changes).await
        }
    }))
    .await;
    for result in &results {
        assert!(matches!(result, Ok(()) | Err(StorageError::Stale { .. })), "{result:?}");
    }
    let stored_sets = i64::try_from(results.iter().filter(|result| result.is_ok()).count()).unwrap();
    assert!(stored_sets > 0);
    for number in [1, 2] {
        let end: Stored<Organization> = stored(&storage, &oid(number)).await;
        assert_eq!(end.value.metrics.get("views"), Some(&Value::Int(stored_sets)));
    }
    assert_eq!(Organization::COLLECTION, ORGANIZATIONS);
}
