//! The statements that make tables, and what tells one shape of them from another.

use basalt_domain::{Kind, Path};

use crate::{
    dialect::{Dialect, KEY_CHARS},
    layout::{Column, Index, Table, Unique},
    periods::Periods,
};

/// To be raised when the layout itself changes: what columns hold, how side rows are written.
const LAYOUT: u32 = 1;

/// What makes the tables of our own: what was made, and the declared totals.
pub(crate) fn own_tables(dialect: Dialect) -> [String; 2] {
    let (text, key) = (dialect.document_type(), dialect.id_type(Kind::Text));
    [
        format!("CREATE TABLE IF NOT EXISTS basalt_schema (name {key} NOT NULL PRIMARY KEY, value {text} NOT NULL)"),
        format!(
            "CREATE TABLE IF NOT EXISTS basalt_totals (collection {key} NOT NULL, name {key} NOT NULL, \
             records BIGINT NOT NULL, PRIMARY KEY (collection, name))"
        ),
    ]
}

/// Reads a value of `basalt_schema`.
pub(crate) fn read_value(dialect: Dialect) -> String {
    format!("SELECT value FROM basalt_schema WHERE name = {}", dialect.parameter(1))
}

/// Removes a value of `basalt_schema`; the new one is inserted then.
pub(crate) fn write_value(dialect: Dialect) -> [String; 2] {
    let p = |number| dialect.parameter(number);
    [
        format!("DELETE FROM basalt_schema WHERE name = {}", p(1)),
        format!("INSERT INTO basalt_schema (name, value) VALUES ({}, {})", p(1), p(2)),
    ]
}

/// Totals that are read by one statement: fewer parameters than any database takes.
pub(crate) const MOST_TOTALS: usize = 4096;

/// Reads so many totals.
pub(crate) fn read_totals(dialect: Dialect, number: usize) -> String {
    let p = |number| dialect.parameter(number);
    let names: Vec<String> = (2..number + 2).map(p).collect();
    format!("SELECT records FROM basalt_totals WHERE collection = {} AND name IN ({})", p(1), names.join(", "))
}

/// Reads the names and numbers of totals between two names, both included.
pub(crate) fn read_totals_between(dialect: Dialect, descending: bool) -> String {
    let p = |number| dialect.parameter(number);
    let order = if descending { " DESC" } else { "" };
    format!(
        "SELECT records, name FROM basalt_totals WHERE collection = {} AND name >= {} AND name <= {} ORDER BY name{order}",
        p(1),
        p(2),
        p(3)
    )
}

/// How many records begin at each place, of those that `restriction` holds for: place, number.
pub(crate) fn count_periods(dialect: Dialect, table: &Table, periods: Periods, restriction: &str) -> Option<String> {
    let name = dialect.quote(&table.name);
    let column = dialect.quote(&table.column(periods.order.name)?.name);
    let place = Periods::least_place(&format!("{name}.{column}"));
    Some(format!("SELECT {place}, COUNT(*) FROM {name} WHERE {restriction} GROUP BY 1"))
}

/// Raises these totals (rows of collection, name and number); one that is not there yet is made.
pub(crate) fn move_totals(dialect: Dialect, rows: &str) -> String {
    let raise = if matches!(dialect, Dialect::Mysql { .. }) {
        "ON DUPLICATE KEY UPDATE records = records + VALUES(records)"
    } else {
        "ON CONFLICT (collection, name) DO UPDATE SET records = basalt_totals.records + excluded.records"
    };
    format!("INSERT INTO basalt_totals (collection, name, records) VALUES {rows} {raise}")
}

