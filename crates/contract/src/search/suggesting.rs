//! What completes what is being typed.

use basalt_ports::search::{SearchChange, SearchDocument, SearchKind};

use super::{Index, id, put, suggested, titled, values};

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

/// What was written first does not keep back what came later.
pub async fn the_most_popular_are_suggested_whenever_they_were_written(index: Index) {
    for first in [0_u8, 40, 80] {
        let roads = |number: u8| SearchDocument {
            importance: f32::from(number) / 255.0,
            ..titled(number, &format!("Roads {number}"))
        };
        put(&index, (first + 1..=first + 40).map(roads)).await;
    }
    let suggested = index.suggest(SearchKind::Dataset, "roa", 3).await.expect("suggest");
    assert_eq!(suggested, [id(120), id(119), id(118)]);
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
