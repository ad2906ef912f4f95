//! Builds the index anew from what is stored, while the old one answers.

use basalt_domain::{Dataservice, Dataset, Organization, Post, Reuse, Topic};
use basalt_ports::{
    Store,
    search::{Position, Rebuild, SearchDocument},
};

use super::{
    Search, Searchable, documents,
    known::Known,
    load::{Documented, Pages},
};
use crate::AppError;

/// How many documents a new index has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reindexed {
    /// Datasets.
    pub datasets: usize,
    /// Organisations.
    pub organizations: usize,
    /// Everything else.
    pub others: usize,
}

impl Search {
    /// Builds the index anew; `told` hears how many datasets were read so far. What is written meanwhile is for whoever follows the
    /// feed: [`Search::catch_up`], in this process or the one that serves.
    pub async fn reindex(&self, mut told: impl FnMut(usize)) -> Result<Reindexed, AppError> {
        let index = self.index()?;
        let store = &self.context.store;
        // What is written from now on may be missed by the reading, and is read again from the feed.
        let now = self.context.now();
        let made_of = self.stored_before(now).await?;
        let position = Position::of_build(now, made_of.len() as u64);
        let mut rebuild = index.rebuild().await.map_err(AppError::internal)?;
        let mut done = Reindexed::default();
        let mut known = Known::default();
        let mut pages = Pages::<Dataset>::new(store);
        while let Some(rows) = pages.next().await? {
            let records: Vec<&Dataset> = rows.iter().map(|row| &row.value).collect();
            for dataset in &records {
                known.add(dataset);
            }
            let documents = Dataset::documents(store, &records).await?;
            done.datasets += documents.len();
            rebuild.add(documents).await.map_err(AppError::internal)?;
            told(done.datasets);
        }
        let mut pages = Pages::<Organization>::new(store);
        while let Some(rows) = pages.next().await? {
            let document = |organization: &Organization| SearchDocument {
                hidden: !organization.is_findable(),
                ..documents::organization(organization, known.of(organization.id))
            };
            let documents: Vec<_> = rows.iter().map(|row| document(&row.value)).collect();
            done.organizations += documents.len();
            rebuild.add(documents).await.map_err(AppError::internal)?;
        }
        done.others += add_all::<Reuse>(store, rebuild.as_mut()).await?;
        done.others += add_all::<Dataservice>(store, rebuild.as_mut()).await?;
        done.others += add_all::<Topic>(store, rebuild.as_mut()).await?;
        done.others += add_all::<Post>(store, rebuild.as_mut()).await?;
        // Nothing is applied to the old index while the new one takes its place.
        {
            let mut follower = self.follower.lock().await;
            self.begin_anew(position).await?;
            rebuild.finish(position).await.map_err(AppError::internal)?;
            self.hear_anew(position, made_of);
            *follower = super::follow::Follower::default();
        }
        Ok(done)
    }
}

async fn add_all<E: Documented>(store: &Store, rebuild: &mut dyn Rebuild) -> Result<usize, AppError> {
    let mut added = 0;
    let mut pages = Pages::<E>::new(store);
    while let Some(rows) = pages.next().await? {
        let records: Vec<&E> = rows.iter().map(|row| &row.value).collect();
        let documents = E::documents(store, &records).await?;
        added += documents.len();
        rebuild.add(documents).await.map_err(AppError::internal)?;
    }
    Ok(added)
}
