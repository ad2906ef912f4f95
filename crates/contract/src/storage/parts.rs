//! Long records: their parts one by one, their heads.
//!
//! The storage that these are given calls more than three parts many.
#![expect(clippy::unwrap_used, reason = "a suite is a test, and fails by panicking")]

use std::sync::Arc;

use basalt_domain::{
    CatalogueObject as _, Collection, Condition, Dataset, Document, Entity, Filter, ObjectId, Resource, Schema, Value,
    dataset::{RESOURCE_FORMAT, RESOURCE_ID, RESOURCE_SCHEMA, TAG, VIEWS},
    parts,
};
use basalt_ports::{Change, ChangeSet, Heads, PartsQuery, Query, StorageError, Stored};
use uuid::Uuid;

use super::{NOON, Shared, find, insert_all, oid, repo, stored};

const DATASETS: &Collection = Dataset::COLLECTION;
/// Titles, with letters that databases fold in their own ways.
const TITLES: [&str; 6] = ["Écoles", "ÉCOLES 100%", "stra\u{df}e_1", "it's", "", "\0\u{1}"];
const DESCRIPTIONS: [&str; 2] = ["", "\u{c9}t\u{e9}"];
const FORMATS: [Option<&str>; 5] = [None, Some("csv"), Some("CSV"), Some("$date"), Some("pdf")];

fn uuid(number: u32) -> Uuid {
    Uuid::from_u128(u128::from(number))
}

/// Resource of this number, in one of several states.
fn a_resource(number: u32, state: u32) -> Resource {
    let pick = |of: usize| (number as usize * 7 + state as usize) % of;
    let kinds = ["main", "documentation", "other"];
    let mut resource = Resource::blank(uuid(number), NOON.plus_millis(i64::from((number * 31 + state * 17) % 50)));
    resource.title = TITLES.get(pick(TITLES.len())).copied().unwrap_or_default().into();
    resource.kind = kinds.get(pick(3)).copied().unwrap_or_default().into();
    resource.format = FORMATS.get(pick(FORMATS.len())).copied().flatten().map(str::to_owned);
    resource.schema = (pick(4) == 0).then(|| Schema { name: Some("a/b".into()), ..Schema::default() });
    resource.description = (pick(3) == 0).then(|| DESCRIPTIONS.get(pick(2)).copied().unwrap_or_default().into());
    resource.extras.insert("check:available", pick(5) != 0);
    resource.extras.insert("state", state);
    resource.rest.insert("unknown", format!("{{\"$apart\":[{state}]}}"));
    resource
}

fn a_dataset(number: u32, resources: impl IntoIterator<Item = u32>) -> Dataset {
    let mut dataset = Dataset::blank(oid(number), NOON);
    dataset.slug = format!("dataset-{number}");
    dataset.title = "A title".into();
    dataset.tags = vec!["tag".into()];
    dataset.extras.insert("resources", Vec::<Value>::new());
    dataset.resources = resources.into_iter().map(|resource| a_resource(resource, 0)).collect();
    dataset
}

async fn head(storage: &Shared, id: ObjectId) -> Stored<Dataset> {
    repo::<Dataset>(storage).fresh_head(Filter::id(&id)).await.unwrap().unwrap()
}

async fn ids_of_parts(storage: &Shared, query: &PartsQuery) -> (Vec<Uuid>, u64) {
    let (parts, total) = repo::<Dataset>(storage).parts::<Resource>(query).await.unwrap();
    (parts.iter().map(|part| part.id).collect(), total)
}

/// Every kind of question about the parts of a record.
fn questions(record: ObjectId) -> Vec<PartsQuery> {
    let all = PartsQuery::all(DATASETS, record);
    let mut asked = vec![all.clone(), PartsQuery { newest_first: true, limit: 2, ..all.clone() }];
    for (offset, limit) in [(0, 2), (3, 4), (7, 100), (1000, 5), (0, 0), (u64::MAX, 1), (2, u64::MAX)] {
        asked.push(PartsQuery { offset, limit, ..all.clone() });
    }
    for kind in ["main", "documentation", "", "Main"] {
        asked.push(PartsQuery { kind: Some(kind.into()), limit: 3, ..all.clone() });
    }
    for title in ["école", "É", "100%", "_1", "'", "SS", "", "\0", "%"] {
        asked.push(PartsQuery { title: Some(title.into()), ..all.clone() });
        asked.push(PartsQuery { title: Some(title.into()), kind: Some("main".into()), limit: 1, ..all.clone() });
    }
    for id in [uuid(1), uuid(6), uuid(999)] {
        asked.push(PartsQuery::one(DATASETS, record, id.to_string()));
    }
    asked
}

