//! The contract of storages, on PostgreSQL, each test in a schema of its own.

use std::sync::Arc;

use basalt_ports::Storage;

mod servers;

use servers::Place;

async fn fresh() -> Option<(Arc<dyn Storage>, Place)> {
    let place = Place::on("postgres").await?;
    Some((Arc::new(place.storage().await), place))
}

basalt_contract::storage_contract!(fresh);
