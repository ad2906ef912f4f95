//! The index: what answers, and what is written.
//!
//! After a rebuild these differ for a moment. The new index follows the feed, and answers once it has come as far as the old one: what
//! was found is not lost sight of in between.

use std::{
    fs,
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
    folders::{current, is_missing, make_current, new_folder, remove_former},
    queued::Queued,
    rebuild::TantivyRebuild,
    schema::{self, Fields},
    search::{self, Scoring},
    snapshot::Snapshot,
    suggest, values,
    weights::Weights,
};

/// Memory for documents that are not written yet.
const WRITER_BYTES: usize = 15_000_000;
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
    scoring: Arc<Scoring>,
    /// What answers.
    live: RwLock<Arc<Live>>,
    /// A new index, while it has not come as far in the feed as the one that answers.
    next: RwLock<Option<Arc<Live>>>,
    /// Long searches at once: no more than there are processors.
    turns: Arc<Semaphore>,
}

/// An index that answers, or is about to.
pub(crate) struct Live {
    /// Its name; none in memory.
    pub(crate) name: Option<String>,
    index: Index,
    reader: IndexReader,
    writer: Mutex<Option<IndexWriter<Queued>>>,
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
                if is_missing(root) {
                    tracing::debug!("there is no search index yet");
                } else {
                    tracing::warn!(%error, "the search index is built anew");
                }
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
        let live = RwLock::new(Arc::new(live));
        let scoring = Arc::new(Scoring::new(&fields, weights));
        Self { inner: Arc::new(Inner { root, fields, scoring, live, next: RwLock::default(), turns }) }
    }

    /// The same index, ranking otherwise.
    #[must_use]
    pub fn weighed(&self, weights: Weights) -> Self {
        let Inner { root, fields, live, turns, .. } = self.inner.as_ref();
        let live = RwLock::new(Arc::clone(&live.read().unwrap_or_else(PoisonError::into_inner)));
        let (root, fields, turns) = (root.clone(), *fields, Arc::clone(turns));
        let scoring = Arc::new(Scoring::new(&fields, weights));
        Self { inner: Arc::new(Inner { root, fields, scoring, live, next: RwLock::default(), turns }) }
    }
}

impl Inner {
    fn live(&self) -> Arc<Live> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What follows the feed.
    fn written(&self) -> Arc<Live> {
        self.next.read().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_else(|| self.live())
    }

    /// Follows the feed with this index from now on, and answers from it as soon as it has come as far as the one that does.
    pub(crate) fn switch(&self, new: Live) -> tantivy::Result<()> {
        if let (Some(root), Some(name)) = (&self.root, &new.name) {
            make_current(root, name)?;
        }
        self.begin(new);
        Ok(())
    }

    fn begin(&self, new: Live) {
        *self.next.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(new));
        self.take_over(false);
    }

    /// Answers from the new index where it has come as far as the old one, or where nothing is left to be applied; forgets the old one.
    fn take_over(&self, nothing_left: bool) {
        let mut next = self.next.write().unwrap_or_else(PoisonError::into_inner);
        let old = self.live();
        let Some(new) = next.take_if(|new| nothing_left || new.position() >= old.position()) else { return };
        drop(next);
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&new);
        // Searches that go on keep what they look at.
        *old.writer.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if let (Some(root), Some(name)) = (&self.root, &new.name) {
            remove_former(root, name);
        }
    }

    /// Another process may have rebuilt the index: how far it has come. None where there is none any more.
    fn follow(&self) -> tantivy::Result<Option<Position>> {
        if let Some(root) = &self.root {
            let name = current(root);
            if self.written().name != name {
                match open_current(root) {
                    Ok(new) => self.begin(new),
                    // What answers goes on, until there is one that is sound.
                    Err(error) if name.is_some() || is_missing(root) => {
                        tracing::warn!(%error, "the search index is gone");
                        return Ok(None);
                    }
                    Err(of_another_version) => return Err(of_another_version),
                }
            }
        }
        Ok(self.written().position())
    }

    fn apply(&self, changes: Vec<SearchChange>, position: Option<Position>) -> tantivy::Result<()> {
        let nothing_left = changes.is_empty();
        self.written().apply(&self.fields, changes, position)?;
        self.take_over(nothing_left);
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

    fn writer(&self) -> tantivy::Result<MutexGuard<'_, Option<IndexWriter<Queued>>>> {
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
        aside(move || inner.apply(changes, position)).await
    }

    async fn search(&self, query: &SearchQuery) -> Result<Found, SearchError> {
        let snapshot = self.inner.live().snapshot();
        let scoring = Arc::clone(&self.inner.scoring);
        let fields = self.inner.fields;
        let plan = search::plan(&snapshot, &fields, query, &scoring.weights).map_err(SearchError::unavailable)?;
        if plan.documents <= AT_ONCE {
            return plan.run(&snapshot, &fields, &scoring).map_err(SearchError::unavailable);
        }
        let _turn = self.inner.turns.acquire().await.map_err(SearchError::unavailable)?;
        aside(move || plan.run(&snapshot, &fields, &scoring)).await
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
        aside(move || inner.follow()).await
    }

    async fn rebuild(&self) -> Result<Box<dyn Rebuild>, SearchError> {
        let inner = Arc::clone(&self.inner);
        let rebuild = aside(move || TantivyRebuild::begin(inner)).await?;
        Ok(Box::new(rebuild))
    }
}
