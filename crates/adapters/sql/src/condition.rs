//! Conditions as SQL.
//!
//! Two rules: an absent value makes no test true and no `NOT` unknown, so `Not` is a `CASE`; and a
//! frequent shape (a column equal to, among, absent) is written so that an index answers it.

use basalt_domain::{Condition, Kind, Path, Test, Value};
use sea_orm::{
    ExprTrait, Value as Sql,
    sea_query::{
        Alias, ArrayType, BinOper, Cond, Expr, Func, Order, Query as Select, SelectStatement,
        extension::postgres::PgFunc,
    },
};

use crate::{
    dialect::{Dialect, KEY_CHARS},
    encode,
    layout::Table,
};

/// More values than this come as one JSON parameter where there are no arrays: SQLite takes 32,766
/// parameters, MySQL 65,535.
const MANY_VALUES: usize = 1000;

/// The condition as an expression over the table.
pub(crate) fn expression(dialect: Dialect, table: &Table, condition: &Condition) -> Expr {
    match condition {
        Condition::All(conditions) if conditions.is_empty() => always(),
        Condition::Any(conditions) if conditions.is_empty() => never(),
        Condition::All(conditions) => {
            conditions.iter().fold(Cond::all(), |all, condition| all.add(expression(dialect, table, condition))).into()
        }
        Condition::Any(conditions) => {
            conditions.iter().fold(Cond::any(), |any, condition| any.add(expression(dialect, table, condition))).into()
        }
        Condition::Not(condition) => opposite(dialect, table, condition),
        Condition::Is(path, test) => is(dialect, table, *path, test),
    }
}

/// The column in the table, whatever else is in the statement.
pub(crate) fn column(table: &Table, name: &str) -> Expr {
    Expr::col((Alias::new(&table.name), Alias::new(name)))
}

/// The part of a text that an index holds.
pub(crate) fn shortened(text: Expr) -> Expr {
    Func::cust(Alias::new("LEFT")).arg(text).arg(Expr::cust(KEY_CHARS.to_string())).into()
}

/// The same, but nothing that an index may lead to: SQLite's own sign for that.
pub(crate) fn no_index(expression: Expr) -> Expr {
    Expr::cust_with_exprs("+(?)", [expression])
}

/// This test, asked of each record that something else leads to (SQLite).
pub(crate) fn asked_of_each(table: &Table, path: Path, test: &Test) -> Expr {
    if let (Test::Eq(value), true) = (test, path.many) {
        let mut rows = Select::select();
        rows.expr(Expr::cust("1")).from(Alias::new(&table.side));
        return Expr::exists(rows.and_where(side_row(table, path, value)).and_where(same_record(table)).take());
    }
    let Some(found) = table.column(path.name) else { return never() };
    let operand = no_index(column(table, &found.name));
    Tested { dialect: Dialect::Sqlite, operand, kind: path.kind, side: false, short: false }.passes(test)
}

/// The ids of the records with this value that are in lists, in their order (SQLite).
pub(crate) fn in_order(table: &Table, path: Path, value: &Value, descending: bool) -> SelectStatement {
    let of = |name: &str| Expr::col((Alias::new(&table.side), Alias::new(name)));
    let direction = if descending { Order::Desc } else { Order::Asc };
    let mut ids = Select::select();
    ids.expr_as(of("entity_id"), Alias::new("page_id")).from(Alias::new(&table.side));
    ids.and_where(side_row(table, path, value)).and_where(of("place").is_not_null());
    ids.order_by_expr(of("place"), direction.clone()).order_by_expr(of("entity_id"), direction);
    ids
}

/// Leads a `SELECT` from this value to the records, where nothing else does: by the index of its
/// column, or from the side table by the primary key (SQLite).
pub(crate) fn lead(table: &Table, path: Path, test: &Test, select: &mut SelectStatement) {
    let (Test::Eq(value), true) = (test, path.many) else {
        select.and_where(is(Dialect::Sqlite, table, path, test));
        return;
    };
    let mut rows = Select::select();
    rows.column(Alias::new("entity_id")).from(Alias::new(&table.side)).and_where(side_row(table, path, value));
    select.and_where(column(table, "id").in_subquery(rows.take()));
}

fn side_row(table: &Table, path: Path, value: &Value) -> Expr {
    let of = |name: &str| Expr::col((Alias::new(&table.side), Alias::new(name)));
    match encode::side_text(path.kind, value) {
        Some(text) => of("field").eq(path.name).and(of("value").eq(text)),
        None => never(),
    }
}