/// How many records have each value of a field, of those that `restriction` holds for: value, number.
pub(crate) fn count_by(dialect: Dialect, table: &Table, path: &Path, restriction: &str) -> Option<String> {
    let (name, side) = (dialect.quote(&table.name), dialect.quote(&table.side));
    if path.many {
        // Names of fields come from declarations and hold no quotes.
        return Some(format!(
            "SELECT {side}.value, COUNT(*) FROM {side} JOIN {name} ON {name}.id = {side}.entity_id \
             WHERE {side}.field = '{}' AND ({restriction}) GROUP BY {side}.value",
            path.name
        ));
    }
    let column = dialect.quote(&table.column(path.name)?.name);
    let value = if path.kind == Kind::Bool {
        format!("CASE WHEN {name}.{column} THEN '1' ELSE '0' END")
    } else {
        format!("{name}.{column}")
    };
    Some(format!(
        "SELECT {value}, COUNT(*) FROM {name} WHERE {name}.{column} IS NOT NULL AND ({restriction}) GROUP BY {name}.{column}"
    ))
}

/// Removes the totals of a collection between two names, both included.
pub(crate) fn delete_totals_between(dialect: Dialect) -> String {
    let p = |number| dialect.parameter(number);
    format!("DELETE FROM basalt_totals WHERE collection = {} AND name >= {} AND name <= {}", p(1), p(2), p(3))
}

/// Removes a total, and inserts it.
pub(crate) fn write_total(dialect: Dialect) -> [String; 2] {
    let p = |number| dialect.parameter(number);
    [
        format!("DELETE FROM basalt_totals WHERE collection = {} AND name = {}", p(1), p(2)),
        format!("INSERT INTO basalt_totals (collection, name, records) VALUES ({}, {}, {})", p(1), p(2), p(3)),
    ]
}

/// Makes the table of a collection, with its columns.
pub(crate) fn create_table(dialect: Dialect, table: &Table) -> String {
    let (id, document) = (dialect.id_type(table.of.id), dialect.document_type());
    let mut columns = vec![format!("id {id} NOT NULL PRIMARY KEY"), "version BIGINT NOT NULL".to_owned()];
    columns.extend(table.columns.iter().map(|column| definition(dialect, column)));
    // Last: SQLite reads through a long document to what stands behind it.
    columns.push(format!("document {document} NOT NULL"));
    format!("CREATE TABLE {} ({}){}", dialect.quote(&table.name), columns.join(", "), engine(dialect))
}

fn definition(dialect: Dialect, column: &Column) -> String {
    format!("{} {}", dialect.quote(&column.name), dialect.column_type(column.path.kind))
}

const fn engine(dialect: Dialect) -> &'static str {
    // Rows with long texts in many columns need pages of their own.
    if matches!(dialect, Dialect::Mysql { .. }) { " ENGINE=InnoDB ROW_FORMAT=DYNAMIC" } else { "" }
}

/// Adds a column to a table that has rows; it is filled afterwards.
pub(crate) fn add_column(dialect: Dialect, table: &Table, column: &Column) -> String {
    format!("ALTER TABLE {} ADD COLUMN {}", dialect.quote(&table.name), definition(dialect, column))
}

/// Makes the side table of a collection and its indexes.
pub(crate) fn create_side_table(dialect: Dialect, table: &Table) -> Vec<String> {
    let (side, id) = (dialect.quote(&table.side), dialect.id_type(table.of.id));
    let text = dialect.column_type(Kind::Text);
    let field = dialect.id_type(Kind::Text);
    if dialect == Dialect::Sqlite {
        return vec![format!(
            "CREATE TABLE {side} (entity_id {id} NOT NULL, field {field} NOT NULL, value {text} NOT NULL{}, \
                 PRIMARY KEY (entity_id, field, value)) WITHOUT ROWID",
            if table.side_in_order { ", place BIGINT" } else { "" }
        )]
        .into_iter()
        .chain(side_index(table).map(|(_name, create)| create))
        .collect();
    }
    let value = key_part(dialect, "value", true);
    vec![
        format!(
            "CREATE TABLE {side} (entity_id {id} NOT NULL, field {field} NOT NULL, value {text} NOT NULL){}",
            engine(dialect)
        ),
        format!("CREATE INDEX {} ON {side} (field, {value}, entity_id)", dialect.quote(&format!("{}_ix", table.side))),
        format!("CREATE INDEX {} ON {side} (entity_id, field)", dialect.quote(&format!("{}_id_ix", table.side))),
    ]
}

