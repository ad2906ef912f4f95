//! Finding and suggesting, with nothing in it that the caller may not list.

use std::collections::HashSet;

use basalt_domain::{Filter, ObjectId, organization, policy::Viewer};
use basalt_ports::{
    Row,
    search::{SearchFilter, SearchQuery, SeenBy},
};

use super::{Results, Search, Searchable};
use crate::AppError;

/// How often an index is asked again that found what it should not have.
const TRIES: usize = 4;
/// More records than this are not left out one by one: the index catches up first.
const MANY: usize = 500;

/// What a caller may list.
pub(super) struct Listed {
    sysadmin: bool,
    user: Option<ObjectId>,
    organizations: Vec<ObjectId>,
}

impl Listed {
    /// What everybody may list.
    pub(super) const EVERYBODY: Self = Self { sysadmin: false, user: None, organizations: Vec::new() };

    fn has<E: Searchable>(&self, object: &E) -> bool {
        object.is_findable()
            || self.sysadmin
            || self.user.is_some_and(|user| object.belongs_to(user, &self.organizations))
    }

    fn seen_by(&self) -> SeenBy {
        match self.user {
            Some(_) if self.sysadmin => SeenBy::Administrator,
            Some(user) => SeenBy::Owner {
                owner: user.to_string(),
                organizations: self.organizations.iter().map(ToString::to_string).collect(),
            },
            None => SeenBy::Everybody,
        }
    }
}

impl Search {
    /// Finds what everybody may see: one look into the index, one read.
    pub async fn find<E: Searchable>(&self, query: &SearchQuery) -> Result<Results<E>, AppError> {
        self.find_for(&Viewer::ANONYMOUS, query).await
    }

    /// Finds what this viewer may list: also what belongs to them; administrators of the portal find everything.
    pub async fn find_for<E: Searchable>(&self, viewer: &Viewer, query: &SearchQuery) -> Result<Results<E>, AppError> {
        let listed = self.listed(viewer).await?;
        let index = self.current().await?;
        // Asked before the index is: what it hears of in between is left out once more, which does no harm.
        let mut unlisted = self.unlisted::<E>(&listed).await?;
        let mut query = SearchQuery { seen_by: listed.seen_by(), ..query.clone() };
        let filters = query.filters.len();
        for attempt in 1.. {
            query.filters.truncate(filters);
            if !unlisted.is_empty() {
                query.filters.push(SearchFilter::Not("id", unlisted.clone()));
            }
            let found = index.search(&query).await.map_err(AppError::internal)?;
            let rows = self.rows(&found.ids, &listed).await?;
            let gone = found.ids.len().saturating_sub(rows.len());
            if gone == 0 || attempt == TRIES {
                return Ok(Results { rows, total: found.total.saturating_sub(gone as u64), facets: found.facets });
            }
            // Written by another node a moment ago.
            let shown: Vec<&ObjectId> = rows.iter().map(|row| row.value.id()).collect();
            unlisted.extend(found.ids.iter().filter(|id| !shown.contains(id)).map(ToString::to_string));
        }
        Err(AppError::internal("unreachable"))
    }

    /// Ids of everything that fits and that this viewer may list, for a list that is narrowed and ordered by storage; none where there
    /// is no index, or where more fits than `limit` of the query.
    pub async fn ids_for<E: Searchable>(
        &self,
        viewer: &Viewer,
        query: &SearchQuery,
    ) -> Result<Option<Vec<ObjectId>>, AppError> {
        if !self.is_ready().await? {
            return Ok(None);
        }
        if viewer.user.is_some() {
            self.hear_of_own::<E>().await?;
        }
        let seen_by = self.listed(viewer).await?.seen_by();
        let query = SearchQuery { seen_by, ..query.clone() };
        let found = self.index()?.search(&query).await.map_err(AppError::internal)?;
        Ok((found.total <= found.ids.len() as u64).then_some(found.ids))
    }

    /// Completes what is being typed with what everybody may see.
    pub async fn suggest<E: Searchable>(&self, text: &str, size: usize) -> Result<Vec<Row<E>>, AppError> {
        let listed = Listed::EVERYBODY;
        let index = self.current().await?;
        let mut wanted = size;
        for attempt in 1.. {
            let ids = index.suggest(E::KIND, text, wanted).await.map_err(AppError::internal)?;
            let mut rows = self.rows::<E>(&ids, &listed).await?;
            let gone = ids.len().saturating_sub(rows.len());
            if gone == 0 || rows.len() >= size || attempt == TRIES {
                rows.truncate(size);
                return Ok(rows);
            }
            wanted = wanted.saturating_mul(2).saturating_add(gone);
        }
        Ok(Vec::new())
    }

    async fn listed(&self, viewer: &Viewer) -> Result<Listed, AppError> {
        let mut listed = Listed { sysadmin: viewer.sysadmin, user: viewer.user, organizations: Vec::new() };
        if let Some(user) = viewer.user.filter(|_user| !viewer.sysadmin) {
            let joined = self.context.store.organizations.list(organization::joined_by(user), &[], u64::MAX).await?;
            listed.organizations = joined.iter().map(|row| row.value.id).collect();
        }
        Ok(listed)
    }

    /// Records that were written, of which the index has not heard, and which are not for this caller: what it says of them is to
    /// be left out.
    pub(super) async fn unlisted<E: Searchable>(&self, listed: &Listed) -> Result<Vec<String>, AppError> {
        let mut records = self.unheard(E::COLLECTION.name).await?;
        if records.len() > MANY {
            self.catch_up().await?;
            records = self.unheard(E::COLLECTION.name).await?;
        }
        if records.is_empty() {
            return Ok(Vec::new());
        }
        records.sort_unstable();
        records.dedup();
        let ids: Vec<ObjectId> = records.iter().filter_map(|record| ObjectId::parse(record).ok()).collect();
        // Not from the cache: another process may have written them a moment ago.
        let rows = self.context.store.of::<E>().fresh_heads(Filter::ids(&ids), u64::MAX).await?;
        let shown: HashSet<&ObjectId> =
            rows.iter().filter(|row| listed.has(&row.value)).map(|row| row.value.id()).collect();
        Ok(ids.iter().filter(|id| !shown.contains(id)).map(ToString::to_string).collect())
    }

    /// Those of these records that the caller may list, in this order.
    async fn rows<E: Searchable>(&self, ids: &[ObjectId], listed: &Listed) -> Result<Vec<Row<E>>, AppError> {
        let mut rows = self.context.store.of::<E>().by_ids(ids).await?;
        Ok(ids.iter().filter_map(|id| rows.remove(id)).filter(|row| listed.has(&row.value)).collect())
    }
}
