//! The index: what answers, and what is written.
//!
//! After a rebuild these differ for a moment. The new index follows the feed, and answers once it has come as far as the old one: what
//! was found is not lost sight of in between.

use std::{
    fs,
    num::NonZero,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use async_trait::async_trait;
use basalt_domain::ObjectId;
use basalt_ports::search::{Found, Position, Rebuild, SearchChange, SearchError, SearchIndex, SearchKind, SearchQuery};
use tokio::sync::Semaphore;

use crate::{
    folders::{current, is_missing, make_current, new_folder, remove_former},
    live::{Live, create, open_current},
    rebuild::TantivyRebuild,
    schema::{self, Fields},
    search::{self, Scoring},
    snapshot::Snapshot,
    suggest, values,
    weights::Weights,
};

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
    /// Does it give answers again that it gave before?
    remembers: bool,
    /// What answers.
    live: RwLock<Arc<Live>>,
    /// A new index, while it has not come as far in the feed as the one that answers.
    next: RwLock<Option<Arc<Live>>>,
    /// Long searches at once: no more than there are processors.
    turns: Arc<Semaphore>,
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
        Self { inner: Arc::new(Inner { root, fields, scoring, remembers: true, live, next: RwLock::default(), turns }) }
    }

    /// The same index, ranking otherwise. It finds every answer anew.
    #[must_use]
    pub fn weighed(&self, weights: Weights) -> Self {
        let Inner { root, fields, live, turns, .. } = self.inner.as_ref();
        let live = RwLock::new(Arc::clone(&live.read().unwrap_or_else(PoisonError::into_inner)));
        let (root, fields, turns) = (root.clone(), *fields, Arc::clone(turns));
        let scoring = Arc::new(Scoring::new(&fields, weights));
        Self {
            inner: Arc::new(Inner { root, fields, scoring, remembers: false, live, next: RwLock::default(), turns }),
        }
    }
}

impl Inner {
    /// What this state answers.
    async fn find(&self, snapshot: &Arc<Snapshot>, query: &SearchQuery) -> Result<Found, SearchError> {
        let (scoring, fields) = (Arc::clone(&self.scoring), self.fields);
        let plan = search::plan(snapshot, &fields, query, &scoring.weights).map_err(SearchError::unavailable)?;
        if plan.documents <= AT_ONCE {
            return plan.run(snapshot, &fields, &scoring).map_err(SearchError::unavailable);
        }
        let _turn = self.turns.acquire().await.map_err(SearchError::unavailable)?;
        let snapshot = Arc::clone(snapshot);
        aside(move || plan.run(&snapshot, &fields, &scoring)).await
    }

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
        let written = self.written();
        written.see_merged()?;
        Ok(written.position())
    }

    fn apply(&self, changes: Vec<SearchChange>, position: Option<Position>) -> tantivy::Result<()> {
        let nothing_left = changes.is_empty();
        self.written().apply(&self.fields, changes, position)?;
        self.take_over(nothing_left);
        Ok(())
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
        if !self.inner.remembers {
            return self.inner.find(&snapshot, query).await;
        }
        if let Some(found) = snapshot.answers.get(query) {
            return Ok(found);
        }
        let found = self.inner.find(&snapshot, query).await?;
        snapshot.answers.keep(query, &found);
        Ok(found)
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

#[cfg(test)]
mod tests {
    use basalt_domain::Timestamp;
    use basalt_ports::search::SearchDocument;

    use super::*;

    fn puts(count: u32) -> Vec<SearchChange> {
        let id = |number: u32| {
            let mut bytes = [0; 12];
            bytes[8..].copy_from_slice(&number.to_be_bytes());
            ObjectId::from_bytes(bytes)
        };
        let roads = |number| Box::new(SearchDocument::titled(SearchKind::Dataset, id(number), "Roads"));
        (0..count).map(|number| SearchChange::Put(roads(number))).collect()
    }

    #[tokio::test]
    async fn documents_that_were_all_put_again_leave_nothing_behind() {
        let index = TantivyIndex::in_memory(Weights::default()).unwrap();
        for _again in 0..2 {
            index.apply(puts(12_000), None).await.unwrap();
        }
        // Most of them once more, so that some of a segment stay.
        index.apply(puts(8_000), None).await.unwrap();
        let live = index.inner.live();
        let writer = live.writer.lock().unwrap().take().unwrap();
        writer.wait_merging_threads().unwrap();
        index.position().await.unwrap();
        let snapshot = live.snapshot();
        let held: Vec<(u32, u32)> =
            snapshot.segments().map(|(reader, _)| (reader.max_doc(), reader.num_docs())).collect();
        assert_eq!(held.iter().map(|(_, alive)| alive).sum::<u32>(), 12_000);
        assert!(held.iter().all(|(all, alive)| all == alive), "documents of before are still there: {held:?}");
        let query = SearchQuery { limit: 1, ..SearchQuery::new(SearchKind::Dataset, "roads", Timestamp(0)) };
        assert_eq!(index.search(&query).await.unwrap().total, 12_000);
    }

    #[tokio::test]
    async fn an_answer_is_given_again_until_something_changes() {
        let index = TantivyIndex::in_memory(Weights::default()).unwrap();
        index.apply(puts(3_000), None).await.unwrap();
        let query = SearchQuery { limit: 3, ..SearchQuery::new(SearchKind::Dataset, "roads", Timestamp(0)) };
        let first = index.search(&query).await.unwrap();
        assert_eq!((first.ids.len(), first.total), (3, 3_000));
        let kept = |query: &SearchQuery| index.inner.live().snapshot().answers.get(query);
        assert_eq!(kept(&query), Some(first.clone()));
        assert_eq!(index.search(&query).await.unwrap(), first);
        let other = SearchQuery { offset: 3, ..query.clone() };
        assert_eq!(kept(&other), None);
        index.apply(vec![SearchChange::Remove(SearchKind::Dataset, first.ids[0])], None).await.unwrap();
        let after = index.search(&query).await.unwrap();
        assert_eq!((after.ids[..2].to_vec(), after.total), (first.ids[1..].to_vec(), 2_999));
    }
}
