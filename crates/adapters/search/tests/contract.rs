//! The contract of search indexes, in memory and in a folder.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use basalt_ports::search::SearchIndex;
use basalt_search::{TantivyIndex, Weights};

type Fresh<K> = Option<(Arc<dyn SearchIndex>, K)>;

mod in_memory {
    use super::*;

    #[expect(clippy::unused_async, reason = "the contract awaits it")]
    async fn fresh() -> Fresh<()> {
        Some((Arc::new(TantivyIndex::in_memory(Weights::default()).unwrap()), ()))
    }

    basalt_contract::search_contract!(fresh);
}

mod in_a_folder {
    use super::*;

    #[expect(clippy::unused_async, reason = "the contract awaits it")]
    async fn fresh() -> Fresh<tempfile::TempDir> {
        let folder = tempfile::tempdir().unwrap();
        Some((Arc::new(TantivyIndex::open(folder.path(), Weights::default()).unwrap()), folder))
    }

    basalt_contract::search_contract!(fresh);
}
