//! Change sets: conflicts, versions, all or nothing.
#![expect(clippy::unwrap_used, reason = "a suite is a test, and fails by panicking")]

use basalt_domain::{
    Assignment, Condition, Document, Entity, GenericReference, Organization, User, Value,
    entities::organization::{DATASETS, FOLLOWERS, MEMBER, SLUG, VIEWS, joined_by, visible},
};
use basalt_ports::{Change, ChangeSet, Query, StorageError, Stored, Version};

use super::{
    NOON, ORGANIZATIONS, Shared, a_document, an_org, apply, fetch, find, found, insert_all, insertion, oid, put, stored,
};

fn conflict(result: Result<(), StorageError>) -> String {
    match result {
        Err(StorageError::Conflict { collection, field }) => format!("{collection} {field}"),
        other => panic!("a conflict was expected, not {other:?}"),
    }
}

fn is_stale(result: &Result<(), StorageError>) -> bool {
    matches!(result, Err(StorageError::Stale { .. }))
}

fn renamed(stored: &Stored<Organization>, name: &str) -> Stored<Organization> {
    let mut changed = stored.clone();
    changed.value.name = name.into();
    changed
}

async fn all(storage: &Shared) -> Vec<u32> {
    found(storage, Condition::always()).await
}

/// The id occurs once; the record there stays as it was.
pub async fn an_insert_of_an_existing_id_conflicts(storage: Shared) {
    insert_all(&storage, &[an_org(1, "a")]).await;
    let again = storage.commit(&ChangeSet::new().insert(&an_org(1, "b"))).await;
    assert_eq!(conflict(again), "organization _id");
    let twice = storage.commit(&ChangeSet::new().insert(&an_org(2, "c")).insert(&an_org(2, "d"))).await;
    assert_eq!(conflict(twice), "organization _id");
    assert_eq!(stored::<Organization>(&storage, &oid(1)).await.value.slug, "a");
    assert_eq!(all(&storage).await, [1]);
}

/// Each unique field under its own name.
pub async fn a_conflict_names_the_field(storage: Shared) {
    let mut first = User::new(oid(1), "a@example.org", "A", "B", NOON);
    first.slug = "a-b".into();
    insert_all(&storage, &[first]).await;
    let mut second = User::new(oid(2), "b@example.org", "A", "B", NOON);
    second.slug = "a-b".into();
    assert_eq!(conflict(storage.commit(&ChangeSet::new().insert(&second)).await), "user slug");
    second.slug = "a-b-1".into();
    second.email = "a@example.org".into();
    assert_eq!(conflict(storage.commit(&ChangeSet::new().insert(&second)).await), "user email");
    assert_eq!(conflict(storage.commit(&ChangeSet::new().put(&second)).await), "user email");
    insert_all(&storage, &[an_org(1, "a")]).await;
    let other = storage.commit(&ChangeSet::new().insert(&an_org(2, "a"))).await;
    assert_eq!(conflict(other), "organization slug");
    insert_all(&storage, &[an_org(3, "A"), an_org(4, "a "), an_org(5, "á")]).await;
}

/// Two fields that are unique together.
pub async fn a_compound_value_is_unique_as_a_whole(storage: Shared) {
    let assignment = |number, user, subject| Assignment {
        id: oid(number),
        user: oid(user),
        organization: oid(9),
        subject: GenericReference::new("Dataset", "dataset", oid(subject)),
        created_at: NOON,
        rest: Document::new(),
    };
    insert_all(&storage, &[assignment(1, 1, 1), assignment(2, 1, 2), assignment(3, 2, 1)]).await;
    let again = storage.commit(&ChangeSet::new().insert(&assignment(4, 2, 1))).await;
    assert_eq!(conflict(again), "assignment user,subject._ref.$id");
    let free = assignment(5, 2, 1);
    let id = Value::from(free.id);
    let mut document = Document::of(&free).unwrap();
    document.insert("subject", Value::Null);
    let changes = [5_u32, 6].map(|number| {
        let document = document.clone().with("_id", oid(number));
        insertion(Assignment::COLLECTION, document)
    });
    assert!(apply(&storage, changes.to_vec()).await.is_ok(), "half of it may occur often ({id:?})");
}

