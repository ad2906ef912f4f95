//! Tables as CSV: read in pages, written as they are read, whatever their length.

use std::{collections::HashMap, marker::PhantomData};

use actix_web::{HttpResponse, http::header, web::Bytes};
use basalt_domain::{Entity, Field, Filter, License, ObjectId, Organization, Owned, Timestamp, User};
use basalt_ports::{Query, Row, SortKey, StorageError, Store, repo::decode};
use futures_util::stream;

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
    type Around;

    /// Loads what is around the records of a page.
    async fn around(store: &Store, now: Timestamp, records: &[Self::Entity]) -> Result<Self::Around, StorageError>;
    /// Writes the rows of a record.
    fn write(rows: &mut Rows, record: &Self::Entity, around: &Self::Around, links: &Links);
}

struct State<T: Table> {
    store: Store,
    links: Links,
    now: Timestamp,
    filter: Filter<T::Entity>,
    /// The last id that was read; `None` before the first.
    last: Option<ObjectId>,
    header: bool,
    done: bool,
    of: PhantomData<T>,
}

/// Streams the records that the filter holds for, newest ids first. A fault on the way ends the
/// connection, so that a client does not take a part for the whole.
pub(super) fn table<T: Table>(ctx: &Ctx, name: &str, filter: Filter<T::Entity>) -> HttpResponse {
    let state = State::<T> {
        store: ctx.services().context.store.clone(),
        links: ctx.links.clone(),
        now: ctx.services().context.now(),
        filter,
        last: None,
        header: true,
        done: false,
        of: PhantomData,
    };
    let rows = stream::try_unfold(state, |mut state| async move {
        if state.done {
            return Ok::<_, StorageError>(None);
        }
        let bytes = next::<T>(&mut state).await.inspect_err(|error| tracing::error!(%error, "export broken off"))?;
        Ok(Some((bytes, state)))
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

async fn next<T: Table>(state: &mut State<T>) -> Result<Bytes, StorageError> {
    let records = page::<T::Entity>(&state.store, &state.filter, state.last).await?;
    state.done = records.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
    state.last = records.last().map(|record| *record.id());
    let around = T::around(&state.store, state.now, &records).await?;
    let mut rows = if std::mem::take(&mut state.header) { Rows::header(T::HEADER) } else { Rows::default() };
    for record in &records {
        T::write(&mut rows, record, &around, &state.links);
    }
    Ok(rows.into_bytes().into())
}

/// The next records below an id. They do not pass through the cache: an export would empty it.
pub(super) async fn page<E: Entity<Id = ObjectId>>(
    store: &Store,
    filter: &Filter<E>,
    last: Option<ObjectId>,
) -> Result<Vec<E>, StorageError> {
    let id = Field::<E, ObjectId>::one("_id");
    let filter = match last {
        Some(last) => filter.clone().and(id.below(last)),
        None => filter.clone(),
    };
    let query = Query {
        condition: filter.into_condition(),
        sort: vec![SortKey { path: E::COLLECTION.id_path(), descending: true }],
        limit: PAGE,
        ..Query::all(E::COLLECTION)
    };
    store.storage().fetch(&query).await?.iter().map(|stored| Ok(decode::<E>(stored)?.value)).collect()
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
