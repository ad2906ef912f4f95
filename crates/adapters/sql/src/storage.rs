//! The storage itself: reading here, writing in `commit`.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use basalt_domain::{COLLECTIONS, Collection, Condition, Value};
use basalt_ports::{ChangeSet, Query, Raw, Storage, StorageError, Stored, Version};
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement};

use crate::{
    SqlOptions, commit,
    connect::{self, Connections},
    dialect::Dialect,
    encode,
    epoch::Epoch,
    error::unavailable,
    layout::Table,
    migrate, schema, select,
};

/// Keeps documents in an SQL database.
pub struct SqlStorage {
    pub(crate) dialect: Dialect,
    pub(crate) tables: HashMap<&'static str, Table>,
    pub(crate) writer: DatabaseConnection,
    reader: DatabaseConnection,
    epoch: Option<Epoch>,
    last_start: AtomicU64,
    /// Moves a total by a number.
    pub(crate) move_total: String,
}

impl SqlStorage {
    /// Connects to `sqlite://PATH` (the file is made), `postgres://…` or `mysql://…`. Makes no table:
    /// that is [`Storage::migrate`]. Errors: `Unavailable`.
    pub async fn connect(url: &str, options: SqlOptions) -> Result<Self, StorageError> {
        let Connections { dialect, reader, writer } = connect::connect(url, options).await?;
        let tables = COLLECTIONS.iter().map(|of| (of.name, Table::new(dialect, of))).collect();
        let epoch = (dialect == Dialect::Sqlite).then(|| Epoch::watch(writer.clone()));
        let last_start = AtomicU64::new(RandomState::new().hash_one(0));
        let move_total = schema::move_total(dialect);
        Ok(Self { dialect, tables, writer, reader, epoch, last_start, move_total })
    }

    pub(crate) fn table(&self, of: &Collection) -> Result<&Table, StorageError> {
        self.tables.get(of.name).ok_or_else(|| StorageError::unavailable(format!("{} is not in COLLECTIONS", of.name)))
    }

    pub(crate) fn statement(&self, sql: impl Into<String>, values: Vec<sea_orm::Value>) -> Statement {
        Statement::from_sql_and_values(self.dialect.backend(), sql, values)
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

    async fn rows(&self, statement: Statement) -> Result<Vec<QueryResult>, StorageError> {
        self.reader.query_all_raw(statement).await.map_err(unavailable)
    }

    async fn number(&self, statement: Statement) -> Result<Option<u64>, StorageError> {
        let row = self.reader.query_one_raw(statement).await.map_err(unavailable)?;
        let number = row.map(|row| row.try_get_by_index::<i64>(0)).transpose().map_err(unavailable)?;
        Ok(number.map(|number| u64::try_from(number).unwrap_or(0)))
    }
}

#[async_trait]
impl Storage for SqlStorage {
    #[tracing::instrument(name = "storage.sql.fetch", level = "debug", skip_all, fields(collection = query.of.name))]
    async fn fetch(&self, query: &Query) -> Result<Vec<Stored<Raw>>, StorageError> {
        let table = self.table(query.of)?;
        let rows = self.rows(select::fetch(self.dialect, table, query)).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let version: i64 = row.try_get_by_index(0).map_err(unavailable)?;
            let document = row.try_get_by_index(1).map_err(unavailable)?;
            found.push(Stored { value: Raw::Json(document), version: Version(version.cast_unsigned()) });
        }
        Ok(found)
    }

    #[tracing::instrument(name = "storage.sql.ids", level = "debug", skip_all, fields(collection = query.of.name))]
    async fn ids(&self, query: &Query) -> Result<Vec<Value>, StorageError> {
        let table = self.table(query.of)?;
        let rows = self.rows(select::ids(self.dialect, table, query)).await?;
        let mut ids = Vec::with_capacity(rows.len());
        for row in rows {
            ids.push(encode::id_of_key(query.of, row.try_get_by_index(0).map_err(unavailable)?)?);
        }
        Ok(ids)
    }

    #[tracing::instrument(name = "storage.sql.count", level = "debug", skip_all, fields(collection = of.name))]
    async fn count(&self, of: &'static Collection, condition: &Condition) -> Result<u64, StorageError> {
        let table = self.table(of)?;
        if let Some((name, _condition)) = table.totals.iter().find(|(_name, total)| total == condition) {
            let statement = self.statement(schema::read_total(self.dialect), vec![of.name.into(), (*name).into()]);
            if let Some(number) = self.number(statement).await? {
                return Ok(number);
            }
        }
        Ok(self.number(select::count(self.dialect, table, condition)).await?.unwrap_or(0))
    }

    #[tracing::instrument(name = "storage.sql.commit", level = "debug", skip_all, fields(changes = changes.changes().len()))]
    async fn commit(&self, changes: &ChangeSet) -> Result<(), StorageError> {
        commit::commit(self, changes).await
    }

    #[tracing::instrument(name = "storage.sql.migrate", skip_all)]
    async fn migrate(&self) -> Result<(), StorageError> {
        migrate::migrate(self).await
    }

    async fn ready(&self) -> Result<(), StorageError> {
        if migrate::is_current(&self.reader, self).await? {
            return Ok(());
        }
        Err(StorageError::unavailable("the tables are those of another version; run `basalt migrate`"))
    }

    fn epoch(&self) -> Option<u64> {
        self.epoch.as_ref().map(Epoch::number)
    }
}
