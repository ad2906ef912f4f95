//! How far the index has come, and how it is built anew.

use basalt_domain::Timestamp;
use basalt_ports::search::{Position, SearchChange};

use super::{Index, NOW, found, id, ids, put, query, titled};

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
