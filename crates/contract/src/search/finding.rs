//! What is found, by whom, and what texts are understood.

use basalt_ports::search::{
    Counted, Facet, Found, SearchChange, SearchDocument, SearchFilter, SearchKind, SearchQuery, SeenBy,
};

use super::{Index, NOW, found, id, ids, put, query, suggested, titled, values};

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
