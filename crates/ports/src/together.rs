//! Records of several collections that are needed at the same time: one question to the storage.

use std::collections::HashMap;

use async_trait::async_trait;
use basalt_domain::{Entity, Filter};

use crate::{Query, Raw, Repo, StorageError, Store, Stored, cache::Before, repo::Row};

/// What is asked of one collection while others are asked too; see [`Store::together`].
pub struct Asked<'a, E: Entity> {
    repo: &'a Repo<E>,
    query: Option<Query>,
    /// The query whose whole answer will be known, which may be kept.
    list: Option<Query>,
    before: Option<Before>,
    rows: Vec<Row<E>>,
}

impl<'a, E: Entity> Asked<'a, E> {
    /// These are known; this is to be asked for.
    pub(crate) const fn new(repo: &'a Repo<E>, rows: Vec<Row<E>>, query: Option<Query>) -> Self {
        Self { repo, query, list: None, before: None, rows }
    }

    /// What was found, in no order.
    pub fn rows(self) -> Vec<Row<E>> {
        self.rows
    }

    /// What was found, by id.
    pub fn by_id(self) -> HashMap<E::Id, Row<E>> {
        self.rows.into_iter().map(|row| (row.value.id().clone(), row)).collect()
    }
}

/// [`Asked`], whatever the entities are.
#[async_trait]
pub trait Ask: Send {
    /// What is to be asked for, if anything is.
    fn question(&mut self) -> Option<Query>;
    /// What the storage returned.
    async fn answer(&mut self, found: Vec<Stored<Raw>>) -> Result<(), StorageError>;
}

#[async_trait]
impl<E: Entity> Ask for Asked<'_, E> {
    fn question(&mut self) -> Option<Query> {
        self.before = self.repo.before();
        self.query.take()
    }

    async fn answer(&mut self, found: Vec<Stored<Raw>>) -> Result<(), StorageError> {
        self.rows.extend(self.repo.kept(found, self.before).await?);
        if let Some((list, before)) = self.list.take().zip(self.before) {
            self.repo.keep_list(before, &list, &self.rows);
        }
        Ok(())
    }
}

impl<E: Entity> Repo<E> {
    /// Asks for the records that a filter holds for, together with others.
    pub fn asked(&self, filter: Filter<E>) -> Asked<'_, E> {
        let query = Query { condition: filter.into_condition(), ..Query::all(E::COLLECTION) };
        match self.known_list(&query) {
            Some(ids) => self.asked_by_ids(ids.iter()),
            None => Asked { list: Some(query.clone()), ..Asked::new(self, Vec::new(), Some(query)) },
        }
    }
}

impl Store {
    /// Asks for all of these at once. What is in a cache, or nothing, is not asked for.
    pub async fn together(&self, asked: &mut [&mut dyn Ask]) -> Result<(), StorageError> {
        let mut asking = Vec::with_capacity(asked.len());
        let mut queries = Vec::with_capacity(asked.len());
        for one in asked {
            if let Some(query) = one.question() {
                queries.push(query);
                asking.push(one);
            }
        }
        if queries.is_empty() {
            return Ok(());
        }
        for (one, found) in asking.into_iter().zip(self.storage().fetch_all(&queries).await?) {
            one.answer(found).await?;
        }
        Ok(())
    }
}
