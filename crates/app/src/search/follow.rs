//! The index follows the feed of changes.
//!
//! Events are read in the order of their time, from some seconds before the last one that was applied, and now and then from a
//! minute before it: the clocks of several nodes differ a little, and a commit that took long shows late. What was applied already
//! is left out where this process knows it, and applied again where it does not, which does no harm.
//!
//! Where the storage can tell that no other process wrote, the feed is not read: this process knows what it noted itself.

use std::{
    collections::{HashMap, HashSet},
    sync::{MutexGuard, PoisonError},
};

use basalt_domain::{
    CatalogueObject, ChangeEvent, Dataservice, Dataset, Entity, EntityId, Filter, ObjectId, Organization, Owned, Post,
    Reuse, Timestamp, Topic, organization, post,
};
use basalt_ports::{
    Query, StorageError, Store,
    search::{Position, SearchChange, SearchDocument, SearchIndex, SearchKind, SearchQuery, SeenBy},
};

use super::{
    Search, Searchable,
    known::Known,
    load::{Documented, fresh, of_organizations},
};
use crate::AppError;

/// How far back is looked for events that show late, in milliseconds: every time, and from time to time.
const SHORT_LOOK_MS: i64 = 3_000;
const LONG_LOOK_MS: i64 = 60_000;
/// The time from one long look to the next, in milliseconds.
const LONG_LOOK_EVERY_MS: i64 = 10_000;
/// How often an index is compared with a storage that is being written.
const LOOKS: usize = 10;
/// Events read at once.
const BATCH: u64 = 500;
/// Documents handed over to the index at once.
const CHUNK: usize = 250;

/// What only the one who follows needs to know.
#[derive(Default)]
pub(super) struct Follower {
    /// What documents of others show of each organisation.
    shown: HashMap<ObjectId, Shown>,
    /// What organisations are known for, as long as this process alone writes.
    known: Known,
    /// When it last looked far back.
    looked: Option<Timestamp>,
}

/// What the index was told by this process.
#[derive(Default)]
pub(super) struct Heard {
    /// Events of the last minute that were applied.
    seen: Seen,
    /// How far it had come then.
    position: Option<Position>,
    /// What the storage said of other processes before the events were read.
    epoch: Option<u64>,
}

impl Heard {
    /// An index at this position, which knows of these events.
    fn new(position: Position, seen: Seen) -> Self {
        Self { position: Some(position), seen, epoch: None }
    }
}

/// Events by their time and id.
pub(super) type Seen = HashSet<(Timestamp, ObjectId)>;

/// What documents of others show of an organisation: name, acronym and badges.
type Shown = (String, Option<String>, Vec<String>);

fn shown(organization: &Organization) -> Shown {
    let badges = organization.badges.iter().map(|badge| badge.kind.clone()).collect();
    (organization.name.clone(), organization.acronym.clone(), badges)
}

impl Search {
    /// Applies what was written since the last time: how many events. Nothing where the index is to be built first.
    pub async fn catch_up(&self) -> Result<usize, AppError> {
        match self.follow_feed().await {
            // Another process may just have put a new index in the place of the one that was written: now it is found.
            Err(_broken) => self.follow_feed().await,
            done => done,
        }
    }

