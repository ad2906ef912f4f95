//! Conditions: each test on fields with one value and with many.

use basalt_domain::{
    Condition, Document, Entity, Notification, ObjectId, Path, Test, Value,
    entities::organization::{
        BADGE, CREATED_AT, DATASETS, DELETED, INVITED_EMAIL, MEMBER, NAME, REQUESTER, SLUG, VIEWS,
    },
    filter::LONGEST_PART,
};
use basalt_ports::{Query, Raw, Stored, Version};

use super::{
    NOON, ORGANIZATIONS, Shared, a_document, apply, fetch, found, insert_documents, insertion, numbers, oid, query,
};

fn is(path: Path, test: Test) -> Condition {
    Condition::Is(path, test)
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

fn members(numbers: &[u32]) -> Value {
    numbers.iter().map(|number| Value::Map(Document::new().with("user", oid(*number)))).collect::<Vec<_>>().into()
}

fn badges(kinds: &[&str]) -> Value {
    kinds.iter().map(|kind| Value::Map(Document::new().with("kind", *kind))).collect::<Vec<_>>().into()
}

/// 1 to 3: names `a`, `B`, none; datasets 1, none, 3; members 7 8, none, 8.
async fn three(storage: &Shared) {
    insert_documents(
        storage,
        [
            a_document(
                1,
                &[
                    ("name", "a".into()),
                    ("metrics.datasets", 1.into()),
                    ("members", members(&[7, 8])),
                    ("badges", badges(&["x", "y"])),
                ],
            ),
            a_document(2, &[("name", "B".into()), ("members", Value::List(Vec::new())), ("deleted", NOON.into())]),
            a_document(3, &[("name", Value::Null), ("metrics.datasets", 3.into()), ("members", members(&[8]))]),
        ],
    )
    .await;
}

/// Several queries at once, of one collection and of others; one finds nothing, one is a part in an order.
#[expect(clippy::unwrap_used, reason = "a suite is a test, and fails by panicking")]
pub async fn several_queries_at_once_find_what_each_finds(storage: Shared) {
    three(&storage).await;
    let notice = Document::new().with("_id", "notice").with("user", oid(7));
    apply(&storage, vec![insertion(Notification::COLLECTION, notice)]).await.unwrap();
    let named = |name: &str| query(NAME.eq(name).into_condition(), &[]);
    let whole = |condition: Condition| Query { condition, ..Query::all(ORGANIZATIONS) };
    let everything = Query::all(ORGANIZATIONS);
    let notices = Query::all(Notification::COLLECTION);
    let members = MEMBER.among([oid(7), oid(8)]).into_condition();
    for queries in [
        vec![],
        vec![notices.clone()],
        vec![whole(members), notices.clone(), whole(NAME.eq("c").into_condition()), everything.clone()],
        vec![named("a"), notices, Query { limit: 1, offset: 1, ..everything }],
    ] {
        let mut alone = Vec::new();
        for query in &queries {
            alone.push(in_no_order(storage.fetch(query).await.unwrap()));
        }
        let together = storage.fetch_all(&queries).await.unwrap();
        assert_eq!(together.into_iter().map(in_no_order).collect::<Vec<_>>(), alone);
    }
}

#[expect(clippy::unwrap_used, reason = "a suite is a test, and fails by panicking")]
fn in_no_order(found: Vec<Stored<Raw>>) -> Vec<(Document, Version)> {
    let mut found: Vec<(Document, Version)> =
        found.into_iter().map(|stored| (stored.value.decode().unwrap(), stored.version)).collect();
    found.sort_by_cached_key(|(document, _version)| format!("{:?}", document.get("_id")));
    found
}

/// `Eq` on texts, numbers, times, ids.
pub async fn equal_finds_what_is_equal(storage: Shared) {
    three(&storage).await;
    assert_eq!(found(&storage, NAME.eq("a").into_condition()).await, [1]);
    assert_eq!(found(&storage, NAME.eq("A").into_condition()).await, [0; 0]);
    assert_eq!(found(&storage, NAME.eq("a ").into_condition()).await, [0; 0], "blanks at the end count");
    assert_eq!(found(&storage, DATASETS.eq(3).into_condition()).await, [3]);
    assert_eq!(found(&storage, DELETED.eq(NOON).into_condition()).await, [2]);
    assert_eq!(found(&storage, MEMBER.eq(oid(7)).into_condition()).await, [1]);
}

/// `In`.
pub async fn among_finds_what_is_equal_to_one(storage: Shared) {
    three(&storage).await;
    let names = ["a", "B", "c"].map(String::from);
    assert_eq!(found(&storage, NAME.among(names).into_condition()).await, [1, 2]);
    assert_eq!(found(&storage, DATASETS.among([3, 3, 4]).into_condition()).await, [3]);
    assert_eq!(found(&storage, MEMBER.among([oid(7), oid(8)]).into_condition()).await, [1, 3], "each record once");
    let mixed = is(NAME.path, Test::In(vec![Value::Null, 1.into(), "a".into()]));
    assert_eq!(found(&storage, mixed).await, [1], "values of another kind do no harm");
}

/// `In` without values.
pub async fn among_nothing_finds_nothing(storage: Shared) {
    three(&storage).await;
    for path in [NAME.path, DATASETS.path, MEMBER.path, ORGANIZATIONS.id_path()] {
        assert_eq!(found(&storage, is(path, Test::In(Vec::new()))).await, [0; 0]);
        assert_eq!(found(&storage, not(is(path, Test::In(Vec::new())))).await, [1, 2, 3]);
    }
}

/// `In` with as many values as a page may have items, and more.
pub async fn among_a_thousand_finds_them(storage: Shared) {
    three(&storage).await;
    for count in [1000_u32, 70_000] {
        let ids: Vec<Value> = (2..count).map(|number| oid(number).into()).collect();
        assert_eq!(found(&storage, is(ORGANIZATIONS.id_path(), Test::In(ids.clone()))).await, [2, 3]);
        assert_eq!(found(&storage, is(MEMBER.path, Test::In(ids))).await, [1, 3]);
        let numbers = (2..i64::from(count)).map(Value::from).collect();
        assert_eq!(found(&storage, is(DATASETS.path, Test::In(numbers))).await, [3]);
        let texts = (2..count).map(|number| Value::from(format!("slug-{number}"))).collect();
        assert_eq!(found(&storage, is(SLUG.path, Test::In(texts))).await, [2, 3]);
    }
}

/// `Lt` and `Gt`; absent values are neither.
pub async fn below_and_above_leave_out_the_bound(storage: Shared) {
    three(&storage).await;
    assert_eq!(found(&storage, DATASETS.below(3).into_condition()).await, [1]);
    assert_eq!(found(&storage, DATASETS.above(1).into_condition()).await, [3]);
    assert_eq!(found(&storage, NAME.above("B").into_condition()).await, [1]);
    assert_eq!(found(&storage, NAME.below("B").into_condition()).await, [0; 0]);
    assert_eq!(found(&storage, DELETED.below(NOON.plus_millis(1)).into_condition()).await, [2]);
    assert_eq!(found(&storage, DELETED.above(NOON).into_condition()).await, [0; 0]);
    assert_eq!(found(&storage, MEMBER.above(oid(7)).into_condition()).await, [1, 3]);
    assert_eq!(found(&storage, is(ORGANIZATIONS.id_path(), Test::Gt(oid(1).into()))).await, [2, 3]);
}

/// `Contains`: É is no ASCII letter, so `é` does not find it.
pub async fn contains_ignores_the_case_of_ascii_letters_only(storage: Shared) {
    let names = ["Île-de-FRANCE", "île d'Oléron", "ÎLE", "K", "\u{212a}", "ß SS"];
    let documents = (1..).zip(names).map(|(number, name)| a_document(number, &[("name", name.into())]));
    insert_documents(&storage, documents).await;
    for (part, expected) in [
        ("France", vec![1]),
        ("LE", vec![1, 2, 3]),
        ("Île", vec![1, 3]),
        ("île", vec![2]),
        ("k", vec![4]),
        ("ss", vec![6]),
        ("", vec![1, 2, 3, 4, 5, 6]),
        ("oleron", vec![]),
    ] {
        assert_eq!(found(&storage, NAME.contains(part).into_condition()).await, expected, "{part}");
    }
}

/// `Contains` knows no wildcards.
pub async fn contains_takes_every_character_literally(storage: Shared) {
    let names = ["100%", "1000", "a_b", "acb", r"a\b", "a.b", "[a]", "(a", "a'b", r#"a"b"#, "$a^", "*"];
    let documents = (1..).zip(names).map(|(number, name)| a_document(number, &[("name", name.into())]));
    insert_documents(&storage, documents).await;
    for (part, expected) in [
        ("0%", vec![1]),
        ("a_b", vec![3]),
        (r"\b", vec![5]),
        ("a.b", vec![6]),
        ("[a]", vec![7]),
        ("(", vec![8]),
        ("'", vec![9]),
        ("\"", vec![10]),
        ("$A^", vec![11]),
        ("*", vec![12]),
        ("%", vec![1]),
        (".*", vec![]),
    ] {
        assert_eq!(found(&storage, NAME.contains(part).into_condition()).await, expected, "{part}");
    }
}

/// `Contains` of a text of any length: what its first [`LONGEST_PART`] characters find.
pub async fn contains_bears_texts_of_any_length(storage: Shared) {
    let long = |character: &str| character.repeat(LONGEST_PART + 10);
    let names = [long("a"), long("é"), long("("), "a".repeat(LONGEST_PART - 1), "aaaa".to_owned()];
    let documents = (1..).zip(names).map(|(number, name)| a_document(number, &[("name", name.into())]));
    insert_documents(&storage, documents).await;
    for (part, expected) in [("A", vec![1]), ("é", vec![2]), ("(", vec![3]), ("\u{1}", vec![]), ("%", vec![])] {
        for part in [part.repeat(LONGEST_PART + 1), part.repeat(5_000), part.repeat(100_000)] {
            assert_eq!(found(&storage, NAME.contains(&*part).into_condition()).await, expected, "{}", part.len());
        }
    }
}

/// `Absent`.
pub async fn absent_means_missing_or_null_or_empty(storage: Shared) {
    three(&storage).await;
    insert_documents(
        &storage,
        [
            a_document(4, &[("members", Value::Null), ("badges", vec![Value::Null].into()), ("metrics", Value::Null)]),
            a_document(5, &[("members", vec![Value::Map(Document::new().with("user", Value::Null))].into())]),
        ],
    )
    .await;
    assert_eq!(found(&storage, NAME.absent().into_condition()).await, [3], "an empty text is a value");
    assert_eq!(found(&storage, DELETED.absent().into_condition()).await, [1, 3, 4, 5]);
    assert_eq!(found(&storage, DATASETS.absent().into_condition()).await, [2, 4, 5]);
    assert_eq!(found(&storage, MEMBER.absent().into_condition()).await, [2, 4, 5]);
    assert_eq!(found(&storage, BADGE.absent().into_condition()).await, [2, 3, 4, 5]);
    assert_eq!(found(&storage, DELETED.present().into_condition()).await, [2]);
    assert_eq!(found(&storage, MEMBER.present().into_condition()).await, [1, 3]);
}

/// Fields with many values.
pub async fn one_of_many_values_is_enough(storage: Shared) {
    three(&storage).await;
    assert_eq!(found(&storage, MEMBER.eq(oid(8)).into_condition()).await, [1, 3]);
    assert_eq!(found(&storage, BADGE.eq("y").into_condition()).await, [1]);
    assert_eq!(found(&storage, BADGE.contains("Y").into_condition()).await, [1]);
    assert_eq!(found(&storage, MEMBER.eq(oid(8)).not().into_condition()).await, [2]);
    let fields = [REQUESTER.eq(oid(8)).into_condition(), INVITED_EMAIL.eq("y").into_condition()];
    for other_field in fields {
        assert_eq!(found(&storage, other_field).await, [0; 0], "fields do not mix");
    }
}

/// Two conditions on one field with many values may be met by two values.
pub async fn conditions_on_many_values_are_each_asked_of_all_values(storage: Shared) {
    three(&storage).await;
    assert_eq!(found(&storage, BADGE.eq("x").and(BADGE.eq("y")).into_condition()).await, [1]);
    assert_eq!(found(&storage, MEMBER.below(oid(8)).and(MEMBER.above(oid(7))).into_condition()).await, [1]);
}

/// `Any` of nothing never holds, `All` of nothing always.
pub async fn none_of_an_empty_any_and_all_of_an_empty_all(storage: Shared) {
    three(&storage).await;
    let never = Condition::Any(Vec::new());
    let always = Condition::All(Vec::new());
    assert_eq!(found(&storage, never.clone()).await, [0; 0]);
    assert_eq!(found(&storage, always.clone()).await, [1, 2, 3]);
    assert_eq!(found(&storage, not(never.clone())).await, [1, 2, 3]);
    assert_eq!(found(&storage, not(always.clone())).await, [0; 0]);
    assert_eq!(found(&storage, Condition::Any(vec![never.clone(), always.clone()])).await, [1, 2, 3]);
    assert_eq!(found(&storage, Condition::All(vec![never, always])).await, [0; 0]);
}

/// `Not`, also where a field is absent and twice over.
pub async fn not_is_the_exact_opposite(storage: Shared) {
    three(&storage).await;
    for (condition, expected) in [
        (NAME.eq("a").not(), vec![2, 3]),
        (DATASETS.above(1).not(), vec![1, 2]),
        (DATASETS.among([1, 9]).not(), vec![2, 3]),
        (NAME.contains("b").not(), vec![1, 3]),
        (NAME.absent().not(), vec![1, 2]),
        (MEMBER.absent().not(), vec![1, 3]),
        (NAME.eq("a").or(DATASETS.eq(3)).not(), vec![2]),
        (NAME.eq("a").and(DATASETS.eq(1)).not(), vec![2, 3]),
        (NAME.eq("a").not().not(), vec![1]),
        (DATASETS.eq(9).not().and(MEMBER.eq(oid(7)).not()), vec![2, 3]),
    ] {
        assert_eq!(found(&storage, condition.clone().into_condition()).await, expected, "{condition:?}");
    }
}

/// A value whose kind is not the field's is equal to none of its values, nor less, nor greater.
pub async fn a_value_of_another_kind_equals_nothing(storage: Shared) {
    three(&storage).await;
    let values =
        [Value::Null, true.into(), "1".into(), NOON.into(), Document::new().with("$gt", "").into(), members(&[7])];
    for value in values {
        for test in [Test::Eq(value.clone()), Test::Lt(value.clone()), Test::Gt(value.clone()), Test::In(vec![value])] {
            let path = if matches!(test, Test::Eq(Value::Text(_)) | Test::Lt(_) | Test::Gt(_) | Test::In(_)) {
                DATASETS.path
            } else {
                NAME.path
            };
            assert_eq!(found(&storage, is(path, test.clone())).await, [0; 0], "{test:?}");
            assert_eq!(found(&storage, not(is(path, test.clone()))).await, [1, 2, 3], "not {test:?}");
        }
    }
    let hex = Value::from(oid(7).to_string());
    assert_eq!(found(&storage, is(MEMBER.path, Test::Eq(hex.clone()))).await, [0; 0], "hex digits are no id");
    assert_eq!(found(&storage, is(ORGANIZATIONS.id_path(), Test::Eq(hex))).await, [0; 0]);
    assert_eq!(found(&storage, is(DATASETS.path, Test::Contains("1".into()))).await, [0; 0]);
    assert_eq!(found(&storage, is(MEMBER.path, Test::Contains("5".into()))).await, [0; 0]);
}

/// A field of whole numbers compared with a fraction.
pub async fn numbers_of_both_kinds_compare_by_size(storage: Shared) {
    three(&storage).await;
    assert_eq!(found(&storage, is(DATASETS.path, Test::Lt(2.5.into()))).await, [1]);
    assert_eq!(found(&storage, is(DATASETS.path, Test::Gt(0.5.into()))).await, [1, 3]);
    assert_eq!(found(&storage, is(DATASETS.path, Test::Eq(3.0.into()))).await, [3]);
    assert_eq!(found(&storage, is(DATASETS.path, Test::Eq(2.5.into()))).await, [0; 0]);
    assert_eq!(found(&storage, is(DATASETS.path, Test::In(vec![2.5.into(), 1.0.into()]))).await, [1]);
}

/// `_id` is a field like others.
pub async fn ids_are_found_by_the_primary_key(storage: Shared) {
    three(&storage).await;
    let id = ORGANIZATIONS.id_path();
    assert_eq!(found(&storage, is(id, Test::Eq(oid(2).into()))).await, [2]);
    assert_eq!(found(&storage, is(id, Test::In(vec![oid(3).into(), oid(1).into(), oid(9).into()]))).await, [1, 3]);
    assert_eq!(found(&storage, not(is(id, Test::Eq(oid(2).into())))).await, [1, 3]);
    assert_eq!(found(&storage, is(id, Test::Absent)).await, [0; 0]);
}

/// Ids that are texts: no case folding, no trimming, no padding.
pub async fn texts_as_ids_are_compared_exactly(storage: Shared) {
    let ids = ["a", "A", "a ", "", "é", "e\u{301}", "fr:commune:75056@1942-01-01", "'; DROP TABLE notification; --"];
    let documents = ids.map(|id| {
        Document::new().with("_id", id).with("user", oid(1)).with("details", Document::new()).with("created_at", NOON)
    });
    let changes = documents.into_iter().map(|document| insertion(Notification::COLLECTION, document)).collect();
    apply(&storage, changes).await.unwrap_or_else(|error| panic!("{error:?}"));
    for id in ids {
        let condition = is(Notification::COLLECTION.id_path(), Test::Eq(id.into()));
        let found = fetch(&storage, &Query { condition, ..Query::all(Notification::COLLECTION) }).await;
        let found: Vec<_> = found.iter().map(|document| document.get("_id").cloned()).collect();
        assert_eq!(found, [Some(Value::from(id))]);
    }
    let all = storage.ids(&Query::all(Notification::COLLECTION)).await;
    let mut sorted = ids.map(Value::from).to_vec();
    sorted.sort_by(|a, b| a.compare(b).unwrap_or(std::cmp::Ordering::Equal));
    assert_eq!(all.unwrap_or_else(|error| panic!("{error:?}")), sorted);
}

/// `count` of declared totals and of others.
pub async fn count_is_the_length_of_fetch(storage: Shared) {
    three(&storage).await;
    // `found` compares.
    assert_eq!(found(&storage, Condition::always()).await.len(), 3);
    assert_eq!(found(&storage, DELETED.absent().into_condition()).await, [1, 3]);
    assert_eq!(found(&storage, DELETED.absent().and(VIEWS.absent()).into_condition()).await, [1, 3]);
    assert_eq!(found(&storage, MEMBER.among([oid(7), oid(8)]).into_condition()).await.len(), 2);
}

/// `ids` in the order of `fetch`, with offset and limit.
pub async fn ids_are_those_of_fetch(storage: Shared) {
    three(&storage).await;
    let by_creation = [CREATED_AT.descending().into()];
    let all = query(Condition::always(), &by_creation);
    assert_eq!(numbers(&storage, &all).await, [3, 2, 1]);
    assert_eq!(numbers(&storage, &Query { offset: 1, limit: 1, ..all.clone() }).await, [2]);
    let ids: Vec<ObjectId> = storage.ids(&all).await.into_iter().flatten().filter_map(|id| id.as_id()).collect();
    assert_eq!(ids, [oid(3), oid(2), oid(1)]);
}
