//! Random documents, queries and writes: every storage answers as the one in memory.
#![expect(clippy::unwrap_used, reason = "a suite is a test, and fails by panicking")]

use basalt_domain::{
    Collection, Condition, Document, Path, Test, Value, collection::Kind, entities::organization::visible,
};
use basalt_ports::{Change, ChangeSet, Query, SortKey, Storage, StorageError};
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any},
    prop_oneof,
    sample::select,
    strategy::ValueTree,
    test_runner::TestRunner,
};

use super::{ORGANIZATIONS, Shared, oid};

const CASES: usize = 64;
const QUERIES_PER_CASE: usize = 8;
/// Few, so that records have values in common.
const WORDS: [&str; 10] = ["", "a", "A", "ab", "aB", "a b", "é", "É", "\0", "😀"];

fn a_value(kind: Kind) -> impl Strategy<Value = Value> {
    match kind {
        Kind::Text => select(&WORDS).prop_map(Value::from).boxed(),
        Kind::Int => prop_oneof![-2_i64..3, any::<i64>()].prop_map(Value::from).boxed(),
        Kind::Float => prop_oneof![Just(-0.5), Just(0.0), Just(1.5)].prop_map(Value::from).boxed(),
        Kind::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Kind::Id => (1_u32..6).prop_map(|number| oid(number).into()).boxed(),
        Kind::Time => prop_oneof![-2_i64..3, -60_000_000_000_000_i64..250_000_000_000_000]
            .prop_map(|millis| Value::Time(basalt_domain::Timestamp(millis)))
            .boxed(),
    }
}

/// A document with some of the declared fields, of their kinds; slugs are made unique by the id.
fn a_random_document(number: u32) -> impl Strategy<Value = Document> {
    let fields: Vec<_> = ORGANIZATIONS
        .fields
        .iter()
        .map(|path| {
            let values = vec(proptest::option::weighted(0.9, a_value(path.kind)), 0..=(if path.many { 3 } else { 1 }));
            values.prop_map(move |values| (*path, values))
        })
        .collect();
    fields.prop_map(move |fields| {
        let mut document = Document::new().with("_id", oid(number));
        for (path, values) in fields {
            let values = values.into_iter().map(Option::unwrap_or_default);
            match path.name.split_once('.').filter(|_parts| path.many) {
                Some((list, key)) => {
                    let mut items = document.get(list).and_then(Value::as_list).map(<[_]>::to_vec).unwrap_or_default();
                    items.extend(values.map(|value| Value::Map(Document::new().with(key, value))));
                    document.insert(list, items);
                }
                None => {
                    for value in values {
                        document.set_at(path.name, value);
                    }
                }
            }
        }
        if let Some(Value::Text(slug)) = document.get_mut("slug") {
            slug.push_str(&number.to_string());
        }
        document
    })
}

fn a_test(path: Path) -> impl Strategy<Value = Condition> {
    let value = || prop_oneof![9 => a_value(path.kind), 1 => a_value(Kind::Int), 1 => a_value(Kind::Text)];
    let test = prop_oneof![
        value().prop_map(Test::Eq),
        vec(value(), 0..4).prop_map(Test::In),
        value().prop_map(Test::Lt),
        value().prop_map(Test::Gt),
        select(&WORDS).prop_map(|part| Test::Contains(part.into())),
        Just(Test::Absent),
    ];
    test.prop_map(move |test| Condition::Is(path, test))
}

fn a_path() -> impl Strategy<Value = Path> {
    let mut paths = ORGANIZATIONS.fields.to_vec();
    paths.push(ORGANIZATIONS.id_path());
    select(paths)
}

fn a_condition() -> impl Strategy<Value = Condition> {
    let leaf = prop_oneof![4 => a_path().prop_flat_map(a_test), 1 => Just(visible().into_condition())];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Condition::All),
            vec(inner.clone(), 0..4).prop_map(Condition::Any),
            inner.prop_map(|condition| Condition::Not(Box::new(condition))),
        ]
    })
}

