//! What every search index must do.
//!
//! [`search_contract!`](crate::search_contract) makes one test per behaviour from a function that gives a fresh, empty index.
#![expect(clippy::expect_used, reason = "a suite is a test, and fails by panicking")]

use std::sync::Arc;

use basalt_domain::{ObjectId, Timestamp};
use basalt_ports::search::{Found, SearchChange, SearchDocument, SearchIndex, SearchKind, SearchQuery};

mod finding;
mod keeping;
mod narrowing;
mod suggesting;

pub use finding::*;
pub use keeping::*;
pub use narrowing::*;
pub use suggesting::*;

const NOW: Timestamp = Timestamp(1_704_110_400_000);

/// Lists the behaviours once, as tests of the index that `$fresh().await` gives: `Option<(Arc<dyn SearchIndex>, impl Sized)>`, where
/// the second part is kept until the test ends (a temporary folder), and `None` skips.
#[macro_export]
macro_rules! search_contract {
    ($fresh:path) => {
        $crate::search_contract!(@tests $fresh:
            a_new_index_finds_nothing_and_has_no_position,
            what_was_put_is_found_at_once,
            case_accents_and_number_do_not_matter,
            all_words_are_needed_where_a_result_has_all,
            some_words_are_enough_where_no_result_has_all,
            words_of_tags_producers_and_texts_are_found,
            kinds_do_not_mix,
            a_second_put_replaces_the_first,
            what_was_removed_is_not_found_counted_or_suggested,
            what_is_hidden_is_found_by_those_it_belongs_to_alone,
            what_became_hidden_or_shown_is_there_once,
            doing_it_twice_does_no_harm,
            an_empty_text_finds_everything_the_most_important_first,
            the_more_important_of_equals_comes_first,
            filters_let_through_what_has_the_values,
            numbers_limit_what_is_found,
            results_are_sorted_by_numbers,
            results_are_sorted_by_title,
            pages_do_not_overlap_and_miss_nothing,
            facets_count_what_was_found_not_the_page,
            ranges_are_counted,
            suggestions_begin_words_in_any_order,
            the_most_popular_are_suggested_whenever_they_were_written,
            homonyms_are_suggested_apart_the_popular_first,
            values_are_completed_the_frequent_first,
            values_of_what_is_hidden_or_gone_are_not_completed,
            hostile_texts_are_answered,
            the_position_is_kept_with_the_changes,
            a_rebuild_replaces_everything_when_it_is_finished,
            a_new_index_is_told_what_was_written_while_it_was_built,
            a_new_index_answers_when_nothing_is_left_to_be_told,
            an_abandoned_rebuild_changes_nothing,
        );
    };
    (@tests $fresh:path: $($behaviour:ident),+ $(,)?) => {
        $(
            #[tokio::test]
            async fn $behaviour() {
                let Some((index, _keep)) = $fresh().await else { return };
                $crate::search::$behaviour(index).await;
            }
        )+
    };
}

type Index = Arc<dyn SearchIndex>;

fn id(number: u8) -> ObjectId {
    ObjectId::from_bytes([number; 12])
}

fn titled(number: u8, title: &str) -> SearchDocument {
    SearchDocument::titled(SearchKind::Dataset, id(number), title)
}

async fn put(index: &Index, documents: impl IntoIterator<Item = SearchDocument>) {
    let changes = documents.into_iter().map(|document| SearchChange::Put(Box::new(document))).collect();
    index.apply(changes, None).await.expect("apply");
}

fn query(text: &str) -> SearchQuery {
    SearchQuery::new(SearchKind::Dataset, text, NOW)
}

async fn found(index: &Index, query: &SearchQuery) -> Found {
    index.search(query).await.expect("search")
}

async fn ids(index: &Index, text: &str) -> Vec<ObjectId> {
    found(index, &query(text)).await.ids
}

async fn suggested(index: &Index, text: &str) -> Vec<ObjectId> {
    index.suggest(SearchKind::Dataset, text, 10).await.expect("suggest")
}

async fn values(index: &Index, text: &str) -> Vec<(String, u64)> {
    index.values(SearchKind::Dataset, "tag", text, 3).await.expect("values")
}
