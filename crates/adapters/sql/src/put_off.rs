//! Indexes that are made when the records are there.
//!
//! Each record of an import is put into some twenty trees, into most of them at places that have
//! nothing to do with its neighbours. Made at the end, from sorted values, these trees take a third
//! of that time (ADR 0015). So a storage that thousands of records are to be written into drops the
//! indexes which only help to read, of tables that are nearly empty, if no other process has the
//! file open. What is put off stands in place of the fingerprint: whoever opens the file next makes
//! it up first, also after a power cut.

use basalt_ports::StorageError;

use crate::{SqlStorage, connect::Place, dialect::Dialect, layout::Table, migrate::FINGERPRINT, schema};

/// Records that are found without an index as well.
const FEW: u64 = 1_000;

/// What is noted in place of a fingerprint.
pub(crate) fn mark(fingerprint: &str) -> String {
    format!("{fingerprint} without indexes")
}

/// Is this storage to be filled, with nobody else to read it?
pub(crate) const fn fills(storage: &SqlStorage) -> bool {
    match &storage.place {
        Place::File(file) => file.alone,
        Place::Server(_) => false,
    }
}

/// Drops the indexes that are made again by [`catch_up`], if this storage is to be filled. Its tables must be up to date.
pub(crate) async fn put_off(storage: &SqlStorage) -> Result<(), StorageError> {
    let Place::File(file) = &storage.place else { return Ok(()) };
    if !file.alone {
        return Ok(());
    }
    let mut statements = Vec::new();
    for table in catalogue(storage) {
        if has_few(storage, table).await? {
            statements.extend(names(table).map(|name| format!("DROP INDEX IF EXISTS \"{name}\"")));
        }
    }
    if statements.is_empty() {
        return Ok(());
    }
    let wanted = schema::fingerprint(storage.tables());
    statements.insert(0, "BEGIN IMMEDIATE".into());
    statements.extend([note(&wanted, &mark(&wanted)), "COMMIT".into()]);
    file.change(statements).await
}

/// Makes the indexes that were put off. One after the other, each for good: others get to write in between.
pub(crate) async fn catch_up(storage: &SqlStorage) -> Result<(), StorageError> {
    let Place::File(file) = &storage.place else { return Ok(()) };
    let wanted = schema::fingerprint(storage.tables());
    let marked = mark(&wanted);
    if crate::migrate::noted(storage).await?.as_ref() != Some(&marked) {
        return Ok(());
    }
    let mut statements = Vec::new();
    for table in catalogue(storage) {
        statements.extend(table.indexes.iter().map(|index| schema::create_index(Dialect::Sqlite, table, index)));
        statements.extend(schema::side_index(table).map(|(_name, create)| create));
    }
    statements.push(note(&marked, &wanted));
    file.change(statements).await
}

/// The tables whose lists are counted. Who writes many records looks them up by id and by what is unique.
fn catalogue(storage: &SqlStorage) -> impl Iterator<Item = &Table> {
    storage.tables().filter(|table| !table.totals.is_empty())
}

fn names(table: &Table) -> impl Iterator<Item = String> {
    let side = schema::side_index(table).map(|(name, _create)| name);
    table.indexes.iter().map(|index| index.name.clone()).chain(side)
}

async fn has_few(storage: &SqlStorage, table: &Table) -> Result<bool, StorageError> {
    let sql = format!("SELECT COUNT(*) FROM (SELECT 1 FROM \"{}\" LIMIT {})", table.name, FEW + 1);
    let counted = storage.rows(storage.statement(sql, Vec::new()), false, |row| row.number(0)).await?;
    Ok(counted.first().is_some_and(|number| number.unsigned_abs() <= FEW))
}

/// Notes `new` where `old` is noted. Both are made of digits, letters and blanks.
fn note(old: &str, new: &str) -> String {
    format!("UPDATE basalt_schema SET value = '{new}' WHERE name = '{FINGERPRINT}' AND value = '{old}'")
}
