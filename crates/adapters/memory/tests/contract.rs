//! The contract of storages, on the one in memory.

use std::sync::Arc;

use basalt_memory::MemoryStorage;
use basalt_ports::Storage;

#[expect(clippy::unused_async, reason = "the contract awaits it")]
async fn fresh() -> Option<(Arc<dyn Storage>, ())> {
    Some((Arc::new(MemoryStorage::with_many(3)), ()))
}

basalt_contract::storage_contract!(fresh);
