//! Order and pages.

use basalt_domain::{
    Condition, Value,
    entities::organization::{ACRONYM, CREATED_AT, DATASETS, DELETED, NAME},
};
use basalt_ports::Query;

use super::{NOON, Shared, a_document, found, insert_documents, numbers, query};

async fn named(storage: &Shared, names: &[Value]) {
    let documents = (1..).zip(names).map(|(number, name)| a_document(number, &[("name", name.clone())]));
    insert_documents(storage, documents).await;
}

/// Absent and null before all values, and after them in descending order.
pub async fn absent_values_sort_first(storage: Shared) {
    named(&storage, &["".into(), Value::Null, "a".into(), Value::Null, "\u{1}".into()]).await;
    let up = query(Condition::always(), &[NAME.ascending().into()]);
    assert_eq!(numbers(&storage, &up).await, [2, 4, 1, 5, 3]);
    let down = query(Condition::always(), &[NAME.descending().into()]);
    assert_eq!(numbers(&storage, &down).await, [3, 5, 1, 4, 2]);
    let by_number = query(Condition::always(), &[DATASETS.ascending().into()]);
    assert_eq!(numbers(&storage, &by_number).await, [1, 2, 3, 4, 5], "all absent: by id");
}

/// No collation: upper case before lower, é after z, emoji last.
pub async fn texts_sort_by_bytes(storage: Shared) {
    let sorted = [
        "", " ", " a", "-a", "0", "10", "9", "A", "Z", "_", "a", "a ", "a a", "a-", "ab", "b", "z", "É", "é", "œ", "я",
        "日", "\u{e000}", "\u{ffff}", "😀", "🦀",
    ];
    let shuffled: Vec<Value> =
        (0..sorted.len()).filter_map(|at| sorted.get(at * 7 % sorted.len())).map(|text| Value::from(*text)).collect();
    named(&storage, &shuffled).await;
    let expected: Vec<u32> = sorted
        .iter()
        .filter_map(|text| {
            (1..).zip(&shuffled).find(|(_, name)| name.as_text() == Some(text)).map(|(number, _)| number)
        })
        .collect();
    assert_eq!(expected.len(), sorted.len(), "every text once");
    let up = query(Condition::always(), &[NAME.ascending().into()]);
    assert_eq!(numbers(&storage, &up).await, expected);
    let down = query(Condition::always(), &[NAME.descending().into()]);
    assert_eq!(numbers(&storage, &down).await, expected.iter().rev().copied().collect::<Vec<_>>());
}

/// Not by their digits.
pub async fn numbers_and_times_sort_by_size(storage: Shared) {
    let values = [10_i64, 9, -1, 0, i64::MAX, i64::MIN, 100];
    let documents = (1..).zip(values).map(|(number, value)| {
        let time = NOON.plus_millis(value.clamp(-1000, 1000) * 1_000_000_000);
        a_document(number, &[("metrics.datasets", value.into()), ("created_at", time.into())])
    });
    insert_documents(&storage, documents).await;
    let by_number = query(Condition::always(), &[DATASETS.ascending().into()]);
    assert_eq!(numbers(&storage, &by_number).await, [6, 3, 4, 2, 1, 7, 5]);
    let by_time = query(Condition::always(), &[CREATED_AT.descending().into()]);
    assert_eq!(numbers(&storage, &by_time).await, [5, 7, 1, 2, 4, 3, 6]);
}

/// Ties are broken by the id, in the direction of the last key; without key ascending.
pub async fn the_id_is_the_last_key_in_the_direction_of_the_key_before(storage: Shared) {
    named(&storage, &["b".into(), "a".into(), "b".into(), "a".into()]).await;
    let up = query(Condition::always(), &[NAME.ascending().into()]);
    assert_eq!(numbers(&storage, &up).await, [2, 4, 1, 3]);
    let down = query(Condition::always(), &[NAME.descending().into()]);
    assert_eq!(numbers(&storage, &down).await, [3, 1, 4, 2]);
    assert_eq!(found(&storage, Condition::always()).await, [1, 2, 3, 4]);
}

