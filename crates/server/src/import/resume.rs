//! How far an import of a file has come, so that an interrupted one goes on.
//!
//! What an import writes may be written again without harm, so the position may lag behind what was
//! stored, but never run ahead of it.

use std::{fs, path::PathBuf, sync::Arc};

use basalt_domain::{Collection, Condition, Test, Value, collection::collection};
use basalt_ports::{Query, Storage};
use serde::{Deserialize, Serialize};

use super::Source;
use crate::settings::DATA_FOLDER;

/// How far it has come; kept in a small file until it has come to the end.
pub(super) struct Position {
    path: Option<PathBuf>,
    file: String,
}

/// The content of that file.
#[derive(Serialize, Deserialize)]
struct State {
    /// Name of the imported file, for people.
    file: String,
    /// Records that are stored for certain.
    records: u64,
    /// The last one of them.
    collection: String,
    id: Value,
}

impl Position {
    /// The position in this file.
    pub(super) fn of(source: &Source) -> Self {
        let path = source.fingerprint().map(|mark| PathBuf::from(DATA_FOLDER).join(format!("import-{mark}.json")));
        Self { path, file: source.name().to_owned() }
    }

    /// How many records need not be read again. None, unless this storage has the last one of them:
    /// it may be another storage, or empty by now.
    pub(super) async fn resumable(&self, storage: &Arc<dyn Storage>) -> u64 {
        let Some(state) = self.path.as_ref().and_then(|path| fs::read(path).ok()) else { return 0 };
        let Ok(state) = serde_json::from_slice::<State>(&state) else { return 0 };
        let Some(of) = collection(&state.collection) else { return 0 };
        let condition = Condition::Is(of.id_path(), Test::Eq(state.id));
        let found = storage.ids(&Query { condition, limit: 1, ..Query::all(of) }).await;
        if found.is_ok_and(|ids| !ids.is_empty()) { state.records } else { 0 }
    }

    /// These records are stored, this one as the last.
    pub(super) fn reached(&mut self, records: u64, (of, id): (&'static Collection, Value)) {
        let Some(path) = &self.path else { return };
        let state = State { file: self.file.clone(), records, collection: of.name.into(), id };
        let beside = path.with_extension("new");
        let written = serde_json::to_vec(&state)
            .map_err(std::io::Error::from)
            .and_then(|text| {
                crate::folders::make_private(std::path::Path::new(DATA_FOLDER)).and_then(|()| fs::write(&beside, text))
            })
            .and_then(|()| fs::rename(&beside, path));
        if let Err(error) = written {
            // Then an interrupted import starts again from the first record: slower, not wrong.
            tracing::debug!(%error, "position of the import not kept");
        }
    }

    /// The end was reached.
    pub(super) fn done(&self) {
        if let Some(path) = &self.path {
            // It is not there where nothing was written.
            let _removed = fs::remove_file(path);
        }
    }
}