    async fn follow_feed(&self) -> Result<usize, AppError> {
        let index = self.index()?;
        let store = &self.context.store;
        // One at a time: who waits finds everything done.
        let mut follower = self.follower.lock().await;
        let Some(mut position) = index.position().await.map_err(AppError::internal)? else { return Ok(0) };
        if self.has_lost(position).await? {
            return Ok(0);
        }
        let epoch = store.storage().epoch();
        let same = self.heard().position == Some(position);
        if !same {
            // Not the index that this process told: another process has built it.
            let made_of = self.made_of(position).await?;
            *self.heard() = Heard::new(position, made_of);
        }
        if let Some(made) = self.own_alone(epoch) {
            let applied = made.len();
            for some in made.chunks(CHUNK) {
                self.take(&mut follower, index.as_ref(), some, &mut position).await?;
            }
            // Should the feed be read again, then what came before this is applied twice.
            let kept = position.at.millis().saturating_sub(SHORT_LOOK_MS);
            self.heard().seen.retain(|(at, _id)| at.millis() >= kept);
            return Ok(applied);
        }
        follower.known.forget();
        let now = self.context.now();
        let far = !same || follower.looked.is_none_or(|at| now.millis() - at.millis() >= LONG_LOOK_EVERY_MS);
        if far {
            follower.looked = Some(now);
        }
        let back = |ms| Timestamp(position.at.millis().saturating_sub(ms));
        let (since, kept) = (back(if far { LONG_LOOK_MS } else { SHORT_LOOK_MS }), back(LONG_LOOK_MS));
        self.heard().seen.retain(|(at, _id)| *at >= kept);
        let mut applied = 0;
        let mut offset = 0;
        loop {
            let events = events(store, since, offset).await?;
            let read = events.len() as u64;
            let new = self.new_of(events);
            self.take(&mut follower, index.as_ref(), &new, &mut position).await?;
            applied += new.len();
            if read < BATCH {
                break;
            }
            offset += read;
        }
        if !same {
            // Should it be a new index, then it has come as far as there is anything to come.
            index.apply(Vec::new(), Some(position)).await.map_err(AppError::internal)?;
        }
        self.heard().epoch = epoch;
        // Of a commit that broke off nobody knows whether it was made; after this time it was not.
        store.unheard().retain(|event| event.at >= kept);
        Ok(applied)
    }

    /// What this process wrote, where it knows that of each of its writes and that nobody else wrote since it last read the feed.
    fn own_alone(&self, epoch: Option<u64>) -> Option<Vec<ChangeEvent>> {
        if epoch.is_none() || self.heard().epoch != epoch {
            return None;
        }
        self.context.store.unheard().made()
    }

    /// Applies these events, and remembers that.
    async fn take(
        &self,
        follower: &mut Follower,
        index: &dyn SearchIndex,
        events: &[ChangeEvent],
        position: &mut Position,
    ) -> Result<(), AppError> {
        let store = &self.context.store;
        let Some(last) = events.iter().map(|event| Position { at: event.at, id: event.id }).max() else {
            return Ok(());
        };
        *position = last.max(*position);
        follower.apply(store, index, events, *position).await?;
        let mut heard = self.heard();
        heard.seen.extend(events.iter().map(|event| (event.at, event.id)));
        heard.position = Some(*position);
        store.unheard().remove(events.iter().map(|event| &event.id));
        Ok(())
    }

