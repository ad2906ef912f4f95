//! What every search index must do.
//!
//! [`search_contract!`](crate::search_contract) makes one test per behaviour from a function that gives a fresh, empty index.
#![expect(clippy::expect_used, reason = "a suite is a test, and fails by panicking")]

use std::sync::Arc;

use basalt_domain::{ObjectId, Timestamp};
use basalt_ports::search::{
    Counted, Facet, Found, Number, Position, SearchChange, SearchDocument, SearchFilter, SearchIndex, SearchKind,
    SearchOrder, SearchQuery, SeenBy,
};

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

/// Nothing in, nothing out.
pub async fn a_new_index_finds_nothing_and_has_no_position(index: Index) {
    assert_eq!(found(&index, &query("")).await, Found::default());
    assert!(ids(&index, "roads").await.is_empty());
    assert!(suggested(&index, "ro").await.is_empty());
    assert_eq!(index.position().await.expect("position"), None);
}

/// No waiting between a write and a search.
pub async fn what_was_put_is_found_at_once(index: Index) {
    put(&index, [titled(1, "Roads of Arles"), titled(2, "Schools")]).await;
    assert_eq!(ids(&index, "roads").await, [id(1)]);
    assert_eq!(found(&index, &query("roads")).await.total, 1);
}

/// What differs only in these is the same word.
pub async fn case_accents_and_number_do_not_matter(index: Index) {
    put(&index, [titled(1, "Élèves de l’école")]).await;
    for text in ["élève", "ELEVES", "eleve", "école", "l'école", "d'écoles"] {
        assert_eq!(ids(&index, text).await, [id(1)], "{text}");
    }
}

/// Two words narrow a search.
pub async fn all_words_are_needed_where_a_result_has_all(index: Index) {
    put(&index, [titled(1, "Roads of Arles"), titled(2, "Roads of Nice"), titled(3, "Schools of Arles")]).await;
    assert_eq!(ids(&index, "roads arles").await, [id(1)]);
    assert_eq!(ids(&index, "Arles, roads!").await, [id(1)]);
}

/// A word too many is better than no answer.
pub async fn some_words_are_enough_where_no_result_has_all(index: Index) {
    put(&index, [titled(1, "Roads of Arles"), titled(2, "Schools of Nice"), titled(3, "Trees")]).await;
    let found = ids(&index, "roads paris").await;
    assert!(found.is_empty() || found == [id(1)], "{found:?}");
}

/// Titles are not all.
pub async fn words_of_tags_producers_and_texts_are_found(index: Index) {
    put(
        &index,
        [
            SearchDocument { tags: vec!["mobility".into()], ..titled(1, "One") },
            SearchDocument { producers: vec!["Ville d'Arles".into()], ..titled(2, "Two") },
            SearchDocument { text: "About **bridges**.".into(), ..titled(3, "Three") },
            SearchDocument { acronyms: vec!["RNE".into()], ..titled(4, "Four") },
        ],
    )
    .await;
    for (text, number) in [("mobility", 1), ("arles", 2), ("bridges", 3), ("rne", 4)] {
        assert_eq!(ids(&index, text).await, [id(number)], "{text}");
    }
}

/// Two objects of different kinds may have the same id and title.
pub async fn kinds_do_not_mix(index: Index) {
    put(
        &index,
        [
            titled(1, "Roads"),
            SearchDocument::titled(SearchKind::Organization, id(1), "Roads"),
            SearchDocument::titled(SearchKind::Reuse, id(2), "Roads"),
        ],
    )
    .await;
    let removed = vec![SearchChange::Remove(SearchKind::Organization, id(1))];
    index.apply(removed, None).await.expect("apply");
    assert_eq!(ids(&index, "roads").await, [id(1)]);
    let reuses = SearchQuery::new(SearchKind::Reuse, "roads", NOW);
    assert_eq!(found(&index, &reuses).await.ids, [id(2)]);
    let organizations = SearchQuery::new(SearchKind::Organization, "", NOW);
    assert_eq!(found(&index, &organizations).await.total, 0);
}

/// One document for each id.
pub async fn a_second_put_replaces_the_first(index: Index) {
    put(&index, [titled(1, "Roads")]).await;
    put(&index, [titled(1, "Schools")]).await;
    assert!(ids(&index, "roads").await.is_empty());
    assert_eq!(ids(&index, "schools").await, [id(1)]);
    assert_eq!(found(&index, &query("")).await.total, 1);
    // Also within one call.
    put(&index, [titled(1, "Trees"), titled(1, "Bridges")]).await;
    assert!(ids(&index, "trees").await.is_empty());
    assert_eq!(ids(&index, "bridges").await, [id(1)]);
}

