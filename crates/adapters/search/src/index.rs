//! The index in its folder.
//!
//! ```text
//! search.path/
//!   current        format of the index, and the folder that answers
//!   7/             tantivy's files; the position in the feed is kept with each of its commits
//! ```
//!
//! A rebuild writes another folder, and then lets `current` name it: in between, and after a crash, the old one answers.

use std::{
    fs, io,
    num::NonZero,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use async_trait::async_trait;
use basalt_domain::ObjectId;
use basalt_ports::search::{Found, Position, Rebuild, SearchChange, SearchError, SearchIndex, SearchKind, SearchQuery};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Term};
use tokio::sync::Semaphore;

use crate::{
    rebuild::TantivyRebuild,
    schema::{self, FORMAT, Fields},
    search,
    snapshot::Snapshot,
    suggest, values,
    weights::Weights,
};

/// Memory for documents that are not written yet.
const WRITER_BYTES: usize = 15_000_000;
const CURRENT: &str = "current";
/// A search that looks at so many documents takes about a millisecond: it runs where it is asked for. Others run aside.
const AT_ONCE: u64 = 150_000;

/// A search index in a folder, or in memory.
#[derive(Clone)]
pub struct TantivyIndex {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) root: Option<PathBuf>,
    pub(crate) fields: Fields,
    weights: Weights,
    live: RwLock<Arc<Live>>,
    /// Long searches at once: no more than there are processors.
    turns: Arc<Semaphore>,
}

/// The folder that answers.
pub(crate) struct Live {
    /// Its name; none in memory.
    pub(crate) name: Option<String>,
    index: Index,
    reader: IndexReader,
    writer: Mutex<Option<IndexWriter>>,
    snapshot: RwLock<Arc<Snapshot>>,
    position: RwLock<Option<Position>>,
}

impl TantivyIndex {
    /// Opens the index of this folder. Where there is none, or one that is damaged or of another version, it is empty and has no
    /// position: it is to be rebuilt. Errors: `Unavailable`.
    pub fn open(root: &Path, weights: Weights) -> Result<Self, SearchError> {
        fs::create_dir_all(root).map_err(SearchError::unavailable)?;
        let live = match open_current(root) {
            Ok(live) => live,
            Err(error) => {
                tracing::warn!(%error, "the search index is built anew");
                let (name, folder) = new_folder(root).map_err(SearchError::unavailable)?;
                let live = create(Some((name.clone(), &folder))).map_err(SearchError::unavailable)?;
                make_current(root, &name).map_err(SearchError::unavailable)?;
                live
            }
        };
        Ok(Self::with(Some(root.to_owned()), live, weights))
    }

    /// An index that is gone with the program. Errors: `Unavailable`.
    pub fn in_memory(weights: Weights) -> Result<Self, SearchError> {
        Ok(Self::with(None, create(None).map_err(SearchError::unavailable)?, weights))
    }

    fn with(root: Option<PathBuf>, live: Live, weights: Weights) -> Self {
        let fields = schema::schema().1;
        let turns = Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(1, NonZero::get)));
        Self { inner: Arc::new(Inner { root, fields, weights, live: RwLock::new(Arc::new(live)), turns }) }
    }

    /// The same index, ranking otherwise.
    #[must_use]
    pub fn weighed(&self, weights: Weights) -> Self {
        let Inner { root, fields, live, turns, .. } = self.inner.as_ref();
        let live = RwLock::new(Arc::clone(&live.read().unwrap_or_else(PoisonError::into_inner)));
        Self { inner: Arc::new(Inner { root: root.clone(), fields: *fields, weights, live, turns: Arc::clone(turns) }) }
    }
}

impl Inner {
    fn live(&self) -> Arc<Live> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Answers from this folder from now on, and forgets the others.
    pub(crate) fn switch(&self, live: Live) -> io::Result<()> {
        if let (Some(root), Some(name)) = (&self.root, &live.name) {
            make_current(root, name)?;
            remove_others(root, name);
        }
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(live);
        Ok(())
    }

    /// Another process may have rebuilt the index.
    fn follow(&self) -> tantivy::Result<()> {
        let Some(root) = &self.root else { return Ok(()) };
        let live = self.live();
        if live.name != current(root) {
            // A damaged one is not taken: what answered goes on.
            let other = open_current(root)?;
            *self.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(other);
        }
        Ok(())
    }
}

