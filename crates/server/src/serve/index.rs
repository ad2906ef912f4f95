//! Keeping the search index while answering requests.

use std::time::Duration;

use basalt_app::{AppError, Services};

use crate::{failure::Failure, settings::Settings, wiring};

/// How long to wait before looking for changes again: what was written is found within a second.
const PAUSE: Duration = Duration::from_millis(250);
/// How long to wait when storage or index do not answer.
const FAULT: Duration = Duration::from_secs(5);

/// Opens the index, and starts to follow what is written.
pub(super) fn start(settings: &Settings, services: &Services) -> Result<(), Failure> {
    wiring::attach_index(settings, services)?;
    // It ends with the process: the index knows how far it came.
    drop(tokio::spawn(forever(services.clone())));
    Ok(())
}

async fn forever(services: Services) {
    loop {
        match check(&services).await {
            Ok(()) => break,
            Err(error) => {
                tracing::error!(%error, "the search index cannot be checked");
                tokio::time::sleep(FAULT).await;
            }
        }
    }
    loop {
        match services.search.catch_up().await {
            Ok(_applied) => tokio::time::sleep(PAUSE).await,
            Err(error) => {
                tracing::error!(%error, "the search index does not follow");
                tokio::time::sleep(FAULT).await;
            }
        }
    }
}

/// Builds the index where it is missing, or is not that of this storage.
async fn check(services: &Services) -> Result<(), AppError> {
    let search = &services.search;
    if search.is_built().await? {
        search.catch_up().await?;
        if search.agrees().await? {
            return Ok(());
        }
    }
    tracing::info!("building the search index");
    let done = search.reindex(|_datasets| {}).await?;
    tracing::info!(done.datasets, done.organizations, "the search index is built");
    Ok(())
}
