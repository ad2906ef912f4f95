//! Tables, columns and indexes of the declared collections, and the statements made once from them.

use std::{borrow::Cow, fmt, fmt::Write as _};

use basalt_domain::{Apart, Collection, Condition, Document, Kind, Path, Value};
use sea_orm::Value as Sql;
use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor},
};

use crate::{
    dialect::Dialect,
    encode,
    parts::{PartsTable, is_head},
    schema,
    totals::Kept,
};

/// Numbers of rows that are inserted by one statement: few different ones, so that each is prepared once.
pub(crate) const BATCHES: [usize; 4] = [64, 16, 4, 1];

/// A field with one value at most, and its column.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) path: Path,
    pub(crate) name: String,
    /// Is it a text that an index holds the beginning of?
    pub(crate) shortened: bool,
}

/// Fields that together occur once.
#[derive(Debug)]
pub(crate) struct Unique {
    pub(crate) name: String,
    pub(crate) fields: &'static [&'static str],
    pub(crate) columns: Vec<String>,
}

/// An index for reading.
#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
}

/// One of many values of a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SideRow {
    pub(crate) field: &'static str,
    pub(crate) value: String,
    /// Where its record is in lists of those with this value, if it is in any.
    pub(crate) place: Option<i64>,
}

/// A collection as a table.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) of: &'static Collection,
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    /// Fields with many values, which are in the side table.
    pub(crate) many: Vec<Path>,
    pub(crate) side: String,
    /// Are side rows of values that a total is kept by in the order of its lists?
    pub(crate) side_in_order: bool,
    pub(crate) unique: Vec<Unique>,
    pub(crate) indexes: Vec<Index>,
    /// Where the parts of long records are.
    pub(crate) parts: Option<PartsTable>,
    /// The declared totals.
    pub(crate) totals: Vec<Kept>,
    /// `SELECT id, version, document` of as many ids as [`BATCHES`] says, in their order, before a write.
    selects: Vec<String>,
    /// Names of the top-level fields that columns, side rows and totals are made of.
    indexed: Vec<&'static str>,
    dialect: Dialect,
    /// `UPDATE` by id and version, of all columns.
    pub(crate) update: String,
    /// `DELETE` by id.
    pub(crate) delete: String,
    /// `DELETE` by id and version.
    pub(crate) delete_version: String,
    /// `INSERT` of as many rows as [`BATCHES`] says.
    inserts: Vec<String>,
    side_inserts: Vec<String>,
    pub(crate) side_delete: String,
    pub(crate) side_delete_all: String,
    /// Moves as many totals as [`BATCHES`] says, each by a number.
    move_totals: Vec<String>,
}

impl Table {
    pub(crate) fn new(dialect: Dialect, of: &'static Collection) -> Self {
        let column_of = |field: &str| if field == "_id" { "id".to_owned() } else { column_name(field) };
        let names = |fields: &[&str]| fields.iter().map(|field| column_of(field)).collect::<Vec<_>>();
        let unique: Vec<Unique> = of
            .unique
            .iter()
            .map(|&fields| Unique { name: index_name(of, &names(fields), "key"), fields, columns: names(fields) })
            .collect();
        let mut declared: Vec<Vec<String>> = of.indexes.iter().map(|fields| names(fields)).collect();
        if dialect.shortens_keys() {
            // There the unique index is one over an expression, which no read uses.
            for unique in &unique {
                if !declared.iter().any(|columns| columns.starts_with(&unique.columns)) {
                    declared.push(unique.columns.clone());
                }
            }
        }
        let indexes: Vec<Index> =
            declared.into_iter().map(|columns| Index { name: index_name(of, &columns, "ix"), columns }).collect();
        let columns: Vec<Column> = of
            .fields
            .iter()
            .filter(|path| !path.many)
            .map(|path| {
                let name = column_of(path.name);
                let in_an_index = indexes.iter().any(|index| index.columns.contains(&name));
                let shortened = dialect == Dialect::Postgres && path.kind == Kind::Text && in_an_index;
                Column { path: *path, name, shortened }
            })
            .collect();
        // Servers have statistics, and find another way.
        let side_in_order = dialect == Dialect::Sqlite && of.totals.iter().any(|total| total.order.is_some());
        let many = of.fields.iter().filter(|path| path.many).copied().collect();
        let side = format!("{}_values", of.name);
        let q = |name: &str| dialect.quote(name);
        let p = |number| dialect.parameter(number);
        let (table, side_table) = (q(of.name), q(&side));
        let update = update(dialect, of, columns.iter());
        let names: String = columns.iter().fold(String::new(), |names, column| format!("{names}, {}", q(&column.name)));
        let insert = format!("INSERT INTO {table} (id, version, document{names}) VALUES ");
        let (side_columns, side_width) = if side_in_order { (", place", 4) } else { ("", 3) };
        let side_insert = format!("INSERT INTO {side_table} (entity_id, field, value{side_columns}) VALUES ");
        Self {
            of,
            name: of.name.to_owned(),
            parts: PartsTable::new(dialect, of),
            totals: of.totals.iter().map(|total| Kept::new(of, total, dialect == Dialect::Sqlite)).collect(),
            // Sorted: transactions that lock the same records lock them in the same order.
            selects: BATCHES
                .map(|rows| {
                    let ids = rows_of(dialect, 1, rows);
                    format!(
                        "SELECT id, version, document FROM {table} WHERE id IN {ids} ORDER BY id{}",
                        dialect.for_update()
                    )
                })
                .to_vec(),
            update,
            indexed: indexed(of),
            dialect,
            delete: format!("DELETE FROM {table} WHERE id = {}", p(1)),
            delete_version: format!("DELETE FROM {table} WHERE id = {} AND version = {}", p(1), p(2)),
            inserts: BATCHES.map(|rows| insert.clone() + &rows_of(dialect, rows, columns.len() + 3)).to_vec(),
            side_inserts: BATCHES.map(|rows| side_insert.clone() + &rows_of(dialect, rows, side_width)).to_vec(),
            side_delete: format!(
                "DELETE FROM {side_table} WHERE entity_id = {} AND field = {} AND value = {}",
                p(1),
                p(2),
                p(3)
            ),
            side_delete_all: format!("DELETE FROM {side_table} WHERE entity_id = {}", p(1)),
            move_totals: BATCHES.map(|rows| schema::move_totals(dialect, &rows_of(dialect, rows, 3))).to_vec(),
            columns,
            many,
            side,
            side_in_order,
            unique,
            indexes,
        }
    }

