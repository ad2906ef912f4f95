//! Pages of results.

use std::collections::BTreeMap;

use basalt_ports::search::Counted;
use schemars::JsonSchema;
use serde::Serialize;

use crate::paging::PageView;

/// A page of results: a page of a list, and what was counted over all pages.
#[derive(Serialize, JsonSchema)]
pub(super) struct SearchPageView<T> {
    data: Vec<T>,
    page: u64,
    page_size: u64,
    total: u64,
    next_page: Option<String>,
    previous_page: Option<String>,
    facets: BTreeMap<&'static str, Vec<CountView>>,
}

/// How many results have a value.
#[derive(Serialize, JsonSchema)]
pub(super) struct CountView {
    name: String,
    count: u64,
}

impl<T> SearchPageView<T> {
    pub(super) fn new(list: PageView<T>, counted: &[Counted]) -> Self {
        let PageView { data, next_page, page, page_size, previous_page, total } = list;
        let counts = |facet: &Counted| {
            let values = facet.values.iter().map(|(name, count)| CountView { name: name.clone(), count: *count });
            (facet.name, values.collect())
        };
        let facets = counted.iter().map(counts).collect();
        Self { data, page, page_size, total, next_page, previous_page, facets }
    }
}
