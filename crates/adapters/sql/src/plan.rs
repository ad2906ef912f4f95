//! What a change set means in statements. Decides only: nothing here talks to a database.
//!
//! A plan first says which records it must know and lock, in the order of their ids, so that
//! transactions over the same records wait for each other instead of deadlocking. Told what they
//! are, it gives the statements that make the changes in their order and move the totals by what
//! has changed, and each statement judges its own result. `commit` runs it on servers, `sqlite` on
//! a file.

mod beside;
mod rows;
mod written;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use basalt_domain::{Document, Value, parts::APART};
use basalt_ports::{Change, ChangeSet, StorageError, change::check_id, parts};
use sea_orm::Value as Sql;

use self::{
    beside::Found,
    written::{Image, Written},
};
use crate::{
    SqlStorage, encode,
    error::{Failure, Fault, failed, write_failed},
    layout::Table,
};

/// Bytes of documents in one statement; MySQL refuses statements of more than 16 MiB by default.
const STATEMENT_BYTES: usize = 4 << 20;

/// A change set, as far as it can be prepared before the transaction. Owns all it needs, so that
/// another thread may run it, and may run again.
pub(crate) struct Plan {
    steps: Vec<Step>,
}

/// One change of one record.
struct Step {
    table: Arc<Table>,
    key: String,
    what: What,
}

enum What {
    /// A new record, in its first version.
    Insert(Written, i64),
    /// Over whatever is there; in this first version where nothing is.
    Put(Written, i64),
    /// Over this version.
    Update(Written, i64),
    Delete(Option<i64>),
    Add(&'static str, i64),
}

impl Plan {
    /// Prepares a change set. Errors: `Corrupt` for a document that is not what it is stored as.
    pub(crate) fn new(storage: &SqlStorage, changes: &ChangeSet) -> Result<Self, StorageError> {
        let step = |change| step(storage, change);
        Ok(Self { steps: changes.changes().iter().map(step).collect::<Result<_, _>>()? })
    }

    /// That the first record is stale: the answer where nothing else is known.
    pub(crate) fn stale(&self) -> Option<StorageError> {
        self.steps.first().map(Step::stale)
    }
}

fn step(storage: &SqlStorage, change: &Change) -> Result<Step, StorageError> {
    let (of, id) = change.record();
    let table = Arc::clone(storage.table(of)?);
    let key = encode::key(of, id)?;
    let written = |document| {
        check_id(of, id, document)?;
        Written::new(&table, &key, document, storage.many)
    };
    let what = match change {
        Change::Insert { document, .. } => What::Insert(written(document)?, storage.first_version()),
        Change::Put { document, .. } => What::Put(written(document)?, storage.first_version()),
        Change::Update { document, version, parts: changes, .. } => {
            let written = if table.parts.is_some() && parts::is_head(document) {
                let mut rest = document.clone();
                rest.remove(APART);
                check_id(of, id, &rest)?;
                Written::head(&table, &key, document, changes)?
            } else if changes.is_empty() {
                written(document)?
            } else {
                return Err(stale(&table, &key));
            };
            What::Update(written, version.0.cast_signed())
        }
        Change::Delete { version, .. } => What::Delete(version.map(|version| version.0.cast_signed())),
        Change::Add { path, by, .. } => What::Add(path, *by),
    };
    Ok(Step { table, key, what })
}

fn corrupt(table: &Table, key: &str, error: serde_json::Error) -> StorageError {
    StorageError::Corrupt { collection: table.of.name, id: key.to_owned(), source: error.into() }
}

fn stale(table: &Table, key: &str) -> StorageError {
    StorageError::Stale { collection: table.of.name, id: key.to_owned() }
}

impl Step {
    fn stale(&self) -> StorageError {
        stale(&self.table, &self.key)
    }

    fn name(&self) -> Key<'_> {
        (self.table.of.name, Cow::Borrowed(&self.key))
    }
}

/// A statement and its values.
pub(crate) struct Command<'a> {
    pub(crate) sql: Cow<'a, str>,
    pub(crate) values: Vec<Sql>,
}

/// Records to be read and locked: their ids, versions and texts.
pub(crate) struct Read<'a> {
    pub(crate) command: Command<'a>,
    table: &'a Table,
    keys: Vec<&'a str>,
}

/// What a statement must do.
pub(crate) enum Must<'a> {
    /// Nothing in particular.
    Run,
    /// Change exactly the record of this key, else the set is stale. May violate a unique field.
    Hit(&'a Table, &'a str),
    /// Insert these rows. Should an id that may be replaced turn out to exist, the set is tried again.
    Insert(&'a Table, bool),
}