fn same_record(table: &Table) -> Expr {
    Expr::col((Alias::new(&table.side), Alias::new("entity_id"))).eq(column(table, "id"))
}

/// Is it a fraction, where whole numbers are kept?
fn is_fraction_of(kind: Kind, value: &Sql) -> bool {
    kind == Kind::Int && matches!(value, Sql::Double(_))
}

fn always() -> Expr {
    Expr::cust("1 = 1")
}

fn never() -> Expr {
    Expr::cust("1 = 0")
}

fn opposite(dialect: Dialect, table: &Table, condition: &Condition) -> Expr {
    match condition {
        // What is never unknown can be said plainly, and an index may serve.
        Condition::Is(path, Test::Absent) if !path.many => match table.column(path.name) {
            Some(found) => column(table, &found.name).is_not_null(),
            None => always(),
        },
        // The same in a word that SQLite is quick with: a deep page asks it of each record before it.
        Condition::Is(path, Test::Eq(value)) if dialect == Dialect::Sqlite && !path.many && path.name != "_id" => {
            match (table.column(path.name), encode::compared(path.kind, value)) {
                (Some(found), Some(value)) if !is_fraction_of(path.kind, &value) => {
                    column(table, &found.name).binary(BinOper::IsNot, Expr::val(value))
                }
                _ => always(),
            }
        }
        Condition::Not(condition) => expression(dialect, table, condition),
        condition => {
            let holds = Cond::all().add(expression(dialect, table, condition));
            Expr::case(holds, Expr::cust("0")).finally(Expr::cust("1")).eq(Expr::cust("1"))
        }
    }
}

fn is(dialect: Dialect, table: &Table, path: Path, test: &Test) -> Expr {
    if path.name == "_id" {
        return Tested { dialect, operand: column(table, "id"), kind: table.of.id, side: false, short: false }
            .passes(test);
    }
    if path.many {
        return is_any(dialect, table, path, test);
    }
    match table.column(path.name) {
        Some(found) => {
            let operand = column(table, &found.name);
            Tested { dialect, operand, kind: found.path.kind, side: false, short: found.shortened }.passes(test)
        }
        // Not declared, so no column: nothing that storage could know of.
        None => never(),
    }
}

/// A test on the rows of the side table.
fn is_any(dialect: Dialect, table: &Table, path: Path, test: &Test) -> Expr {
    let of_field = |select: &mut SelectStatement| {
        select.from(Alias::new(&table.side)).and_where(Expr::col(Alias::new("field")).eq(path.name));
    };
    if *test == Test::Absent {
        // Correlated: one look into the index for each record, instead of a list of all that have values.
        let mut rows = Select::select();
        of_field(&mut rows);
        let same = Expr::col((Alias::new(&table.side), Alias::new("entity_id"))).eq(column(table, "id"));
        return Expr::exists(rows.expr(Expr::cust("1")).and_where(same).take()).not();
    }
    let operand = Expr::col(Alias::new("value"));
    let short = dialect == Dialect::Postgres;
    let passes = Tested { dialect, operand, kind: path.kind, side: true, short }.passes(test);
    let mut rows = Select::select();
    of_field(&mut rows);
    column(table, "id").in_subquery(rows.column(Alias::new("entity_id")).and_where(passes).take())
}

/// A column, and how values are compared with it.
struct Tested {
    dialect: Dialect,
    operand: Expr,
    kind: Kind,
    /// Is it the column of the side table, which holds texts that sort as the values?
    side: bool,
    /// Does an index hold the beginning only?
    short: bool,
}

impl Tested {
    fn passes(self, test: &Test) -> Expr {
        match test {
            Test::Absent => self.operand.is_null(),
            Test::Eq(value) => match self.equal(value) {
                Some(value) if self.short => {
                    let short = shortened(self.operand.clone()).eq(shortened(Expr::val(value.clone())));
                    short.and(self.operand.eq(value))
                }
                Some(value) => self.operand.eq(value),
                None => never(),
            },
            Test::In(values) => {
                let mut values: Vec<Sql> = values.iter().filter_map(|value| self.equal(value)).collect();
                match (values.pop(), values.is_empty()) {
                    (None, _) => never(),
                    (Some(only), true) if !self.short => self.operand.eq(only),
                    (Some(last), _) => {
                        values.push(last);
                        self.among(values)
                    }
                }
            }
            Test::Lt(value) => match self.comparable(value) {
                Some(value) => self.operand.lt(value),
                None => never(),
            },
            Test::Gt(value) => match self.comparable(value) {
                Some(value) => self.operand.gt(value),
                None => never(),
            },
            Test::Contains(part) if self.kind == Kind::Text => self.contains(part),
            Test::Contains(_) => never(),
        }
    }

