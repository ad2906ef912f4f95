//! Order, filters, numbers, pages and facets.

use basalt_ports::search::{
    Counted, Facet, Number, SearchDocument, SearchFilter, SearchKind, SearchOrder, SearchQuery,
};

use super::{Index, found, id, ids, put, query, titled};

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
        (SearchFilter::OneWithin(EITHER, -99, -21), vec![]),
        (SearchFilter::AtMost(Number::Updated, -21), vec![]),
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