impl Must<'_> {
    /// Whether it was done: the number of rows that it changed, or how it failed.
    pub(crate) fn judge(&self, done: Result<u64, Fault>) -> Result<(), Failure> {
        match (self, done) {
            (Must::Hit(table, key), Ok(changed)) if changed != 1 => Err(stale(table, key).into()),
            (_, Ok(_changed)) => Ok(()),
            (Must::Hit(table, _key), Err(error)) => Err(write_failed(table, error)),
            (Must::Insert(table, replaces), Err(error)) => match write_failed(table, error) {
                Failure::Final(StorageError::Conflict { collection, field }) if field == "_id" && *replaces => {
                    Err(Failure::Conflicting(StorageError::Conflict { collection, field }))
                }
                other => Err(other),
            },
            (Must::Run, Err(error)) => Err(failed(error)),
        }
    }
}

/// A record as it is within the transaction.
struct Record<'a> {
    version: i64,
    image: Cow<'a, Image>,
    columns: Cow<'a, [Sql]>,
}

/// A row to be inserted together with others.
struct Row<'a> {
    table: &'a Table,
    key: &'a str,
    version: i64,
    written: &'a Written,
    /// Should the id turn out to exist, the set is tried again: somebody else made it just now.
    replaces: bool,
}

type Key<'a> = (&'static str, Cow<'a, str>);

