//! A new index beside the one that answers.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use basalt_ports::search::{Position, Rebuild, SearchDocument, SearchError};
use tantivy::{Index, IndexWriter, directory::DirectoryLock};
use tokio::sync::Semaphore;

use crate::{
    folders::{claimed, new_folder},
    index::{Inner, aside},
    live::Live,
    queued::Queued,
    schema::{self, Fields},
};

/// Memory for documents that are not written yet.
const WRITER_BYTES: usize = 24_000_000;

/// Documents that wait for the writer at most.
const WAITING: usize = 200;

/// An index that is being built.
pub(crate) struct TantivyRebuild {
    inner: Arc<Inner>,
    folder: Option<Folder>,
    index: Index,
    writer: Option<IndexWriter<Queued>>,
    /// Of documents that wait for the writer.
    places: Arc<Semaphore>,
    fields: Fields,
}

/// Its folder, removed unless it was finished.
struct Folder {
    name: String,
    path: PathBuf,
    finished: bool,
    /// Lets no other process remove it before it answers.
    _claim: DirectoryLock,
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.finished {
            // What stays is removed by the next rebuild that ends.
            let _removed = std::fs::remove_dir_all(&self.path);
        }
    }
}

impl TantivyRebuild {
    pub(crate) fn begin(inner: Arc<Inner>) -> tantivy::Result<Self> {
        let (schema, fields) = schema::schema();
        let folder = match &inner.root {
            None => None,
            Some(root) => {
                std::fs::create_dir_all(root)?;
                let (name, path) = new_folder(root)?;
                let claim = claimed(&path)?;
                Some(Folder { name, path, finished: false, _claim: claim })
            }
        };
        let index = match &folder {
            None => Index::create_in_ram(schema),
            Some(folder) => Index::create_in_dir(&folder.path, schema)?,
        };
        schema::register(&index);
        let writer = Some(index.writer_with_num_threads(1, WRITER_BYTES)?);
        Ok(Self { inner, folder, index, writer, places: Arc::new(Semaphore::new(WAITING)), fields })
    }

    fn end(mut self, position: Position) -> tantivy::Result<()> {
        let Some(mut writer) = self.writer.take() else { return Ok(()) };
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&position.text());
        commit.commit()?;
        writer.wait_merging_threads()?;
        let name = self.folder.as_ref().map(|folder| folder.name.clone());
        self.inner.switch(Live::new(name, self.index.clone())?)?;
        if let Some(folder) = &mut self.folder {
            folder.finished = true;
        }
        Ok(())
    }
}

#[async_trait]
impl Rebuild for TantivyRebuild {
    async fn add(&mut self, documents: Vec<SearchDocument>) -> Result<(), SearchError> {
        let Some(writer) = &self.writer else { return Ok(()) };
        for document in documents {
            // Waits where the writer's thread does not keep up: waiting documents are memory.
            let place = Arc::clone(&self.places).acquire_owned().await.map_err(SearchError::unavailable)?;
            let document = Queued::in_place(self.fields.document(&document), place);
            writer.add_document(document).map_err(SearchError::unavailable)?;
        }
        Ok(())
    }

    async fn finish(self: Box<Self>, position: Position) -> Result<(), SearchError> {
        aside(move || self.end(position)).await
    }
}
