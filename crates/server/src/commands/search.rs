//! `basalt search reindex`: builds the search index anew.

use std::time::Instant;

use crate::{failure::Failure, settings::Settings, wiring};

/// Tells how far it is whenever so many more datasets were read.
const EVERY: usize = 20_000;

/// Reads all records, and puts a new index in the place of the old one.
pub(super) async fn reindex(settings: &Settings) -> Result<(), Failure> {
    let services = wiring::ready_services(settings).await?;
    wiring::attach_index(settings, &services)?;
    let started = Instant::now();
    let mut next = EVERY;
    let told = |datasets: usize| {
        if datasets >= next {
            eprintln!("{datasets} datasets");
            next = datasets + EVERY;
        }
    };
    let done = services.search.reindex(told).await?;
    println!(
        "{} datasets, {} organisations, {} others in {:.1} s",
        done.datasets,
        done.organizations,
        done.others,
        started.elapsed().as_secs_f64()
    );
    Ok(())
}
