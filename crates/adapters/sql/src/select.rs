//! Queries as `SELECT` statements.

use basalt_domain::{Condition, Test};
use basalt_ports::{Query, SortKey};
use sea_orm::{
    ExprTrait, Statement,
    sea_query::{
        Alias, Expr, MysqlQueryBuilder, NullOrdering, Order, PostgresQueryBuilder, Query as Select, SelectStatement,
        SqliteQueryBuilder, UnionType,
    },
};

use crate::{
    condition::{self, column, expression, shortened},
    dialect::Dialect,
    layout::Table,
    way::{self, Way},
};

/// Pages that begin later than this are found by an index scan over ids; documents are read for
/// the records of the page only.
pub(crate) const DEEP: u64 = 100;

/// Records that are read at once as if they were one.
pub(crate) const FEW: u64 = 20;

/// Does an index lead to the few records that the query may return? Answered by what is declared,
/// not by what is stored: values that are equal in one field may be so in thousands of records.
pub(crate) fn is_lookup(table: &Table, query: &Query) -> bool {
    leads(table, &query.condition, query.limit <= FEW)
}

fn leads(table: &Table, condition: &Condition, few: bool) -> bool {
    let all = match condition {
        Condition::Any(any) => return any.len() <= 4 && any.iter().all(|one| leads(table, one, few)),
        Condition::All(all) => all.as_slice(),
        one => std::slice::from_ref(one),
    };
    let is_equal = |field: &str| {
        all.iter().any(|one| match one {
            Condition::Is(path, Test::Eq(_)) => path.name == field && !path.many,
            Condition::Is(path, Test::In(values)) => path.name == field && field == "_id" && values.len() as u64 <= FEW,
            _ => false,
        })
    };
    let are_equal = |fields: &&[&str]| fields.iter().all(|field| is_equal(field));
    let mut indexes = table.of.indexes.iter().filter(|fields| few || fields.len() > 1);
    is_equal("_id") || table.of.unique.iter().any(are_equal) || indexes.any(are_equal)
}

/// `version, document` of the records of a query, in its order.
pub(crate) fn fetch(dialect: Dialect, table: &Table, query: &Query, way: &Way) -> Statement {
    let mut select = Select::select();
    select.expr(column(table, "version")).expr(column(table, "document")).from(Alias::new(&table.name));
    if query.offset > DEEP || matches!(way, Way::FromValue(..) | Way::Along(..)) {
        let page = page_of_ids(dialect, table, query, way);
        let same = Expr::col((Alias::new("page"), Alias::new("page_id"))).eq(column(table, "id"));
        select.join_subquery(sea_orm::JoinType::InnerJoin, page, Alias::new("page"), same);
        order(dialect, table, query, &mut select);
    } else {
        restrict(dialect, table, query, way, &mut select);
    }
    dialect.backend().build(&select)
}

/// `version, document` of the records of several queries and the place of the query, by one
/// statement, in no order; `None` where one of them asks for a part in an order.
pub(crate) fn fetch_all(dialect: Dialect, asked: &[(&Table, &Query)]) -> Option<Statement> {
    let mut all: Option<SelectStatement> = None;
    for (place, (table, query)) in asked.iter().enumerate() {
        if query.offset > 0 || query.limit < u64::MAX {
            return None;
        }
        let mut select = Select::select();
        select.expr(column(table, "version")).expr(column(table, "document"));
        select.expr(Expr::cust(dialect.number(place)));
        select.from(Alias::new(&table.name)).and_where(expression(dialect, table, &query.condition));
        match &mut all {
            None => all = Some(select),
            Some(all) => {
                all.union(UnionType::All, select);
            }
        }
    }
    Some(dialect.backend().build(&all?))
}

/// `id` of the records of a query, in its order.
pub(crate) fn ids(dialect: Dialect, table: &Table, query: &Query, way: &Way) -> Statement {
    dialect.backend().build(&page_of_ids(dialect, table, query, way))
}

fn page_of_ids(dialect: Dialect, table: &Table, query: &Query, way: &Way) -> SelectStatement {
    if let Way::Along(path, value) = way {
        let mut ids = condition::in_order(table, *path, value, query.id_descends());
        limit(query, &mut ids);
        return ids;
    }
    let mut ids = Select::select();
    ids.expr_as(column(table, "id"), Alias::new("page_id")).from(Alias::new(&table.name));
    restrict(dialect, table, query, way, &mut ids);
    ids
}