/// SQLite: the index of a side table, which ends with the id by itself: its name, and what makes it.
pub(crate) fn side_index(table: &Table) -> Option<(String, String)> {
    if table.many.is_empty() {
        return None;
    }
    let (name, place) = if table.side_in_order { ("order_ix", ", place") } else { ("ix", "") };
    let name = format!("{}_{name}", table.side);
    let create = format!("CREATE INDEX IF NOT EXISTS \"{name}\" ON \"{}\" (field, value{place})", table.side);
    Some((name, create))
}

/// What the order of a side table depends on, where it is in one.
pub(crate) fn order_of(table: &Table) -> Option<String> {
    let kept = table.ordered()?;
    let fields: Vec<&str> = kept.by.iter().map(|path| path.name).collect();
    Some(format!("{:?} by {} of {:?}", fields, kept.order?.name, kept.condition))
}

/// SQLite: adds the column to a side table that was made before.
pub(crate) fn add_place(table: &Table) -> String {
    format!("ALTER TABLE \"{}\" ADD COLUMN place BIGINT", table.side)
}

/// SQLite: what puts a side table into the order of lists. The values of all columns must be there.
pub(crate) fn order_side_table(table: &Table, restriction: &str) -> Vec<String> {
    let Some((kept, order)) = table.ordered().and_then(|kept| Some((kept, kept.order?))) else { return Vec::new() };
    let Some(order) = table.column(order.name) else { return Vec::new() };
    // Names of fields come from declarations and hold no quotes.
    let fields: Vec<String> = kept.by.iter().filter(|path| path.many).map(|path| format!("'{}'", path.name)).collect();
    let fields = fields.join(", ");
    let (side, name) = (&table.side, &table.name);
    let index = side_index(table).map(|(_name, create)| create);
    let order = [
        format!(
            "UPDATE \"{side}\" SET place = CASE WHEN field IN ({fields}) THEN (SELECT COALESCE(\"{name}\".\"{}\", {}) \
             FROM \"{name}\" WHERE \"{name}\".id = entity_id AND ({restriction})) END \
             WHERE field IN ({fields}) OR place IS NOT NULL",
            order.name,
            i64::MIN
        ),
        format!("DROP INDEX IF EXISTS \"{side}_ix\""),
    ];
    order.into_iter().chain(index).collect()
}

/// A column as part of an index; of texts the beginning where keys are limited.
fn key_part(dialect: Dialect, column: &str, text: bool) -> String {
    let quoted = dialect.quote(column);
    match dialect {
        Dialect::Postgres if text => format!("LEFT({quoted}, {KEY_CHARS})"),
        Dialect::Mysql { .. } if text => format!("{quoted}({KEY_CHARS})"),
        _ => quoted,
    }
}

fn is_text(table: &Table, column: &str) -> bool {
    table.columns.iter().any(|found| found.name == column && found.path.kind == Kind::Text)
}

/// Makes an index for reading, the id at its end unless it names a place for it: a page of ids needs nothing else.
pub(crate) fn create_index(dialect: Dialect, table: &Table, index: &Index) -> String {
    // Absent values are the smallest everywhere but in PostgreSQL, unless told.
    let nulls = if dialect == Dialect::Postgres { " NULLS FIRST" } else { "" };
    let mut parts: Vec<String> = index
        .columns
        .iter()
        .map(|column| match column.as_str() {
            "id" => "id".to_owned(),
            column => format!("{}{nulls}", key_part(dialect, column, is_text(table, column))),
        })
        .collect();
    if !index.columns.iter().any(|column| column == "id") {
        parts.push("id".into());
    }
    let (name, on) = (dialect.quote(&index.name), dialect.quote(&table.name));
    // MySQL does not know it.
    let missing = if matches!(dialect, Dialect::Mysql { .. }) { "" } else { "IF NOT EXISTS " };
    format!("CREATE INDEX {missing}{name} ON {on} ({})", parts.join(", "))
}