/// One run of a plan.
pub(crate) struct Run<'a> {
    plan: &'a Plan,
    /// What was read or written so far; `None` is known not to be there.
    known: HashMap<Key<'a>, Option<Record<'a>>>,
    /// Parts that were read, until their record is written.
    parts: HashMap<Key<'a>, Found>,
    rows: Vec<Row<'a>>,
    /// By how much to move totals, in the order of their names: transactions that move the same ones
    /// wait for each other instead of deadlocking.
    deltas: BTreeMap<(&'static str, String), (&'a Table, i64)>,
    queue: Vec<(Command<'a>, Must<'a>)>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Self {
        Self {
            plan,
            known: HashMap::new(),
            parts: HashMap::new(),
            rows: Vec::new(),
            deltas: BTreeMap::new(),
            queue: Vec::new(),
        }
    }

    /// The records whose former state matters.
    pub(crate) fn reads(&self) -> Vec<Read<'a>> {
        let mut wanted: BTreeMap<&'static str, (&'a Table, BTreeSet<&'a str>)> = BTreeMap::new();
        for Step { table, key, what } in &self.plan.steps {
            let matters = match what {
                What::Insert(..) => false,
                What::Update(..) | What::Delete(_) => table.needs_old(),
                What::Put(..) | What::Add(..) => true,
            };
            if matters {
                wanted.entry(table.of.name).or_insert_with(|| (table, BTreeSet::new())).1.insert(key);
            }
        }
        let mut reads = Vec::new();
        for (table, keys) in wanted.into_values() {
            let keys: Vec<&str> = keys.into_iter().collect();
            let (_statement, largest) = table.select_of(usize::MAX);
            for keys in keys.chunks(largest.max(1)) {
                let (sql, batch) = table.select_of(keys.len());
                let padding = keys.last().into_iter().cycle();
                let values = keys.iter().chain(padding).take(batch).map(|key| (*key).into()).collect();
                reads.push(Read { command: Command { sql: sql.into(), values }, table, keys: keys.to_vec() });
            }
        }
        reads
    }

    /// Takes note of what was read. Error: `Corrupt`.
    pub(crate) fn know(&mut self, read: &Read<'a>, found: Vec<(String, i64, String)>) -> Result<(), Failure> {
        let (name, table) = (read.table.of.name, read.table);
        for key in &read.keys {
            self.known.insert((name, Cow::Borrowed(key)), None);
        }
        for (key, version, text) in found {
            let document = table.indexed_part(&text).map_err(|error| corrupt(table, &key, error))?;
            let columns = table.column_values(&document).collect();
            let image = Cow::Owned(Image::new(table, text, &document));
            self.known.insert((name, Cow::Owned(key)), Some(Record { version, image, columns }));
        }
        Ok(())
    }

    /// The statements that make the changes. Errors: `Stale` and `Conflict`, as far as they show already.
    pub(crate) fn writes(mut self) -> Result<Vec<(Command<'a>, Must<'a>)>, Failure> {
        for step in &self.plan.steps {
            self.apply(step)?;
        }
        self.flush();
        self.move_totals();
        Ok(self.queue)
    }

    fn run(&mut self, sql: &'a str, values: Vec<Sql>) {
        self.queue.push((Command { sql: sql.into(), values }, Must::Run));
    }

    fn apply(&mut self, step: &'a Step) -> Result<(), Failure> {
        match &step.what {
            What::Insert(written, version) => {
                if let Some(Some(_record)) = self.known.get(&step.name()) {
                    let (collection, field) = (step.table.of.name, "_id".into());
                    return Err(StorageError::Conflict { collection, field }.into());
                }
                self.insert(step, written, *version, false);
            }
            What::Put(written, version) => match self.known.remove(&step.name()).flatten() {
                None => self.insert(step, written, *version, true),
                Some(old) => self.write(step, Some(&old), old.version, written)?,
            },
            What::Update(written, version) => match self.known.remove(&step.name()) {
                Some(Some(old)) if old.version == *version => self.write(step, Some(&old), *version, written)?,
                Some(_gone_or_other) => return Err(step.stale().into()),
                None => self.write(step, None, *version, written)?,
            },
            What::Delete(version) => self.delete(step, *version)?,
            What::Add(path, by) => self.add(step, path, *by)?,
        }
        Ok(())
    }

    /// Notes a new record; it is inserted with its neighbours.
    fn insert(&mut self, step: &'a Step, written: &'a Written, version: i64, replaces: bool) {
        if self.rows.last().is_some_and(|last| last.table.of != step.table.of) {
            self.flush();
        }
        self.count(&step.table, None, Some(&written.image));
        self.rows.push(Row { table: &step.table, key: &step.key, version, written, replaces });
        let (image, columns) = (Cow::Borrowed(&written.image), Cow::Borrowed(written.columns.as_slice()));
        self.known.insert(step.name(), Some(Record { version, image, columns }));
    }

    /// Writes a document over another one.
    fn write(
        &mut self,
        step: &'a Step,
        old: Option<&Record<'a>>,
        version: i64,
        written: &'a Written,
    ) -> Result<(), Failure> {
        self.update(step, old, version, &written.image, &written.columns);
        if let Some(old) = old {
            self.move_beside(step, old, written)?;
        }
        let (image, columns) = (Cow::Borrowed(&written.image), Cow::Borrowed(written.columns.as_slice()));
        self.known.insert(step.name(), Some(Record { version: version.wrapping_add(1), image, columns }));
        Ok(())
    }

    /// Writes the document and the columns that are not as they were: an index whose columns are
    /// left alone is not touched.
    fn update(&mut self, step: &'a Step, old: Option<&Record<'a>>, version: i64, image: &Image, columns: &[Sql]) {
        self.flush();
        let (table, key) = (&*step.table, step.key.as_str());
        let mut values: Vec<Sql> = Vec::with_capacity(columns.len() + 4);
        values.extend([version.wrapping_add(1).into(), image.text.as_str().into()]);
        let sql = match old {
            None => {
                values.extend(columns.iter().cloned());
                Cow::Borrowed(table.update.as_str())
            }
            Some(old) => {
                let differs: Vec<bool> = old.columns.iter().zip(columns).map(|(old, new)| old != new).collect();
                let changed = columns.iter().zip(&differs).filter(|(_value, differs)| **differs);
                values.extend(changed.map(|(value, _differs)| value.clone()));
                Cow::Owned(table.update_of(&differs))
            }
        };
        values.extend([key.into(), version.into()]);
        self.queue.push((Command { sql, values }, Must::Hit(table, key)));
        if let Some(old) = old {
            self.count(table, Some(&old.image), Some(image));
        }
    }

    fn add(&mut self, step: &'a Step, path: &str, by: i64) -> Result<(), Failure> {
        let Some(old) = self.known.remove(&step.name()).flatten() else {
            self.known.insert(step.name(), None);
            return Ok(());
        };
        let (table, key) = (&*step.table, step.key.as_str());
        let mut document: Document =
            serde_json::from_str(&old.image.text).map_err(|error| corrupt(table, key, error))?;
        let number = document.at(path).and_then(Value::as_int).unwrap_or(0);
        document.set_at(path, Value::Int(number.saturating_add(by)));
        let Written { image, columns, .. } = if old.image.head {
            Written::head(table, key, &document, &[])?
        } else {
            // Its parts stay as they are.
            Written::new(table, key, &document, usize::MAX)?
        };
        self.update(step, Some(&old), old.version, &image, &columns);
        if !old.image.head {
            self.move_side_rows(table, key, &old.image.side, &image.side);
        }
        let (version, image) = (old.version.wrapping_add(1), Cow::Owned(image));
        self.known.insert(step.name(), Some(Record { version, image, columns: Cow::Owned(columns) }));
        Ok(())
    }

    fn delete(&mut self, step: &'a Step, version: Option<i64>) -> Result<(), Failure> {
        self.flush();
        let (table, key) = (&*step.table, step.key.as_str());
        let old = match self.known.insert(step.name(), None) {
            Some(None) if version.is_some() => return Err(step.stale().into()),
            Some(None) => return Ok(()),
            Some(old) => old,
            None => None,
        };
        match version {
            Some(version) => {
                let command =
                    Command { sql: table.delete_version.as_str().into(), values: vec![key.into(), version.into()] };
                self.queue.push((command, Must::Hit(table, key)));
            }
            None => self.run(&table.delete, vec![key.into()]),
        }
        if let Some(old) = old {
            self.count(table, Some(&old.image), None);
            if old.image.head || !old.image.side.is_empty() {
                self.run(&table.side_delete_all, vec![key.into()]);
            }
            if let Some(parts) = table.parts.as_ref().filter(|_parts| old.image.head) {
                self.run(&parts.delete_all, vec![key.into()]);
            }
        }
        Ok(())
    }
}