fn a_query() -> impl Strategy<Value = Query> {
    let singles: Vec<Path> = ORGANIZATIONS.fields.iter().filter(|path| !path.many).copied().collect();
    let key = (select(singles), any::<bool>()).prop_map(|(path, descending)| SortKey { path, descending });
    let limit = prop_oneof![Just(u64::MAX), 0_u64..8];
    let offset = prop_oneof![3 => Just(0_u64), 2 => 0_u64..12, 1 => 90_u64..200];
    (a_condition(), vec(key, 0..3), offset, limit).prop_map(|(condition, sort, offset, limit)| Query {
        of: ORGANIZATIONS,
        condition,
        sort,
        offset,
        limit,
        ..Query::all(ORGANIZATIONS)
    })
}

fn draw<S: Strategy>(runner: &mut TestRunner, strategy: &S) -> S::Value {
    strategy.new_tree(runner).unwrap().current()
}

async fn documents(storage: &dyn Storage, query: &Query) -> Vec<Document> {
    storage.fetch(query).await.unwrap().iter().map(|stored| stored.value.decode().unwrap()).collect()
}

async fn assert_alike(one: &dyn Storage, other: &dyn Storage, query: &Query) {
    let expected = documents(other, query).await;
    let got = documents(one, query).await;
    assert_eq!(got, expected, "fetch of {query:#?}");
    let ids: Vec<Value> = expected.iter().map(|document| document.get("_id").cloned().unwrap()).collect();
    assert_eq!(one.ids(query).await.unwrap(), ids, "ids of {query:#?}");
    let count = other.count(query.of, &query.condition).await.unwrap();
    assert_eq!(one.count(query.of, &query.condition).await.unwrap(), count, "count of {query:#?}");
}

/// The same documents in both, then random queries. Always the same cases: a failure can be repeated.
pub async fn random_queries_answer_alike(storage: Shared, memory: Shared) {
    let mut runner = TestRunner::deterministic();
    for _case in 0..CASES {
        let strategies: Vec<_> = (1..12).map(a_random_document).collect();
        let changes: Vec<Change> = draw(&mut runner, &strategies)
            .into_iter()
            .map(|document| {
                let id = document.get("_id").cloned().unwrap();
                Change::Put { of: ORGANIZATIONS, id, document }
            })
            .collect();
        let changes = ChangeSet::from(changes);
        memory.commit(&changes).await.unwrap();
        storage.commit(&changes).await.unwrap();
        for _query in 0..QUERIES_PER_CASE {
            assert_alike(storage.as_ref(), memory.as_ref(), &draw(&mut runner, &a_query())).await;
        }
    }
}

/// A change without version.
fn a_change(number: u32) -> impl Strategy<Value = Change> {
    let id = move || Value::from(oid(number));
    let of: &'static Collection = ORGANIZATIONS;
    // Slugs may collide here: conflicts are part of it.
    let document = || {
        (a_random_document(number), select(&["a", "b", "c", "d"])).prop_map(|(mut document, slug)| {
            if document.get("slug").is_some_and(|slug| !slug.is_null()) {
                document.insert("slug", slug);
            }
            document
        })
    };
    prop_oneof![
        document().prop_map(move |document| Change::Insert { of, id: id(), document }),
        document().prop_map(move |document| Change::Put { of, id: id(), document }),
        Just(Change::Delete { of, id: id(), version: None }),
        (-3_i64..4, select(&["metrics.views", "metrics.datasets"])).prop_map(move |(by, path)| Change::Add {
            of,
            id: id(),
            path,
            by
        }),
    ]
}

fn outcome(result: &Result<(), StorageError>) -> &'static str {
    match result {
        Ok(()) => "stored",
        Err(StorageError::Conflict { .. }) => "conflict",
        Err(StorageError::Stale { .. }) => "stale",
        Err(other) => panic!("{other:?}"),
    }
}

/// The same random sets of changes on both: stored or refused alike, and the same in the end.
pub async fn random_writes_end_alike(storage: Shared, memory: Shared) {
    let mut runner = TestRunner::deterministic();
    let changes = vec((1_u32..8).prop_flat_map(a_change), 1..6);
    for _case in 0..CASES * 2 {
        let changes = ChangeSet::from(draw(&mut runner, &changes));
        let expected = memory.commit(&changes).await;
        let got = storage.commit(&changes).await;
        assert_eq!(outcome(&got), outcome(&expected), "{changes:#?}");
        assert_alike(storage.as_ref(), memory.as_ref(), &Query::all(ORGANIZATIONS)).await;
        let visible = Query { condition: visible().into_condition(), ..Query::all(ORGANIZATIONS) };
        assert_alike(storage.as_ref(), memory.as_ref(), &visible).await;
    }
}
