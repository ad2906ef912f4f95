//! Tables as CSV: read in pages, written as they are read, whatever their length.

use std::{collections::HashMap, marker::PhantomData};

use actix_web::{HttpResponse, http::header, web::Bytes};
use basalt_domain::{Entity, Field, Filter, License, ObjectId, Organization, Owned, Timestamp, User};
use basalt_ports::{Query, Row, SortKey, StorageError, Store, repo::decode};
use futures_util::stream;
use tokio::task::JoinHandle;

use super::row::Rows;
use crate::{context::Ctx, links::Links};

/// Records read at once.
const PAGE: u64 = 500;

/// A table of an export: one or more rows for each record.
pub(super) trait Table: 'static {
    /// The records.
    type Entity: Entity<Id = ObjectId>;
    /// Names of the columns.
    const HEADER: &'static [&'static str];
    /// What is loaded once for a page of records.
    type Around: Send + 'static;

    /// Loads what is around the records of a page.
    async fn around(store: &Store, now: Timestamp, records: &[Self::Entity]) -> Result<Self::Around, StorageError>;
    /// Writes the rows of a record.
    fn write(rows: &mut Rows, record: &Self::Entity, around: &Self::Around, links: &Links);
}

type Ahead<E> = JoinHandle<Result<Vec<E>, StorageError>>;

struct State<T: Table> {
    store: Store,
    links: Links,
    now: Timestamp,
    filter: Filter<T::Entity>,
    /// The next records, being read while those before are written; `None` behind the last.
    ahead: Option<Ahead<T::Entity>>,
    header: bool,
    of: PhantomData<T>,
}

/// Streams the records that the filter holds for, newest ids first. A fault on the way ends the
/// connection, so that a client does not take a part for the whole.
pub(super) fn table<T: Table>(ctx: &Ctx, name: &str, filter: Filter<T::Entity>) -> HttpResponse {
    let mut state = State::<T> {
        store: ctx.services().context.store.clone(),
        links: ctx.links.clone(),
        now: ctx.services().context.now(),
        filter,
        ahead: None,
        header: true,
        of: PhantomData,
    };
    state.ahead = Some(state.read_below(None));
    let rows = stream::try_unfold(state, |mut state| async move {
        let Some(ahead) = state.ahead.take() else { return Ok::<_, StorageError>(None) };
        let written = state.write(ahead).await;
        Ok(Some((written.inspect_err(|error| tracing::error!(%error, "export broken off"))?, state)))
    });
    answer(ctx, name).streaming(Box::pin(rows))
}

/// The headers of an export of this name.
pub(super) fn answer(ctx: &Ctx, name: &str) -> actix_web::HttpResponseBuilder {
    let now = ctx.services().context.now().iso().to_string();
    let stamp: String = now.chars().take(16).map(|c| if c == 'T' || c == ':' { '-' } else { c }).collect();
    let mut response = HttpResponse::Ok();
    response.content_type("text/csv; charset=utf-8");
    response.insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename={name}-{stamp}.csv")));
    response
}

impl<T: Table> State<T> {
    /// Begins to read.
    fn read_below(&self, last: Option<ObjectId>) -> Ahead<T::Entity> {
        tokio::spawn(page(self.store.clone(), self.filter.clone(), last))
    }

    /// The rows of records that are read, and begins to read those after them.
    async fn write(&mut self, ahead: Ahead<T::Entity>) -> Result<Bytes, StorageError> {
        let records = ahead.await.map_err(StorageError::unavailable)??;
        if records.len() as u64 == PAGE {
            self.ahead = Some(self.read_below(records.last().map(|record| *record.id())));
        }
        let around = T::around(&self.store, self.now, &records).await?;
        let mut rows = if std::mem::take(&mut self.header) { Rows::header(T::HEADER) } else { Rows::default() };
        let links = self.links.clone();
        let write = move || {
            for record in &records {
                T::write(&mut rows, record, &around, &links);
            }
            Bytes::from(rows.into_bytes())
        };
        tokio::task::spawn_blocking(write).await.map_err(StorageError::unavailable)
    }
}

/// The next records below an id. They do not pass through the cache: an export would empty it. Reading and decoding is work for
/// other threads than those that answer, which are free to begin the one while the other goes on.
pub(super) async fn page<E: Entity<Id = ObjectId>>(
    store: Store,
    filter: Filter<E>,
    last: Option<ObjectId>,
) -> Result<Vec<E>, StorageError> {
    let id = Field::<E, ObjectId>::one("_id");
    let filter = match last {
        Some(last) => filter.and(id.below(last)),
        None => filter,
    };
    let query = Query {
        condition: filter.into_condition(),
        sort: vec![SortKey { path: E::COLLECTION.id_path(), descending: true }],
        limit: PAGE,
        ..Query::all(E::COLLECTION)
    };
    let stored = store.storage().fetch(&query).await?;
    let decoded = move || stored.iter().map(|stored| Ok(decode::<E>(stored)?.value)).collect();
    tokio::task::spawn_blocking(decoded).await.map_err(StorageError::unavailable)?
}

/// Whom the records of a page belong to, and the names of licences.
pub(super) struct Owners {
    organizations: HashMap<ObjectId, Row<Organization>>,
    users: HashMap<ObjectId, Row<User>>,
    licenses: HashMap<String, Row<License>>,
}

impl Owners {
    /// Of these records.
    pub(super) async fn of<E: Owned>(
        store: &Store,
        records: &[E],
        licenses: impl Fn(&E) -> Option<&String>,
    ) -> Result<Self, StorageError> {
        let organizations: Vec<ObjectId> = records.iter().filter_map(Owned::organization).collect();
        let users: Vec<ObjectId> = records.iter().filter_map(Owned::owner).collect();
        let licenses: Vec<&String> = records.iter().filter_map(licenses).collect();
        Ok(Self {
            organizations: store.organizations.by_ids(&organizations).await?,
            users: store.users.by_ids(&users).await?,
            licenses: store.licenses.by_ids(licenses).await?,
        })
    }

    /// Name and id of the organisation.
    pub(super) fn write_organization<E: Owned>(&self, rows: &mut Rows, record: &E) {
        let row = record.organization().and_then(|id| self.organizations.get(&id));
        rows.maybe(row.map(|row| row.value.name.as_str()));
        rows.text(&row.map(|row| row.value.id.to_string()).unwrap_or_default());
    }

    /// Name and id of the organisation, slug and id of the user.
    pub(super) fn write<E: Owned>(&self, rows: &mut Rows, record: &E) {
        self.write_organization(rows, record);
        let row = record.owner().and_then(|id| self.users.get(&id));
        rows.maybe(row.map(|row| row.value.slug.as_str()));
        rows.text(&row.map(|row| row.value.id.to_string()).unwrap_or_default());
    }

    /// The name of a licence, its id where it is not known.
    pub(super) fn license<'a>(&'a self, id: Option<&'a String>) -> Option<&'a str> {
        let id = id?;
        Some(self.licenses.get(id).map_or(id.as_str(), |row| row.value.title.as_str()))
    }
}
