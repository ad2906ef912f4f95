//! `basalt metrics verify`: counts again what is kept with every write.

use std::process::ExitCode;

use crate::{cli::VerifyArguments, failure::Failure, recount, settings::Settings, wiring};

/// Tells every number that is wrong. Exit code 1 where some are and were not repaired.
pub(super) async fn verify(settings: &Settings, wishes: VerifyArguments) -> Result<ExitCode, Failure> {
    let services = wiring::ready_services(settings).await?;
    let VerifyArguments { repair, catalogue_only } = wishes;
    let outcome = recount::all(&services.context.store, recount::Wishes { repair, catalogue_only }, |found| {
        let recount::Difference { collection, id, metric, stored, counted } = found;
        println!("{collection} {id}: {metric} is {stored}, counted {counted}");
    })
    .await?;
    let recount::Outcome { records, differences } = outcome;
    let done = if repair && differences > 0 { ", repaired" } else { "" };
    println!("{records} records, {differences} wrong numbers{done}");
    Ok(if differences == 0 || repair { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
