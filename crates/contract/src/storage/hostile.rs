//! Values that break what is careless.
#![expect(clippy::unwrap_used, reason = "a suite is a test, and fails by panicking")]

use basalt_domain::{
    Condition, Document, Organization, Test, Timestamp, Value,
    entities::organization::{ACRONYM, BADGE, CREATED_AT, DATASETS, NAME, SLUG},
};
use basalt_ports::{ChangeSet, Query, Stored};

use super::{
    ORGANIZATIONS, Shared, a_document, an_org, fetch, found, insert_all, insert_documents, numbers, oid, query, stored,
};

const HOSTILE: [&str; 30] = [
    "'",
    "\"",
    "''",
    "`",
    "\\",
    "\\'",
    "'; DROP TABLE organization; --",
    "\" OR 1=1 --",
    "1 OR 1=1",
    "%",
    "_",
    "$1",
    "?",
    ":name",
    "{\"$gt\": \"\"}",
    "$where",
    "a.b",
    "null",
    "NULL",
    "true",
    "\0",
    "a\0b",
    "\u{1}\u{2}\u{3}\u{4}",
    "\0\u{2}",
    "\r\n\t",
    "\u{feff}bom",
    "🦀👩‍👩‍👧‍👦",
    "\u{202e}rtl مرحبا",
    "e\u{301}",
    "\u{ffff}\u{10ffff}",
];

/// As name, acronym, slug, badge: stored, found, not found by others.
pub async fn hostile_texts_come_back_and_are_found(storage: Shared) {
    let documents: Vec<Document> = (1..)
        .zip(HOSTILE)
        .map(|(number, text)| {
            let badges = vec![Value::Map(Document::new().with("kind", text))];
            a_document(
                number,
                &[("name", text.into()), ("acronym", text.into()), ("slug", text.into()), ("badges", badges.into())],
            )
        })
        .collect();
    insert_documents(&storage, documents.clone()).await;
    assert_eq!(fetch(&storage, &Query::all(ORGANIZATIONS)).await, documents);
    for (number, text) in (1_u32..).zip(HOSTILE) {
        for condition in [NAME.eq(text), ACRONYM.among([text.to_owned()]), SLUG.eq(text), BADGE.eq(text)] {
            assert_eq!(found(&storage, condition.into_condition()).await, [number], "{text:?}");
        }
        let containing: Vec<u32> = (1..)
            .zip(HOSTILE)
            .filter(|(_, other)| other.to_ascii_lowercase().contains(&text.to_ascii_lowercase()))
            .map(|(number, _)| number)
            .collect();
        assert_eq!(found(&storage, NAME.contains(text).into_condition()).await, containing, "{text:?}");
        assert_eq!(found(&storage, BADGE.contains(text).into_condition()).await, containing, "{text:?}");
    }
    let mut sorted: Vec<(u32, &str)> = (1..).zip(HOSTILE).collect();
    sorted.sort_by_key(|(_, text)| *text);
    let expected: Vec<u32> = sorted.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers(&storage, &query(Condition::always(), &[NAME.ascending().into()])).await, expected);
}

/// As names of fields in `extras`, where clients may store anything.
pub async fn hostile_keys_come_back(storage: Shared) {
    let mut organization = an_org(1, "a");
    for text in HOSTILE.into_iter().filter(|text| !text.contains('\0')) {
        organization.extras.insert(text, text);
    }
    organization.extras.insert("", "empty");
    organization.extras.insert("$set", Document::new().with("$gt", ""));
    organization.extras.insert("a.b.c", vec![Value::Null, Value::Map(Document::new()), Value::List(Vec::new())]);
    insert_all(&storage, &[organization.clone()]).await;
    let mut read: Stored<Organization> = stored(&storage, &oid(1)).await;
    assert_eq!(read.value, organization);
    read.value.extras.insert("$unset", "b");
    storage.commit(&ChangeSet::new().update(&read)).await.unwrap();
    assert_eq!(stored::<Organization>(&storage, &oid(1)).await.value, read.value);
    storage.commit(&ChangeSet::new().add::<Organization>(&oid(1), &DATASETS, 1)).await.unwrap();
    read.value.metrics.insert("datasets", 1);
    assert_eq!(stored::<Organization>(&storage, &oid(1)).await.value, read.value);
}