/// What became private must be gone everywhere.
pub async fn what_was_removed_is_not_found_counted_or_suggested(index: Index) {
    let kept = SearchDocument { facets: vec![("badge", "hvd".into())], ..titled(1, "Roads") };
    put(&index, [kept.clone(), SearchDocument { id: id(2), ..kept }]).await;
    index.apply(vec![SearchChange::Remove(SearchKind::Dataset, id(2))], None).await.expect("apply");
    let query = SearchQuery { facets: vec![Facet::Values("badge")], ..query("roads") };
    let found = found(&index, &query).await;
    assert_eq!((found.ids, found.total), (vec![id(1)], 1));
    assert_eq!(found.facets, [Counted { name: "badge", values: vec![("hvd".into(), 1)] }]);
    assert_eq!(suggested(&index, "ro").await, [id(1)]);
}

/// Neither its words nor its facets nor its number tell strangers of it.
pub async fn what_is_hidden_is_found_by_those_it_belongs_to_alone(index: Index) {
    let owned = |number, name, value: &str, hidden| SearchDocument {
        keys: vec![(name, value.to_owned()), ("tag", "t".into())],
        facets: vec![("badge", value.to_owned())],
        hidden,
        ..titled(number, "Roads")
    };
    let documents = [
        titled(1, "Roads"),
        owned(2, "owner", "u", true),
        owned(3, "organization", "o", true),
        owned(4, "owner", "v", true),
    ];
    put(&index, documents).await;
    put(&index, [SearchDocument { hidden: true, ..titled(5, "Secrets of roads") }]).await;
    let somebody = |owner: &str, organizations: &[&str]| SeenBy::Owner {
        owner: owner.into(),
        organizations: organizations.iter().map(ToString::to_string).collect(),
    };
    for (seen_by, expected) in [
        (SeenBy::Everybody, vec![1]),
        (somebody("x", &[]), vec![1]),
        (somebody("u", &[]), vec![1, 2]),
        (somebody("u", &["o", "p"]), vec![1, 2, 3]),
        (somebody("o", &["u"]), vec![1]),
        (SeenBy::Administrator, vec![1, 2, 3, 4, 5]),
    ] {
        for text in ["roads", "", "road"] {
            let query = SearchQuery { seen_by: seen_by.clone(), facets: vec![Facet::Values("badge")], ..query(text) };
            let mut all = found(&index, &query).await;
            all.ids.sort_unstable();
            assert_eq!(all.ids, expected.iter().copied().map(id).collect::<Vec<_>>(), "{seen_by:?} {text}");
            assert_eq!(all.total, expected.len() as u64);
            let badges = expected.iter().filter(|number| (2..5).contains(*number)).count();
            assert_eq!(all.facets.iter().flat_map(|facet| &facet.values).count(), badges, "{seen_by:?} {text}");
            let tagged = SearchQuery { filters: vec![SearchFilter::Any("tag", vec!["t".into()])], ..query.clone() };
            assert_eq!(found(&index, &tagged).await.total, badges as u64, "{seen_by:?} {text}");
            let except = SearchQuery { filters: vec![SearchFilter::Not("id", vec![id(1).to_string()])], ..query };
            assert_eq!(found(&index, &except).await.total, expected.len() as u64 - 1, "{seen_by:?} {text}");
        }
    }
    assert_eq!(found(&index, &query("secrets")).await, Found::default());
    assert_eq!(suggested(&index, "roa").await, [id(1)]);
    assert!(suggested(&index, "sec").await.is_empty());
}

/// One document for each id, hidden or not.
pub async fn what_became_hidden_or_shown_is_there_once(index: Index) {
    let everything = SearchQuery { seen_by: SeenBy::Administrator, ..query("roads") };
    for hidden in [false, true, false, true] {
        put(&index, [SearchDocument { hidden, ..titled(1, "Roads") }]).await;
        assert_eq!(found(&index, &query("roads")).await.total, u64::from(!hidden));
        assert_eq!(found(&index, &everything).await.total, 1);
    }
    index.apply(vec![SearchChange::Remove(SearchKind::Dataset, id(1))], None).await.expect("apply");
    assert_eq!(found(&index, &everything).await.total, 0);
}