async fn answers_as_defined(storage: &Shared, dataset: &Dataset) {
    let whole = Document::of(dataset).unwrap();
    for query in questions(dataset.id) {
        let page = query.answer(&whole);
        let expected: Vec<Uuid> = page.parts.iter().map(|part| part.decode::<Resource>().unwrap().id).collect();
        assert_eq!(ids_of_parts(storage, &query).await, (expected, page.total), "{query:?}");
    }
}

/// Pages, kinds, titles and single parts, of a short record and of a long one.
pub async fn parts_are_asked_for_page_by_page(storage: Shared) {
    let (short, long) = (a_dataset(1, 1..4), a_dataset(2, 1..20));
    insert_all(&storage, &[short.clone(), long.clone()]).await;
    answers_as_defined(&storage, &short).await;
    answers_as_defined(&storage, &long).await;
    assert!(storage.parts(&PartsQuery::all(DATASETS, oid(3))).await.unwrap().is_none(), "no such record");
}

/// A long record is whole for who does not ask for heads, and its fields keep their order.
pub async fn a_long_record_comes_back_whole(storage: Shared) {
    let mut long = Document::of(&a_dataset(1, 1..9)).unwrap();
    long.insert("last", 1);
    let change = Change::Insert { of: DATASETS, id: oid(1).into(), document: long.clone() };
    storage.commit(&ChangeSet::new().with(change)).await.unwrap();
    let read = storage.fetch(&Query::all(DATASETS)).await.unwrap().pop().unwrap().value;
    let read: Document = read.decode().unwrap();
    assert_eq!(read, long);
    assert!(read.keys().eq(long.keys()), "the order of fields");
    let shown = Query { heads: Heads::ToShow, ..Query::all(DATASETS) };
    let shown: Dataset = storage.fetch(&shown).await.unwrap().pop().unwrap().value.decode().unwrap();
    assert_eq!(shown.resource_count(), 8);
    assert_eq!(shown.title, "A title");
}

/// What a head says when written is stored; its parts stay.
pub async fn a_head_that_is_written_leaves_its_parts(storage: Shared) {
    let long = a_dataset(1, 1..9);
    insert_all(&storage, std::slice::from_ref(&long)).await;
    let mut read = head(&storage, oid(1)).await;
    read.value.title = "Another".into();
    storage.commit(&ChangeSet::new().update(&read)).await.unwrap();
    let whole = stored::<Dataset>(&storage, &oid(1)).await;
    assert_eq!(whole.value, Dataset { title: "Another".into(), ..long });
    let late = storage.commit(&ChangeSet::new().update(&read)).await;
    assert!(matches!(late, Err(StorageError::Stale { .. })));
    answers_as_defined(&storage, &whole.value).await;
}

/// A head put over a record, or in the place of nothing, would lose the parts: it is refused.
pub async fn a_head_is_never_stored_as_the_whole(storage: Shared) {
    let long = a_dataset(1, 1..9);
    insert_all(&storage, std::slice::from_ref(&long)).await;
    let head = parts::head(DATASETS, &Document::of(&long).unwrap(), 3).unwrap();
    for id in [oid(1), oid(2)] {
        let mut document = head.clone();
        document.insert("_id", id);
        let refused = storage.commit(&ChangeSet::new().with(super::put(DATASETS, document))).await;
        assert!(matches!(refused, Err(StorageError::Corrupt { .. })), "{refused:?}");
    }
    assert_eq!(stored::<Dataset>(&storage, &oid(1)).await.value, long);
    assert!(find::<Dataset>(&storage, &oid(2)).await.is_none());
}

/// A part that is added, replaced, removed: conditions find what there is, and nothing else.
pub async fn single_parts_change_alone(storage: Shared) {
    let mut expected = a_dataset(1, 1..9);
    insert_all(&storage, std::slice::from_ref(&expected)).await;
    for step in 0..4 {
        let mut read = head(&storage, oid(1)).await;
        for dataset in [&mut read.value, &mut expected] {
            match step {
                0 => dataset.put_first(a_resource(20, 3), None),
                1 => dataset.put_first(a_resource(21, 4), None),
                2 => dataset.replace(&a_resource(4, 0), a_resource(4, 9), None),
                _ => dataset.remove(&a_resource(20, 3), None),
            }
        }
        storage.commit(&ChangeSet::new().update(&read)).await.unwrap();
        let whole = stored::<Dataset>(&storage, &oid(1)).await.value;
        assert_eq!(whole, expected, "step {step}");
        found_by_parts(&storage, &[&expected]).await;
        answers_as_defined(&storage, &expected).await;
    }
    let mut read = head(&storage, oid(1)).await;
    if read.value.is_head() {
        read.value.replace(&a_resource(77, 0), a_resource(77, 1), None);
        let missing = storage.commit(&ChangeSet::new().update(&read)).await;
        assert!(matches!(missing, Err(StorageError::Stale { .. })), "no such part: {missing:?}");
    }
}

