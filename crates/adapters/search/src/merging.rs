//! Which segments become one.

use tantivy::{
    index::SegmentMeta,
    indexer::{LogMergePolicy, MergeCandidate, MergePolicy},
};

/// A segment with fewer documents is soon merged with others anyhow, and too often changed to be written anew for each change.
const LARGE: u32 = 10_000;
/// The share of documents of before, in percent, that a large segment may have: they cost as much as others when words are looked
/// up, and make words look more frequent than they are.
const FORMER_PERCENT: u32 = 25;

/// Merges segments of like size, and writes large ones anew where many of their documents were changed since.
#[derive(Debug, Default)]
pub(crate) struct Merging(LogMergePolicy);

impl MergePolicy for Merging {
    fn compute_merge_candidates(&self, segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
        let mut merged = self.0.compute_merge_candidates(segments);
        for segment in segments {
            let former = segment.num_deleted_docs() > segment.max_doc() / 100 * FORMER_PERCENT;
            if segment.max_doc() >= LARGE
                && former
                && !merged.iter().any(|candidate| candidate.0.contains(&segment.id()))
            {
                merged.push(MergeCandidate(vec![segment.id()]));
            }
        }
        merged
    }
}
