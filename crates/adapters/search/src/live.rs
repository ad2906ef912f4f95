//! One index of those in a folder: what is committed is seen, and what is written is committed.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use basalt_ports::search::{Position, SearchChange};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Term};

use crate::{
    folders::current,
    merging::Merging,
    queued::Queued,
    schema::{self, Fields},
    snapshot::Snapshot,
};

/// Memory for documents that are not written yet.
const WRITER_BYTES: usize = 15_000_000;

/// An index that answers, or is about to.
pub(crate) struct Live {
    /// Its name; none in memory.
    pub(crate) name: Option<String>,
    index: Index,
    reader: IndexReader,
    pub(crate) writer: Mutex<Option<IndexWriter<Queued>>>,
    snapshot: RwLock<Arc<Snapshot>>,
    position: RwLock<Option<Position>>,
}

impl Live {
    pub(crate) fn new(name: Option<String>, index: Index) -> tantivy::Result<Self> {
        schema::register(&index);
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let snapshot = RwLock::new(Arc::new(Snapshot::new(reader.searcher(), None)?));
        let position = index.load_metas()?.payload.as_deref().and_then(Position::parse);
        Ok(Self { name, index, reader, writer: Mutex::new(None), snapshot, position: RwLock::new(position) })
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn writer(&self) -> tantivy::Result<MutexGuard<'_, Option<IndexWriter<Queued>>>> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if writer.is_none() {
            let new = self.index.writer_with_num_threads(1, WRITER_BYTES)?;
            new.set_merge_policy(Box::<Merging>::default());
            *writer = Some(new);
        }
        Ok(writer)
    }

    pub(crate) fn apply(
        &self,
        fields: &Fields,
        changes: Vec<SearchChange>,
        position: Option<Position>,
    ) -> tantivy::Result<()> {
        let mut guard = self.writer()?;
        let Some(writer) = guard.as_mut() else { return Ok(()) };
        let written = write(writer, fields, changes, position.or(self.position()));
        if let Err(error) = written {
            // What a broken writer holds is not to be committed with the next changes.
            *guard = None;
            return Err(error);
        }
        if position.is_some() {
            *self.position.write().unwrap_or_else(PoisonError::into_inner) = position;
        }
        self.renew()
    }

    /// Answers from what was last committed.
    fn renew(&self) -> tantivy::Result<()> {
        self.reader.reload()?;
        let snapshot = Snapshot::new(self.reader.searcher(), Some(&self.snapshot()))?;
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
        Ok(())
    }

    /// Answers from segments that were merged since the last change, where there are any: no other change may be to come.
    pub(crate) fn see_merged(&self) -> tantivy::Result<()> {
        // Whoever writes just now renews it anyhow.
        let Ok(_not_written) = self.writer.try_lock() else { return Ok(()) };
        let snapshot = self.snapshot();
        let seen = |id| snapshot.searcher.segment_readers().iter().any(|reader| reader.segment_id() == id);
        if self.index.searchable_segment_ids()?.into_iter().all(seen) {
            return Ok(());
        }
        self.renew()
    }

    pub(crate) fn position(&self) -> Option<Position> {
        *self.position.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(
    writer: &mut IndexWriter<Queued>,
    fields: &Fields,
    changes: Vec<SearchChange>,
    position: Option<Position>,
) -> tantivy::Result<()> {
    for change in changes {
        let (kind, id) = match &change {
            SearchChange::Put(document) => (document.kind, document.id),
            SearchChange::Remove(kind, id) => (*kind, *id),
        };
        for mark in [schema::mark(kind), schema::hidden_mark(kind)] {
            writer.delete_term(Term::from_field_text(fields.keys, &schema::id_key(mark, &id.to_string())));
        }
        if let SearchChange::Put(document) = change {
            writer.add_document(Queued::new(fields.document(&document)))?;
        }
    }
    let mut commit = writer.prepare_commit()?;
    if let Some(position) = position {
        commit.set_payload(&position.text());
    }
    commit.commit()?;
    Ok(())
}

/// Opens what `current` names; an error where it is missing, of another format, or damaged.
pub(crate) fn open_current(root: &Path) -> tantivy::Result<Live> {
    let missing = || tantivy::TantivyError::InvalidArgument("no index of this version".into());
    let name = current(root).ok_or_else(missing)?;
    let index = Index::open_in_dir(root.join(&name))?;
    if index.schema() != schema::schema().0 {
        return Err(missing());
    }
    let damaged = index.validate_checksum()?;
    if !damaged.is_empty() {
        return Err(tantivy::TantivyError::InvalidArgument(format!("damaged files: {damaged:?}")));
    }
    Live::new(Some(name), index)
}

/// An empty index.
pub(crate) fn create(place: Option<(String, &Path)>) -> tantivy::Result<Live> {
    let schema = schema::schema().0;
    match place {
        None => Live::new(None, Index::create_in_ram(schema)),
        Some((name, folder)) => Live::new(Some(name), Index::create_in_dir(folder, schema)?),
    }
}
