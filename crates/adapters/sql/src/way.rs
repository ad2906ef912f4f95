//! Which way SQLite takes to a page of a filtered list.
//!
//! It has no statistics that follow every write, and its guess is wrong where it matters: one
//! licence is that of half of all datasets, most tags are those of a few. The kept totals tell.

use basalt_domain::{Condition, Path, Test, Value};
use basalt_ports::{Query, SortKey};

use crate::{
    layout::Table,
    select::{DEEP, FEW},
    totals::{self, Kept},
};

/// How to find the records of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Way {
    /// As the database likes.
    #[default]
    Plain,
    /// Along the values that are kept in the order.
    Along(Path, Value),
    /// Along the index of the order, asking each record for this: it is frequent.
    InOrder(Path, Test),
    /// From the records that have this, sorting them: it is rare.
    FromValue(Path, Test),
    /// Along the index of the order, whatever alternatives are asked for.
    InOrderAny,
}

impl Way {
    /// Are no more records touched than those of a small page near the beginning?
    pub(crate) fn leads_to_few(&self, query: &Query) -> bool {
        matches!(self, Self::Along(..)) && query.limit <= FEW && query.offset <= DEEP
    }
}

/// A filter whose frequency decides.
pub(crate) struct Filtered<'a> {
    kept: &'a Kept,
    path: Path,
    test: &'a Test,
    /// Does an index lead to the records with this value, or these?
    indexed: bool,
    /// Names of the kept numbers of records with this value, or these.
    pub(crate) numbers: Vec<String>,
}

impl Filtered<'_> {
    /// Name of the kept number of all.
    pub(crate) const fn total(&self) -> &'static str {
        self.kept.name
    }

    /// The way to a page that ends at `last`, when so many of so many records have the value.
    ///
    /// In order, each record on the way until the page is full costs about a microsecond. From the
    /// value, each that has it costs three.
    pub(crate) fn way(&self, having: u64, all: u64, last: u64) -> Way {
        let from_value = having.saturating_mul(having).saturating_mul(3) < last.saturating_mul(all);
        if from_value && self.indexed {
            return Way::FromValue(self.path, self.test.clone());
        }
        Way::InOrder(self.path, self.test.clone())
    }
}

/// Does the condition offer alternatives, of which one is a total?
pub(crate) fn offers_alternatives(table: &Table, condition: &Condition) -> bool {
    let all = if let Condition::All(all) = condition { all.as_slice() } else { std::slice::from_ref(condition) };
    let is_total = |one: &Condition| table.totals.iter().any(|kept| kept.condition == *one);
    all.iter().any(|one| if let Condition::Any(any) = one { any.iter().any(is_total) } else { false })
}

/// The way along the values that are kept in the order a query asks for, if it asks for one of them.
pub(crate) fn along(table: &Table, query: &Query) -> Option<Way> {
    table.ordered()?.in_order(query).map(|(path, value)| Way::Along(path, value.clone()))
}

/// The one value, or one of several, that a sorted query asks for beside a total, unless an index
/// leads to it in order.
pub(crate) fn filtered<'a>(table: &'a Table, query: &'a Query) -> Option<Filtered<'a>> {
    let first = query.sort.first()?;
    table.totals.iter().find_map(|kept| {
        let one = totals::one_more(&kept.condition, &query.condition)?;
        let Condition::Is(path, test @ (Test::Eq(_) | Test::In(_))) = one else { return None };
        let mut from_value = table.of.indexes.iter().filter(|index| index.first() == Some(&path.name)).peekable();
        let indexed = path.many || from_value.peek().is_some();
        if matches!(test, Test::Eq(_)) && from_value.any(|index| leads_in_order(index, first, &query.condition)) {
            return None;
        }
        Some(Filtered { kept, path: *path, test, indexed, numbers: kept.numbers_of(one)? })
    })
}

/// Is there nothing between the first field of an index and the order but what is asked to be absent?
fn leads_in_order(index: &[&str], order: &SortKey, condition: &Condition) -> bool {
    let all = if let Condition::All(all) = condition { all.as_slice() } else { std::slice::from_ref(condition) };
    let absent = |field: &str| {
        all.iter().any(|one| matches!(one, Condition::Is(path, Test::Absent) if !path.many && path.name == field))
    };
    let mut rest = index.iter().skip(1).skip_while(|field| absent(field));
    rest.next() == Some(&order.path.name)
}