impl Live {
    pub(crate) fn new(name: Option<String>, index: Index) -> tantivy::Result<Self> {
        schema::register(&index);
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let snapshot = RwLock::new(Arc::new(Snapshot::new(reader.searcher(), None)?));
        let position = index.load_metas()?.payload.as_deref().and_then(Position::parse);
        Ok(Self { name, index, reader, writer: Mutex::new(None), snapshot, position: RwLock::new(position) })
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn writer(&self) -> tantivy::Result<MutexGuard<'_, Option<IndexWriter>>> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if writer.is_none() {
            *writer = Some(self.index.writer_with_num_threads(1, WRITER_BYTES)?);
        }
        Ok(writer)
    }

    fn apply(&self, fields: &Fields, changes: Vec<SearchChange>, position: Option<Position>) -> tantivy::Result<()> {
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
        self.reader.reload()?;
        let snapshot = Snapshot::new(self.reader.searcher(), Some(&self.snapshot()))?;
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
        Ok(())
    }

    fn position(&self) -> Option<Position> {
        *self.position.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(
    writer: &mut IndexWriter,
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
            writer.add_document(fields.document(&document))?;
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
fn open_current(root: &Path) -> tantivy::Result<Live> {
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

/// The folder that answers, if it is of this format.
fn current(root: &Path) -> Option<String> {
    let text = fs::read_to_string(root.join(CURRENT)).ok()?;
    let (format, name) = text.trim().split_once(' ')?;
    let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    (format == FORMAT && plain).then(|| name.to_owned())
}

fn make_current(root: &Path, name: &str) -> io::Result<()> {
    let new = root.join("current.new");
    let file = fs::File::create(&new)?;
    io::Write::write_all(&mut &file, format!("{FORMAT} {name}\n").as_bytes())?;
    file.sync_all()?;
    fs::rename(new, root.join(CURRENT))
}

/// Makes a folder that is not there yet.
pub(crate) fn new_folder(root: &Path) -> io::Result<(String, PathBuf)> {
    let numbers = fs::read_dir(root)?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u64>().ok());
    let mut number = numbers.max().unwrap_or(0);
    loop {
        number += 1;
        let folder = root.join(number.to_string());
        match fs::create_dir(&folder) {
            Ok(()) => return Ok((number.to_string(), folder)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// Folders of former indexes, and of rebuilds that never ended.
fn remove_others(root: &Path, name: &str) {
    let Ok(entries) = fs::read_dir(root) else { return };
    for entry in entries.filter_map(Result::ok) {
        let other = entry.file_name().to_str().is_some_and(|other| other != name && other.parse::<u64>().is_ok());
        if other && let Err(error) = fs::remove_dir_all(entry.path()) {
            tracing::warn!(%error, "a former search index could not be removed");
        }
    }
}

/// An empty index.
pub(crate) fn create(place: Option<(String, &Path)>) -> tantivy::Result<Live> {
    let schema = schema::schema().0;
    match place {
        None => Live::new(None, Index::create_in_ram(schema)),
        Some((name, folder)) => Live::new(Some(name), Index::create_in_dir(folder, schema)?),
    }
}

/// Runs what waits for the disk where it does not keep requests waiting.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> tantivy::Result<T> + Send + 'static,
) -> Result<T, SearchError> {
    let done = tokio::task::spawn_blocking(work).await.map_err(SearchError::unavailable)?;
    done.map_err(SearchError::unavailable)
}

// Suggesting takes a fraction of a millisecond of computing over mapped memory: it runs where it is asked for.
#[async_trait]
impl SearchIndex for TantivyIndex {
    async fn apply(&self, changes: Vec<SearchChange>, position: Option<Position>) -> Result<(), SearchError> {
        let inner = Arc::clone(&self.inner);
        aside(move || inner.live().apply(&inner.fields, changes, position)).await
    }

    async fn search(&self, query: &SearchQuery) -> Result<Found, SearchError> {
        let snapshot = self.inner.live().snapshot();
        let weights = self.inner.weights;
        let fields = self.inner.fields;
        let plan = search::plan(&snapshot, &fields, query, &weights).map_err(SearchError::unavailable)?;
        if plan.documents <= AT_ONCE {
            return plan.run(&snapshot, &fields, &weights).map_err(SearchError::unavailable);
        }
        let _turn = self.inner.turns.acquire().await.map_err(SearchError::unavailable)?;
        aside(move || plan.run(&snapshot, &fields, &weights)).await
    }

    async fn suggest(&self, kind: SearchKind, text: &str, size: usize) -> Result<Vec<ObjectId>, SearchError> {
        let snapshot = self.inner.live().snapshot();
        suggest::run(&snapshot, &self.inner.fields, kind, text, size).map_err(SearchError::unavailable)
    }

    async fn values(
        &self,
        kind: SearchKind,
        name: &'static str,
        text: &str,
        size: usize,
    ) -> Result<Vec<(String, u64)>, SearchError> {
        let snapshot = self.inner.live().snapshot();
        values::run(&snapshot, &self.inner.fields, kind, name, text, size).map_err(SearchError::unavailable)
    }

    async fn position(&self) -> Result<Option<Position>, SearchError> {
        let inner = Arc::clone(&self.inner);
        aside(move || {
            inner.follow()?;
            Ok(inner.live().position())
        })
        .await
    }

    async fn rebuild(&self) -> Result<Box<dyn Rebuild>, SearchError> {
        let inner = Arc::clone(&self.inner);
        let rebuild = aside(move || TantivyRebuild::begin(inner)).await?;
        Ok(Box::new(rebuild))
    }
}
