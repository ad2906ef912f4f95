//! Doing the work that waits in the storage, beside answering requests or alone.

use std::time::Duration;

use basalt_app::Services;

use super::Stop;
use crate::{failure::Failure, settings::Settings};

/// How long to wait when nothing is due.
const IDLE: Duration = Duration::from_millis(500);
/// How long to wait when the storage does not answer.
const FAULT: Duration = Duration::from_secs(5);

/// Starts to work beside answering requests, where work can come to be.
pub(super) fn start(settings: &Settings, services: &Services) {
    if !settings.analyser.url.is_empty() {
        // It ends with the process: what is half done is due again.
        drop(tokio::spawn(forever(services.clone())));
    }
}

/// `basalt work`: works until told to stop.
pub async fn run(services: Services) -> Result<(), Failure> {
    let mut stop = Stop::listen()?;
    println!("basalt works");
    tokio::select! {
        () = forever(services) => Ok(()),
        () = stop.asked() => Ok(()),
    }
}

async fn forever(services: Services) {
    loop {
        match services.work.run_due().await {
            Ok(0) => tokio::time::sleep(IDLE).await,
            Ok(_some) => {}
            Err(error) => {
                tracing::error!(%error, "work broken off");
                tokio::time::sleep(FAULT).await;
            }
        }
    }
}