    fn comparable(&self, value: &Value) -> Option<Sql> {
        if self.side {
            encode::side_text(self.kind, value).map(|text| Sql::String(Some(text)))
        } else {
            encode::compared(self.kind, value)
        }
    }

    fn equal(&self, value: &Value) -> Option<Sql> {
        // A fraction can be less than a whole number, never equal.
        self.comparable(value).filter(|sql| !is_fraction_of(self.kind, sql))
    }

    /// The type of the values in the database.
    fn column_kind(&self) -> Kind {
        if self.side { Kind::Text } else { self.kind }
    }

    fn among(self, values: Vec<Sql>) -> Expr {
        match self.dialect {
            Dialect::Postgres => {
                let array_type = match self.column_kind() {
                    Kind::Text | Kind::Id => ArrayType::String,
                    Kind::Int | Kind::Time => ArrayType::BigInt,
                    Kind::Float => ArrayType::Double,
                    Kind::Bool => ArrayType::Bool,
                };
                let array =
                    |values: Vec<Sql>| PgFunc::any(Expr::val(Sql::Array(array_type.clone(), Some(Box::new(values)))));
                if !self.short {
                    return self.operand.eq(array(values));
                }
                let beginnings = values.iter().cloned().map(beginning).collect();
                shortened(self.operand.clone()).eq(array(beginnings)).and(self.operand.eq(array(values)))
            }
            Dialect::Sqlite if values.len() > MANY_VALUES => self
                .operand
                .binary(BinOper::In, Expr::cust_with_values("(SELECT value FROM json_each(?))", [json(&values)])),
            Dialect::Mysql { .. } if values.len() > MANY_VALUES => {
                let rows = format!(
                    "(SELECT value FROM JSON_TABLE(?, '$[*]' COLUMNS (value {} PATH '$')) AS list)",
                    self.dialect.column_type(self.column_kind())
                );
                self.operand.binary(BinOper::In, Expr::cust_with_values(rows, [json(&values)]))
            }
            Dialect::Sqlite | Dialect::Mysql { .. } => self.operand.is_in(padded(values)),
        }
    }

    fn contains(self, part: &str) -> Expr {
        let part = encode::column_text(part).to_ascii_lowercase();
        let found = match self.dialect {
            Dialect::Sqlite => Func::cust(Alias::new("instr")).arg(Func::lower(self.operand)).arg(part),
            // The column has the collation "C": ASCII letters only.
            Dialect::Postgres => Func::cust(Alias::new("strpos")).arg(Func::lower(self.operand)).arg(part),
            Dialect::Mysql { .. } => {
                // LOWER would fold É too. Only the letters that are looked for need folding.
                let mut letters: Vec<char> = part.chars().filter(char::is_ascii_lowercase).collect();
                letters.sort_unstable();
                letters.dedup();
                let folded = letters.into_iter().fold(self.operand, |text, letter| {
                    let (upper, lower) = (letter.to_ascii_uppercase(), letter);
                    Func::cust(Alias::new("REPLACE"))
                        .arg(text)
                        .arg(Expr::cust(format!("'{upper}'")))
                        .arg(Expr::cust(format!("'{lower}'")))
                        .into()
                });
                Func::cust(Alias::new("LOCATE")).arg(part).arg(folded)
            }
        };
        Expr::from(found).gt(Expr::cust("0"))
    }
}

/// As many values as the next power of two, the last repeated: few different statements to prepare.
fn padded(mut values: Vec<Sql>) -> Vec<Sql> {
    let length = values.len().next_power_of_two();
    if let Some(last) = values.last().cloned() {
        values.resize(length, last);
    }
    values
}

fn beginning(value: Sql) -> Sql {
    let Sql::String(Some(text)) = value else { return value };
    let end =
        text.char_indices().nth(usize::try_from(KEY_CHARS).unwrap_or(usize::MAX)).map_or(text.len(), |(at, _)| at);
    Sql::String(Some(text.get(..end).unwrap_or(&text).to_owned()))
}

fn json(values: &[Sql]) -> String {
    let values = values.iter().map(|value| match value {
        Sql::String(Some(text)) => text.as_str().into(),
        Sql::BigInt(Some(number)) => (*number).into(),
        Sql::Double(Some(number)) => (*number).into(),
        Sql::Bool(Some(flag)) => i64::from(*flag).into(),
        _ => serde_json::Value::Null,
    });
    serde_json::Value::Array(values.collect()).to_string()
}
