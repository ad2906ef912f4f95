//! Trying what the settings name, to tell every fault at once.

use std::{future::Future, path::Path, time::Duration};

use basalt_app::system::RandomIds;

use crate::{
    failure::{Failure, causes},
    folders, secrets,
    settings::{DATA_FOLDER, Settings},
    wiring,
};

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Connects to everything that the settings name. Every fault, in the order of the settings.
pub async fn connections(settings: &Settings) -> Vec<String> {
    let mut faults = Vec::new();
    let mut note = |name: &str, result: Result<(), Failure>| {
        if let Err(failure) = result {
            faults.push(format!("{name}: {failure}"));
        }
    };
    note("http.bind", listening(&settings.http.bind));
    note("storage.url", in_time(storage(settings)).await);
    note("files.url", wiring::files(&settings.files).map(drop));
    note("analyser.url", wiring::analyser(settings).map(drop));
    note("mail.url", in_time(mail(settings)).await);
    note("search.path", search(&settings.search.path));
    let secrets = secrets::complete(&settings.auth, Path::new(DATA_FOLDER), &RandomIds::default());
    note("auth", secrets.map(drop));
    faults
}

/// Somebody else on the port would be found out too late. A running portal of ours is no fault: a
/// check beside it must pass.
fn listening(bind: &str) -> Result<(), Failure> {
    for address in crate::serve::addresses(bind)? {
        match std::net::TcpListener::bind(address) {
            Err(error) if error.kind() != std::io::ErrorKind::AddrInUse => {
                return Err(Failure::doing(address, &error));
            }
            _ => {}
        }
    }
    Ok(())
}

async fn storage(settings: &Settings) -> Result<(), Failure> {
    let storage = wiring::storage(settings).await?;
    if settings.storage.migrate {
        // The start will make the tables; that the server answers is what counts.
        return Ok(());
    }
    storage.ready().await.map_err(|error| Failure::new(format!("{} (basalt migrate makes the tables)", causes(&error))))
}

async fn mail(settings: &Settings) -> Result<(), Failure> {
    wiring::mailer(settings)?.ready().await.map_err(|error| Failure::new(causes(&error)))
}

/// The folder of the index can be made and written to.
fn search(path: &str) -> Result<(), Failure> {
    let probe = Path::new(path).join(format!("check-{}", std::process::id()));
    let written = folders::make_private(Path::new(path)).and_then(|()| std::fs::write(&probe, []));
    written.and_then(|()| std::fs::remove_file(&probe)).map_err(|error| Failure::doing(path, &error))
}

async fn in_time(attempt: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    tokio::time::timeout(PATIENCE, attempt)
        .await
        .unwrap_or_else(|_late| Err(Failure::new(format!("no answer within {} seconds", PATIENCE.as_secs()))))
}
