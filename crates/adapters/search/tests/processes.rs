//! One folder, a program that serves and another one that builds the index anew.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use basalt_domain::{ObjectId, Timestamp};
use basalt_ports::search::{Position, SearchChange, SearchDocument, SearchIndex, SearchKind, SearchQuery};
use basalt_search::{TantivyIndex, Weights};

fn id(number: u8) -> ObjectId {
    ObjectId::from_bytes([number; 12])
}

const fn at(millis: i64) -> Position {
    Position { at: Timestamp(millis), id: ObjectId::from_bytes([9; 12]) }
}

fn roads(number: u8) -> SearchDocument {
    SearchDocument::titled(SearchKind::Dataset, id(number), "Roads")
}

fn open(folder: &Path) -> TantivyIndex {
    TantivyIndex::open(folder, Weights::default()).unwrap()
}

async fn put(index: &TantivyIndex, number: u8, position: Position) {
    index.apply(vec![SearchChange::Put(Box::new(roads(number)))], Some(position)).await.unwrap();
}

async fn found(index: &TantivyIndex) -> Vec<ObjectId> {
    let mut found = index.search(&SearchQuery::new(SearchKind::Dataset, "roads", Timestamp(0))).await.unwrap().ids;
    found.sort_unstable();
    found
}

fn folders(root: &Path) -> usize {
    std::fs::read_dir(root).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir()).count()
}

#[tokio::test]
async fn what_was_found_is_not_lost_sight_of_while_another_program_builds_the_index_anew() {
    let folder = tempfile::tempdir().unwrap();
    let serving = open(folder.path());
    put(&serving, 1, at(10)).await;
    let building = open(folder.path());
    let mut rebuild = building.rebuild().await.unwrap();
    rebuild.add(vec![roads(1), roads(2)]).await.unwrap();
    put(&serving, 3, at(20)).await;
    rebuild.finish(at(15)).await.unwrap();
    assert_eq!(found(&serving).await, [id(1), id(3)], "it has not heard of the new one");
    assert_eq!(serving.position().await.unwrap(), Some(at(15)), "it follows the new one");
    assert_eq!(found(&serving).await, [id(1), id(3)], "which does not know what was written meanwhile");
    put(&serving, 3, at(20)).await;
    assert_eq!(found(&serving).await, [id(1), id(2), id(3)]);
    assert_eq!(folders(folder.path()), 1, "the old one is gone");
    assert_eq!(found(&open(folder.path())).await, [id(1), id(2), id(3)]);
}

#[tokio::test]
async fn what_another_program_writes_is_not_removed() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (open(folder.path()), open(folder.path()));
    let mut slow = one.rebuild().await.unwrap();
    slow.add(vec![roads(1)]).await.unwrap();
    let mut quick = other.rebuild().await.unwrap();
    quick.add(vec![roads(2)]).await.unwrap();
    quick.finish(at(10)).await.unwrap();
    assert_eq!(found(&open(folder.path())).await, [id(2)]);
    slow.add(vec![roads(3)]).await.unwrap();
    slow.finish(at(20)).await.unwrap();
    assert_eq!(found(&one).await, [id(1), id(3)]);
    assert_eq!(other.position().await.unwrap(), Some(at(20)));
    assert_eq!(found(&other).await, [id(1), id(3)]);
}

#[tokio::test]
async fn a_program_that_serves_bears_one_rebuild_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let serving = open(folder.path());
    put(&serving, 1, at(10)).await;
    for number in 2..6 {
        let building = open(folder.path());
        let mut rebuild = building.rebuild().await.unwrap();
        rebuild.add((1..number).map(roads).collect()).await.unwrap();
        put(&serving, number, at(i64::from(number) * 10)).await;
        rebuild.finish(at(i64::from(number) * 10 - 5)).await.unwrap();
        drop(building);
        if number % 2 == 0 {
            // It has not come to follow the new one before there is another.
            continue;
        }
        serving.position().await.unwrap();
        put(&serving, number, at(i64::from(number) * 10)).await;
        assert_eq!(found(&serving).await, (1..=number).map(id).collect::<Vec<_>>());
    }
    assert_eq!(folders(folder.path()), 1);
}
