//! Answers that hold as long as the index stays as it is. What many people ask for has results by the ten thousand, and counting
//! them is most of the work.

use basalt_ports::search::{Found, SearchFilter, SearchQuery};
use quick_cache::sync::Cache;

/// So many are kept, those that are asked for again and again.
const KEPT: usize = 512;
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

    /// Keeps an answer, where query and answer are small.
    pub(crate) fn keep(&self, query: &SearchQuery, found: &Found) {
        let values = |filter: &SearchFilter| match filter {
            SearchFilter::Any(_name, values) | SearchFilter::Not(_name, values) => values.len(),
            SearchFilter::AtLeast(..) | SearchFilter::AtMost(..) | SearchFilter::OneWithin(..) => 1,
        };
        let small = query.text.len() <= MAX_TEXT
            && query.filters.iter().map(values).sum::<usize>() <= MAX_VALUES
            && found.ids.len() <= MAX_IDS;
        if small {
            self.0.insert(query.clone(), found.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use basalt_domain::{ObjectId, Timestamp};
    use basalt_ports::search::SearchKind;

    use super::*;

    #[test]
    fn long_queries_and_long_answers_are_not_kept() {
        let asked = |text: usize, values: usize| SearchQuery {
            filters: vec![SearchFilter::Any("tag", vec!["a".into(); values]), SearchFilter::Not("id", Vec::new())],
            ..SearchQuery::new(SearchKind::Dataset, "x".repeat(text), Timestamp(0))
        };
        let found = |ids| Found { ids: vec![ObjectId::from_bytes([1; 12]); ids], ..Found::default() };
        for (query, ids, kept) in [
            (asked(200, 32), 200, true),
            (asked(201, 32), 200, false),
            (asked(200, 33), 200, false),
            (asked(200, 32), 201, false),
        ] {
            let answers = Answers::new();
            answers.keep(&query, &found(ids));
            assert_eq!(answers.get(&query), kept.then(|| found(ids)), "{} {ids}", query.text.len());
        }
    }
}