/// The feed is read again after a crash.
pub async fn doing_it_twice_does_no_harm(index: Index) {
    let changes =
        vec![SearchChange::Put(Box::new(titled(1, "Roads"))), SearchChange::Remove(SearchKind::Dataset, id(2))];
    for _time in 0..2 {
        index.apply(changes.clone(), None).await.expect("apply");
    }
    assert_eq!(found(&index, &query("")).await.total, 1);
}

/// A list without a text.
pub async fn an_empty_text_finds_everything_the_most_important_first(index: Index) {
    put(
        &index,
        [
            SearchDocument { importance: 0.2, ..titled(1, "One") },
            SearchDocument { importance: 0.9, ..titled(2, "Two") },
            titled(3, "Three"),
        ],
    )
    .await;
    assert_eq!(ids(&index, "").await, [id(2), id(1), id(3)]);
    assert_eq!(ids(&index, "  ").await, [id(2), id(1), id(3)]);
}

/// The same words, and one that people use.
pub async fn the_more_important_of_equals_comes_first(index: Index) {
    put(
        &index,
        [
            SearchDocument { importance: 0.1, ..titled(1, "Roads") },
            SearchDocument { importance: 0.8, ..titled(2, "Roads") },
        ],
    )
    .await;
    assert_eq!(ids(&index, "roads").await, [id(2), id(1)]);
}

/// Keys and facets filter alike.
pub async fn filters_let_through_what_has_the_values(index: Index) {
    put(
        &index,
        [
            SearchDocument { keys: vec![("tag", "a".into()), ("tag", "b".into())], ..titled(1, "Roads") },
            SearchDocument {
                keys: vec![("tag", "a".into())],
                facets: vec![("badge", "hvd".into())],
                ..titled(2, "Roads")
            },
            titled(3, "Roads"),
        ],
    )
    .await;
    let values = |values: &[&str]| values.iter().map(ToString::to_string).collect::<Vec<String>>();
    for (filters, expected) in [
        (vec![SearchFilter::Any("tag", values(&["a"]))], vec![1, 2]),
        (vec![SearchFilter::Any("tag", values(&["a"])), SearchFilter::Any("tag", values(&["b"]))], vec![1]),
        (vec![SearchFilter::Any("tag", values(&["b", "z"]))], vec![1]),
        (vec![SearchFilter::Any("badge", values(&["hvd"]))], vec![2]),
        (vec![SearchFilter::Not("badge", values(&["hvd"]))], vec![1, 3]),
        (vec![SearchFilter::Any("tag", values(&["z"]))], vec![]),
        (vec![SearchFilter::Any("tag", values(&[]))], vec![]),
        (vec![SearchFilter::Any("id", vec![id(3).to_string(), id(9).to_string()])], vec![3]),
    ] {
        for text in ["roads", ""] {
            let query = SearchQuery { filters: filters.clone(), ..query(text) };
            let mut found = found(&index, &query).await;
            found.ids.sort_unstable();
            assert_eq!(found.ids, expected.iter().copied().map(id).collect::<Vec<_>>(), "{filters:?}");
            assert_eq!(found.total, expected.len() as u64);
        }
    }
}

/// What lacks the number is left out.
pub async fn numbers_limit_what_is_found(index: Index) {
    const EITHER: &[Number] = &[Number::Created, Number::Updated];
    put(
        &index,
        [
            SearchDocument { numbers: vec![(Number::Updated, 10)], ..titled(1, "Roads") },
            SearchDocument { numbers: vec![(Number::Updated, -20), (Number::Created, 12)], ..titled(2, "Roads") },
            titled(3, "Roads"),
            SearchDocument {
                numbers: vec![(Number::Updated, 10)],
                ..SearchDocument::titled(SearchKind::Reuse, id(4), "Roads")
            },
        ],
    )
    .await;
    for (filter, expected) in [
        (SearchFilter::OneWithin(EITHER, 10, 12), vec![id(1), id(2)]),
        (SearchFilter::OneWithin(EITHER, 11, 12), vec![id(2)]),
        (SearchFilter::OneWithin(EITHER, -20, 9), vec![id(2)]),
        (SearchFilter::OneWithin(EITHER, 13, 99), vec![]),
        (SearchFilter::AtLeast(Number::Updated, 10), vec![id(1)]),
        (SearchFilter::AtMost(Number::Updated, 9), vec![id(2)]),
        (SearchFilter::AtLeast(Number::Updated, 11), vec![]),
    ] {
        for text in ["roads", ""] {
            let query = SearchQuery { filters: vec![filter.clone()], ..query(text) };
            let mut found = found(&index, &query).await.ids;
            found.sort_unstable();
            assert_eq!(found, expected, "{filter:?} {text}");
        }
    }
}