/// A condition without parameters as text, for statements that are written by hand.
pub(crate) fn restriction(dialect: Dialect, table: &Table, condition: &Condition) -> String {
    let mut select = Select::select();
    select.expr(Expr::cust("1")).from(Alias::new(&table.name)).and_where(expression(dialect, table, condition));
    let whole = match dialect {
        Dialect::Sqlite => select.to_string(SqliteQueryBuilder),
        Dialect::Postgres => select.to_string(PostgresQueryBuilder),
        Dialect::Mysql { .. } => select.to_string(MysqlQueryBuilder),
    };
    whole.split_once(" WHERE ").map_or_else(|| "1 = 1".to_owned(), |(_select, condition)| condition.to_owned())
}

/// The number of records.
pub(crate) fn count(dialect: Dialect, table: &Table, condition: &Condition) -> Statement {
    let mut select = Select::select();
    select.expr(Expr::cust("COUNT(*)")).from(Alias::new(&table.name));
    if *condition != Condition::always() {
        select.and_where(expression(dialect, table, condition));
    }
    dialect.backend().build(&select)
}

fn restrict(dialect: Dialect, table: &Table, query: &Query, way: &Way, select: &mut SelectStatement) {
    if query.condition != Condition::always() {
        let all = if let Condition::All(all) = &query.condition {
            all.as_slice()
        } else {
            std::slice::from_ref(&query.condition)
        };
        for one in all {
            match (way, one) {
                (Way::InOrder(path, test), Condition::Is(of, asked)) if of == path && asked == test => {
                    select.and_where(condition::asked_of_each(table, *path, test));
                }
                (Way::FromValue(path, test), Condition::Is(of, asked)) if of == path && asked == test => {
                    condition::lead(table, *path, test, select);
                }
                // What else is asked must not lead.
                (Way::ById, one) if way::is_of_id(one) => {
                    select.and_where(expression(dialect, table, one));
                }
                (Way::InOrderAny, Condition::Any(_) | Condition::Not(_)) | (Way::FromValue(..) | Way::ById, _) => {
                    select.and_where(condition::no_index(expression(dialect, table, one)));
                }
                _ => {
                    select.and_where(expression(dialect, table, one));
                }
            }
        }
    }
    order(dialect, table, query, select);
    limit(query, select);
}

fn limit(query: &Query, select: &mut SelectStatement) {
    // Databases count in signed numbers.
    let largest = i64::MAX.unsigned_abs();
    if query.limit < largest || query.offset > 0 {
        select.limit(Ord::min(query.limit, largest));
    }
    if query.offset > 0 {
        select.offset(Ord::min(query.offset, largest));
    }
}

fn order(dialect: Dialect, table: &Table, query: &Query, select: &mut SelectStatement) {
    if dialect == Dialect::Postgres {
        // PostgreSQL does not see that a column which `IS NULL` is the same in all rows, and would
        // not use the index that begins with it, unless told to sort by it too.
        if let Some(first) = query.sort.first() {
            for name in absent_before(table, query, first) {
                sort(dialect, select, column(table, &name), first.descending);
            }
        }
    }
    for key in &query.sort {
        if key.path.name == "_id" {
            sort(dialect, select, column(table, "id"), key.descending);
        } else if let Some(found) = table.column(key.path.name) {
            if found.shortened {
                sort(dialect, select, shortened(column(table, &found.name)), key.descending);
            }
            sort(dialect, select, column(table, &found.name), key.descending);
        }
    }
    let direction = if query.id_descends() { Order::Desc } else { Order::Asc };
    select.order_by_expr(column(table, "id"), direction);
}

/// Absent values are the smallest.
fn sort(dialect: Dialect, select: &mut SelectStatement, by: Expr, descending: bool) {
    let (direction, nulls) =
        if descending { (Order::Desc, NullOrdering::Last) } else { (Order::Asc, NullOrdering::First) };
    if dialect == Dialect::Postgres {
        select.order_by_expr_with_nulls(by, direction, nulls);
    } else {
        select.order_by_expr(by, direction);
    }
}

/// The columns that an index has before the first sort key and that the condition wants absent.
fn absent_before(table: &Table, query: &Query, first: &SortKey) -> Vec<String> {
    let conditions = match &query.condition {
        Condition::All(conditions) => conditions.as_slice(),
        condition => std::slice::from_ref(condition),
    };
    let absent = |name: &String| {
        conditions.iter().any(|condition| match condition {
            Condition::Is(path, Test::Absent) => {
                !path.many && table.column(path.name).is_some_and(|column| column.name == *name)
            }
            _ => false,
        })
    };
    let Some(key) = table.column(first.path.name) else { return Vec::new() };
    for index in &table.indexes {
        let before: Vec<String> = index.columns.iter().take_while(|name| **name != key.name).cloned().collect();
        if before.len() < index.columns.len() && before.iter().all(absent) {
            return before;
        }
    }
    Vec::new()
}
