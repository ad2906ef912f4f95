//! `basalt import`.

use std::process::ExitCode;

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
    let mut refused = 0;
    for source in sources {
        refused += import::import(&services, source, wishes.restart).await?.refused;
    }
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