/// Maps where texts are expected are refused or match nothing; texts are never operators.
pub async fn text_that_looks_like_an_operator_is_text(storage: Shared) {
    insert_all(&storage, &[an_org(1, "a"), an_org(2, "{\"$gt\": \"\"}")]).await;
    assert_eq!(found(&storage, SLUG.eq("{\"$gt\": \"\"}").into_condition()).await, [2]);
    assert_eq!(found(&storage, SLUG.eq("' OR ''='").into_condition()).await, [0; 0]);
    let operator = Value::Map(Document::new().with("$gt", ""));
    for test in [Test::Eq(operator.clone()), Test::In(vec![operator.clone()]), Test::Gt(operator)] {
        assert_eq!(found(&storage, Condition::Is(SLUG.path, test)).await, [0; 0]);
    }
}

/// Longer than any index can hold, in fields with and without index, one value and many.
pub async fn very_long_texts_are_found_exactly(storage: Shared) {
    let long = "x y".repeat(20_000);
    let badges = |text: &str| Value::from(vec![Value::Map(Document::new().with("kind", text))]);
    let document = |number, text: &str| {
        a_document(
            number,
            &[
                ("name", text.into()),
                ("acronym", text.into()),
                ("business_number_id", text.into()),
                ("badges", badges(text)),
            ],
        )
    };
    let other = format!("{long}!");
    insert_documents(&storage, [document(1, &long), document(2, &other)]).await;
    for (text, expected) in [(&long, 1), (&other, 2)] {
        for field in [NAME, ACRONYM, basalt_domain::entities::organization::BUSINESS_NUMBER, BADGE] {
            assert_eq!(
                found(&storage, field.eq(text.clone()).into_condition()).await,
                [expected],
                "{field}",
                field = field.path.name
            );
            assert_eq!(found(&storage, field.among([text.clone()]).into_condition()).await, [expected]);
        }
    }
    assert_eq!(found(&storage, NAME.contains("Y!").into_condition()).await, [2]);
}

/// 1.7 MB of text, as the largest of data.gouv.fr.
pub async fn large_documents_come_back(storage: Shared) {
    let mut organization = an_org(1, "a");
    organization.description = "Île \"de\" France\n\0".repeat(100_000);
    insert_all(&storage, &[organization.clone()]).await;
    let mut read: Stored<Organization> = stored(&storage, &oid(1)).await;
    assert!(read.value == organization, "the same 1.7 MB");
    read.value.name = "changed".into();
    storage.commit(&ChangeSet::new().update(&read)).await.unwrap();
    assert!(stored::<Organization>(&storage, &oid(1)).await.value == read.value, "the same after an update");
}

/// The ends of 64 bits.
pub async fn extreme_numbers_compare_exactly(storage: Shared) {
    let values = [i64::MIN, i64::MIN + 1, -1, 0, 1, (1 << 53) + 1, i64::MAX - 1, i64::MAX];
    let documents = (1..).zip(values).map(|(number, value)| a_document(number, &[("metrics.datasets", value.into())]));
    insert_documents(&storage, documents).await;
    for (number, value) in (1..).zip(values) {
        assert_eq!(found(&storage, DATASETS.eq(value).into_condition()).await, [number]);
        assert_eq!(found(&storage, DATASETS.below(value).into_condition()).await, (1..number).collect::<Vec<_>>());
    }
    assert_eq!(
        numbers(&storage, &query(Condition::always(), &[DATASETS.descending().into()])).await,
        [8, 7, 6, 5, 4, 3, 2, 1]
    );
    storage.commit(&ChangeSet::new().add::<Organization>(&oid(8), &DATASETS, 5)).await.unwrap();
    assert_eq!(found(&storage, DATASETS.eq(i64::MAX).into_condition()).await, [8], "stays at the end");
}

/// Before 1970 and up to the year 9999.
pub async fn times_far_away_compare_exactly(storage: Shared) {
    let texts = [
        "0001-01-01",
        "0999-12-31T23:59:59.999Z",
        "1900-02-28",
        "1969-12-31T23:59:59.999Z",
        "1970-01-01",
        "2038-01-20",
        "9999-12-31T23:59:59.999Z",
    ];
    let times: Vec<Timestamp> = texts.iter().map(|text| Timestamp::parse(text).unwrap()).collect();
    let documents: Vec<Document> =
        (1..).zip(&times).map(|(number, time)| a_document(number, &[("created_at", (*time).into())])).collect();
    insert_documents(&storage, documents.clone()).await;
    assert_eq!(fetch(&storage, &query(Condition::always(), &[CREATED_AT.ascending().into()])).await, documents);
    for (number, time) in (1..).zip(times) {
        assert_eq!(found(&storage, CREATED_AT.eq(time).into_condition()).await, [number]);
        assert_eq!(
            found(&storage, CREATED_AT.above(time).into_condition()).await,
            (number + 1..=7).collect::<Vec<_>>()
        );
        assert_eq!(stored::<Organization>(&storage, &oid(number)).await.value.created_at, time);
    }
}