/// Records are found by what their parts have, and counted so.
async fn found_by_parts(storage: &Shared, all: &[&Dataset]) {
    let visible = |condition: Filter<Dataset>| Dataset::visible().and(condition).into_condition();
    let mut asked: Vec<(Condition, Vec<ObjectId>)> = Vec::new();
    let holding = |holds: &dyn Fn(&Resource) -> bool| -> Vec<ObjectId> {
        all.iter().filter(|dataset| dataset.resources.iter().any(holds)).map(|dataset| dataset.id).collect()
    };
    for format in FORMATS.into_iter().flatten() {
        let has = holding(&|resource| resource.format.as_deref() == Some(format));
        asked.push((RESOURCE_FORMAT.eq(format).into_condition(), has.clone()));
        let seen = |id: &ObjectId| all.iter().any(|dataset| dataset.id == *id && !dataset.private);
        asked.push((visible(RESOURCE_FORMAT.eq(format)), has.into_iter().filter(seen).collect()));
    }
    asked.push((RESOURCE_SCHEMA.eq("a/b").into_condition(), holding(&|resource| resource.schema.is_some())));
    let seen = all.iter().filter(|dataset| !dataset.private).map(|dataset| dataset.id);
    asked.push((visible(TAG.eq("tag")), seen.collect()));
    for number in 1..24 {
        asked.push((
            RESOURCE_ID.eq(uuid(number).to_string()).into_condition(),
            holding(&|part| part.id == uuid(number)),
        ));
    }
    for (condition, ids) in asked {
        let expected: Vec<Value> = ids.iter().map(|id| (*id).into()).collect();
        let found = storage.ids(&Query { condition: condition.clone(), ..Query::all(DATASETS) }).await.unwrap();
        assert_eq!(found, expected, "{condition:?}");
        assert_eq!(storage.count(DATASETS, &condition).await.unwrap(), expected.len() as u64, "{condition:?}");
    }
}

/// Each reads the head, adds a part, writes; tries again when it was late. None is lost.
pub async fn concurrent_writers_of_parts_lose_none(storage: Shared) {
    const WRITERS: u32 = 12;
    insert_all(&storage, &[a_dataset(1, 100..110)]).await;
    let tasks: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let storage = Arc::clone(&storage);
            tokio::spawn(async move {
                for _attempt in 0..200 {
                    let mut read = head(&storage, oid(1)).await;
                    read.value.put_first(a_resource(writer, 0), None);
                    match storage.commit(&ChangeSet::new().update(&read)).await {
                        Ok(()) => return,
                        Err(StorageError::Stale { .. }) => {}
                        Err(other) => panic!("{other:?}"),
                    }
                }
                panic!("never in time");
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let whole = stored::<Dataset>(&storage, &oid(1)).await.value;
    assert_eq!(whole.resources.len(), 22);
    assert!((0..WRITERS).all(|writer| whole.resource(uuid(writer)).is_some()));
    found_by_parts(&storage, &[&whole]).await;
}

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from((self.0 >> 20) % u64::from(sides)).unwrap()
    }
}

/// Catalogues hold datasets in which one resource stands twice: it is kept, and counted, as often as it is there.
pub async fn a_part_that_is_there_twice_counts_twice(storage: Shared) {
    let counted = async || storage.count_parts(DATASETS, &Dataset::visible().into_condition()).await.unwrap();
    for (at, ids) in [vec![1, 1], vec![1, 2, 1, 3, 4, 5], vec![2]].into_iter().enumerate() {
        let dataset = a_dataset(1, ids);
        storage.commit(&ChangeSet::new().put(&dataset)).await.unwrap();
        assert_eq!(repo::<Dataset>(&storage).list(Filter::always(), &[], 9).await.unwrap().len(), 1);
        assert_eq!(whole(&storage).await, std::slice::from_ref(&dataset), "{at}");
        if let Some(counted) = counted().await {
            assert_eq!(counted, dataset.resources.len() as u64, "{at}");
        }
    }
}

