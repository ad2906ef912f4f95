//! The index follows the feed of changes.
//!
//! Events are read in the order of their time, from a minute before the last one that was applied: the clocks of several nodes
//! differ a little, and a commit that took long shows late. What was applied already is left out where this process knows it, and
//! applied again where it does not, which does no harm.

use std::collections::{HashMap, HashSet};

use basalt_domain::{
    CatalogueObject, ChangeEvent, Dataservice, Dataset, Entity, Filter, ObjectId, Organization, Owned, Post, Reuse,
    Timestamp, Topic, organization, post,
};
use basalt_ports::{
    Query, Store,
    search::{Position, SearchChange, SearchDocument, SearchIndex, SearchKind, SearchQuery},
};

use super::{
    Search, Searchable,
    load::{Documented, fresh},
};
use crate::AppError;

/// How far back is looked for events that show late, in milliseconds.
const LOOK_BACK_MS: i64 = 60_000;
/// Events read at once.
const BATCH: u64 = 500;
/// Documents handed over at once where an organisation changed.
const CHUNK: usize = 500;

/// What this process knows of what it applied.
#[derive(Default)]
pub(super) struct Follower {
    /// Events of the last minute that were applied.
    seen: HashSet<(Timestamp, ObjectId)>,
    /// What documents of others show of each organisation.
    shown: HashMap<ObjectId, Shown>,
}

/// What documents of others show of an organisation: name, acronym and badges.
type Shown = (String, Option<String>, Vec<String>);

fn shown(organization: &Organization) -> Shown {
    let badges = organization.badges.iter().map(|badge| badge.kind.clone()).collect();
    (organization.name.clone(), organization.acronym.clone(), badges)
}

impl Search {
    /// Applies what was written since the last time: how many events. Nothing where the index is to be built first.
    pub async fn catch_up(&self) -> Result<usize, AppError> {
        let index = self.index()?;
        // One at a time: who waits finds everything done.
        let mut follower = self.follower.lock().await;
        let Some(mut position) = index.position().await.map_err(AppError::internal)? else { return Ok(0) };
        let since = Timestamp(position.at.millis().saturating_sub(LOOK_BACK_MS));
        follower.seen.retain(|(at, _id)| *at >= since);
        let mut applied = 0;
        let mut offset = 0;
        loop {
            let events = events(&self.context.store, since, offset).await?;
            let read = events.len() as u64;
            let new: Vec<ChangeEvent> =
                events.into_iter().filter(|event| !follower.seen.contains(&(event.at, event.id))).collect();
            if let Some(last) = new.iter().map(|event| Position { at: event.at, id: event.id }).max() {
                position = position.max(last);
                follower.apply(&self.context.store, index.as_ref(), &new, position).await?;
                follower.seen.extend(new.iter().map(|event| (event.at, event.id)));
                applied += new.len();
            }
            if read < BATCH {
                return Ok(applied);
            }
            offset += read;
        }
    }

    /// Does the index hold as many of each kind as everybody may see? It does not where it was made of another storage, or where
    /// records came into this one without a word in the feed.
    pub async fn agrees(&self) -> Result<bool, AppError> {
        let store = &self.context.store;
        Ok(self.holds::<Dataset>(store.datasets.count(&Dataset::visible()).await?).await?
            && self.holds::<Organization>(store.organizations.count(&organization::visible()).await?).await?
            && self.holds::<Reuse>(store.reuses.count(&Reuse::visible()).await?).await?
            && self.holds::<Dataservice>(store.dataservices.count(&Dataservice::visible()).await?).await?
            && self.holds::<Topic>(store.topics.count(&Topic::visible()).await?).await?
            && self.holds::<Post>(store.posts.count(&post::published()).await?).await?)
    }

    async fn holds<E: Searchable>(&self, count: u64) -> Result<bool, AppError> {
        let all = SearchQuery { limit: 0, ..SearchQuery::new(E::KIND, "", self.context.now()) };
        Ok(self.index()?.search(&all).await.map_err(AppError::internal)?.total == count)
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
        let mut batch = Vec::new();
        for (kind, ids) in changed {
            let documents = documents(store, kind, &ids).await?;
            batch.extend(with_removed(kind, &ids, documents));
            if kind == SearchKind::Organization {
                for organization in self.renamed(store, &ids, events).await? {
                    for documents in owned(store, organization).await?.chunks(CHUNK) {
                        let puts = documents.iter().cloned().map(|document| SearchChange::Put(Box::new(document)));
                        // Before the position moves: broken off here, all of it is done again.
                        index.apply(puts.collect(), None).await.map_err(AppError::internal)?;
                    }
                }
            }
        }
        index.apply(batch, Some(position)).await.map_err(AppError::internal)
    }

    /// Organisations that are now shown otherwise; most changes are of numbers only.
    async fn renamed(
        &mut self,
        store: &Store,
        ids: &[ObjectId],
        events: &[ChangeEvent],
    ) -> Result<Vec<ObjectId>, AppError> {
        let first = events.iter().map(|event| event.at).min().unwrap_or_default();
        let mut renamed = Vec::new();
        for row in store.organizations.fresh_list(Filter::ids(ids), u64::MAX).await? {
            let organization = row.value;
            let now = shown(&organization);
            match self.shown.insert(organization.id, now.clone()) {
                Some(before) if before == now => {}
                // Never seen by this process, and not changed by its people: a number.
                None if organization.last_modified < first || organization.last_modified == organization.created_at => {
                }
                _ => renamed.push(organization.id),
            }
        }
        Ok(renamed)
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

async fn documents(store: &Store, kind: SearchKind, ids: &[ObjectId]) -> Result<Vec<SearchDocument>, AppError> {
    Ok(match kind {
        SearchKind::Dataset => fresh::<Dataset>(store, ids).await?,
        SearchKind::Organization => fresh::<Organization>(store, ids).await?,
        SearchKind::Reuse => fresh::<Reuse>(store, ids).await?,
        SearchKind::Dataservice => fresh::<Dataservice>(store, ids).await?,
        SearchKind::Topic => fresh::<Topic>(store, ids).await?,
        SearchKind::Post => fresh::<Post>(store, ids).await?,
    })
}

/// Documents of everything that belongs to an organisation.
async fn owned(store: &Store, organization: ObjectId) -> Result<Vec<SearchDocument>, AppError> {
    async fn of<E: Documented + Owned>(store: &Store, organization: ObjectId) -> Result<Vec<SearchDocument>, AppError> {
        let rows = store.of::<E>().fresh_list(E::ORGANIZATION.eq(organization), u64::MAX).await?;
        let records: Vec<&E> = rows.iter().map(|row| &row.value).collect();
        Ok(E::documents(store, &records).await?)
    }
    let mut all = of::<Dataset>(store, organization).await?;
    all.extend(of::<Reuse>(store, organization).await?);
    all.extend(of::<Dataservice>(store, organization).await?);
    all.extend(of::<Topic>(store, organization).await?);
    Ok(all)
}
