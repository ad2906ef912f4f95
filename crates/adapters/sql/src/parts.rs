//! Parts of long records (ADR 0010): rows of a table beside that of their heads.
//!
//! The row of a long record holds its head, whose text begins with [`HEAD`]; each of its parts is a
//! row of `…_parts`. Nothing says where a part stands but its position: a new first one gets a
//! lower position than all others, so that adding, changing or removing one touches no other.

use std::fmt::Write as _;

use basalt_domain::{
    Apart, Collection, Document, Kind, Parts, Value,
    parts::{APART, PartChange, head},
};
use basalt_ports::PartsQuery;
use sea_orm::Value as Sql;

use crate::{
    dialect::Dialect,
    encode::column_text,
    layout::{BATCHES, batch_of, rows_of},
};

/// How the text of a head begins, and no other.
pub(crate) const HEAD: &str = "{\"$apart\":";

/// Is it the text of a head?
pub(crate) fn is_head(text: &str) -> bool {
    text.starts_with(HEAD)
}

/// The table of the parts of a collection, and the statements on it.
#[derive(Debug)]
pub(crate) struct PartsTable {
    of: &'static Collection,
    parts: &'static Parts,
    pub(crate) name: String,
    dialect: Dialect,
    /// The field of the side table that holds the ids of parts.
    pub(crate) id_field: Option<&'static str>,
    inserts: Vec<String>,
    /// `UPDATE` of kind, title, age and document by owner and id.
    pub(crate) update: String,
    /// `DELETE` by owner and id.
    pub(crate) delete: String,
    /// `DELETE` by owner.
    pub(crate) delete_all: String,
    /// `id, position, document` of all parts of an owner, in their order.
    pub(crate) read_all: String,
    /// `id, position` and something of the first part.
    pub(crate) read_first: String,
    /// The record and its parts as they are at one moment: document, position or version, which.
    pub(crate) whole: String,
}

/// A part as a row.
#[derive(Debug)]
pub(crate) struct PartRow {
    pub(crate) id: String,
    kind: String,
    title: String,
    /// The newest has the lowest.
    age: i64,
    pub(crate) text: String,
}

/// A change of one part.
#[derive(Debug)]
pub(crate) enum PartStep {
    First(PartRow),
    Replace(PartRow),
    Remove(String),
}

impl PartsTable {
    pub(crate) fn new(dialect: Dialect, of: &'static Collection) -> Option<Self> {
        let parts = of.parts?;
        let name = format!("{}_parts", of.name);
        let (table, owners) = (dialect.quote(&name), dialect.quote(of.name));
        let p = |number| dialect.parameter(number);
        let id_field = format!("{}.{}", parts.list, parts.id);
        let insert = format!("INSERT INTO {table} (owner, id, position, kind, title, age, document) VALUES ");
        let number = |number| dialect.number(number);
        let read =
            |what: &str| format!("SELECT id, position, {what} FROM {table} WHERE owner = {} ORDER BY position", p(1));
        Some(Self {
            of,
            parts,
            dialect,
            id_field: of.fields.iter().find(|path| path.name == id_field).map(|path| path.name),
            inserts: BATCHES.map(|rows| insert.clone() + &rows_of(dialect, rows, 7)).to_vec(),
            update: format!(
                "UPDATE {table} SET kind = {}, title = {}, age = {}, document = {} WHERE owner = {} AND id = {}",
                p(1),
                p(2),
                p(3),
                p(4),
                p(5),
                p(6)
            ),
            delete: format!("DELETE FROM {table} WHERE owner = {} AND id = {}", p(1), p(2)),
            delete_all: format!("DELETE FROM {table} WHERE owner = {}", p(1)),
            read_all: read("document"),
            read_first: read("id") + " LIMIT 1",
            whole: format!(
                "SELECT document, version, {} FROM {owners} WHERE id = {} \
                 UNION ALL SELECT document, position, {} FROM {table} WHERE owner = {}",
                number(0),
                p(1),
                number(1),
                p(2)
            ),
            name,
        })
    }

    /// What makes the table.
    pub(crate) fn create(&self) -> Vec<String> {
        let dialect = self.dialect;
        let (table, text) = (dialect.quote(&self.name), dialect.column_type(Kind::Text));
        let (owner, id) = (dialect.id_type(self.of.id), dialect.id_type(Kind::Text));
        let engine = if matches!(dialect, Dialect::Mysql { .. }) { " ENGINE=InnoDB ROW_FORMAT=DYNAMIC" } else { "" };
        let index = |columns: &str| {
            let name = dialect.quote(&format!("{}_{}_ix", self.name, columns.replace(", ", "_")));
            format!("CREATE INDEX {name} ON {table} ({columns})")
        };
        let mut statements = vec![
            format!(
                "CREATE TABLE {table} (owner {owner} NOT NULL, id {id} NOT NULL, position BIGINT NOT NULL, \
                 age BIGINT NOT NULL, kind {text} NOT NULL, title {text} NOT NULL, document {} NOT NULL, \
                 PRIMARY KEY (owner, id)){engine}",
                dialect.document_type()
            ),
            index("owner, position"),
            index("owner, age, position"),
        ];
        if dialect == Dialect::Sqlite {
            // Elsewhere keys are limited, and kinds are not.
            statements.push(index("owner, kind, position"));
        }
        statements
    }

    /// The statement that inserts the largest batch of at most so many rows, and how many.
    pub(crate) fn insert_of(&self, rows: usize) -> (&str, usize) {
        batch_of(&self.inserts, rows)
    }