/// In both directions; absent sorts first.
pub async fn results_are_sorted_by_numbers(index: Index) {
    let viewed = |number, views| SearchDocument { numbers: vec![(Number::Views, views)], ..titled(number, "Roads") };
    put(&index, [viewed(1, 5), viewed(2, 50), viewed(3, -1), titled(4, "Roads")]).await;
    for text in ["roads", ""] {
        let up = SearchQuery { order: SearchOrder::By(Number::Views, false), ..query(text) };
        let down = SearchQuery { order: SearchOrder::By(Number::Views, true), ..query(text) };
        assert_eq!(found(&index, &up).await.ids, [id(4), id(3), id(1), id(2)]);
        assert_eq!(found(&index, &down).await.ids, [id(2), id(1), id(3), id(4)]);
    }
}

/// As people sort words.
pub async fn results_are_sorted_by_title(index: Index) {
    put(&index, [titled(1, "roads b"), titled(2, "Écoles"), titled(3, "Roads a")]).await;
    let up = SearchQuery { order: SearchOrder::ByTitle(false), ..query("") };
    assert_eq!(found(&index, &up).await.ids, [id(2), id(3), id(1)]);
    let down = SearchQuery { order: SearchOrder::ByTitle(true), ..query("") };
    assert_eq!(found(&index, &down).await.ids, [id(1), id(3), id(2)]);
}

/// Whatever the order.
pub async fn pages_do_not_overlap_and_miss_nothing(index: Index) {
    put(&index, (1..=25).map(|number| titled(number, "Roads"))).await;
    for order in [SearchOrder::Best, SearchOrder::By(Number::Views, true), SearchOrder::ByTitle(false)] {
        let mut all = Vec::new();
        for offset in [0, 10, 20, 30] {
            let page = found(&index, &SearchQuery { order, offset, limit: 10, ..query("roads") }).await;
            assert_eq!(page.total, 25);
            all.extend(page.ids);
        }
        all.sort_unstable();
        assert_eq!(all, (1..=25).map(id).collect::<Vec<_>>());
    }
}

/// The most frequent value first.
pub async fn facets_count_what_was_found_not_the_page(index: Index) {
    let badged = |number, title: &str, badges: &[&str]| SearchDocument {
        facets: badges.iter().map(|badge| ("badge", (*badge).to_owned())).collect(),
        ..titled(number, title)
    };
    put(&index, [badged(1, "Roads", &["hvd", "spd"]), badged(2, "Roads", &["hvd"]), badged(3, "Trees", &["sl"])]).await;
    let facets = vec![Facet::Values("badge"), Facet::Values("type")];
    let found = found(&index, &SearchQuery { facets, limit: 1, ..query("roads") }).await;
    assert_eq!(
        found.facets,
        [
            Counted { name: "badge", values: vec![("hvd".into(), 2), ("spd".into(), 1)] },
            Counted { name: "type", values: Vec::new() },
        ]
    );
}

/// Ranges may contain one another.
pub async fn ranges_are_counted(index: Index) {
    let updated = |number, at| SearchDocument { numbers: vec![(Number::Updated, at)], ..titled(number, "Roads") };
    put(&index, [updated(1, 100), updated(2, 50), updated(3, 1), titled(4, "Roads")]).await;
    let since = Facet::Since("range", Number::Updated, vec![("late", 100), ("middle", 50), ("future", 500)]);
    let found = found(&index, &SearchQuery { facets: vec![since], ..query("roads") }).await;
    assert_eq!(found.facets, [Counted { name: "range", values: vec![("late".into(), 1), ("middle".into(), 2)] }]);
}

/// What somebody types, letter by letter.
pub async fn suggestions_begin_words_in_any_order(index: Index) {
    put(
        &index,
        [
            titled(1, "Base Adresse Nationale"),
            titled(2, "Écoles"),
            SearchDocument { acronyms: vec!["RNE".into()], ..titled(3, "Elected people") },
            titled(4, "Côtes-d’Armor"),
        ],
    )
    .await;
    for (text, expected) in [
        ("arm cot", vec![id(4)]),
        ("d'armor", vec![id(4)]),
        ("cotes darm", vec![id(4)]),
        ("cotesx", vec![]),
        ("--", vec![]),
        ("\0", vec![]),
        ("ba", vec![id(1)]),
        ("adr", vec![id(1)]),
        ("nat base", vec![id(1)]),
        ("Base Adresse Nationale", vec![id(1)]),
        ("ÉCO", vec![id(2)]),
        ("eco", vec![id(2)]),
        ("rn", vec![id(3)]),
        ("base z", vec![]),
        ("dresse", vec![]),
    ] {
        assert_eq!(suggested(&index, text).await, expected, "{text}");
    }
    for text in ["", "  "] {
        assert_eq!(suggested(&index, text).await.len(), 4, "everything begins with nothing");
    }
}

