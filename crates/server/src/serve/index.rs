//! Keeping the search index while answering requests.

use std::time::{Duration, Instant};

use basalt_app::{AppError, Services};
use tokio::task::AbortHandle;

use crate::{
    failure::{Failure, causes},
    settings::Settings,
    wiring,
};

/// How long to wait before looking for changes again: what was written is found within a second, also where the machine is busy.
const PAUSE: Duration = Duration::from_millis(400);
/// How often old notes of changes are deleted.
const PRUNED_EVERY: Duration = Duration::from_hours(1);
/// How long to wait when storage or index do not answer.
const FAULT: Duration = Duration::from_secs(5);

/// Opens the index, and follows what is written until it is told to end: the index knows how far it came.
pub(super) fn start(settings: &Settings, services: &Services) -> Result<AbortHandle, Failure> {
    wiring::attach_index(settings, services)?;
    Ok(tokio::spawn(forever(services.clone())).abort_handle())
}

async fn forever(services: Services) {
    let mut checked = false;
    let mut pruned: Option<Instant> = None;
    loop {
        let done = if checked { follow(&services, &mut pruned).await } else { check(&services).await.map(|()| true) };
        match done {
            Ok(fine) => checked = fine,
            Err(error) => {
                tracing::error!(error = causes(&error), "the search index does not follow");
                tokio::time::sleep(FAULT).await;
            }
        }
    }
}

/// Applies what was written; is that enough, or is the index to be checked?
async fn follow(services: &Services, pruned: &mut Option<Instant>) -> Result<bool, AppError> {
    if services.search.catch_up().await? == 0 {
        if !services.search.is_built().await? || services.search.is_too_late().await? {
            return Ok(false);
        }
        if pruned.is_none_or(|last| last.elapsed() >= PRUNED_EVERY) {
            *pruned = Some(Instant::now());
            let deleted = services.search.prune_feed().await?;
            tracing::debug!(deleted, "old notes of changes are deleted");
        }
    }
    tokio::time::sleep(PAUSE).await;
    Ok(true)
}

/// Builds the index where it is missing, or is not that of this storage.
async fn check(services: &Services) -> Result<(), AppError> {
    let search = &services.search;
    if search.is_built().await? && !search.is_too_late().await? {
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
