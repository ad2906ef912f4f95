//! The storage itself: reading here, writing in `commit`.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use basalt_domain::{Apart, COLLECTIONS, Collection, Condition, Document, Test, Value};
use basalt_ports::{ChangeSet, Heads, PartsPage, PartsQuery, Query, Raw, Storage, StorageError, Stored, Version};
use sea_orm::{ConnectionTrait, Statement};

use crate::{
    SqlOptions, commit,
    connect::{self, Place},
    dialect::Dialect,
    encode,
    error::unavailable,
    layout::Table,
    migrate,
    parts::{PartsTable, is_head},
    put_off,
    row::{Read, Row},
    schema, select,
    totals::{self, Answer},
    way::{self, Present, Way},
};

/// Kept numbers that are read at once as if they were one.
const FEW_TOTALS: usize = 32;

/// Keeps documents in an SQL database.
pub struct SqlStorage {
    pub(crate) dialect: Dialect,
    tables: HashMap<&'static str, Arc<Table>>,
    pub(crate) place: Place,
    last_start: AtomicU64,
    /// Records with more parts keep them beside.
    pub(crate) many: usize,
}

impl SqlStorage {
    /// Connects to `sqlite://PATH` (the file is made), `postgres://…` or `mysql://…`. Makes no table:
    /// that is [`Storage::migrate`]. Errors: `Unavailable`.
    pub async fn connect(url: &str, options: SqlOptions) -> Result<Self, StorageError> {
        let (dialect, place) = connect::connect(url, options).await?;
        let tables = COLLECTIONS.iter().map(|of| (of.name, Arc::new(Table::new(dialect, of)))).collect();
        let last_start = AtomicU64::new(RandomState::new().hash_one(0));
        Ok(Self { dialect, tables, place, last_start, many: options.many })
    }

    pub(crate) fn table(&self, of: &Collection) -> Result<&Arc<Table>, StorageError> {
        self.tables.get(of.name).ok_or_else(|| StorageError::unavailable(format!("{} is not in COLLECTIONS", of.name)))
    }