/// Both, not one of them.
pub async fn homonyms_are_suggested_apart_the_popular_first(index: Index) {
    put(
        &index,
        [
            SearchDocument { importance: 0.1, ..titled(1, "Roads") },
            SearchDocument { importance: 0.9, ..titled(2, "Roads") },
        ],
    )
    .await;
    assert_eq!(suggested(&index, "roa").await, [id(2), id(1)]);
    assert_eq!(index.suggest(SearchKind::Dataset, "roa", 1).await.expect("suggest"), [id(2)]);
    assert!(index.suggest(SearchKind::Dataset, "roa", 0).await.expect("suggest").is_empty());
}

async fn values(index: &Index, text: &str) -> Vec<(String, u64)> {
    index.values(SearchKind::Dataset, "tag", text, 3).await.expect("values")
}

fn tagged(number: u8, tags: &[&str]) -> SearchDocument {
    let keys = tags.iter().map(|tag| ("tag", (*tag).to_owned())).chain([("license", "transport-x".to_owned())]);
    SearchDocument { keys: keys.collect(), ..titled(number, "Roads") }
}

/// Such as tags; not other names, not other kinds.
pub async fn values_are_completed_the_frequent_first(index: Index) {
    put(
        &index,
        [
            tagged(1, &["transport", "transport-scolaire", "énergie"]),
            tagged(2, &["transport-scolaire", "transports"]),
            SearchDocument { kind: SearchKind::Reuse, ..tagged(3, &["transport-en-commun"]) },
        ],
    )
    .await;
    let one = |value: &str, count| (value.to_owned(), count);
    let school = one("transport-scolaire", 2);
    assert_eq!(values(&index, "transp").await, [school.clone(), one("transport", 1), one("transports", 1)]);
    for text in ["scol", "scolaire trans", "TRANSPORT Scolaire", "transport-sco"] {
        assert_eq!(values(&index, text).await, std::slice::from_ref(&school), "{text}");
    }
    for text in ["ENER", "éner", "energie"] {
        assert_eq!(values(&index, text).await, [one("énergie", 1)], "{text}");
    }
    for text in ["zzz", "ransport", "--", "transport zzz"] {
        assert_eq!(values(&index, text).await, [], "{text}");
    }
    assert_eq!(values(&index, "").await.first(), Some(&school));
    assert_eq!(index.values(SearchKind::Dataset, "tag", "transp", 0).await.expect("values"), []);
}

/// Nobody learns the words of what they may not see.
pub async fn values_of_what_is_hidden_or_gone_are_not_completed(index: Index) {
    put(&index, [tagged(1, &["shown"]), SearchDocument { hidden: true, ..tagged(2, &["shown", "secret"]) }]).await;
    assert_eq!(values(&index, "").await, [("shown".to_owned(), 1)]);
    put(&index, [tagged(2, &["secret", "shown"])]).await;
    assert_eq!(values(&index, "").await, [("shown".to_owned(), 2), ("secret".to_owned(), 1)]);
    put(&index, [SearchDocument { hidden: true, ..tagged(1, &["shown"]) }]).await;
    assert_eq!(values(&index, "").await, [("secret".to_owned(), 1), ("shown".to_owned(), 1)]);
    index.apply(vec![SearchChange::Remove(SearchKind::Dataset, id(2))], None).await.expect("apply");
    assert_eq!(values(&index, "").await, []);
}

