//! `basalt export`: all records as NDJSON.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
    sync::Arc,
};

use basalt_domain::{COLLECTIONS, Document};
use basalt_ports::Storage;
use serde::Serialize;

use crate::{cli::ExportArguments, failure::Failure, records::Records, settings::Settings, wiring};

/// Fields of accounts that prove who somebody is.
const PROOFS: [&str; 3] = ["password", "apikey", "fs_uniquifier"];
/// Records that are nothing without their secret.
const KEYS: &str = "api_token";
/// What was written when, for what follows this very storage; an import elsewhere makes its own.
const FEED: &str = "basalt_change";

/// One line of an export.
#[derive(Serialize)]
struct Line<'a> {
    collection: &'static str,
    document: &'a Document,
}

/// Writes all records; a file gets its name only when it is whole.
pub(super) async fn run(settings: &Settings, wishes: ExportArguments) -> Result<(), Failure> {
    let storage = wiring::storage(settings).await?;
    if settings.storage.migrate {
        storage.migrate().await?;
    }
    let ExportArguments { file, with_secrets } = wishes;
    let count = if file == Path::new("-") {
        write_all(&storage, with_secrets, &mut BufWriter::new(io::stdout().lock())).await?
    } else {
        let beside = file.with_added_extension("part");
        let failed = |error: io::Error| Failure::doing(beside.display(), &error);
        let mut output = BufWriter::new(private(&beside).map_err(failed)?);
        let count = write_all(&storage, with_secrets, &mut output).await?;
        output.into_inner().map_err(io::IntoInnerError::into_error).and_then(|file| file.sync_all()).map_err(failed)?;
        std::fs::rename(&beside, &file).map_err(failed)?;
        count
    };
    eprintln!("{count} records written");
    if !with_secrets {
        eprintln!("passwords and API keys are left out; --with-secrets writes their hashes");
    }
    Ok(())
}

/// A new file for the user alone: it holds addresses of people.
fn private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

async fn write_all(storage: &Arc<dyn Storage>, with_secrets: bool, output: &mut impl Write) -> Result<u64, Failure> {
    let mut count = 0;
    for of in COLLECTIONS {
        if of.name == FEED || of.name == KEYS && !with_secrets {
            continue;
        }
        let mut records = Records::new(Arc::clone(storage), of);
        loop {
            let batch = records.next().await?;
            if batch.is_empty() {
                break;
            }
            for (_id, mut document) in batch {
                if of.name == "user" && !with_secrets {
                    for proof in PROOFS {
                        document.remove(proof);
                    }
                }
                serde_json::to_writer(&mut *output, &Line { collection: of.name, document: &document })?;
                output.write_all(b"\n")?;
                count += 1;
            }
        }
    }
    output.flush()?;
    Ok(count)
}