/// Records that lack a unique field are free.
pub async fn absent_values_are_not_unique(storage: Shared) {
    let without = |number| a_document(number, &[("slug", Value::Null)]);
    let mut missing = a_document(3, &[]);
    missing.remove("slug");
    let changes = [without(1), without(2), missing].map(|document| insertion(ORGANIZATIONS, document));
    apply(&storage, changes.to_vec()).await.unwrap();
    assert_eq!(found(&storage, SLUG.absent().into_condition()).await, [1, 2, 3]);
    let empty = |number| insertion(ORGANIZATIONS, a_document(number, &[("slug", "".into())]));
    assert_eq!(conflict(apply(&storage, vec![empty(4), empty(5)]).await), "organization slug");
}

/// An update can conflict as an insert can.
pub async fn an_update_may_not_take_the_slug_of_another(storage: Shared) {
    insert_all(&storage, &[an_org(1, "a"), an_org(2, "b")]).await;
    let mut second = stored::<Organization>(&storage, &oid(2)).await;
    second.value.slug = "a".into();
    assert_eq!(conflict(storage.commit(&ChangeSet::new().update(&second)).await), "organization slug");
    assert_eq!(stored::<Organization>(&storage, &oid(2)).await.value.slug, "b");
}

/// Nothing remembers a former value.
pub async fn a_slug_is_free_again_after_its_change(storage: Shared) {
    insert_all(&storage, &[an_org(1, "a")]).await;
    let mut first = stored::<Organization>(&storage, &oid(1)).await;
    first.value.slug = "b".into();
    storage.commit(&ChangeSet::new().update(&first).insert(&an_org(2, "a"))).await.unwrap();
    assert_eq!(found(&storage, SLUG.eq("a").into_condition()).await, [2]);
    assert_eq!(found(&storage, SLUG.eq("b").into_condition()).await, [1]);
}

/// The set with a stale update leaves nothing behind.
pub async fn a_stale_version_changes_nothing(storage: Shared) {
    insert_all(&storage, &[an_org(1, "a")]).await;
    let first = stored::<Organization>(&storage, &oid(1)).await;
    storage.commit(&ChangeSet::new().update(&renamed(&first, "z"))).await.unwrap();
    let late = storage.commit(&ChangeSet::new().insert(&an_org(2, "b")).update(&renamed(&first, "y"))).await;
    assert!(is_stale(&late), "{late:?}");
    assert_eq!(all(&storage).await, [1], "rolled back");
    assert_eq!(stored::<Organization>(&storage, &oid(1)).await.value.name, "z");
}

/// So does the set with a conflict, wherever in the set it is.
pub async fn a_failed_change_rolls_back_the_whole_set(storage: Shared) {
    insert_all(&storage, &[an_org(1, "a"), an_org(2, "b")]).await;
    let first = stored::<Organization>(&storage, &oid(1)).await;
    let second = stored::<Organization>(&storage, &oid(2)).await;
    let changes = ChangeSet::new()
        .update(&renamed(&first, "z"))
        .delete(&second)
        .add::<Organization>(&oid(1), &VIEWS, 5)
        .insert(&an_org(3, "c"))
        .insert(&an_org(4, "a"));
    assert_eq!(conflict(storage.commit(&changes).await), "organization slug");
    assert_eq!(all(&storage).await, [1, 2]);
    assert_eq!(stored::<Organization>(&storage, &oid(1)).await, first);
    assert_eq!(stored::<Organization>(&storage, &oid(2)).await, second);
}

/// So large that it takes many statements.
pub async fn a_large_set_that_fails_in_its_middle_stores_nothing(storage: Shared) {
    insert_all(&storage, &[an_org(1, "taken")]).await;
    let first = stored::<Organization>(&storage, &oid(1)).await;
    let mut changes = ChangeSet::new().add::<Organization>(&oid(1), &VIEWS, 5);
    for number in 10..310 {
        let slug = if number == 160 { "taken".to_owned() } else { format!("new-{number}") };
        changes = changes.insert(&an_org(number, &slug));
    }
    assert_eq!(conflict(storage.commit(&changes).await), "organization slug");
    assert_eq!(all(&storage).await, [1]);
    assert_eq!(stored::<Organization>(&storage, &oid(1)).await, first);
    assert_eq!(found(&storage, visible().into_condition()).await, [1], "totals too");
    // And it is not in the way of what follows.
    storage.commit(&ChangeSet::new().insert(&an_org(10, "new-10"))).await.unwrap();
    assert_eq!(all(&storage).await, [1, 10]);
}

