//! `basalt metrics`: counts again what is kept with every write, and what is counted once a day.

use std::process::ExitCode;

use crate::{cli::VerifyArguments, failure::Failure, recount, settings::Settings, wiring};

/// Tells every number that is wrong. Exit code 1 where some are and were not repaired.
pub(super) async fn verify(settings: &Settings, wishes: VerifyArguments) -> Result<ExitCode, Failure> {
    let services = wiring::ready_services(settings).await?;
    let VerifyArguments { repair, catalogue_only } = wishes;
    let wishes = recount::Wishes { repair, catalogue_only, months: None };
    let outcome = recount::all(&services.context.store, wishes, |found| println!("{found}")).await?;
    let recount::Outcome { records, differences, totals, .. } = outcome;
    let done = if repair && differences > 0 { ", repaired" } else { "" };
    println!("{records} records, {differences} wrong numbers{done}");
    if totals > 0 {
        println!("{totals} wrong totals: a copy to another database (basalt copy) counts them anew");
    }
    Ok(if totals == 0 && (differences == 0 || repair) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Counts by month, as is done once a day.
pub(super) async fn months(settings: &Settings) -> Result<(), Failure> {
    let services = wiring::ready_services(settings).await?;
    let changed = recount::by_months(&services, &settings.site).await?;
    println!("{changed} numbers by month changed");
    Ok(())
}