    /// The total whose records with one value are kept in the order of its lists.
    pub(crate) fn ordered(&self) -> Option<&Kept> {
        self.totals.iter().find(|kept| self.side_in_order && kept.order.is_some())
    }

    /// The column of a field with one value.
    pub(crate) fn column(&self, path: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.path.name == path)
    }

    /// Must the old document be known to write the new one?
    pub(crate) fn needs_old(&self) -> bool {
        !self.many.is_empty() || !self.of.totals.is_empty() || self.parts.is_some()
    }

    /// The statement that inserts the largest batch of at most so many rows, and how many.
    pub(crate) fn insert_of(&self, rows: usize) -> (&str, usize) {
        batch_of(&self.inserts, rows)
    }

    /// The statement that reads the smallest batch of at least one and at most [`BATCHES`] ids, and its size.
    pub(crate) fn select_of(&self, ids: usize) -> (&str, usize) {
        let large_enough = BATCHES.into_iter().zip(&self.selects).rfind(|(batch, _statement)| *batch >= ids);
        large_enough
            .or_else(|| BATCHES.into_iter().zip(&self.selects).next())
            .map_or(("", 0), |(batch, statement)| (statement.as_str(), batch))
    }

    /// The same for the side table.
    pub(crate) fn side_insert_of(&self, rows: usize) -> (&str, usize) {
        batch_of(&self.side_inserts, rows)
    }

    /// The same for totals: collection, name, by how much.
    pub(crate) fn move_totals_of(&self, totals: usize) -> (&str, usize) {
        batch_of(&self.move_totals, totals)
    }

    /// `UPDATE` by id and version, of these columns only.
    pub(crate) fn update_of(&self, chosen: &[bool]) -> String {
        let chosen = self.columns.iter().zip(chosen).filter(|(_column, chosen)| **chosen);
        update(self.dialect, self.of, chosen.map(|(column, _chosen)| column))
    }

    /// The part of a stored document that columns, side rows and totals are made of. What is long
    /// and only read is passed over.
    pub(crate) fn indexed_part(&self, text: &str) -> Result<Document, serde_json::Error> {
        if let Some(parts) = self.parts.as_ref().filter(|_parts| is_head(text)) {
            return Ok(parts.seen(&serde_json::from_str(text)?));
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        let part = Only(&self.indexed).deserialize(&mut reader)?;
        reader.end()?;
        Ok(part)
    }

    /// The values of the columns.
    pub(crate) fn column_values(&self, document: &Document) -> impl Iterator<Item = Sql> {
        self.columns.iter().map(|column| encode::column_value(column.path.kind, document.at(column.path.name)))
    }

    /// How many parts a record has, by their ids, of which a catalogue may have one twice; a head tells it itself.
    pub(crate) fn count_parts(&self, document: &Document) -> i64 {
        let Some(parts) = &self.parts else { return 0 };
        let beside = Apart::in_head(document).map_or(0, |apart| apart.count);
        let own = parts.id_field.map_or(0, |ids| document.values_at(ids).len()) as u64;
        i64::try_from(beside + own).unwrap_or(i64::MAX)
    }

    /// The side rows, each once.
    pub(crate) fn side_rows(&self, document: &Document) -> Vec<SideRow> {
        let place = self.ordered().and_then(|kept| Some((kept, kept.place(document)?)));
        let mut rows = Vec::new();
        for path in &self.many {
            let place = place.filter(|(kept, _place)| kept.by.contains(path)).map(|(_kept, place)| place);
            for value in document.values_at(path.name) {
                let row = |text| SideRow { field: path.name, value: text, place };
                rows.extend(encode::side_text(path.kind, value).map(row));
            }
        }
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// The values of a side row of this record.
    pub(crate) fn side_parameters(&self, key: &str, row: &SideRow) -> impl Iterator<Item = Sql> {
        let place = self.side_in_order.then_some(Sql::BigInt(row.place));
        [key.into(), row.field.into(), row.value.as_str().into()].into_iter().chain(place)
    }
}

/// `UPDATE` by id and version, of document and columns.
fn update<'a>(dialect: Dialect, of: &Collection, columns: impl Iterator<Item = &'a Column>) -> String {
    let (q, p) = (|name: &str| dialect.quote(name), |number| dialect.parameter(number));
    let mut statement = format!("UPDATE {} SET version = {}, document = {}", q(of.name), p(1), p(2));
    let mut next = 3;
    for column in columns {
        // Writing to a string cannot fail.
        let _ = write!(statement, ", {} = {}", q(&column.name), p(next));
        next += 1;
    }
    let _ = write!(statement, " WHERE id = {} AND version = {}", p(next), p(next + 1));
    statement
}