/// Makes a unique index. Where keys are limited, texts are represented by something shorter that
/// is as unique as they are.
pub(crate) fn create_unique(dialect: Dialect, table: &Table, unique: &Unique) -> Vec<String> {
    let (name, on) = (dialect.quote(&unique.name), dialect.quote(&table.name));
    let mut statements = Vec::new();
    let mut parts = Vec::new();
    for column in &unique.columns {
        let quoted = dialect.quote(column);
        parts.push(match dialect {
            // No stored text is a U+0001 and a digest: that character is always encoded.
            Dialect::Postgres if is_text(table, column) => format!(
                "(CASE WHEN octet_length({quoted}) <= 1000 THEN {quoted} ELSE chr(1) || md5({quoted}) END) COLLATE \"C\""
            ),
            Dialect::Mysql { .. } if is_text(table, column) => {
                let digest = dialect.quote(&format!("{column}_digest"));
                statements.push(format!(
                    "ALTER TABLE {on} ADD COLUMN {digest} BINARY(64) GENERATED ALWAYS AS (SHA2({quoted}, 256)) STORED"
                ));
                digest
            }
            _ => quoted,
        });
    }
    statements.push(format!("CREATE UNIQUE INDEX {name} ON {on} ({})", parts.join(", ")));
    statements
}

/// Makes the view of a collection for people: times as times, and no document.
pub(crate) fn create_view(dialect: Dialect, table: &Table) -> [String; 2] {
    let view = dialect.quote(&format!("{}_view", table.name));
    let mut columns = vec!["id".to_owned()];
    columns.extend(table.columns.iter().map(|column| readable(dialect, column)));
    [
        format!("DROP VIEW IF EXISTS {view}"),
        format!("CREATE VIEW {view} AS SELECT {} FROM {}", columns.join(", "), dialect.quote(&table.name)),
    ]
}

fn readable(dialect: Dialect, column: &Column) -> String {
    let name = dialect.quote(&column.name);
    if column.path.kind != Kind::Time {
        return name;
    }
    match dialect {
        Dialect::Sqlite => format!("strftime('%Y-%m-%dT%H:%M:%fZ', {name} / 1000.0, 'unixepoch') AS {name}"),
        Dialect::Postgres => {
            format!("TIMESTAMP WITH TIME ZONE 'epoch' + {name} * INTERVAL '1 millisecond' AS {name}")
        }
        Dialect::Mysql { .. } => {
            format!("TIMESTAMPADD(MICROSECOND, {name} * 1000, '1970-01-01 00:00:00') AS {name}")
        }
    }
}

/// What of a collection its columns and side rows depend on.
pub(crate) fn fields_of(table: &Table) -> String {
    let one = |path: &Path| format!("{}:{:?}:{}", path.name, path.kind, if path.many { "many" } else { "one" });
    format!("{LAYOUT};{}", table.of.fields.iter().map(one).collect::<Vec<_>>().join(","))
}

/// What all tables depend on, in short.
pub(crate) fn fingerprint<'a>(tables: impl Iterator<Item = &'a Table>) -> String {
    let mut all: Vec<String> = tables
        .map(|table| {
            let indexes: Vec<&[String]> = table.indexes.iter().map(|index| index.columns.as_slice()).collect();
            let of = table.of;
            let parts = table.parts.as_ref().map(|parts| &parts.name);
            let declared = format!("{}|{:?}|{}|{:?}", of.name, of.id, fields_of(table), of.unique);
            format!("{declared}|{indexes:?}|{:?}|{parts:?}", table.totals)
        })
        .collect();
    all.sort_unstable();
    format!("{:016x}", fingerprint_of(&all.join("\n")))
}

/// FNV-1a: the same in every build of Rust, unlike its hashers.
pub(crate) fn fingerprint_of(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
