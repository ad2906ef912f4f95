//! Rows that are inserted together, the rows beside them, and the totals that are moved.

use sea_orm::Value as Sql;

use super::{Command, Image, Must, Run, STATEMENT_BYTES, beside::Beside};
use crate::layout::{SideRow, Table};

impl<'a> Run<'a> {
    /// Inserts the rows that were noted.
    pub(super) fn flush(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        let Some(table) = rows.first().map(|row| row.table) else { return };
        let mut rest = rows.as_slice();
        while !rest.is_empty() {
            let mut bytes = 0_usize;
            let fitting = rest
                .iter()
                .take_while(|row| {
                    bytes = bytes.saturating_add(row.written.image.text.len());
                    bytes <= STATEMENT_BYTES
                })
                .count();
            let (sql, batch) = table.insert_of(fitting.max(1));
            let (now, later) = rest.split_at(batch);
            rest = later;
            let mut values: Vec<Sql> = Vec::with_capacity(batch * (table.columns.len() + 3));
            for row in now {
                values.extend([row.key.into(), row.version.into(), row.written.image.text.as_str().into()]);
                values.extend(row.written.columns.iter().cloned());
            }
            let must = Must::Insert(table, now.iter().any(|row| row.replaces));
            self.queue.push((Command { sql: sql.into(), values }, must));
        }
        let side_rows: Vec<_> =
            rows.iter().flat_map(|row| row.written.image.side.iter().map(|side| (row.key, side))).collect();
        self.insert_side_rows(table, &side_rows);
        for row in &rows {
            if let (Some(parts), Beside::All(parts_of_row)) = (&table.parts, &row.written.beside) {
                self.insert_parts(parts, row.key, parts_of_row);
            }
        }
    }

    pub(super) fn insert_side_rows(&mut self, table: &'a Table, rows: &[(&str, &SideRow)]) {
        let mut rest = rows;
        while !rest.is_empty() {
            let (sql, batch) = table.side_insert_of(rest.len());
            let (now, later) = rest.split_at(batch);
            rest = later;
            let values = now.iter().flat_map(|(key, row)| table.side_parameters(key, row)).collect();
            self.run(sql, values);
        }
    }

    /// Writes the side rows that are not as they were; mostly none.
    pub(super) fn move_side_rows(&mut self, table: &'a Table, key: &str, before: &[SideRow], after: &[SideRow]) {
        for SideRow { field, value, .. } in before.iter().filter(|row| after.binary_search(row).is_err()) {
            self.run(&table.side_delete, vec![key.into(), (*field).into(), value.as_str().into()]);
        }
        let added: Vec<_> =
            after.iter().filter(|row| before.binary_search(row).is_err()).map(|row| (key, row)).collect();
        self.insert_side_rows(table, &added);
    }

    /// Moves the totals that count one of both and not the other.
    pub(super) fn count(&mut self, table: &'a Table, old: Option<&Image>, new: Option<&Image>) {
        let names = |image: Option<&Image>| image.map(|image| image.counted.clone()).unwrap_or_default();
        let moved = names(old).into_iter().map(|(name, by)| (name, -by)).chain(names(new));
        for (name, by) in moved {
            let (_table, delta) = self.deltas.entry((table.of.name, name)).or_insert((table, 0));
            *delta += by;
        }
    }

    pub(super) fn move_totals(&mut self) {
        let moved = std::mem::take(&mut self.deltas).into_iter().filter(|(_name, (_table, by))| *by != 0);
        let moved: Vec<_> = moved.collect();
        let mut rest = moved.as_slice();
        while let Some((_name, (table, _by))) = rest.first() {
            let (sql, batch) = table.move_totals_of(rest.len());
            let (now, later) = rest.split_at(batch);
            rest = later;
            let mut values: Vec<Sql> = Vec::with_capacity(batch * 3);
            for ((collection, name), (_table, by)) in now {
                values.extend([(*collection).into(), name.as_str().into(), (*by).into()]);
            }
            self.run(sql, values);
        }
    }
}