    pub(crate) fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values().map(AsRef::as_ref)
    }

    pub(crate) fn statement(&self, sql: impl Into<String>, values: Vec<sea_orm::Value>) -> Statement {
        self.dialect.statement(sql, values)
    }

    /// The first version of a record: random, so that a record that is deleted and made again does
    /// not have a version that it had before. Each write adds 1.
    pub(crate) fn first_version(&self) -> i64 {
        // SplitMix64: the numbers are spread, not secret.
        let mut mixed = self.last_start.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        // Positive, and far from the end.
        ((mixed ^ (mixed >> 31)) >> 2).cast_signed()
    }

    /// What `read` makes of the rows of a statement. A `lookup` touches few rows.
    pub(crate) async fn rows<T: Send + 'static>(
        &self,
        statement: Statement,
        lookup: bool,
        read: Read<T>,
    ) -> Result<Vec<T>, StorageError> {
        match &self.place {
            Place::File(file) => file.readers.rows(statement, lookup, read).await,
            Place::Server(connections) => {
                let rows = connections.query_all_raw(statement).await.map_err(unavailable)?;
                rows.iter().map(|row| read(row)).collect()
            }
        }
    }

    /// The way to the records of a query. Servers know their own.
    async fn way(&self, table: &Table, query: &Query) -> Result<Way, StorageError> {
        if self.dialect != Dialect::Sqlite || query.sort.is_empty() {
            return Ok(Way::Plain);
        }
        if let Some(way) = way::along(table, query).or_else(|| way::by_id(table, query)) {
            return Ok(way);
        }
        let last = query.offset.saturating_add(query.limit);
        if let Some(Present(having, all)) = way::present(table, query) {
            let having = self.kept(table.of, &[having.to_owned()]).await?;
            let all = self.kept(table.of, &[all.to_owned()]).await?;
            return Ok(Present::way(having, all, last));
        }
        let Some(filtered) = way::filtered(table, query) else {
            let any = way::offers_alternatives(table, &query.condition);
            return Ok(if any { Way::InOrderAny } else { Way::Plain });
        };
        let all = self.kept(table.of, &[filtered.total().to_owned()]).await?;
        let having = self.kept(table.of, &filtered.numbers).await?;
        Ok(filtered.way(having, all, last))
    }

    /// The sum of kept numbers; of what no record ever had there is none.
    pub(crate) async fn kept(&self, of: &'static Collection, names: &[String]) -> Result<u64, StorageError> {
        let mut sum = 0;
        for names in names.chunks(schema::MOST_TOTALS) {
            // Few different statements to prepare: as many as there are powers of two.
            let places = names.len().next_power_of_two();
            let padded = names.iter().chain(names.last().into_iter().cycle()).take(places);
            let values = std::iter::once(of.name.into()).chain(padded.map(|name| name.as_str().into())).collect();
            let statement = self.statement(schema::read_totals(self.dialect, places), values);
            sum += self.rows(statement, places <= FEW_TOTALS, |row| row.number(0)).await?.into_iter().sum::<i64>();
        }
        Ok(u64::try_from(sum).unwrap_or(0))
    }

    /// How many records a condition holds for, if kept numbers tell.
    pub(crate) async fn kept_number(&self, table: &Table, condition: &Condition) -> Result<Option<u64>, StorageError> {
        match totals::answer(&table.totals, condition) {
            Some(Answer::Are(names)) => self.kept(table.of, &names).await.map(Some),
            Some(Answer::Less(all, less)) => {
                let (all, less) = (self.kept(table.of, &[all]).await?, self.kept(table.of, &less).await?);
                Ok(Some(all.saturating_sub(less)))
            }
            None => Ok(None),
        }
    }

    /// Long records with their parts, where no heads are asked for.
    async fn with_parts(
        &self,
        table: &Table,
        query: &Query,
        found: Vec<Stored<Raw>>,
    ) -> Result<Vec<Stored<Raw>>, StorageError> {
        let Some(parts) = table.parts.as_ref().filter(|_parts| query.heads == Heads::No) else { return Ok(found) };
        let mut whole = Vec::with_capacity(found.len());
        for one in found {
            match &one.value {
                Raw::Json(text) if is_head(text) => whole.extend(self.whole(table, parts, text).await?),
                _ => whole.push(one),
            }
        }
        Ok(whole)
    }

    /// A long record as it is now, with its parts; `None` if it is gone.
    async fn whole(&self, table: &Table, parts: &PartsTable, head: &str) -> Result<Option<Stored<Raw>>, StorageError> {
        let corrupt = |source: serde_json::Error| StorageError::Corrupt {
            collection: table.of.name,
            id: "of a head".into(),
            source: source.into(),
        };
        let id = serde_json::from_str::<Document>(head).map_err(corrupt)?.remove("_id").unwrap_or_default();
        let key = encode::key(table.of, &id)?;
        let statement = self.statement(parts.whole.as_str(), vec![key.as_str().into(), key.as_str().into()]);
        let rows = self.rows(statement, false, |row| Ok((row.number(2)?, row.number(1)?, row.text(0)?))).await?;
        let (own, mut beside): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(which, _number, _text)| *which == 0);
        let Some((_which, version, text)) = own.into_iter().next() else { return Ok(None) };
        let version = Version(version.cast_unsigned());
        if !is_head(&text) {
            return Ok(Some(Stored { value: Raw::Json(text), version }));
        }
        beside.sort_unstable_by_key(|(_which, position, _text)| *position);
        let texts: Vec<String> = beside.into_iter().map(|(_which, _position, text)| text).collect();
        let head: Document = serde_json::from_str(&text).map_err(corrupt)?;
        let value = Raw::Json(parts.whole_of(&head, &texts).map_err(corrupt)?);
        Ok(Some(Stored { value, version }))
    }

    async fn number(&self, statement: Statement, lookup: bool) -> Result<Option<u64>, StorageError> {
        let numbers = self.rows(statement, lookup, |row| row.number(0)).await?;
        Ok(numbers.first().map(|number| u64::try_from(*number).unwrap_or(0)))
    }
}

#[async_trait]
impl Storage for SqlStorage {
    #[tracing::instrument(name = "storage.sql.fetch", level = "debug", skip_all, fields(collection = query.of.name))]
    async fn fetch(&self, query: &Query) -> Result<Vec<Stored<Raw>>, StorageError> {
        let table = self.table(query.of)?;
        let lookup = select::is_lookup(table, query);
        let stored = |row: &dyn Row| {
            Ok(Stored { value: Raw::Json(row.text(1)?), version: Version(row.number(0)?.cast_unsigned()) })
        };
        let way = self.way(table, query).await?;
        let lookup = lookup || way.leads_to_few(query);
        let near = self.nearer(table, query).await?;
        let found = self.rows(select::fetch(self.dialect, table, &near.query, &way), lookup, stored).await?;
        self.with_parts(table, query, near.in_order(found)).await
    }

    #[tracing::instrument(name = "storage.sql.fetch_all", level = "debug", skip_all, fields(queries = queries.len()))]
    async fn fetch_all(&self, queries: &[Query]) -> Result<Vec<Vec<Stored<Raw>>>, StorageError> {
        let mut asked = Vec::with_capacity(queries.len());
        for query in queries {
            asked.push((self.table(query.of)?.as_ref(), query));
        }
        let mut found: Vec<Vec<Stored<Raw>>> = queries.iter().map(|_query| Vec::new()).collect();
        let statement = match &self.place {
            Place::Server(_) => select::fetch_all(self.dialect, &asked),
            // A file is asked without a way to go.
            Place::File(_) => None,
        };
        let Some(statement) = statement else {
            for (query, found) in queries.iter().zip(&mut found) {
                *found = self.fetch(query).await?;
            }
            return Ok(found);
        };
        let rows = self.rows(statement, false, |row| Ok((row.number(2)?, row.number(0)?, row.text(1)?))).await?;
        for (which, version, text) in rows {
            let of_query = usize::try_from(which).ok().and_then(|which| found.get_mut(which));
            let stored = Stored { value: Raw::Json(text), version: Version(version.cast_unsigned()) };
            of_query.ok_or_else(|| StorageError::unavailable("a row of no query"))?.push(stored);
        }
        for ((table, query), found) in asked.into_iter().zip(&mut found) {
            *found = self.with_parts(table, query, std::mem::take(found)).await?;
        }
        Ok(found)
    }