/// Later changes see earlier ones.
pub async fn changes_of_one_set_apply_in_their_order(storage: Shared) {
    insert_all(&storage, &[an_org(1, "a")]).await;
    let first = stored::<Organization>(&storage, &oid(1)).await;
    let changes = ChangeSet::new()
        .delete(&first)
        .insert(&an_org(2, "a"))
        .put(&an_org(2, "b"))
        .insert(&an_org(3, "a"))
        .add::<Organization>(&oid(3), &VIEWS, 2)
        .add::<Organization>(&oid(3), &VIEWS, 3);
    storage.commit(&changes).await.unwrap();
    assert_eq!(all(&storage).await, [2, 3]);
    assert_eq!(stored::<Organization>(&storage, &oid(2)).await.value.slug, "b");
    assert_eq!(found(&storage, VIEWS.eq(5).into_condition()).await, [3]);
}

/// Any write that changes something.
pub async fn a_write_makes_older_versions_stale(storage: Shared) {
    insert_all(&storage, &[an_org(1, "a")]).await;
    let mut versions: Vec<Version> = Vec::new();
    for name in ["b", "c", "d"] {
        let current = stored::<Organization>(&storage, &oid(1)).await;
        assert!(!versions.contains(&current.version));
        versions.push(current.version);
        storage.commit(&ChangeSet::new().update(&renamed(&current, name))).await.unwrap();
    }
    let current = stored::<Organization>(&storage, &oid(1)).await;
    versions.push(current.version);
    storage.commit(&ChangeSet::new().put(&an_org(1, "e"))).await.unwrap();
    for version in versions {
        let late = Stored { value: an_org(1, "late"), version };
        assert!(is_stale(&storage.commit(&ChangeSet::new().update(&late)).await));
        assert!(is_stale(&storage.commit(&ChangeSet::new().delete(&late)).await));
    }
    assert_eq!(stored::<Organization>(&storage, &oid(1)).await.value.slug, "e");
}

/// What is gone cannot be updated.
pub async fn an_update_of_a_missing_record_is_stale(storage: Shared) {
    let never = Stored { value: an_org(1, "a"), version: Version(1) };
    assert!(is_stale(&storage.commit(&ChangeSet::new().update(&never)).await));
    insert_all(&storage, &[an_org(1, "a")]).await;
    let first = stored::<Organization>(&storage, &oid(1)).await;
    storage.commit(&ChangeSet::new().delete(&first)).await.unwrap();
    assert!(is_stale(&storage.commit(&ChangeSet::new().update(&first)).await));
    assert_eq!(all(&storage).await, [0; 0]);
}

/// `Stale` when the record is not as it was read, or gone.
pub async fn a_deletion_needs_the_version_it_names(storage: Shared) {
    insert_all(&storage, &[an_org(1, "a")]).await;
    let first = stored::<Organization>(&storage, &oid(1)).await;
    storage.commit(&ChangeSet::new().update(&renamed(&first, "z"))).await.unwrap();
    assert!(is_stale(&storage.commit(&ChangeSet::new().delete(&first)).await));
    let now = stored::<Organization>(&storage, &oid(1)).await;
    storage.commit(&ChangeSet::new().delete(&now)).await.unwrap();
    assert!(is_stale(&storage.commit(&ChangeSet::new().delete(&now)).await));
    assert!(find::<Organization>(&storage, &oid(1)).await.is_none());
}

/// Whatever is there, or nothing.
pub async fn a_deletion_without_version_always_succeeds(storage: Shared) {
    insert_all(&storage, &[an_org(1, "a"), an_org(2, "b")]).await;
    let delete = |number| Change::Delete { of: ORGANIZATIONS, id: oid(number).into(), version: None };
    apply(&storage, vec![delete(1), delete(1), delete(9)]).await.unwrap();
    assert_eq!(all(&storage).await, [2]);
    insert_all(&storage, &[an_org(1, "a")]).await;
}

