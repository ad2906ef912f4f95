//! Answers that hold as long as the index stays as it is. What many people ask for has results by the ten thousand, and counting
//! them is most of the work.

use basalt_ports::search::{Found, SearchFilter, SearchQuery};
use quick_cache::sync::Cache;

/// So many are kept, those that are asked for again and again.
const KEPT: usize = 512;
/// What looks at fewer documents is answered as fast anew.
const WORTH: u64 = 2_000;
/// Longer texts and filters of more values are hardly asked for twice.
const MAX_TEXT: usize = 200;
const MAX_VALUES: usize = 32;
/// Answers of more ids are no page.
const MAX_IDS: usize = 200;

/// What was found in one state of the index.
pub(crate) struct Answers(Cache<SearchQuery, Found>);

impl Answers {
    pub(crate) fn new() -> Self {
        Self(Cache::new(KEPT))
    }

    pub(crate) fn get(&self, query: &SearchQuery) -> Option<Found> {
        self.0.get(query)
    }

    /// Keeps an answer that was made of so many documents, where that was much work and the answer is small.
    pub(crate) fn keep(&self, query: &SearchQuery, documents: u64, found: &Found) {
        let values = |filter: &SearchFilter| match filter {
            SearchFilter::Any(_name, values) | SearchFilter::Not(_name, values) => values.len(),
            SearchFilter::AtLeast(..) | SearchFilter::AtMost(..) | SearchFilter::OneWithin(..) => 1,
        };
        let small = query.text.len() <= MAX_TEXT
            && query.filters.iter().map(values).sum::<usize>() <= MAX_VALUES
            && found.ids.len() <= MAX_IDS;
        if documents >= WORTH && small {
            self.0.insert(query.clone(), found.clone());
        }
    }
}