/// Random writes, whole and of parts, on both: the same in the end, step by step.
pub async fn random_changes_of_parts_end_alike(storage: Shared, memory: Shared) {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for step in 0..100 {
        let (number, what, seed) = (1 + dice.roll(3), dice.roll(12), dice.roll(1 << 30));
        let id = oid(number);
        for one in [&storage, &memory] {
            let mut dice = Dice(u64::from(seed) + 1);
            let Some(mut changes) = a_change(one, number, what, &mut dice).await else { continue };
            if what == 3 {
                changes = changes.add::<Dataset>(&id, &VIEWS, 2);
            }
            one.commit(&changes).await.unwrap();
        }
        let expected = whole(&memory).await;
        let visible = Dataset::visible().into_condition();
        let of_memory = memory.count_parts(DATASETS, &visible).await.unwrap();
        if let Some(parts) = storage.count_parts(DATASETS, &visible).await.unwrap() {
            assert_eq!(Some(parts), of_memory, "step {step}, {what}: parts of all that is visible");
        }
        assert_eq!(whole(&storage).await, expected, "step {step}, {what}");
        if step % 10 == 9 {
            found_by_parts(&storage, &expected.iter().collect::<Vec<_>>()).await;
        }
        let Some(changed) = expected.iter().find(|dataset| dataset.id == id) else { continue };
        let query = PartsQuery { limit: 3, ..PartsQuery::all(DATASETS, id) };
        for query in [PartsQuery { newest_first: true, ..query.clone() }, query] {
            assert_eq!(ids_of_parts(&storage, &query).await, ids_of_parts(&memory, &query).await, "step {step}");
        }
        let read = head(&storage, id).await.value;
        if let Some(apart) = read.apart {
            let again = parts::head(DATASETS, &Document::of(changed).unwrap(), 0).map(|head| head.decode::<Dataset>());
            let again = again.map(|head| *head.unwrap().apart.unwrap()).unwrap_or_default();
            assert_eq!((apart.count, &apart.values), (again.count, &again.values), "step {step}, {what}");
            assert_eq!(apart.marks.unwrap_or_default(), again.marks.unwrap_or_default(), "step {step}, {what}");
        }
    }
}

async fn whole(storage: &Shared) -> Vec<Dataset> {
    let all = storage.fetch(&Query::all(DATASETS)).await.unwrap();
    all.iter().map(|stored| stored.value.decode().unwrap()).collect()
}

/// A change of a dataset, whole or of parts, as far as it makes sense now.
async fn a_change(storage: &Shared, number: u32, what: u32, dice: &mut Dice) -> Option<ChangeSet> {
    let id = oid(number);
    let count = dice.roll(9);
    let some = |dice: &mut Dice, count| {
        let mut numbers: Vec<u32> = (number * 10..number * 10 + 9).collect();
        (0..count)
            .map(|_one| numbers.remove(dice.roll(u32::try_from(numbers.len()).unwrap()) as usize))
            .collect::<Vec<_>>()
    };
    if what < 2 {
        let resources = some(dice, count);
        return Some(ChangeSet::new().put(&a_dataset(number, resources)));
    }
    let read = find::<Dataset>(storage, &id).await?;
    if what == 2 {
        return Some(ChangeSet::new().delete(&read));
    }
    if what < 6 {
        let mut changed = read;
        changed.value.description = format!("d{}", dice.roll(5));
        changed.value.private = dice.roll(3) == 0;
        match dice.roll(4) {
            0 => changed.value.resources.reverse(),
            1 => {
                changed.value.resources =
                    some(dice, count).into_iter().map(|one| a_resource(one, dice.roll(3))).collect();
            }
            2 if !changed.value.resources.is_empty() => changed.value.resources.rotate_left(1),
            _ => {}
        }
        return Some(ChangeSet::new().update(&changed));
    }
    let present = read.value.resources;
    let mut changed = head(storage, id).await;
    changed.value.description = format!("h{}", dice.roll(5));
    changed.value.private = dice.roll(4) == 0;
    let chosen = || present.get(count as usize % present.len().max(1));
    match (what, chosen()) {
        (6, Some(old)) => changed.value.remove(old, None),
        (7 | 8, Some(old)) => {
            let new = Resource { id: old.id, ..a_resource(dice.roll(40), dice.roll(7)) };
            changed.value.replace(old, new, None);
        }
        (9 | 10, _) => {
            let fresh =
                (number * 10..number * 10 + 100).find(|number| present.iter().all(|part| part.id != uuid(*number)))?;
            changed.value.put_first(a_resource(fresh, dice.roll(7)), None);
        }
        _ => {}
    }
    Some(ChangeSet::new().update(&changed))
}