#[cfg(test)]
mod tests {
    use basalt_domain::{CatalogueObject, Dataset, Entity, Filter, Owned, Sort, dataset};
    use basalt_ports::SortKey;

    use super::*;
    use crate::dialect::Dialect;

    fn way(filter: Filter<Dataset>, sort: Sort<Dataset>, having: u64, last: u64) -> Option<Way> {
        let table = Table::new(Dialect::Sqlite, Dataset::COLLECTION);
        let sort = vec![SortKey::from(sort)];
        let query = Query { condition: filter.into_condition(), sort, ..Query::all(Dataset::COLLECTION) };
        let decided = || filtered(&table, &query).map(|filtered| filtered.way(having, 70_000, last));
        along(&table, &query).or_else(decided)
    }

    #[test]
    fn a_frequent_value_is_met_in_order_and_a_rare_one_is_looked_up() {
        let viewed = dataset::VIEWS.descending();
        let tagged = || Dataset::visible().and(dataset::TAG.eq("eau"));
        let test = Test::Eq("eau".into());
        assert_eq!(way(tagged(), viewed, 20_000, 20), Some(Way::InOrder(dataset::TAG.path, test.clone())));
        assert_eq!(way(tagged(), viewed, 30, 20), Some(Way::FromValue(dataset::TAG.path, test.clone())));
        assert_eq!(way(tagged(), viewed, 900, 20), Some(Way::InOrder(dataset::TAG.path, test.clone())));
        assert_eq!(way(tagged(), viewed, 900, 900), Some(Way::FromValue(dataset::TAG.path, test)), "of its last page");
        let licensed = || Dataset::visible().and(dataset::LICENSE.eq("lov2"));
        assert!(matches!(way(licensed(), viewed, 35_000, 20), Some(Way::InOrder(..))));
        assert!(matches!(way(licensed(), viewed, 30, 20), Some(Way::FromValue(..))));
        let theirs = [1, 2].map(|number| basalt_domain::ObjectId::from_bytes([number; 12]));
        let theirs = || Dataset::visible().and(Dataset::ORGANIZATION.among(theirs));
        assert!(matches!(way(theirs(), Dataset::NEWEST_FIRST, 35_000, 20), Some(Way::InOrder(_, Test::In(_)))));
        assert!(matches!(way(theirs(), Dataset::NEWEST_FIRST, 30, 20), Some(Way::FromValue(_, Test::In(_)))));
    }

    #[test]
    fn one_of_many_values_is_followed_in_the_order_of_lists() {
        let tagged = Dataset::visible().and(dataset::TAG.eq("eau"));
        let along = Some(Way::Along(dataset::TAG.path, "eau".into()));
        assert_eq!(way(tagged.clone(), Dataset::NEWEST_FIRST, 900, 20), along);
        assert_eq!(way(tagged.clone(), dataset::CREATED_AT.ascending(), 900, 20), along);
        let two = tagged.and(dataset::TAG.eq("air"));
        assert_eq!(way(two, Dataset::NEWEST_FIRST, 900, 20), None);
    }

    #[test]
    fn where_an_index_leads_in_order_nothing_is_asked() {
        let newest = Dataset::NEWEST_FIRST;
        let owned = Dataset::visible().and(Dataset::ORGANIZATION.eq(basalt_domain::ObjectId::from_bytes([1; 12])));
        assert_eq!(way(owned, newest, 1, 20), None);
        assert_eq!(way(Dataset::visible().and(dataset::FEATURED.eq(true)), newest, 1, 20), None);
        assert_eq!(way(Dataset::visible(), newest, 1, 20), None);
        assert_eq!(way(dataset::TAG.eq("eau"), newest, 1, 20), None);
    }

    #[test]
    fn alternatives_with_a_total_are_seen() {
        let table = Table::new(Dialect::Sqlite, Dataset::COLLECTION);
        let own = || Dataset::OWNER.eq(basalt_domain::ObjectId::from_bytes([1; 12]));
        let seen = Dataset::visible().or(own());
        assert!(offers_alternatives(&table, seen.condition()));
        assert!(offers_alternatives(&table, seen.and(dataset::TAG.eq("eau")).condition()));
        assert!(!offers_alternatives(&table, own().or(dataset::TAG.eq("eau")).condition()));
    }
}
