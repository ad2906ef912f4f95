//! What searches see: an unchanging state of the index.

use std::{collections::HashMap, sync::Arc};

use basalt_domain::ObjectId;
use tantivy::{Searcher, SegmentReader, index::SegmentId};

use crate::{answers::Answers, columns::Columns};

/// A state of the index, with the columns of its segments in memory, and what was found in it.
pub(crate) struct Snapshot {
    pub(crate) searcher: Searcher,
    columns: Vec<Arc<Columns>>,
    pub(crate) answers: Answers,
}

impl Snapshot {
    /// Reads the columns of the segments that the snapshot before did not have.
    pub(crate) fn new(searcher: Searcher, before: Option<&Self>) -> tantivy::Result<Self> {
        let known: HashMap<SegmentId, &Arc<Columns>> = before
            .map(|before| {
                let ids = before.searcher.segment_readers().iter().map(SegmentReader::segment_id);
                ids.zip(&before.columns).collect()
            })
            .unwrap_or_default();
        let mut columns = Vec::new();
        for segment in searcher.segment_readers() {
            columns.push(match known.get(&segment.segment_id()) {
                Some(columns) => Arc::clone(columns),
                None => Arc::new(Columns::read(segment)?),
            });
        }
        Ok(Self { searcher, columns, answers: Answers::new() })
    }

    /// The segments with their columns.
    pub(crate) fn segments(&self) -> impl Iterator<Item = (&SegmentReader, &Columns)> {
        self.searcher.segment_readers().iter().zip(self.columns.iter().map(Arc::as_ref))
    }

    pub(crate) fn id(&self, segment: u32, doc: u32) -> ObjectId {
        self.columns.get(segment as usize).map_or(ObjectId::from_bytes([0; 12]), |columns| columns.id(doc))
    }

    pub(crate) fn title(&self, segment: u32, doc: u32) -> &[u32] {
        self.columns.get(segment as usize).map(|columns| columns.title(doc)).unwrap_or_default()
    }
}
