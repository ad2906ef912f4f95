//! The commands, one file each.

mod copy;
mod demo;
mod export;
mod import;
mod metrics;
mod search;
mod token;
mod user;

use std::process::ExitCode;

use crate::{
    check,
    cli::{Arguments, Command, MetricsCommand, SearchCommand, TokenCommand, UserCommand},
    failure::Failure,
    logging, serve,
    settings::{self, Faults},
    wiring,
};

/// Runs a command to its end.
pub async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let loaded = settings::load(arguments.config.as_deref(), std::env::vars_os());
    let settings = match (loaded, &arguments.command) {
        (Ok(settings), _) => settings,
        (Err(faults), _) => return Err(Failure::new(faults.to_string())),
    };
    logging::start(&settings.log);
    match arguments.command {
        Command::Serve => serve::run(&settings, wiring::ready_services(&settings).await?, |_url| {}).await?,
        Command::Work => serve::work::run(wiring::ready_services(&settings).await?).await?,
        Command::Migrate => {
            wiring::storage(&settings).await?.migrate().await?;
            println!("the schema of the storage is up to date");
        }
        Command::Check => {
            let faults = check::connections(&settings).await;
            if !faults.is_empty() {
                return Err(Failure::new(Faults(faults).to_string()));
            }
            println!("all settings are right, and what they name answers");
        }
        Command::User(UserCommand::Create(wishes)) => user::create(&settings, wishes).await?,
        Command::Token(TokenCommand::Create(wishes)) => token::create(&settings, wishes).await?,
        Command::Import(wishes) => return import::run(&settings, wishes).await,
        Command::Export(wishes) => export::run(&settings, wishes).await?,
        Command::Copy(wishes) => return copy::run(wishes).await,
        Command::Search(SearchCommand::Reindex) => search::reindex(&settings).await?,
        Command::Metrics(MetricsCommand::Verify(wishes)) => return metrics::verify(&settings, wishes).await,
        Command::Metrics(MetricsCommand::Months) => metrics::months(&settings).await?,
        Command::Demo(wishes) => demo::run(settings, wishes).await?,
    }
    Ok(ExitCode::SUCCESS)
}
