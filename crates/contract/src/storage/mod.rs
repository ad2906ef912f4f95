//! What every storage must do.
//!
//! [`storage_contract!`](crate::storage_contract) makes one test per behaviour from a function that gives a fresh, empty, migrated
//! storage of its own.

use std::sync::Arc;

use basalt_domain::{Collection, Condition, Document, Entity, ObjectId, Organization, Timestamp, Value};
use basalt_ports::{Change, ChangeSet, Query, Repo, SortKey, Storage, StorageError, Stored};

mod concurrency;
mod conditions;
mod feed;
mod hostile;
mod parts;
mod random;
mod round_trip;
mod sorting;
mod totals;
mod writes;

pub use concurrency::*;
pub use conditions::*;
pub use feed::*;
pub use hostile::*;
pub use parts::*;
pub use random::*;
pub use round_trip::*;
pub use sorting::*;
pub use totals::*;
pub use writes::*;

/// Lists the behaviours once, as tests of the storage that `$fresh().await` gives:
/// `Option<(Arc<dyn Storage>, impl Sized)>`, where the second part is kept until the test ends (a
/// temporary folder, a database to drop), and `None` skips.
#[macro_export]
macro_rules! storage_contract {
    ($fresh:path) => {
        $crate::storage_contract!(@tests $fresh:
            every_field_of_every_entity_comes_back,
            unknown_fields_come_back_at_any_depth,
            unknown_fields_of_resources_come_back,
            shapes_of_former_versions_are_read,
            the_order_of_fields_is_kept,
            numbers_come_back_exactly,
            several_queries_at_once_find_what_each_finds,
            equal_finds_what_is_equal,
            among_finds_what_is_equal_to_one,
            among_nothing_finds_nothing,
            among_a_thousand_finds_them,
            below_and_above_leave_out_the_bound,
            contains_ignores_the_case_of_ascii_letters_only,
            contains_takes_every_character_literally,
            contains_bears_texts_of_any_length,
            absent_means_missing_or_null_or_empty,
            one_of_many_values_is_enough,
            conditions_on_many_values_are_each_asked_of_all_values,
            none_of_an_empty_any_and_all_of_an_empty_all,
            not_is_the_exact_opposite,
            a_value_of_another_kind_equals_nothing,
            numbers_of_both_kinds_compare_by_size,
            ids_are_found_by_the_primary_key,
            texts_as_ids_are_compared_exactly,
            count_is_the_length_of_fetch,
            ids_are_those_of_fetch,
            absent_values_sort_first,
            texts_sort_by_bytes,
            numbers_and_times_sort_by_size,
            the_id_is_the_last_key_in_the_direction_of_the_key_before,
            pages_cover_everything_once,
            absurd_pages_are_empty,
            several_keys_sort_one_after_the_other,
            long_texts_sort_and_compare_to_their_end,
            an_insert_of_an_existing_id_conflicts,
            a_conflict_names_the_field,
            a_compound_value_is_unique_as_a_whole,
            absent_values_are_not_unique,
            an_update_may_not_take_the_slug_of_another,
            a_slug_is_free_again_after_its_change,
            a_stale_version_changes_nothing,
            a_failed_change_rolls_back_the_whole_set,
            a_large_set_that_fails_in_its_middle_stores_nothing,
            a_commit_dropped_half_way_is_stored_whole_or_not_at_all,
            changes_of_one_set_apply_in_their_order,
            a_write_makes_older_versions_stale,
            an_update_of_a_missing_record_is_stale,
            a_deletion_needs_the_version_it_names,
            a_deletion_without_version_always_succeeds,
            a_record_made_again_is_not_the_old_one,
            a_put_replaces_whatever_was_there,
            many_puts_and_inserts_at_once_are_all_stored,
            a_document_without_its_id_is_refused,
            an_addition_counts_from_zero,
            an_addition_makes_older_versions_stale,
            an_addition_to_nothing_does_nothing,
            an_addition_is_seen_by_conditions,
            removed_values_are_no_longer_found,
            an_empty_set_changes_nothing,
            totals_are_exact_after_every_write,
            a_rolled_back_set_leaves_totals_alone,
            totals_by_value_are_exact_after_every_write,
            what_is_hidden_is_counted_and_listed_exactly,
            what_somebody_sees_beside_all_is_counted_exactly,
            a_change_is_noted_in_its_commit,
            a_commit_that_fails_notes_nothing,
            what_is_not_followed_is_not_noted,
            a_storage_is_ready_and_migrates_again,
            concurrent_writers_lose_no_update,
            concurrent_additions_all_count,
            of_two_with_the_same_slug_one_wins,
            concurrent_inserts_keep_totals_exact,
            concurrent_sets_in_opposite_order_end,
            hostile_texts_come_back_and_are_found,
            hostile_keys_come_back,
            text_that_looks_like_an_operator_is_text,
            very_long_texts_are_found_exactly,
            large_documents_come_back,
            parts_are_asked_for_page_by_page,
            a_long_record_comes_back_whole,
            a_head_that_is_written_leaves_its_parts,
            a_head_is_never_stored_as_the_whole,
            single_parts_change_alone,
            a_part_that_is_there_twice_counts_twice,
            concurrent_writers_of_parts_lose_none,
            extreme_numbers_compare_exactly,
            times_far_away_compare_exactly,
        );

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn random_queries_answer_as_in_memory() {
            let Some((storage, _keep)) = $fresh().await else { return };
            let memory = ::std::sync::Arc::new(::basalt_memory::MemoryStorage::new());
            $crate::storage::random_queries_answer_alike(storage, memory).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn random_writes_end_as_in_memory() {
            let Some((storage, _keep)) = $fresh().await else { return };
            let memory = ::std::sync::Arc::new(::basalt_memory::MemoryStorage::new());
            $crate::storage::random_writes_end_alike(storage, memory).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn random_changes_of_parts_end_as_in_memory() {
            let Some((storage, _keep)) = $fresh().await else { return };
            let memory = ::std::sync::Arc::new(::basalt_memory::MemoryStorage::with_many(3));
            $crate::storage::random_changes_of_parts_end_alike(storage, memory).await;
        }
    };
    (@tests $fresh:path: $($behaviour:ident),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $behaviour() {
                let Some((storage, _keep)) = $fresh().await else { return };
                $crate::storage::$behaviour(storage).await;
            }
        )+
    };
}

type Shared = Arc<dyn Storage>;

const ORGANIZATIONS: &Collection = Organization::COLLECTION;

/// A fixed point in time; the suites count from here.
const NOON: Timestamp = Timestamp(1_704_110_400_000);

fn oid(number: u32) -> ObjectId {
    let [a, b, c, d] = number.to_be_bytes();
    ObjectId::from_bytes([0x53, 0x4f, 0xff, 0x4c, 0, 0, 0, 0, a, b, c, d])
}

/// An organisation as it is right after its creation.
fn an_org(number: u32, slug: &str) -> Organization {
    let mut organization =
        Organization::new(oid(number), slug, "What it does.", None, NOON.plus_millis(i64::from(number)));
    organization.slug = slug.into();
    organization
}

/// The least document of an organisation, with these fields.
fn a_document(number: u32, fields: &[(&str, Value)]) -> Document {
    let mut document = Document::new().with("_id", oid(number)).with("name", "").with("slug", format!("slug-{number}"));
    for (path, value) in fields {
        document.set_at(path, value.clone());
    }
    document
}

fn insertion(of: &'static Collection, document: Document) -> Change {
    let id = document.get("_id").cloned().unwrap_or_default();
    Change::Insert { of, id, document }
}

fn put(of: &'static Collection, document: Document) -> Change {
    let id = document.get("_id").cloned().unwrap_or_default();
    Change::Put { of, id, document }
}

async fn apply(storage: &Shared, changes: Vec<Change>) -> Result<(), StorageError> {
    storage.commit(&ChangeSet::from(changes)).await
}

#[expect(clippy::unwrap_used, reason = "a suite is a test, and fails by panicking")]
async fn insert_all<E: Entity>(storage: &Shared, entities: &[E]) {
    storage.commit(&entities.iter().fold(ChangeSet::new(), ChangeSet::insert)).await.unwrap();
}

#[expect(clippy::unwrap_used, reason = "a suite is a test, and fails by panicking")]
async fn insert_documents(storage: &Shared, documents: impl IntoIterator<Item = Document>) {
    apply(storage, documents.into_iter().map(|document| insertion(ORGANIZATIONS, document)).collect()).await.unwrap();
}

/// Reads without cache.
fn repo<E: Entity>(storage: &Shared) -> Repo<E> {
    Repo::new(Arc::clone(storage), 0)
}

/// The entity of this id as it is stored now.
#[expect(clippy::unwrap_used, reason = "a suite is a test, and fails by panicking")]
async fn stored<E: Entity>(storage: &Shared, id: &E::Id) -> Stored<E> {
    find::<E>(storage, id).await.unwrap()
}

#[expect(clippy::unwrap_used, reason = "a suite is a test, and fails by panicking")]
async fn find<E: Entity>(storage: &Shared, id: &E::Id) -> Option<Stored<E>> {
    repo::<E>(storage).fresh(basalt_domain::Filter::id(id)).await.unwrap()
}

fn query(condition: Condition, sort: &[SortKey]) -> Query {
    Query { condition, sort: sort.to_vec(), ..Query::all(ORGANIZATIONS) }
}

#[expect(clippy::unwrap_used, reason = "a suite is a test, and fails by panicking")]
async fn fetch(storage: &Shared, query: &Query) -> Vec<Document> {
    storage.fetch(query).await.unwrap().iter().map(|stored| stored.value.decode().unwrap()).collect()
}

/// The numbers that [`oid`] made the ids from, in the order in which `fetch` returns them. Asks
/// `ids` and `count` too: they must agree.
#[expect(clippy::unwrap_used, reason = "a suite is a test, and fails by panicking")]
async fn numbers(storage: &Shared, query: &Query) -> Vec<u32> {
    let fetched: Vec<Value> =
        fetch(storage, query).await.iter().map(|document| document.get("_id").cloned().unwrap()).collect();
    assert_eq!(storage.ids(query).await.unwrap(), fetched, "ids of {query:?}");
    if query.offset == 0 && query.limit == u64::MAX {
        let count = storage.count(query.of, &query.condition).await.unwrap();
        assert_eq!(count, fetched.len() as u64, "count of {query:?}");
    }
    fetched.iter().map(number).collect()
}

/// As [`numbers`], of a condition, in ascending order.
async fn found(storage: &Shared, condition: Condition) -> Vec<u32> {
    numbers(storage, &query(condition, &[])).await
}

fn number(id: &Value) -> u32 {
    let [.., a, b, c, d] = id.as_id().unwrap_or_else(|| oid(0)).bytes();
    u32::from_be_bytes([a, b, c, d])
}
