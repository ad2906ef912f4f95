//! Ways to pages that are far behind in a list.
//!
//! A database finds the 100,000th record of a list by walking past all before it.

use std::borrow::Cow;

use basalt_domain::{Condition, Kind, Test, Timestamp, Value};
use basalt_ports::{Query, SortKey, StorageError};

use crate::{
    SqlStorage,
    layout::Table,
    periods::{self, Periods},
    row::Row,
    schema,
};

/// Pages that begin behind so many records are looked for by another way.
const FAR: u64 = 2_000;

/// A query for a page by the way that leads to it soonest.
pub(crate) struct Near<'a> {
    pub(crate) query: Cow<'a, Query>,
    /// Does it give the records of the page in the opposite order?
    backwards: bool,
}

impl Near<'_> {
    /// What the query gave, in the order that was asked for.
    pub(crate) fn in_order<T>(&self, mut found: Vec<T>) -> Vec<T> {
        if self.backwards {
            found.reverse();
        }
        found
    }
}

impl SqlStorage {
    /// The same page of the same records: from the period that it begins in, else from the end of the list if that is nearer.
    pub(crate) async fn nearer<'a>(&self, table: &Table, query: &'a Query) -> Result<Near<'a>, StorageError> {
        let mut near = Near { query: Cow::Borrowed(query), backwards: false };
        if query.offset <= FAR {
            return Ok(near);
        }
        if let Some(found) = self.by_periods(table, query).await? {
            near.query = Cow::Owned(found);
        } else if let Some(total) = self.kept_number(table, &query.condition).await?
            && let Some(found) = from_end(query, total)
        {
            near = Near { query: Cow::Owned(found), backwards: true };
        }
        Ok(near)
    }

    /// The same page of the same records, found from the period that it begins in.
    async fn by_periods(&self, table: &Table, query: &Query) -> Result<Option<Query>, StorageError> {
        let Some((periods, key)) = Periods::of_query(&table.totals, query) else { return Ok(None) };
        // Those that are nowhere in the order would be left out by a bound.
        if self.kept(table.of, &periods.of_place(i64::MIN)).await? > 0 {
            return Ok(None);
        }
        let sql = schema::read_totals_between(self.dialect, key.descending);
        let mut names = periods.long_ones();
        let (mut before, mut found) = (0, None);
        for _long_and_short in 0..2 {
            let values = vec![table.of.name.into(), names.0.into(), names.1.into()];
            let read = |row: &dyn Row| Ok((row.text(1)?, u64::try_from(row.number(0)?).unwrap_or(0)));
            let numbers = self.rows(self.statement(sql.as_str(), values), true, read).await?;
            let begun = periods::beginning(numbers, query.offset - before);
            let Some((places, name, more)) = begun.and_then(|(name, more)| Some((periods.places(&name)?, name, more)))
            else {
                return Ok(None);
            };
            before += more;
            names = periods.within(&name).unwrap_or_default();
            found = Some(places);
        }
        let Some(places) = found else { return Ok(None) };
        let bound = |place| if key.path.kind == Kind::Time { Value::Time(Timestamp(place)) } else { Value::Int(place) };
        let test = if key.descending {
            Test::Lt(bound(places.end().saturating_add(1)))
        } else {
            Test::Gt(bound(places.start().saturating_sub(1)))
        };
        let from = Condition::Is(key.path, test);
        let condition = match &query.condition {
            Condition::All(all) => Condition::All(all.iter().cloned().chain([from]).collect()),
            one => Condition::All(vec![one.clone(), from]),
        };
        Ok(Some(Query { condition, offset: query.offset - before, ..query.clone() }))
    }
}

/// The same page of a list of so many records counted from its end, in the opposite order, if the end is nearer.
fn from_end(query: &Query, total: u64) -> Option<Query> {
    let end = query.offset.saturating_add(query.limit).min(total);
    let behind = total - end;
    if query.sort.is_empty() || query.offset >= total || behind >= query.offset {
        return None;
    }
    let sort = query.sort.iter().map(|key| SortKey { descending: !key.descending, ..*key }).collect();
    Some(Query { sort, offset: behind, limit: end - query.offset, ..query.clone() })
}

#[cfg(test)]
mod tests {
    use basalt_domain::{Dataset, Entity, dataset};

    use super::*;

    #[test]
    fn a_page_in_the_second_half_is_counted_to_from_the_end() {
        let query = |offset, limit| Query {
            sort: vec![dataset::VIEWS.descending().into()],
            offset,
            limit,
            ..Query::all(Dataset::COLLECTION)
        };
        let told = |offset, limit| from_end(&query(offset, limit), 100).map(|found| (found.offset, found.limit));
        assert_eq!(told(60, 20), Some((20, 20)));
        assert_eq!(told(95, 20), Some((0, 5)), "the last page is not full");
        assert_eq!(told(40, 20), None, "as near as the beginning");
        assert_eq!(told(100, 20), None, "nothing is there");
        assert_eq!(told(90, u64::MAX), Some((0, 10)));
        let found = from_end(&query(60, 20), 100).unwrap();
        assert_eq!(found.sort, [SortKey::from(dataset::VIEWS.ascending())]);
        assert!(from_end(&Query { sort: vec![], ..query(60, 20) }, 100).is_none());
    }
}
