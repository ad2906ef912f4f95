//! Change sets as one transaction.
//!
//! First the records whose former state matters are read and locked, in the order of their ids, so
//! that transactions over the same records wait for each other instead of deadlocking. Then the
//! changes are made in their order. Last the totals are moved by what has changed.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use basalt_domain::{Document, Value};
use basalt_ports::{Change, ChangeSet, StorageError, change::check_id};
use sea_orm::Value as Sql;

use crate::{
    SqlStorage, encode,
    error::{Failure, failed, write_failed},
    layout::Table,
    session::{Command, Session},
};

/// How often a set is tried when other transactions are in its way.
const ATTEMPTS: u32 = 10;
/// Bytes of documents in one statement; MySQL refuses statements of more than 16 MiB by default.
const STATEMENT_BYTES: usize = 4 << 20;

/// A change, as far as it can be prepared before the transaction.
struct Prepared<'a> {
    change: &'a Change,
    table: &'a Table,
    key: String,
    /// The new document as text; empty where there is none yet.
    text: String,
}

/// Applies all changes or none.
pub(crate) async fn commit(storage: &SqlStorage, changes: &ChangeSet) -> Result<(), StorageError> {
    let mut prepared = Vec::with_capacity(changes.changes().len());
    for change in changes.changes() {
        prepared.push(prepare(storage, change)?);
    }
    let mut last = match prepared.first() {
        None => return Ok(()),
        Some(first) => stale(first),
    };
    for attempt in 0..ATTEMPTS {
        match transaction(storage, &prepared).await {
            Ok(()) => return Ok(()),
            Err(Failure::Final(error)) => return Err(error),
            Err(Failure::Conflicting(error)) => last = error,
            Err(Failure::Again(error)) => tracing::debug!(%error, attempt, "transaction is tried again"),
        }
        // Not all at the same moment.
        let spread = storage.first_version().unsigned_abs() % (8 << attempt.min(5));
        tokio::time::sleep(Duration::from_millis(1 + spread)).await;
    }
    Err(last)
}

fn prepare<'a>(storage: &'a SqlStorage, change: &'a Change) -> Result<Prepared<'a>, StorageError> {
    let (of, id) = change.record();
    let table = storage.table(of)?;
    let key = encode::key(of, id)?;
    let text = match change {
        Change::Insert { document, .. } | Change::Update { document, .. } | Change::Put { document, .. } => {
            check_id(of, id, document)?;
            text_of(table, &key, document)?
        }
        Change::Delete { .. } | Change::Add { .. } => String::new(),
    };
    Ok(Prepared { change, table, key, text })
}

fn text_of(table: &Table, key: &str, document: &Document) -> Result<String, StorageError> {
    serde_json::to_string(document).map_err(|error| corrupt(table, key, error))
}

fn corrupt(table: &Table, key: &str, error: serde_json::Error) -> StorageError {
    StorageError::Corrupt { collection: table.of.name, id: key.to_owned(), source: error.into() }
}

fn stale(prepared: &Prepared<'_>) -> StorageError {
    StorageError::Stale { collection: prepared.table.of.name, id: prepared.key.clone() }
}

fn conflict(table: &Table) -> StorageError {
    StorageError::Conflict { collection: table.of.name, field: "_id".into() }
}

async fn transaction(storage: &SqlStorage, changes: &[Prepared<'_>]) -> Result<(), Failure> {
    let session = Session::begin(storage).await?;
    let (known, deltas) = (HashMap::new(), BTreeMap::new());
    let mut work = Work { storage, session, known, rows: Vec::new(), deltas, queue: Vec::new() };
    match work.apply_all(changes).await {
        Ok(()) => work.session.commit().await,
        Err(failure) => {
            if let Err(error) = work.session.rollback().await {
                tracing::warn!(%error, "transaction was not rolled back");
            }
            Err(failure)
        }
    }
}

/// A statement to be run, and what it must do.
struct Queued<'a> {
    command: Command<'a>,
    must: Must<'a>,
}

