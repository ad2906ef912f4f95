//! Documents as they are written, and what of them is kept in columns, in rows beside them and in totals.

use basalt_domain::{Document, parts::PartChange};
use basalt_ports::StorageError;
use sea_orm::Value as Sql;

use super::{beside::Beside, corrupt, stale};
use crate::{
    layout::{SideRow, Table},
    parts::{head_text, is_head},
};

/// A document to be written.
pub(super) struct Written {
    pub(super) image: Image,
    pub(super) columns: Vec<Sql>,
    pub(super) beside: Beside,
}

/// What matters of a document once it is text.
#[derive(Clone)]
pub(super) struct Image {
    pub(super) text: String,
    /// Its side rows.
    pub(super) side: Vec<SideRow>,
    /// The kept numbers of the table that it is counted in, and by how much.
    pub(super) counted: Vec<(String, i64)>,
    /// Is it a head, whose parts are kept beside it?
    pub(super) head: bool,
}

impl Written {
    /// A whole document; with more than so many parts, these are kept beside it.
    pub(super) fn new(table: &Table, key: &str, document: &Document, many: usize) -> Result<Self, StorageError> {
        let corrupt = |error| corrupt(table, key, error);
        let spilled = table.parts.as_ref().map(|parts| parts.spilled(document, many)).transpose().map_err(corrupt)?;
        let columns = table.column_values(document).collect();
        let (text, beside) = match spilled.flatten() {
            Some((head, rows)) => (head_text(&head).map_err(corrupt)?, Beside::All(rows)),
            None => (serde_json::to_string(document).map_err(corrupt)?, Beside::Nothing),
        };
        Ok(Self { image: Image::new(table, text, document), columns, beside })
    }

    /// A head, and what becomes of single parts.
    pub(super) fn head(
        table: &Table,
        key: &str,
        head: &Document,
        changes: &[PartChange],
    ) -> Result<Self, StorageError> {
        let corrupt = |error| corrupt(table, key, error);
        let parts = table.parts.as_ref().ok_or_else(|| stale(table, key))?;
        let steps = parts.steps(changes).map_err(corrupt)?.ok_or_else(|| stale(table, key))?;
        let (text, seen) = (head_text(head).map_err(corrupt)?, parts.seen(head));
        let columns = table.column_values(head).collect();
        Ok(Self { image: Image::new(table, text, &seen), columns, beside: Beside::Changes(steps) })
    }
}

impl Image {
    pub(super) fn new(table: &Table, text: String, document: &Document) -> Self {
        let side = table.side_rows(document);
        let parts = table.count_parts(document);
        let counted = table.totals.iter().flat_map(|total| total.counting(document, parts)).collect();
        let head = table.parts.is_some() && is_head(&text);
        Self { text, side, counted, head }
    }
}
