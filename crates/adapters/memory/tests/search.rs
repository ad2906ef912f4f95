//! The contract of search indexes, on the one in memory.

use std::sync::Arc;

use basalt_memory::MemorySearch;
use basalt_ports::search::SearchIndex;

#[expect(clippy::unused_async, reason = "the contract awaits it")]
async fn fresh() -> Option<(Arc<dyn SearchIndex>, ())> {
    Some((Arc::new(MemorySearch::new()), ()))
}

basalt_contract::search_contract!(fresh);
