//! `basalt import`.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use basalt_app::Services;

use crate::{
    cli::ImportArguments,
    failure::Failure,
    import::{self, Source},
    settings::Settings,
    wiring,
};

/// Imports files in their order. Exit code 1 where records were refused.
pub(super) async fn run(settings: &Settings, wishes: ImportArguments) -> Result<ExitCode, Failure> {
    // A file that is not there is told before hours of work on another one.
    let sources = wishes.files.iter().map(|file| Source::open(file)).collect::<Result<Vec<_>, _>>()?;
    let services = wiring::ready_for_many_records(settings).await?;
    let imported = all(&services, sources, wishes.restart).await;
    // What came in before a failure is to be found as quickly.
    let began = Instant::now();
    let caught_up = services.context.store.storage().catch_up().await;
    // Where both failed, the first failure is the cause.
    let refused = imported?;
    caught_up?;
    if began.elapsed() > Duration::from_secs(1) {
        eprintln!("indexes made in {:.1} s", began.elapsed().as_secs_f64());
    }
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How many records were refused.
async fn all(services: &Services, sources: Vec<Source>, restart: bool) -> Result<u64, Failure> {
    let mut refused = 0;
    for source in sources {
        refused += import::import(services, source, restart).await?.refused;
    }
    Ok(refused)
}
