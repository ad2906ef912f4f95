//! From whatever is there to what the declared collections need. Nothing is ever dropped but views,
//! and an index that a longer one takes the place of.
//!
//! What has been done is noted in `basalt_schema`: a fingerprint of all declarations, so that a
//! start needs one query, and for each collection the fields whose columns and side rows are
//! filled. MySQL ends a transaction at each change of a table; a migration that was interrupted
//! there finds its notes missing and begins again, every step being one that can be repeated.

use std::collections::{BTreeMap, HashMap, HashSet};

use basalt_domain::Document;
use basalt_ports::StorageError;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
    Value as Sql,
};

use crate::{
    SqlStorage,
    connect::Place,
    dialect::Dialect,
    error::unavailable,
    layout::{SideRow, Table},
    parts::is_head,
    put_off, schema, select,
    totals::Kept,
};

pub(crate) const FINGERPRINT: &str = "fingerprint";
/// Documents that are read at once when columns are filled.
const BATCH: u64 = 200;
/// How long to wait for the migration of another process, in seconds.
const WAIT_S: u64 = 3600;

/// Are the tables those of this version? While they are filled, without the indexes that are put off.
pub(crate) async fn is_current(storage: &SqlStorage) -> Result<bool, StorageError> {
    let (wanted, noted) = (schema::fingerprint(storage.tables()), noted(storage).await?);
    Ok(noted.is_some_and(|noted| noted == wanted || put_off::fills(storage) && noted == put_off::mark(&wanted)))
}