    #[tracing::instrument(name = "storage.sql.parts", level = "debug", skip_all, fields(collection = query.of.name))]
    async fn parts(&self, query: &PartsQuery) -> Result<Option<PartsPage>, StorageError> {
        let condition = Condition::Is(query.of.id_path(), Test::Eq(query.record.clone()));
        let record = Query { condition, limit: 1, heads: Heads::ToShow, ..Query::all(query.of) };
        let Some(record) = self.fetch(&record).await?.pop() else { return Ok(None) };
        let corrupt =
            |source| StorageError::Corrupt { collection: query.of.name, id: format!("{:?}", query.record), source };
        let record: Document = record.value.decode().map_err(corrupt)?;
        let table = self.table(query.of)?;
        let (Some(parts), Some(apart)) = (&table.parts, Apart::in_head(&record)) else {
            return Ok(Some(query.answer(&record)));
        };
        let owner = encode::key(query.of, &query.record)?;
        let (sql, values) = parts.select(query, &owner, "document", true);
        let few = query.limit <= 100 && query.kind.is_none() && query.title.is_none();
        let found = self.rows(self.statement(sql, values), few, |row| Ok(Raw::Json(row.text(0)?))).await?;
        let total = match query {
            PartsQuery { id: None, kind: None, title: None, .. } => apart.count,
            PartsQuery { id: Some(_), offset: 0, limit: 1.., .. } => found.len() as u64,
            _ => {
                let (sql, values) = parts.select(query, &owner, "COUNT(*)", false);
                self.number(self.statement(sql, values), false).await?.unwrap_or(0)
            }
        };
        Ok(Some(PartsPage { parts: found, total }))
    }

    #[tracing::instrument(name = "storage.sql.ids", level = "debug", skip_all, fields(collection = query.of.name))]
    async fn ids(&self, query: &Query) -> Result<Vec<Value>, StorageError> {
        let table = self.table(query.of)?;
        let lookup = select::is_lookup(table, query);
        let way = self.way(table, query).await?;
        let near = self.nearer(table, query).await?;
        let keys = self.rows(select::ids(self.dialect, table, &near.query, &way), lookup, |row| row.text(0)).await?;
        near.in_order(keys).into_iter().map(|key| encode::id_of_key(query.of, key)).collect()
    }

    #[tracing::instrument(name = "storage.sql.count", level = "debug", skip_all, fields(collection = of.name))]
    async fn count(&self, of: &'static Collection, condition: &Condition) -> Result<u64, StorageError> {
        let table = self.table(of)?;
        if let Some(number) = self.kept_number(table, condition).await? {
            return Ok(number);
        }
        Ok(self.number(select::count(self.dialect, table, condition), false).await?.unwrap_or(0))
    }

    #[tracing::instrument(name = "storage.sql.count_parts", level = "debug", skip_all, fields(collection = of.name))]
    async fn count_parts(&self, of: &'static Collection, condition: &Condition) -> Result<Option<u64>, StorageError> {
        let kept = self.table(of)?.totals.iter().find(|kept| kept.condition == *condition);
        match kept.and_then(totals::Kept::of_parts) {
            Some(name) => self.kept(of, &[name]).await.map(Some),
            None => Ok(None),
        }
    }

    #[tracing::instrument(name = "storage.sql.commit", level = "debug", skip_all, fields(changes = changes.changes().len()))]
    async fn commit(&self, changes: &ChangeSet) -> Result<(), StorageError> {
        commit::commit(self, changes).await
    }

    #[tracing::instrument(name = "storage.sql.migrate", skip_all)]
    async fn migrate(&self) -> Result<(), StorageError> {
        migrate::migrate(self).await
    }

    #[tracing::instrument(name = "storage.sql.catch_up", skip_all)]
    async fn catch_up(&self) -> Result<(), StorageError> {
        put_off::catch_up(self).await
    }

    async fn ready(&self) -> Result<(), StorageError> {
        if migrate::is_current(self).await? {
            return Ok(());
        }
        Err(StorageError::unavailable("the tables are those of another version; run `basalt migrate`"))
    }

    fn epoch(&self) -> Option<u64> {
        match &self.place {
            Place::File(file) => Some(file.writer.epoch()),
            Place::Server(_) => None,
        }
    }
}