/// Versions do not repeat when a record is deleted and made again.
pub async fn a_record_made_again_is_not_the_old_one(storage: Shared) {
    insert_all(&storage, &[an_org(1, "a")]).await;
    let old = stored::<Organization>(&storage, &oid(1)).await;
    storage.commit(&ChangeSet::new().delete(&old)).await.unwrap();
    // Differs by a name: on a storage without version numbers only the content tells.
    let mut again = an_org(1, "a");
    again.name = "made again".into();
    insert_all(&storage, &[again]).await;
    assert!(is_stale(&storage.commit(&ChangeSet::new().update(&renamed(&old, "z"))).await));
}

/// `Put` inserts, or replaces all of it.
pub async fn a_put_replaces_whatever_was_there(storage: Shared) {
    let first =
        a_document(1, &[("members", vec![Value::Map(Document::new().with("user", oid(7)))].into()), ("x", 1.into())]);
    apply(&storage, vec![put(ORGANIZATIONS, first)]).await.unwrap();
    assert_eq!(found(&storage, joined_by(oid(7)).into_condition()).await, [1]);
    let second = a_document(1, &[("deleted", NOON.into())]);
    apply(&storage, vec![put(ORGANIZATIONS, second.clone())]).await.unwrap();
    assert_eq!(fetch(&storage, &Query::all(ORGANIZATIONS)).await, [second]);
    assert_eq!(found(&storage, MEMBER.eq(oid(7)).into_condition()).await, [0; 0]);
}

/// As imports do it: some are there already, some twice in the set.
pub async fn many_puts_and_inserts_at_once_are_all_stored(storage: Shared) {
    let members: Value = vec![Value::Map(Document::new().with("user", oid(7)))].into();
    let document =
        |number: u32, views: i64| a_document(number, &[("metrics.views", views.into()), ("members", members.clone())]);
    let inserts = (1..=250).map(|number| insertion(ORGANIZATIONS, document(number, 1))).collect();
    apply(&storage, inserts).await.unwrap();
    let mut puts: Vec<Change> = (200..=450).map(|number| put(ORGANIZATIONS, document(number, 2))).collect();
    puts.push(put(ORGANIZATIONS, document(449, 3)));
    puts.push(put(ORGANIZATIONS, a_document(450, &[("metrics.views", 3.into())])));
    apply(&storage, puts).await.unwrap();
    assert_eq!(found(&storage, VIEWS.eq(1).into_condition()).await, (1..200).collect::<Vec<_>>());
    assert_eq!(found(&storage, VIEWS.eq(2).into_condition()).await, (200..449).collect::<Vec<_>>());
    assert_eq!(found(&storage, VIEWS.eq(3).into_condition()).await, [449, 450]);
    assert_eq!(found(&storage, MEMBER.eq(oid(7)).into_condition()).await, (1..450).collect::<Vec<_>>());
}

/// A document is stored under its own id only.
pub async fn a_document_without_its_id_is_refused(storage: Shared) {
    let changes = [
        Change::Insert { of: ORGANIZATIONS, id: oid(1).into(), document: a_document(2, &[]) },
        Change::Put { of: ORGANIZATIONS, id: oid(1).into(), document: Document::new() },
        Change::Insert { of: ORGANIZATIONS, id: Value::Null, document: Document::new() },
    ];
    for change in changes {
        assert!(matches!(apply(&storage, vec![change]).await, Err(StorageError::Corrupt { .. })));
    }
    assert_eq!(all(&storage).await, [0; 0]);
}

/// `Add` where there is no number, no map, or a null.
pub async fn an_addition_counts_from_zero(storage: Shared) {
    let mut bare = a_document(1, &[]);
    bare.remove("metrics");
    let documents =
        [bare, a_document(2, &[("metrics.followers", 5.into())]), a_document(3, &[("metrics.followers", Value::Null)])];
    apply(&storage, documents.map(|document| insertion(ORGANIZATIONS, document)).to_vec()).await.unwrap();
    let mut changes = ChangeSet::new();
    for number in 1..=3 {
        changes =
            changes.add::<Organization>(&oid(number), &FOLLOWERS, 2).add::<Organization>(&oid(number), &DATASETS, -1);
    }
    storage.commit(&changes).await.unwrap();
    for (number, followers) in [(1, 2), (2, 7), (3, 2)] {
        let organization = stored::<Organization>(&storage, &oid(number)).await.value;
        assert_eq!(organization.metrics.get("followers"), Some(&Value::Int(followers)));
        assert_eq!(organization.metrics.get("datasets"), Some(&Value::Int(-1)));
    }
}