    /// Applies what was written where this process wrote something of this kind that the index has not heard of.
    pub async fn hear_of_own<E: Searchable>(&self) -> Result<(), AppError> {
        if !self.context.store.unheard().of(E::COLLECTION.name).is_empty() {
            self.catch_up().await?;
        }
        Ok(())
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn new_of(&self, events: Vec<ChangeEvent>) -> Vec<ChangeEvent> {
        let heard = self.heard();
        events.into_iter().filter(|event| !heard.seen.contains(&(event.at, event.id))).collect()
    }

    /// Records of a collection that were written, by whatever process, and of which the index has not heard.
    pub(super) async fn unheard(&self, collection: &str) -> Result<Vec<String>, AppError> {
        let store = &self.context.store;
        let mut records = store.unheard().of(collection);
        let since = {
            let heard = self.heard();
            // Where the storage can tell that no other process wrote, there is nothing to ask.
            if heard.epoch.is_some() && heard.epoch == store.storage().epoch() { None } else { heard.position }
        };
        if let Some(position) = since {
            let since = Timestamp(position.at.millis().saturating_sub(SHORT_LOOK_MS));
            let mut events = events(store, since, 0).await?;
            if events.len() as u64 == BATCH {
                self.catch_up().await?;
                events = Vec::new();
            }
            let new = self.new_of(events).into_iter().filter(|event| event.collection == collection);
            records.extend(new.map(|event| event.record));
        }
        Ok(records)
    }

    /// Events that an index of this position knows, as far as that can be told: where as many are stored as when it was built, none
    /// of them showed late.
    async fn made_of(&self, position: Position) -> Result<Seen, AppError> {
        let Some(stored) = position.stored() else { return Ok(Seen::new()) };
        let found = self.stored_before(position.at).await?;
        Ok(if found.len() as u64 == stored { found } else { Seen::new() })
    }

    /// Events of the minute before this time that are stored already: whoever reads records from now on reads what these
    /// made of them. After an import they are as many as its records, and need not all be applied once more.
    pub(super) async fn stored_before(&self, at: Timestamp) -> Result<Seen, AppError> {
        let since = Timestamp(at.millis().saturating_sub(LONG_LOOK_MS));
        let mut stored = Seen::new();
        let mut offset = 0;
        loop {
            let events = events(&self.context.store, since, offset).await?;
            let read = events.len() as u64;
            let before = events.into_iter().filter(|event| event.at < at);
            stored.extend(before.map(|event| (event.at, event.id)));
            if read < BATCH {
                return Ok(stored);
            }
            offset += read;
        }
    }

    /// A new index takes the place of the one that was followed: what was written while it was built is unheard of once more.
    pub(super) async fn begin_anew(&self, position: Position) -> Result<(), AppError> {
        let store = &self.context.store;
        let mut offset = 0;
        loop {
            let events = events(store, position.at, offset).await?;
            let read = events.len() as u64;
            store.unheard().add(events);
            if read < BATCH {
                return Ok(());
            }
            offset += read;
        }
    }

    /// The index that took the place was built at this position, of these events among others.
    pub(super) fn hear_anew(&self, position: Position, made_of: Seen) {
        self.context.store.unheard().remove(made_of.iter().map(|(_at, id)| id));
        *self.heard() = Heard::new(position, made_of);
    }

    /// Does the index hold as many of each kind as there are, and as everybody may see? It does not where it was made of another storage, or where
    /// records came into this one without a word in the feed.
    pub async fn agrees(&self) -> Result<bool, AppError> {
        Ok(self.holds::<Dataset>(Dataset::visible()).await?
            && self.holds::<Organization>(organization::visible()).await?
            && self.holds::<Reuse>(Reuse::visible()).await?
            && self.holds::<Dataservice>(Dataservice::visible()).await?
            && self.holds::<Topic>(Topic::visible()).await?
            && self.holds::<Post>(post::published()).await?)
    }

    async fn holds<E: Searchable>(&self, visible: Filter<E>) -> Result<bool, AppError> {
        let index = self.index()?;
        let store = self.context.store.of::<E>();
        for (seen_by, filter) in [(SeenBy::Everybody, visible), (SeenBy::Administrator, Filter::always())] {
            for attempt in 1.. {
                let before = index.position().await.map_err(AppError::internal)?;
                let all = SearchQuery {
                    limit: 0,
                    seen_by: seen_by.clone(),
                    ..SearchQuery::new(E::KIND, "", self.context.now())
                };
                let held = index.search(&all).await.map_err(AppError::internal)?.total;
                if held == store.count(&filter).await? {
                    break;
                }
                // What is being written is counted before the index hears of it: that is no reason to build it anew.
                let after = index.position().await.map_err(AppError::internal)?;
                if before == after && self.unheard(E::COLLECTION.name).await?.is_empty() {
                    return Ok(false);
                }
                if attempt == LOOKS {
                    break;
                }
                self.catch_up().await?;
            }
        }
        Ok(true)
    }

    /// Is the index built, so that it can follow?
    pub async fn is_built(&self) -> Result<bool, AppError> {
        Ok(self.index()?.position().await.map_err(AppError::internal)?.is_some())
    }
}

/// Events since a time, in their order; not from the cache, which other nodes do not tell.
async fn events(store: &Store, since: Timestamp, offset: u64) -> Result<Vec<ChangeEvent>, AppError> {
    let query = Query {
        condition: ChangeEvent::AT.above(Timestamp(since.millis() - 1)).into_condition(),
        sort: vec![ChangeEvent::AT.ascending().into()],
        offset,
        limit: BATCH,
        ..Query::all(ChangeEvent::COLLECTION)
    };
    let mut events = Vec::new();
    for stored in store.storage().fetch(&query).await? {
        events.push(basalt_ports::repo::decode::<ChangeEvent>(&stored)?.value);
    }
    Ok(events)
}

impl Follower {
    async fn apply(
        &mut self,
        store: &Store,
        index: &dyn SearchIndex,
        events: &[ChangeEvent],
        position: Position,
    ) -> Result<(), AppError> {
        let mut changed: HashMap<SearchKind, Vec<ObjectId>> = HashMap::new();
        for event in events {
            let kind = SearchKind::of_collection(&event.collection);
            if let (Some(kind), Ok(id)) = (kind, ObjectId::parse(&event.record)) {
                let ids = changed.entry(kind).or_default();
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
        }
        let organizations = changed.remove(&SearchKind::Organization).unwrap_or_default();
        let mut batch = Vec::new();
        for (kind, ids) in changed {
            let documents = self.documents(store, kind, &ids).await?;
            batch.extend(with_removed(kind, &ids, documents));
        }
        // After their datasets, by which they are known.
        if !organizations.is_empty() {
            let rows = store.organizations.fresh_list(Filter::ids(&organizations), u64::MAX).await?;
            let records: Vec<&Organization> = rows.iter().map(|row| &row.value).collect();
            let documents = of_organizations(store, &mut self.known, &records).await?;
            batch.extend(with_removed(SearchKind::Organization, &organizations, documents));
            let renamed = self.renamed(&records, events);
            // Before the position moves: broken off here, all of it is done again.
            if let Err(error) = tell_of_owned(store, index, &renamed).await {
                self.shown.retain(|id, _shown| !renamed.contains(id));
                return Err(error);
            }
        }
        index.apply(batch, Some(position)).await.map_err(AppError::internal)
    }

    /// Documents of what was changed of a kind, but of organisations.
    async fn documents(
        &mut self,
        store: &Store,
        kind: SearchKind,
        ids: &[ObjectId],
    ) -> Result<Vec<SearchDocument>, StorageError> {
        match kind {
            SearchKind::Dataset => {
                let rows = store.datasets.fresh_heads(Filter::ids(ids), u64::MAX).await?;
                self.known.changed(ids, rows.iter().map(|row| &row.value));
                Dataset::documents(store, &rows.iter().map(|row| &row.value).collect::<Vec<_>>()).await
            }
            SearchKind::Organization => Ok(Vec::new()),
            SearchKind::Reuse => fresh::<Reuse>(store, ids).await,
            SearchKind::Dataservice => fresh::<Dataservice>(store, ids).await,
            SearchKind::Topic => fresh::<Topic>(store, ids).await,
            SearchKind::Post => fresh::<Post>(store, ids).await,
        }
    }

    /// Organisations that are now shown otherwise; most changes are of numbers only.
    fn renamed(&mut self, organizations: &[&Organization], events: &[ChangeEvent]) -> Vec<ObjectId> {
        let first = events.iter().map(|event| event.at).min().unwrap_or_default();
        let mut renamed = Vec::new();
        for organization in organizations {
            let now = shown(organization);
            match self.shown.insert(organization.id, now.clone()) {
                Some(before) if before == now => {}
                // Never seen by this process, and not changed by its people: a number.
                None if organization.last_modified < first || organization.last_modified == organization.created_at => {
                }
                _ => renamed.push(organization.id),
            }
        }
        renamed
    }
}

/// Puts the documents, and removes what has none.
fn with_removed(kind: SearchKind, ids: &[ObjectId], documents: Vec<SearchDocument>) -> Vec<SearchChange> {
    let removed: Vec<SearchChange> = ids
        .iter()
        .filter(|id| documents.iter().all(|document| document.id != **id))
        .map(|id| SearchChange::Remove(kind, *id))
        .collect();
    documents.into_iter().map(|document| SearchChange::Put(Box::new(document))).chain(removed).collect()
}

/// Tells the index anew of everything that belongs to these organisations.
async fn tell_of_owned(store: &Store, index: &dyn SearchIndex, organizations: &[ObjectId]) -> Result<(), AppError> {
    async fn of<E>(store: &Store, index: &dyn SearchIndex, organizations: &[ObjectId]) -> Result<(), AppError>
    where
        E: Documented + Owned + Entity<Id = ObjectId>,
    {
        let condition = E::ORGANIZATION.among(organizations.iter().copied()).into_condition();
        let found = store.storage().ids(&Query { condition, ..Query::all(E::COLLECTION) }).await?;
        let ids: Vec<ObjectId> = found.iter().filter_map(ObjectId::from_value).collect();
        for ids in ids.chunks(CHUNK) {
            let puts = fresh::<E>(store, ids).await?.into_iter().map(|document| SearchChange::Put(Box::new(document)));
            index.apply(puts.collect(), None).await.map_err(AppError::internal)?;
        }
        Ok(())
    }
    if organizations.is_empty() {
        return Ok(());
    }
    of::<Dataset>(store, index, organizations).await?;
    of::<Reuse>(store, index, organizations).await?;
    of::<Dataservice>(store, index, organizations).await?;
    of::<Topic>(store, index, organizations).await
}