/// There is no syntax to get wrong.
pub async fn hostile_texts_are_answered(index: Index) {
    put(&index, [titled(1, "Roads")]).await;
    let deep = "(".repeat(5_000) + "a" + &")".repeat(5_000);
    let long = "roads ".repeat(20_000);
    let many: String = (0..5_000).fold(String::new(), |text, number| format!("{text}w{number} "));
    for text in [
        deep.as_str(),
        long.as_str(),
        many.as_str(),
        "\"",
        "'",
        "\\",
        "roads AND (",
        "NOT",
        "title:[* TO *]",
        "a*",
        "*",
        "?",
        "/(a+)+$/",
        "\0",
        "roads\0\u{1}",
        "%00",
        "\u{202e}",
        "🙂",
        "d=tag\u{1}a",
        "roads~2^99999999",
        "--",
        "$where",
        "{}",
    ] {
        found(&index, &query(text)).await;
        suggested(&index, text).await;
        values(&index, text).await;
        let filters = vec![SearchFilter::Any("tag", vec![text.to_owned()])];
        found(&index, &SearchQuery { filters, ..query("") }).await;
    }
    let far = SearchQuery { offset: usize::MAX, limit: usize::MAX, ..query("roads") };
    assert!(found(&index, &far).await.ids.is_empty());
    assert_eq!(ids(&index, "\"roads\"").await, [id(1)]);
}

/// It is what is asked after a crash.
pub async fn the_position_is_kept_with_the_changes(index: Index) {
    let position = Position { at: NOW, id: id(9) };
    index.apply(vec![SearchChange::Put(Box::new(titled(1, "Roads")))], Some(position)).await.expect("apply");
    assert_eq!(index.position().await.expect("position"), Some(position));
    put(&index, [titled(2, "Roads")]).await;
    assert_eq!(index.position().await.expect("position"), Some(position), "none given: as before");
}

/// In between, the old one answers.
pub async fn a_rebuild_replaces_everything_when_it_is_finished(index: Index) {
    put(&index, [titled(1, "Roads")]).await;
    let mut rebuild = index.rebuild().await.expect("rebuild");
    rebuild.add(vec![titled(2, "Roads"), titled(3, "Roads")]).await.expect("add");
    assert_eq!(ids(&index, "roads").await, [id(1)]);
    let position = Position { at: NOW, id: id(9) };
    rebuild.finish(position).await.expect("finish");
    let mut found = ids(&index, "roads").await;
    found.sort_unstable();
    assert_eq!(found, [id(2), id(3)]);
    assert_eq!(index.position().await.expect("position"), Some(position));
    put(&index, [titled(4, "Trees")]).await;
    assert_eq!(ids(&index, "trees").await, [id(4)]);
}

/// The old one was told already, and the feed is read again from the position of the new one.
pub async fn a_new_index_is_told_what_was_written_while_it_was_built(index: Index) {
    let at = |millis| Position { at: Timestamp(millis), id: id(9) };
    let told = vec![SearchChange::Put(Box::new(titled(3, "Roads")))];
    let mut rebuild = index.rebuild().await.expect("rebuild");
    rebuild.add(vec![titled(2, "Roads")]).await.expect("add");
    index.apply(told.clone(), Some(at(20))).await.expect("apply");
    assert_eq!(ids(&index, "roads").await, [id(3)]);
    rebuild.finish(at(10)).await.expect("finish");
    assert_eq!(index.position().await.expect("position"), Some(at(10)));
    index.apply(told, Some(at(20))).await.expect("apply");
    let mut found = ids(&index, "roads").await;
    found.sort_unstable();
    assert_eq!(found, [id(2), id(3)]);
    assert_eq!(index.position().await.expect("position"), Some(at(20)));
}

/// Also where the old one was further than the feed: that of another storage, or told by a clock that was wrong.
pub async fn a_new_index_answers_when_nothing_is_left_to_be_told(index: Index) {
    let at = |millis| Some(Position { at: Timestamp(millis), id: id(9) });
    index.apply(vec![SearchChange::Put(Box::new(titled(1, "Roads")))], at(20)).await.expect("apply");
    let mut rebuild = index.rebuild().await.expect("rebuild");
    rebuild.add(vec![titled(2, "Roads")]).await.expect("add");
    rebuild.finish(Position { at: Timestamp(10), id: id(9) }).await.expect("finish");
    index.apply(Vec::new(), at(10)).await.expect("apply");
    assert_eq!(ids(&index, "roads").await, [id(2)]);
    assert_eq!(index.position().await.expect("position"), at(10));
}

/// Whatever ended it.
pub async fn an_abandoned_rebuild_changes_nothing(index: Index) {
    put(&index, [titled(1, "Roads")]).await;
    let mut rebuild = index.rebuild().await.expect("rebuild");
    rebuild.add(vec![titled(2, "Roads")]).await.expect("add");
    drop(rebuild);
    assert_eq!(ids(&index, "roads").await, [id(1)]);
    put(&index, [titled(3, "Trees")]).await;
    assert_eq!(found(&index, &query("")).await.total, 2);
}