    /// The head of a record with more than so many parts, and these.
    pub(crate) fn spilled(
        &self,
        document: &Document,
        many: usize,
    ) -> Result<Option<(Document, Vec<PartRow>)>, serde_json::Error> {
        let Some(head) = head(self.of, document, many) else { return Ok(None) };
        let Some(all) = self.parts.of(document) else { return Ok(None) };
        let rows = all.into_iter().map(|(id, part)| self.row(id, part)).collect::<Result<_, _>>()?;
        Ok(Some((head, rows)))
    }

    fn row(&self, id: &str, part: &Document) -> Result<PartRow, serde_json::Error> {
        Ok(PartRow {
            id: column_text(id).into_owned(),
            kind: column_text(self.parts.kind_of(part)).into_owned(),
            title: column_text(&self.parts.folded_title_of(part)).into_owned(),
            age: !(self.parts.stamp)(part),
            text: serde_json::to_string(part)?,
        })
    }

    /// Changes of single parts as rows; `None` where one has no id.
    pub(crate) fn steps(&self, changes: &[PartChange]) -> Result<Option<Vec<PartStep>>, serde_json::Error> {
        let id = |part: &Document| part.get(self.parts.id).and_then(Value::as_text).map(str::to_owned);
        let mut steps = Vec::with_capacity(changes.len());
        for change in changes {
            steps.push(match change {
                PartChange::First(part) => match id(part) {
                    Some(id) => PartStep::First(self.row(&id, part)?),
                    None => return Ok(None),
                },
                PartChange::Replace(part) => match id(part) {
                    Some(id) => PartStep::Replace(self.row(&id, part)?),
                    None => return Ok(None),
                },
                PartChange::Remove(id) => PartStep::Remove(column_text(id).into_owned()),
            });
        }
        Ok(Some(steps))
    }

    /// What conditions see of a head: all but the ids of its parts. It still tells that it is one.
    pub(crate) fn seen(&self, head: &Document) -> Document {
        let apart = Apart::in_head(head).unwrap_or_default();
        let mut seen = apart.with_stand_ins(self.parts, head);
        seen.insert(APART, apart.document());
        seen
    }

    /// The text of the whole record, from its head and the texts of its parts.
    pub(crate) fn whole_of(&self, head: &Document, parts: &[String]) -> Result<String, serde_json::Error> {
        let mut text = String::with_capacity(parts.iter().map(|part| part.len() + 1).sum::<usize>() + 4096);
        for (name, value) in head.iter().filter(|(name, _value)| *name != APART) {
            text.push(if text.is_empty() { '{' } else { ',' });
            text.push_str(&serde_json::to_string(name)?);
            text.push(':');
            if name == self.parts.list {
                text.push('[');
                text.push_str(&parts.join(","));
                text.push(']');
            } else {
                text.push_str(&serde_json::to_string(value)?);
            }
        }
        text.push('}');
        Ok(text)
    }

    /// The statement that counts (`None`) or reads what is asked for of a long record, with its values.
    pub(crate) fn select(&self, query: &PartsQuery, owner: &str, what: &str, page: bool) -> (String, Vec<Sql>) {
        let mut values: Vec<Sql> = vec![owner.into()];
        let mut sql = format!(
            "SELECT {what} FROM {} WHERE owner = {}",
            self.dialect.quote(&self.name),
            self.dialect.parameter(1)
        );
        for (column, asked) in [("id", &query.id), ("kind", &query.kind)] {
            if let Some(asked) = asked {
                values.push(column_text(asked).into_owned().into());
                // Writing to a string cannot fail.
                let _ = write!(sql, " AND {column} = {}", self.dialect.parameter(values.len()));
            }
        }
        if let Some(title) = query.folded_title() {
            values.push(column_text(&title).into_owned().into());
            let asked = self.dialect.parameter(values.len());
            let _ = match self.dialect {
                Dialect::Sqlite => write!(sql, " AND instr(title, {asked}) > 0"),
                Dialect::Postgres => write!(sql, " AND strpos(title, {asked}) > 0"),
                Dialect::Mysql { .. } => write!(sql, " AND LOCATE({asked}, title) > 0"),
            };
        }
        if page {
            let first = if query.newest_first { "age, " } else { "" };
            let most = i64::MAX.unsigned_abs();
            let (limit, offset) = (query.limit.min(most), query.offset.min(most));
            let _ = write!(sql, " ORDER BY {first}position LIMIT {limit} OFFSET {offset}");
        }
        (sql, values)
    }
}

impl PartRow {
    /// The values of its row.
    pub(crate) fn values(&self, owner: &str, position: i64) -> [Sql; 7] {
        let Self { id, kind, title, age, text } = self;
        let (id, kind, title) = (id.as_str(), kind.as_str(), title.as_str());
        [owner.into(), id.into(), position.into(), kind.into(), title.into(), (*age).into(), text.as_str().into()]
    }

    /// The values of [`PartsTable::update`].
    pub(crate) fn changed(&self, owner: &str) -> Vec<Sql> {
        let Self { id, kind, title, age, text } = self;
        let (id, kind, title) = (id.as_str(), kind.as_str(), title.as_str());
        vec![kind.into(), title.into(), (*age).into(), text.as_str().into(), owner.into(), id.into()]
    }
}

/// The text of a head: what tells that it is one stands first.
pub(crate) fn head_text(head: &Document) -> Result<String, serde_json::Error> {
    let apart = head.get(APART).cloned().unwrap_or_default();
    let rest = head.iter().filter(|(name, _value)| *name != APART);
    let rest = rest.map(|(name, value)| (name.clone(), value.clone()));
    let ordered: Document = std::iter::once((APART.to_owned(), apart)).chain(rest).collect();
    serde_json::to_string(&ordered)
}
