//! What a change of a record does to the parts that are kept beside it.

use std::borrow::Cow;

use sea_orm::Value as Sql;

use super::{Command, Image, Key, Must, Record, Run, STATEMENT_BYTES, Step, What, Written};
use crate::{
    error::Failure,
    layout::{SideRow, Table},
    parts::{PartRow, PartStep, PartsTable},
};

/// More parts than these are written anew together, not one by one.
const ONE_BY_ONE: usize = 64;

/// What a written document has in the table of parts.
pub(super) enum Beside {
    /// Nothing: it is whole.
    Nothing,
    /// All of these.
    All(Vec<PartRow>),
    /// What is there, but for these.
    Changes(Vec<PartStep>),
}

/// Parts that were read: id, position, text.
pub(super) type Found = Vec<(String, i64, String)>;

/// Parts of a record that are to be read before it is written.
pub(crate) struct PartsRead<'a> {
    pub(crate) command: Command<'a>,
    of: Key<'a>,
}

impl<'a> Run<'a> {
    /// The parts whose former state matters, once it is known which records have them beside.
    pub(crate) fn part_reads(&self) -> Vec<PartsRead<'a>> {
        let mut reads: Vec<PartsRead<'a>> = Vec::new();
        for step in &self.plan.steps {
            let Some(parts) = &step.table.parts else { continue };
            let known = self.known.get(&step.name()).and_then(Option::as_ref);
            if !known.is_some_and(|record| record.image.head) || reads.iter().any(|read| read.of == step.name()) {
                continue;
            }
            let sql = match &step.what {
                What::Put(..) => &parts.read_all,
                What::Update(written, _) => match &written.beside {
                    Beside::Changes(steps) if steps.iter().any(|step| matches!(step, PartStep::First(_))) => {
                        &parts.read_first
                    }
                    Beside::Changes(_) => continue,
                    Beside::Nothing | Beside::All(_) => &parts.read_all,
                },
                What::Insert(..) | What::Delete(_) | What::Add(..) => continue,
            };
            let values = vec![step.key.as_str().into()];
            reads.push(PartsRead { command: Command { sql: sql.as_str().into(), values }, of: step.name() });
        }
        reads
    }

    /// Takes note of the parts that were read.
    pub(crate) fn know_parts(&mut self, read: PartsRead<'a>, found: Found) {
        self.parts.insert(read.of, found);
    }

    /// Side rows of a record as they are, with the ids of the parts that are kept beside it.
    fn side_before(&self, table: &Table, name: &Key<'a>, old: &Image) -> Option<Vec<SideRow>> {
        let mut side = old.side.clone();
        if let (true, Some(field)) = (old.head, table.parts.as_ref().and_then(|parts| parts.id_field)) {
            let found = self.parts.get(name)?.iter();
            side.extend(found.map(|(id, _position, _text)| SideRow { field, value: id.clone(), place: None }));
            side.sort_unstable();
            side.dedup();
        }
        Some(side)
    }

    /// Moves side rows and parts from what was there to what is written.
    pub(super) fn move_beside(
        &mut self,
        step: &'a Step,
        old: &Record<'_>,
        written: &'a Written,
    ) -> Result<(), Failure> {
        let (table, key, name) = (&*step.table, step.key.as_str(), step.name());
        let Some(parts) = &table.parts else {
            self.move_side_rows(table, key, &old.image.side, &written.image.side);
            return Ok(());
        };
        if let Beside::Changes(steps) = &written.beside {
            if !old.image.head {
                return Err(step.stale().into());
            }
            let others = |side: &[SideRow]| -> Vec<SideRow> {
                side.iter().filter(|row| Some(row.field) != parts.id_field).cloned().collect()
            };
            self.move_side_rows(table, key, &others(&old.image.side), &others(&written.image.side));
            let lowest =
                self.parts.remove(&name).and_then(|found| found.first().map(|(_id, position, _text)| *position));
            self.change_parts(table, parts, key, steps, lowest.unwrap_or(0));
            return Ok(());
        }
        if let Some(before) = self.side_before(table, &name, &old.image) {
            self.move_side_rows(table, key, &before, &written.image.side);
        } else {
            self.run(&table.side_delete_all, vec![key.into()]);
            let rows: Vec<_> = written.image.side.iter().map(|row| (key, row)).collect();
            self.insert_side_rows(table, &rows);
        }
        let found = self.parts.remove(&name);
        match &written.beside {
            Beside::All(rows) if old.image.head => self.write_over(parts, key, found, rows),
            Beside::All(rows) => self.insert_parts(parts, key, rows),
            _ if old.image.head => self.run(&parts.delete_all, vec![key.into()]),
            _ => {}
        }
        Ok(())
    }

    /// Changes of single parts, in their order.
    fn change_parts(
        &mut self,
        table: &'a Table,
        parts: &'a PartsTable,
        key: &'a str,
        steps: &'a [PartStep],
        lowest: i64,
    ) {
        let mut lowest = lowest;
        for step in steps {
            match step {
                PartStep::First(row) => {
                    lowest = lowest.saturating_sub(1);
                    let (sql, _one) = parts.insert_of(1);
                    let command = Command { sql: sql.into(), values: row.values(key, lowest).to_vec() };
                    self.queue.push((command, Must::Hit(table, key)));
                    if let Some(field) = parts.id_field {
                        let row = SideRow { field, value: row.id.clone(), place: None };
                        self.insert_side_rows(table, &[(key, &row)]);
                    }
                }
                PartStep::Replace(row) => {
                    let command = Command { sql: parts.update.as_str().into(), values: row.changed(key) };
                    self.queue.push((command, Must::Hit(table, key)));
                }
                PartStep::Remove(id) => {
                    let values = vec![key.into(), id.as_str().into()];
                    let command = Command { sql: parts.delete.as_str().into(), values };
                    self.queue.push((command, Must::Hit(table, key)));
                    if let Some(field) = parts.id_field {
                        self.run(&table.side_delete, vec![key.into(), field.into(), id.as_str().into()]);
                    }
                }
            }
        }
    }

    /// Writes parts over others: those that are not as they were, where they stand in the same order.
    fn write_over(&mut self, parts: &'a PartsTable, key: &'a str, found: Option<Found>, rows: &'a [PartRow]) {
        let found = found.unwrap_or_default();
        let same_order =
            found.len() == rows.len() && found.iter().zip(rows).all(|((id, _position, _text), row)| *id == row.id);
        let changed = found.iter().zip(rows).filter(|((_id, _position, text), row)| *text != row.text);
        let changed: Vec<&PartRow> = changed.map(|(_found, row)| row).take(ONE_BY_ONE + 1).collect();
        if same_order && changed.len() <= ONE_BY_ONE {
            for row in changed {
                self.run(&parts.update, row.changed(key));
            }
            return;
        }
        self.run(&parts.delete_all, vec![key.into()]);
        self.insert_parts(parts, key, rows);
    }

    /// Inserts parts in their order.
    pub(super) fn insert_parts(&mut self, parts: &'a PartsTable, key: &str, rows: &[PartRow]) {
        let (mut rest, mut position) = (rows, 0_i64);
        while !rest.is_empty() {
            let mut bytes = 0_usize;
            let fitting = rest.iter().take_while(|row| {
                bytes = bytes.saturating_add(row.text.len());
                bytes <= STATEMENT_BYTES
            });
            let (sql, batch) = parts.insert_of(fitting.count().max(1));
            let (now, later) = rest.split_at(batch);
            rest = later;
            let mut values: Vec<Sql> = Vec::with_capacity(batch * 7);
            for row in now {
                values.extend(row.values(key, position));
                position += 1;
            }
            self.queue.push((Command { sql: Cow::Borrowed(sql), values }, Must::Run));
        }
    }
}