/// Names of the top-level fields of a collection that columns, side rows and totals are made of.
fn indexed(of: &Collection) -> Vec<&'static str> {
    fn of_condition(condition: &Condition, names: &mut Vec<&'static str>) {
        match condition {
            Condition::All(all) | Condition::Any(all) => all.iter().for_each(|one| of_condition(one, names)),
            Condition::Not(inner) => of_condition(inner, names),
            Condition::Is(path, _test) => names.push(path.name),
        }
    }
    let mut names: Vec<&'static str> = of.fields.iter().map(|path| path.name).collect();
    for total in of.totals {
        names.extend(total.by.iter().map(|path| path.name));
        of_condition(&(total.condition)(), &mut names);
    }
    let first = |name: &'static str| name.split_once('.').map_or(name, |(first, _rest)| first);
    let mut names: Vec<_> = names.into_iter().map(first).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Reads the fields of these names, sorted, and passes over all others.
struct Only<'a>(&'a [&'static str]);

impl<'de> DeserializeSeed<'de> for Only<'_> {
    type Value = Document;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Document, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Only<'_> {
    type Value = Document;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
        let mut document = Document::new();
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            if self.0.binary_search(&name.as_ref()).is_ok() {
                document.insert(name, map.next_value::<Value>()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(document)
    }
}

/// The largest batch of at most so many rows.
pub(crate) fn batch_of(statements: &[String], rows: usize) -> (&str, usize) {
    BATCHES
        .into_iter()
        .zip(statements)
        .find(|(batch, _statement)| *batch <= rows)
        .map_or(("", 0), |(batch, statement)| (statement.as_str(), batch))
}

/// `(?, ?), (?, ?)`: so many rows of so many parameters.
pub(crate) fn rows_of(dialect: Dialect, rows: usize, width: usize) -> String {
    let row = |row: usize| {
        let parameters: Vec<String> = (1..=width).map(|at| dialect.parameter(row * width + at)).collect();
        format!("({})", parameters.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// Column of a dotted path: `actor._ref.$id` is `actor__ref_id`.
fn column_name(path: &str) -> String {
    let name = path.replace('.', "_").replace('$', "");
    if matches!(name.as_str(), "id" | "version" | "document") { format!("{name}_") } else { name }
}

/// Name of an index within the 63 characters that PostgreSQL allows.
fn index_name(of: &Collection, columns: &[String], suffix: &str) -> String {
    let name = format!("{}_{}_{suffix}", of.name, columns.join("_"));
    if name.len() <= 60 {
        return name;
    }
    let hash = schema::fingerprint_of(&name);
    format!("{}_{:08x}_{suffix}", name.chars().take(44).collect::<String>(), hash & 0xffff_ffff)
}