/// The fingerprint that is noted, if one is.
pub(crate) async fn noted(storage: &SqlStorage) -> Result<Option<String>, StorageError> {
    let statement = storage.statement(schema::read_value(storage.dialect), vec![FINGERPRINT.into()]);
    match storage.rows(statement, true, |row| row.text(0)).await {
        Ok(found) => Ok(found.into_iter().next()),
        // No such table yet, or no database: the difference shows at the next statement.
        Err(StorageError::Unavailable(error)) if error.to_string().contains("basalt_schema") => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes what is missing, fills what is new.
pub(crate) async fn migrate(storage: &SqlStorage) -> Result<(), StorageError> {
    if !put_off::fills(storage) {
        put_off::catch_up(storage).await?;
    }
    if !is_current(storage).await? {
        bring_up(storage).await?;
    }
    put_off::put_off(storage).await
}

async fn bring_up(storage: &SqlStorage) -> Result<(), StorageError> {
    let options =
        TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
    let connections = match &storage.place {
        Place::Server(connections) => connections.clone(),
        Place::File(file) => file.migrating().await?,
    };
    let transaction = connections.begin_with_options(options).await.map_err(unavailable)?;
    let migration = Migration { storage, dialect: storage.dialect, transaction };
    let done = migration.run_alone().await;
    let done = match done {
        Ok(()) => migration.transaction.commit().await.map_err(unavailable),
        Err(error) => {
            if let Err(error) = migration.transaction.rollback().await {
                tracing::warn!(%error, "migration was not rolled back");
            }
            Err(error)
        }
    };
    if let Place::File(_) = storage.place {
        connections.close().await.map_err(unavailable)?;
    }
    done
}

struct Migration<'a> {
    storage: &'a SqlStorage,
    dialect: Dialect,
    /// Also where it does not hold back changes of tables: it keeps us on one connection.
    transaction: DatabaseTransaction,
}

impl Migration<'_> {
    /// Waits until no other process migrates. SQLite's transaction does so by itself.
    async fn run_alone(&self) -> Result<(), StorageError> {
        match self.dialect {
            Dialect::Sqlite => self.run().await,
            Dialect::Postgres => {
                // Released with the transaction.
                let lock = "SELECT pg_advisory_xact_lock(hashtextextended('basalt:' || current_schema(), 0))";
                self.execute(lock, Vec::new()).await?;
                self.run().await
            }
            Dialect::Mysql { .. } => {
                let name = "CONCAT('basalt:', LEFT(DATABASE(), 50))";
                let got = self.numbers(&format!("SELECT GET_LOCK({name}, {WAIT_S})"), Vec::new()).await?;
                if got.first() != Some(&1) {
                    return Err(StorageError::unavailable("another process has been migrating for an hour"));
                }
                let done = self.run().await;
                self.numbers(&format!("SELECT RELEASE_LOCK({name})"), Vec::new()).await?;
                done
            }
        }
    }

    async fn run(&self) -> Result<(), StorageError> {
        for statement in schema::own_tables(self.dialect) {
            self.execute(&statement, Vec::new()).await?;
        }
        let wanted = schema::fingerprint(self.storage.tables());
        if self.noted(FINGERPRINT).await?.as_deref() == Some(&wanted) {
            return Ok(());
        }
        let present = self.present().await?;
        let mut tables: Vec<&Table> = self.storage.tables().collect();
        tables.sort_unstable_by_key(|table| table.of.name);
        for table in tables {
            self.bring_up(table, &present).await?;
        }
        self.note(FINGERPRINT, &wanted).await
    }

    async fn bring_up(&self, table: &Table, present: &Present) -> Result<(), StorageError> {
        let is_new = !present.columns.contains_key(&table.name);
        if is_new {
            self.execute(&schema::create_table(self.dialect, table), Vec::new()).await?;
        }
        for column in &table.columns {
            if !is_new && !present.has_column(&table.name, &column.name) {
                self.execute(&schema::add_column(self.dialect, table, column), Vec::new()).await?;
            }
        }
        if !table.many.is_empty() && !present.columns.contains_key(&table.side) {
            for statement in schema::create_side_table(self.dialect, table) {
                self.execute(&statement, Vec::new()).await?;
            }
        }
        if let Some(parts) = table.parts.as_ref().filter(|parts| !present.columns.contains_key(&parts.name)) {
            for statement in parts.create() {
                self.execute(&statement, Vec::new()).await?;
            }
        }
        let order = schema::order_of(table);
        let order_note = format!("{} order", table.of.name);
        let unordered = order.is_some() && self.noted(&order_note).await? != order;
        if unordered && present.lacks_column(&table.side, "place") {
            // Without it no side row can be written.
            self.execute(&schema::add_place(table), Vec::new()).await?;
        }
        let fields = schema::fields_of(table);
        let filled = self.noted(table.of.name).await?;
        if filled.as_deref() != Some(&fields) {
            self.fill(table).await?;
        }
        if let (true, Some(order), Some(kept)) = (unordered, order, table.ordered()) {
            let restriction = select::restriction(self.dialect, table, &kept.condition);
            for statement in schema::order_side_table(table, &restriction) {
                self.execute(&statement, Vec::new()).await?;
            }
            self.note(&order_note, &order).await?;
        }
        // Indexes last: they are made once from filled columns.
        for unique in &table.unique {
            if !present.indexes.contains(&unique.name) {
                for statement in schema::create_unique(self.dialect, table, unique) {
                    let adds = statement.contains(" ADD COLUMN ");
                    let digests = unique.columns.iter().map(|column| format!("{column}_digest"));
                    if !adds || !digests.into_iter().any(|digest| present.has_column(&table.name, &digest)) {
                        self.execute(&statement, Vec::new()).await?;
                    }
                }
            }
        }
        for index in &table.indexes {
            if !present.indexes.contains(&index.name) {
                self.execute(&schema::create_index(self.dialect, table, index), Vec::new()).await?;
            }
        }
        for statement in schema::create_view(self.dialect, table) {
            self.execute(&statement, Vec::new()).await?;
        }
        self.count_totals(table).await?;
        self.note(table.of.name, &fields).await
    }

    /// Fills the columns and side rows of all records from their documents.
    async fn fill(&self, table: &Table) -> Result<(), StorageError> {
        let (mut after, mut filled) = (None, 0_u64);
        loop {
            let page = self.page_after(table, after.as_deref()).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id.clone());
            filled += page.len() as u64;
            for record in page {
                self.fill_one(table, record).await?;
            }
        }
        if filled > 0 {
            tracing::info!(collection = table.of.name, records = filled, "columns filled from documents");
        }
        Ok(())
    }

    /// The first records after this id.
    async fn page_after(&self, table: &Table, after: Option<&str>) -> Result<Vec<Record>, StorageError> {
        // No id of a record is empty but that of texts, which a first page after "" would leave out.
        let is_after = if after.is_some() { ">" } else { ">=" };
        let sql = format!(
            "SELECT id, version, document FROM {} WHERE id {is_after} {} ORDER BY id LIMIT {BATCH}",
            self.dialect.quote(&table.name),
            self.dialect.parameter(1)
        );
        let statement = self.storage.statement(&sql, vec![after.unwrap_or_default().into()]);
        let rows = self.transaction.query_all_raw(statement).await.map_err(unavailable)?;
        let record = |row: &sea_orm::QueryResult| {
            let (id, version, text) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
            Ok(Record { id, version, text })
        };
        rows.iter().map(record).collect::<Result<_, DbErr>>().map_err(unavailable)
    }

    async fn fill_one(&self, table: &Table, record: Record) -> Result<(), StorageError> {
        let Record { id, version, text } = record;
        let id = id.as_str();
        let corrupt = |source| StorageError::Corrupt { collection: table.of.name, id: id.to_owned(), source };
        let apart = table.parts.as_ref().filter(|_parts| is_head(&text));
        let document: Document = serde_json::from_str(&text).map_err(|error| corrupt(error.into()))?;
        let document = apart.map_or(document.clone(), |parts| parts.seen(&document));
        // Version and document stay as they are.
        let mut values: Vec<Sql> = vec![version.into(), text.into()];
        values.extend(table.column_values(&document));
        values.extend([id.into(), version.into()]);
        self.execute(&table.update, values).await?;
        if !table.many.is_empty() {
            self.execute(&table.side_delete_all, vec![id.into()]).await?;
            for row in table.side_rows(&document) {
                let (insert, _one) = table.side_insert_of(1);
                self.execute(insert, table.side_parameters(id, &row).collect()).await?;
            }
            if let Some((parts, field)) = apart.and_then(|parts| Some((parts, parts.id_field?))) {
                let found = self.storage.statement(parts.read_all.as_str(), vec![id.into()]);
                for row in self.transaction.query_all_raw(found).await.map_err(unavailable)? {
                    let part: String = row.try_get_by_index(0).map_err(unavailable)?;
                    let (insert, _one) = table.side_insert_of(1);
                    let row = SideRow { field, value: part, place: None };
                    self.execute(insert, table.side_parameters(id, &row).collect()).await?;
                }
            }
        }
        Ok(())
    }

    async fn count_totals(&self, table: &Table) -> Result<(), StorageError> {
        for total in &table.totals {
            let Kept { name, condition, .. } = total;
            self.count_by_values(table, total).await?;
            self.count_by_periods(table, total).await?;
            let count = select::count(self.dialect, table, condition);
            let row = self.transaction.query_one_raw(count).await.map_err(unavailable)?;
            let records: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0)).map_err(unavailable)?;
            let [delete, insert] = schema::write_total(self.dialect);
            self.execute(&delete, vec![table.of.name.into(), (*name).into()]).await?;
            self.execute(&insert, vec![table.of.name.into(), (*name).into(), records.into()]).await?;
            if let Some(name) = total.of_parts() {
                let parts = self.count_parts(table, total, &name).await?;
                self.execute(&delete, vec![table.of.name.into(), name.as_str().into()]).await?;
                self.execute(&insert, vec![table.of.name.into(), name.into(), parts.into()]).await?;
            }
        }
        Ok(())
    }

    /// How many parts the records of a total have, counted as a write counts them: side rows hold an id that a
    /// record has twice but once.
    async fn count_parts(&self, table: &Table, total: &Kept, name: &str) -> Result<i64, StorageError> {
        let (mut after, mut parts) = (None, 0);
        loop {
            let page = self.page_after(table, after.as_deref()).await?;
            let Some(last) = page.last() else { return Ok(parts) };
            after = Some(last.id.clone());
            for Record { id, text, .. } in page {
                let corrupt = |source| StorageError::Corrupt { collection: table.of.name, id, source };
                let document = table.indexed_part(&text).map_err(|error| corrupt(error.into()))?;
                let counted = total.counting(&document, table.count_parts(&document));
                parts += counted.iter().filter(|(of, _number)| of == name).map(|(_of, number)| number).sum::<i64>();
            }
        }
    }

    /// Counts a total by the values of fields that it is kept by.
    async fn count_by_values(&self, table: &Table, total: &Kept) -> Result<(), StorageError> {
        let below = total.prefix();
        // The next text after all that begin so.
        let end = format!("{}0", total.name);
        let values = vec![table.of.name.into(), below.into(), end.into()];
        self.execute(&schema::delete_totals_between(self.dialect), values).await?;
        let restriction = select::restriction(self.dialect, table, &total.condition);
        for path in total.by {
            let Some(sql) = schema::count_by(self.dialect, table, path, &restriction) else { continue };
            let rows =
                self.transaction.query_all_raw(self.storage.statement(sql, Vec::new())).await.map_err(unavailable)?;
            let mut counted: Vec<(String, i64)> = Vec::with_capacity(rows.len());
            for row in rows {
                let value: String = row.try_get_by_index(0).map_err(unavailable)?;
                let number: i64 = row.try_get_by_index(1).map_err(unavailable)?;
                counted.extend(total.of_text(path, &value).map(|name| (name, number)));
            }
            self.raise(table, &counted).await?;
        }
        Ok(())
    }

    /// Counts a total by the periods of its order.
    async fn count_by_periods(&self, table: &Table, total: &Kept) -> Result<(), StorageError> {
        let Some(periods) = total.periods() else { return Ok(()) };
        for (first, last) in periods.all() {
            let values = vec![table.of.name.into(), first.into(), last.into()];
            self.execute(&schema::delete_totals_between(self.dialect), values).await?;
        }
        let restriction = select::restriction(self.dialect, table, &total.condition);
        let Some(sql) = schema::count_periods(self.dialect, table, periods, &restriction) else { return Ok(()) };
        let mut counted: BTreeMap<String, i64> = BTreeMap::new();
        for row in self.transaction.query_all_raw(self.storage.statement(sql, Vec::new())).await.map_err(unavailable)? {
            let place: i64 = row.try_get_by_index(0).map_err(unavailable)?;
            let number: i64 = row.try_get_by_index(1).map_err(unavailable)?;
            for name in periods.of_place(place) {
                *counted.entry(name).or_default() += number;
            }
        }
        self.raise(table, &counted.into_iter().collect::<Vec<_>>()).await
    }

    /// Raises kept numbers.
    async fn raise(&self, table: &Table, counted: &[(String, i64)]) -> Result<(), StorageError> {
        let mut rest = counted;
        while !rest.is_empty() {
            let (sql, batch) = table.move_totals_of(rest.len());
            let (now, later) = rest.split_at(batch);
            rest = later;
            let mut values: Vec<Sql> = Vec::with_capacity(batch * 3);
            for (name, number) in now {
                values.extend([table.of.name.into(), name.as_str().into(), (*number).into()]);
            }
            self.execute(sql, values).await?;
        }
        Ok(())
    }

    async fn noted(&self, name: &str) -> Result<Option<String>, StorageError> {
        let statement = self.storage.statement(schema::read_value(self.dialect), vec![name.into()]);
        let row = self.transaction.query_one_raw(statement).await.map_err(unavailable)?;
        row.map(|row| row.try_get_by_index(0)).transpose().map_err(unavailable)
    }

    async fn note(&self, name: &str, value: &str) -> Result<(), StorageError> {
        let [delete, insert] = schema::write_value(self.dialect);
        self.execute(&delete, vec![name.into()]).await?;
        self.execute(&insert, vec![name.into(), value.into()]).await
    }

    async fn execute(&self, sql: &str, values: Vec<Sql>) -> Result<(), StorageError> {
        if values.is_empty() {
            // MySQL cannot prepare all statements that change tables.
            self.transaction.execute_unprepared(sql).await.map_err(unavailable)?;
        } else {
            self.transaction.execute_raw(self.storage.statement(sql, values)).await.map_err(unavailable)?;
        }
        Ok(())
    }

    async fn numbers(&self, sql: &str, values: Vec<Sql>) -> Result<Vec<i64>, StorageError> {
        let rows = self.transaction.query_all_raw(self.storage.statement(sql, values)).await.map_err(unavailable)?;
        let number = |row: &sea_orm::QueryResult| {
            row.try_get_by_index::<Option<i64>>(0)
                .or_else(|_narrow| row.try_get_by_index::<Option<i32>>(0).map(|number| number.map(i64::from)))
        };
        rows.iter()
            .map(|row| number(row).map(|number| number.unwrap_or(0)))
            .collect::<Result<_, _>>()
            .map_err(unavailable)
    }

    /// What is there already.
    async fn present(&self) -> Result<Present, StorageError> {
        let (columns, indexes) = match self.dialect {
            Dialect::Sqlite => (
                "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'",
                "SELECT name, name FROM sqlite_master WHERE type = 'index'",
            ),
            Dialect::Postgres => (
                "SELECT table_name::text, column_name::text FROM information_schema.columns \
                 WHERE table_schema = current_schema()",
                "SELECT indexname::text, indexname::text FROM pg_indexes WHERE schemaname = current_schema()",
            ),
            Dialect::Mysql { .. } => (
                "SELECT CONVERT(table_name USING utf8mb4), CONVERT(column_name USING utf8mb4) \
                 FROM information_schema.columns WHERE table_schema = DATABASE()",
                "SELECT CONVERT(index_name USING utf8mb4), CONVERT(index_name USING utf8mb4) \
                 FROM information_schema.statistics WHERE table_schema = DATABASE()",
            ),
        };
        let mut present = Present { columns: HashMap::new(), indexes: HashSet::new() };
        for (table, column) in self.pairs(columns).await? {
            present.columns.entry(table).or_default().insert(column);
        }
        present.indexes.extend(self.pairs(indexes).await?.into_iter().map(|(name, _name)| name));
        Ok(present)
    }

    async fn pairs(&self, sql: &str) -> Result<Vec<(String, String)>, StorageError> {
        let rows =
            self.transaction.query_all_raw(self.storage.statement(sql, Vec::new())).await.map_err(unavailable)?;
        let pair = |row: &sea_orm::QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
        rows.iter().map(pair).collect::<Result<_, DbErr>>().map_err(unavailable)
    }
}

/// A row as it is stored.
struct Record {
    id: String,
    version: i64,
    text: String,
}

struct Present {
    columns: HashMap<String, HashSet<String>>,
    indexes: HashSet<String>,
}

impl Present {
    /// Is the table there without this column?
    fn lacks_column(&self, table: &str, column: &str) -> bool {
        self.columns.get(table).is_some_and(|columns| !columns.contains(column))
    }

    fn has_column(&self, table: &str, column: &str) -> bool {
        self.columns.get(table).is_some_and(|columns| columns.contains(column))
    }
}
