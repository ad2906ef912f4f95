//! A closer look at the titles of the best results.

use basalt_ports::search::SearchKind;

use crate::{
    best::{CLOSELY, Hit, order},
    bodies,
    schema::hash,
    snapshot::Snapshot,
    terms::Wanted,
    weights::Weights,
};

/// Looks at the titles of the best.
pub(crate) fn closely(snapshot: &Snapshot, hits: &mut [Hit], kind: SearchKind, wanted: &[Wanted], weights: &Weights) {
    let bodies: Vec<u32> =
        if kind == SearchKind::Organization { bodies::all().map(hash).collect() } else { Vec::new() };
    let end = hits.len().min(CLOSELY);
    let Some(hits) = hits.get_mut(..end) else { return };
    for hit in hits.iter_mut() {
        let title = snapshot.title(hit.segment, hit.doc);
        if !title.is_empty() {
            hit.score *= 1.0 + closeness(title, wanted, &bodies, weights);
        }
    }
    hits.sort_unstable_by(order);
}

/// What a title gains that is what was asked for, or nearly so.
fn closeness(title: &[u32], wanted: &[Wanted], bodies: &[u32], weights: &Weights) -> f32 {
    let is = |one: &Wanted, word: &u32| one.hashes.contains(word);
    let mut windows = title.windows(wanted.len());
    let side_by_side = windows.position(|words| wanted.iter().zip(words).all(|(one, word)| is(one, word)));
    let asked = |word: &u32| wanted.iter().any(|one| is(one, word));
    let all_there = wanted.iter().all(|one| title.iter().any(|word| is(one, word)));
    let mut more = 0.0;
    if all_there && title.iter().all(asked) {
        more += weights.exact;
    } else if !bodies.is_empty() && all_there && title.iter().all(|word| asked(word) || bodies.contains(word)) {
        more += weights.named;
    }
    if wanted.len() > 1 && side_by_side.is_some() {
        more += weights.phrase;
    }
    if side_by_side == Some(0) {
        more += weights.begins;
    }
    more
}