/// One page after the other, deep ones too, gives each record once, in order.
pub async fn pages_cover_everything_once(storage: Shared) {
    let documents =
        (1..=300).map(|number| a_document(number, &[("created_at", NOON.plus_millis(i64::from(number / 7)).into())]));
    insert_documents(&storage, documents).await;
    let all = query(DELETED.absent().into_condition(), &[CREATED_AT.descending().into()]);
    let whole = numbers(&storage, &all).await;
    assert_eq!(whole, (1..=300).rev().collect::<Vec<_>>());
    let mut pages = Vec::new();
    for offset in (0..320).step_by(40) {
        let page = numbers(&storage, &Query { offset, limit: 40, ..all.clone() }).await;
        assert!(page.len() <= 40);
        pages.extend(page);
    }
    assert_eq!(pages, whole);
    assert_eq!(numbers(&storage, &Query { offset: 290, limit: 5, ..all.clone() }).await, [10, 9, 8, 7, 6]);
}

/// Pages far behind the end, and pages of nothing.
pub async fn absurd_pages_are_empty(storage: Shared) {
    named(&storage, &["a".into()]).await;
    let all = query(Condition::always(), &[NAME.ascending().into()]);
    for (offset, limit) in [(1, 20), (u64::MAX, 20), (u64::MAX, u64::MAX), (i64::MAX.unsigned_abs(), 1), (0, 0), (5, 0)]
    {
        let page = Query { offset, limit, ..all.clone() };
        assert_eq!(storage.fetch(&page).await.map(|page| page.len()).ok(), Some(0), "{offset} {limit}");
        assert_eq!(storage.ids(&page).await.ok(), Some(Vec::new()), "{offset} {limit}");
    }
}

/// Each key in its own direction.
pub async fn several_keys_sort_one_after_the_other(storage: Shared) {
    let rows = [("b", Some(1)), ("a", Some(2)), ("b", None), ("a", Some(1)), ("b", Some(2))];
    let documents = (1..).zip(rows).map(|(number, (name, datasets))| {
        a_document(number, &[("name", name.into()), ("metrics.datasets", Value::from(datasets))])
    });
    insert_documents(&storage, documents).await;
    let both = query(Condition::always(), &[NAME.ascending().into(), DATASETS.descending().into()]);
    assert_eq!(numbers(&storage, &both).await, [2, 4, 5, 1, 3]);
    let other = query(Condition::always(), &[DATASETS.ascending().into(), NAME.descending().into()]);
    assert_eq!(numbers(&storage, &other).await, [3, 1, 4, 5, 2]);
    let absent = query(Condition::always(), &[ACRONYM.descending().into(), NAME.ascending().into()]);
    assert_eq!(numbers(&storage, &absent).await, [2, 4, 1, 3, 5]);
}

/// Texts that differ only behind what an index can hold.
pub async fn long_texts_sort_and_compare_to_their_end(storage: Shared) {
    let long = "é".repeat(10_000);
    let names: Vec<Value> = ["c", "a", "b"].iter().map(|end| Value::from(format!("{long}{end}"))).collect();
    named(&storage, &names).await;
    let up = query(DELETED.absent().into_condition(), &[NAME.ascending().into()]);
    assert_eq!(numbers(&storage, &up).await, [2, 3, 1]);
    let down = query(DELETED.absent().into_condition(), &[NAME.descending().into()]);
    assert_eq!(numbers(&storage, &down).await, [1, 3, 2]);
    assert_eq!(found(&storage, NAME.eq(format!("{long}b")).into_condition()).await, [3]);
    assert_eq!(found(&storage, NAME.eq(long.clone()).into_condition()).await, [0; 0]);
    assert_eq!(found(&storage, NAME.above(format!("{long}a")).into_condition()).await, [1, 3]);
    assert_eq!(found(&storage, NAME.below(format!("{long}b")).into_condition()).await, [2]);
    assert_eq!(found(&storage, NAME.contains("éB").into_condition()).await, [3]);
}