/// What a statement must do.
enum Must<'a> {
    /// Nothing in particular.
    Run,
    /// Change exactly the record of this key, else the set is stale. May violate a unique field.
    Hit(&'a Table, String),
    /// Insert these rows. Should an id that may be replaced turn out to exist, the set is tried again.
    Insert(&'a Table, bool),
}

/// A record as it is within the transaction.
struct Record<'a> {
    version: i64,
    document: Cow<'a, Document>,
}

/// A row to be inserted together with others.
struct Row<'a> {
    table: &'a Table,
    key: &'a str,
    version: i64,
    document: &'a Document,
    text: &'a str,
    /// Should the id turn out to exist, the set is tried again: somebody else made it just now.
    replaces: bool,
}

type Key<'a> = (&'static str, Cow<'a, str>);

struct Work<'a> {
    storage: &'a SqlStorage,
    session: Session,
    /// What was read or written so far; `None` is known not to be there.
    known: HashMap<Key<'a>, Option<Record<'a>>>,
    rows: Vec<Row<'a>>,
    deltas: BTreeMap<(&'static str, &'static str), i64>,
    /// What is to be run, in its order. Nothing that is read depends on it.
    queue: Vec<Queued<'a>>,
}

impl<'a> Work<'a> {
    async fn apply_all(&mut self, changes: &'a [Prepared<'a>]) -> Result<(), Failure> {
        self.read_all(changes).await?;
        for prepared in changes {
            self.apply(prepared)?;
        }
        self.flush();
        let moved = self.storage.move_total.as_str();
        for ((collection, name), delta) in std::mem::take(&mut self.deltas) {
            if delta != 0 {
                self.run(moved, vec![delta.into(), collection.into(), name.into()]);
            }
        }
        self.run_queue().await
    }

    fn run(&mut self, sql: &'a str, values: Vec<Sql>) {
        self.queue.push(Queued { command: Command { sql, values }, must: Must::Run });
    }

    /// Runs all that was noted, and checks that each statement did what it must.
    async fn run_queue(&mut self) -> Result<(), Failure> {
        let (commands, musts): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.queue).into_iter().map(|queued| (queued.command, queued.must)).unzip();
        if commands.is_empty() {
            return Ok(());
        }
        let changed =
            self.session.write(self.storage, commands).await.map_err(|failure| match musts.get(failure.at) {
                Some(Must::Hit(table, _key)) => write_failed(table, failure.error),
                Some(Must::Insert(table, replaces)) => match write_failed(table, failure.error) {
                    Failure::Final(StorageError::Conflict { collection, field }) if field == "_id" && *replaces => {
                        Failure::Conflicting(StorageError::Conflict { collection, field })
                    }
                    other => other,
                },
                Some(Must::Run) | None => failed(failure.error),
            })?;
        for (must, changed) in musts.into_iter().zip(changed) {
            if let Must::Hit(table, id) = must
                && changed != 1
            {
                return Err(StorageError::Stale { collection: table.of.name, id }.into());
            }
        }
        Ok(())
    }

    /// Reads and locks the records whose former state matters.
    async fn read_all(&mut self, changes: &'a [Prepared<'a>]) -> Result<(), Failure> {
        let mut wanted: BTreeMap<&'static str, (&'a Table, BTreeSet<&'a str>)> = BTreeMap::new();
        for prepared in changes {
            let matters = match prepared.change {
                Change::Insert { .. } => false,
                Change::Update { .. } | Change::Delete { .. } => prepared.table.needs_old(),
                Change::Put { .. } | Change::Add { .. } => true,
            };
            if matters {
                let (_table, keys) =
                    wanted.entry(prepared.table.of.name).or_insert_with(|| (prepared.table, BTreeSet::new()));
                keys.insert(&prepared.key);
            }
        }
        for (name, (table, keys)) in wanted {
            let keys: Vec<&str> = keys.into_iter().collect();
            let (_statement, largest) = table.select_of(usize::MAX);
            for keys in keys.chunks(largest.max(1)) {
                self.read(name, table, keys).await?;
            }
        }
        Ok(())
    }

    async fn read(&mut self, name: &'static str, table: &'a Table, keys: &[&'a str]) -> Result<(), Failure> {
        let (statement, batch) = table.select_of(keys.len());
        let padding = keys.last().into_iter().cycle();
        let values: Vec<Sql> = keys.iter().chain(padding).take(batch).map(|key| (*key).into()).collect();
        let rows = self.session.read(self.storage, Command { sql: statement, values }).await?;
        for key in keys {
            self.known.insert((name, Cow::Borrowed(key)), None);
        }
        for (key, version, text) in rows {
            let document = serde_json::from_str(&text).map_err(|error| corrupt(table, &key, error))?;
            self.known.insert((name, Cow::Owned(key)), Some(Record { version, document: Cow::Owned(document) }));
        }
        Ok(())
    }

    fn apply(&mut self, prepared: &'a Prepared<'a>) -> Result<(), Failure> {
        let Prepared { change, table, key, text } = prepared;
        let name: Key<'a> = (table.of.name, Cow::Borrowed(key));
        match change {
            Change::Insert { document, .. } => {
                if let Some(Some(_record)) = self.known.get(&name) {
                    return Err(conflict(table).into());
                }
                self.insert(table, key, document, text, false);
                Ok(())
            }
            Change::Put { document, .. } => match self.known.remove(&name).flatten() {
                None => {
                    self.insert(table, key, document, text, true);
                    Ok(())
                }
                Some(old) => {
                    self.write(table, key, Some(&old), None, document, text);
                    Ok(())
                }
            },
            Change::Update { version, document, .. } => {
                let version = version.0.cast_signed();
                match self.known.remove(&name) {
                    Some(Some(old)) if old.version == version => {
                        self.write(table, key, Some(&old), Some(version), document, text);
                        Ok(())
                    }
                    Some(_gone_or_other) => Err(stale(prepared).into()),
                    None => {
                        self.write(table, key, None, Some(version), document, text);
                        Ok(())
                    }
                }
            }
            Change::Delete { version, .. } => self.delete(prepared, version.map(|version| version.0.cast_signed())),
            Change::Add { path, by, .. } => {
                let Some(old) = self.known.remove(&name).flatten() else {
                    self.known.insert(name, None);
                    return Ok(());
                };
                let mut document = old.document.clone().into_owned();
                let number = document.at(path).and_then(Value::as_int).unwrap_or(0);
                document.set_at(path, Value::Int(number.saturating_add(*by)));
                let text = text_of(table, key, &document)?;
                self.update(table, key, Some(&old), old.version, &document, &text);
                let record = Record { version: old.version.wrapping_add(1), document: Cow::Owned(document) };
                self.known.insert(name, Some(record));
                Ok(())
            }
        }
    }

    /// Notes a new record; it is inserted with its neighbours.
    fn insert(&mut self, table: &'a Table, key: &'a str, document: &'a Document, text: &'a str, replaces: bool) {
        if self.rows.last().is_some_and(|last| last.table.of != table.of) {
            self.flush();
        }
        let version = self.storage.first_version();
        self.count(table, None, Some(document));
        self.rows.push(Row { table, key, version, document, text, replaces });
        let record = Record { version, document: Cow::Borrowed(document) };
        self.known.insert((table.of.name, Cow::Borrowed(key)), Some(record));
    }

    /// Writes a document over another one.
    fn write(
        &mut self,
        table: &'a Table,
        key: &'a str,
        old: Option<&Record<'a>>,
        version: Option<i64>,
        document: &'a Document,
        text: &str,
    ) {
        let version = version.or(old.map(|old| old.version)).unwrap_or(0);
        self.update(table, key, old, version, document, text);
        let record = Record { version: version.wrapping_add(1), document: Cow::Borrowed(document) };
        self.known.insert((table.of.name, Cow::Borrowed(key)), Some(record));
    }

    fn update(
        &mut self,
        table: &'a Table,
        key: &str,
        old: Option<&Record<'a>>,
        version: i64,
        document: &Document,
        text: &str,
    ) {
        self.flush();
        let mut values: Vec<Sql> = vec![version.wrapping_add(1).into(), text.into()];
        values.extend(table.column_values(document));
        values.extend([key.into(), version.into()]);
        let command = Command { sql: &table.update, values };
        self.queue.push(Queued { command, must: Must::Hit(table, key.to_owned()) });
        if let Some(old) = old {
            self.count(table, Some(&old.document), Some(document));
            self.move_side_rows(table, key, &old.document, document);
        }
    }

    fn delete(&mut self, prepared: &'a Prepared<'a>, version: Option<i64>) -> Result<(), Failure> {
        let Prepared { table, key, .. } = prepared;
        self.flush();
        let name: Key<'a> = (table.of.name, Cow::Borrowed(key));
        let known = self.known.remove(&name);
        let old = match known {
            Some(None) if version.is_some() => return Err(stale(prepared).into()),
            Some(None) => {
                self.known.insert(name, None);
                return Ok(());
            }
            Some(old) => old,
            None => None,
        };
        match version {
            Some(version) => {
                let command = Command { sql: &table.delete_version, values: vec![key.into(), version.into()] };
                self.queue.push(Queued { command, must: Must::Hit(table, key.clone()) });
            }
            None => self.run(&table.delete, vec![key.into()]),
        }
        if let Some(old) = old {
            self.count(table, Some(&old.document), None);
            if !table.side_values(&old.document).is_empty() {
                self.run(&table.side_delete_all, vec![key.into()]);
            }
        }
        self.known.insert(name, None);
        Ok(())
    }

    /// Inserts the rows that were noted.
    fn flush(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        let Some(table) = rows.first().map(|row| row.table) else { return };
        let mut rest = rows.as_slice();
        while !rest.is_empty() {
            let mut bytes = 0_usize;
            let fitting = rest
                .iter()
                .take_while(|row| {
                    bytes = bytes.saturating_add(row.text.len());
                    bytes <= STATEMENT_BYTES
                })
                .count();
            let (statement, batch) = table.insert_of(fitting.max(1));
            let (now, later) = rest.split_at(batch);
            rest = later;
            let mut values: Vec<Sql> = Vec::with_capacity(batch * (table.columns.len() + 3));
            for row in now {
                values.extend([row.key.into(), row.version.into(), row.text.into()]);
                values.extend(table.column_values(row.document));
            }
            let must = Must::Insert(table, now.iter().any(|row| row.replaces));
            self.queue.push(Queued { command: Command { sql: statement, values }, must });
        }
        let mut side_rows = Vec::new();
        for row in &rows {
            side_rows.extend(table.side_values(row.document).into_iter().map(|(field, value)| (row.key, field, value)));
        }
        self.insert_side_rows(table, &side_rows);
    }

    fn insert_side_rows(&mut self, table: &'a Table, rows: &[(&str, &'static str, String)]) {
        let mut rest = rows;
        while !rest.is_empty() {
            let (statement, batch) = table.side_insert_of(rest.len());
            let (now, later) = rest.split_at(batch);
            rest = later;
            let mut values: Vec<Sql> = Vec::with_capacity(batch * 3);
            for (key, field, value) in now {
                values.extend([(*key).into(), (*field).into(), value.as_str().into()]);
            }
            self.run(statement, values);
        }
    }

    /// Writes the side rows that are not as they were; mostly none.
    fn move_side_rows(&mut self, table: &'a Table, key: &str, old: &Document, new: &Document) {
        if table.many.is_empty() {
            return;
        }
        let (before, after) = (table.side_values(old), table.side_values(new));
        for (field, value) in before.iter().filter(|row| after.binary_search(row).is_err()) {
            let values = vec![key.into(), (*field).into(), value.as_str().into()];
            self.run(&table.side_delete, values);
        }
        let added: Vec<(&str, &'static str, String)> = after
            .into_iter()
            .filter(|row| before.binary_search(row).is_err())
            .map(|(field, value)| (key, field, value))
            .collect();
        self.insert_side_rows(table, &added);
    }

    /// Moves the totals that count one of both and not the other.
    fn count(&mut self, table: &Table, old: Option<&Document>, new: Option<&Document>) {
        for (name, condition) in &table.totals {
            let counts =
                |document: Option<&Document>| i64::from(document.is_some_and(|found| condition.matches(found)));
            *self.deltas.entry((table.of.name, name)).or_default() += counts(new) - counts(old);
        }
    }
}