/// An addition is a write.
pub async fn an_addition_makes_older_versions_stale(storage: Shared) {
    insert_all(&storage, &[an_org(1, "a")]).await;
    let first = stored::<Organization>(&storage, &oid(1)).await;
    storage.commit(&ChangeSet::new().add::<Organization>(&oid(1), &FOLLOWERS, 1)).await.unwrap();
    assert!(is_stale(&storage.commit(&ChangeSet::new().update(&renamed(&first, "z"))).await));
    assert_eq!(stored::<Organization>(&storage, &oid(1)).await.value.name, "a");
}

/// Nothing to count on: nothing happens, and the rest of the set is stored.
pub async fn an_addition_to_nothing_does_nothing(storage: Shared) {
    let changes = ChangeSet::new().add::<Organization>(&oid(1), &FOLLOWERS, 1).insert(&an_org(2, "b"));
    storage.commit(&changes).await.unwrap();
    assert_eq!(all(&storage).await, [2]);
}

/// What was added to is found and sorted by its new value; all else of the record stays.
pub async fn an_addition_is_seen_by_conditions(storage: Shared) {
    let before = a_document(1, &[("metrics.followers", 1.into()), ("extras.a", "b".into())]);
    apply(&storage, vec![insertion(ORGANIZATIONS, before.clone())]).await.unwrap();
    storage.commit(&ChangeSet::new().add::<Organization>(&oid(1), &FOLLOWERS, 41)).await.unwrap();
    assert_eq!(found(&storage, FOLLOWERS.eq(42).into_condition()).await, [1]);
    assert_eq!(found(&storage, FOLLOWERS.eq(1).into_condition()).await, [0; 0]);
    let mut after = before;
    after.set_at("metrics.followers", 42.into());
    assert_eq!(fetch(&storage, &Query::all(ORGANIZATIONS)).await, [after]);
}

/// Many-valued fields follow updates and deletions.
pub async fn removed_values_are_no_longer_found(storage: Shared) {
    let mut organization = an_org(1, "a");
    for number in [7, 8, 9] {
        organization.add_member(oid(number), basalt_domain::OrganizationRole::Editor, NOON);
    }
    insert_all(&storage, &[organization]).await;
    let mut read = stored::<Organization>(&storage, &oid(1)).await;
    read.value.remove_member(oid(8));
    read.value.add_member(oid(10), basalt_domain::OrganizationRole::Editor, NOON);
    storage.commit(&ChangeSet::new().update(&read)).await.unwrap();
    for (member, expected) in [(7, vec![1]), (8, vec![]), (9, vec![1]), (10, vec![1])] {
        assert_eq!(found(&storage, MEMBER.eq(oid(member)).into_condition()).await, expected, "{member}");
    }
    let read = stored::<Organization>(&storage, &oid(1)).await;
    storage.commit(&ChangeSet::new().delete(&read)).await.unwrap();
    insert_all(&storage, &[an_org(1, "a")]).await;
    assert_eq!(found(&storage, MEMBER.eq(oid(7)).into_condition()).await, [0; 0]);
}

/// Nothing to do is done.
pub async fn an_empty_set_changes_nothing(storage: Shared) {
    storage.commit(&ChangeSet::new()).await.unwrap();
    assert_eq!(all(&storage).await, [0; 0]);
}

/// Both may be asked at any time.
pub async fn a_storage_is_ready_and_migrates_again(storage: Shared) {
    storage.ready().await.unwrap();
    insert_all(&storage, &[an_org(1, "a")]).await;
    storage.migrate().await.unwrap();
    let (one, other) = tokio::join!(storage.migrate(), storage.migrate());
    one.unwrap();
    other.unwrap();
    storage.ready().await.unwrap();
    assert_eq!(all(&storage).await, [1]);
}
