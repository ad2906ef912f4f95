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
    /// Along the index of the order, whatever alternatives are asked for, or whatever must be there.
    InOrderAny,
    /// Along the ids, asking each record for all else: most pass.
    ById,
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
        if self.indexed && is_rare(having, all, last) {
            return Way::FromValue(self.path, self.test.clone());
        }
        Way::InOrder(self.path, self.test.clone())
    }
}

fn is_rare(having: u64, all: u64, last: u64) -> bool {
    having.saturating_mul(having).saturating_mul(3) < last.saturating_mul(all)
}

/// A field that must be there, of which the numbers that have it, and of all, are kept.
pub(crate) struct Present(pub(crate) &'static str, pub(crate) &'static str);

impl Present {
    /// The way to a page, as of [`Filtered::way`]; the index of the field is taken by itself where it is rare.
    pub(crate) fn way(having: u64, all: u64, last: u64) -> Way {
        if is_rare(having, all, last) { Way::Plain } else { Way::InOrderAny }
    }
}

/// The field that must be there, if a sorted query asks for nothing else and its numbers are kept.
pub(crate) fn present(table: &Table, query: &Query) -> Option<Present> {
    let Condition::Not(inner) = &query.condition else { return None };
    let named = |condition: &Condition| table.totals.iter().find(|kept| kept.condition == *condition).map(|of| of.name);
    let absent = matches!(inner.as_ref(), Condition::Is(path, Test::Absent) if !path.many);
    if !absent {
        return None;
    }
    Some(Present(named(&query.condition)?, named(&Condition::always())?))
}

/// Does a query ask for the next of what a total counts, in the order of ids? An index of the total's fields would have all of
/// them sorted for each page.
pub(crate) fn by_id(table: &Table, query: &Query) -> Option<Way> {
    let [SortKey { path, .. }] = query.sort.as_slice() else { return None };
    let Condition::All(all) = &query.condition else { return None };
    let rest = Condition::All(all.iter().filter(|one| !is_of_id(one)).cloned().collect());
    let is_total = table.totals.iter().any(|kept| kept.condition == rest);
    (path.name == "_id" && is_total).then_some(Way::ById)
}

/// Is it asked of the id?
pub(crate) fn is_of_id(condition: &Condition) -> bool {
    matches!(condition, Condition::Is(path, _) if path.name == "_id")
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
    fn what_must_be_there_leads_where_few_have_it() {
        let table = Table::new(Dialect::Sqlite, Dataset::COLLECTION);
        let query = |filter: Filter<Dataset>| Query { condition: filter.into_condition(), ..Query::all(table.of) };
        let told = |filter| present(&table, &query(filter)).map(|Present(having, all)| (having, all));
        assert_eq!(told(dataset::ARCHIVED.present()), Some(("archived", "all")));
        assert_eq!(told(dataset::ARCHIVED.absent()), None);
        assert_eq!(told(dataset::TAG.present()), None);
        assert_eq!(told(Dataset::visible()), None);
        assert_eq!(Present::way(50_000, 120_000, 20), Way::InOrderAny);
        assert_eq!(Present::way(5, 120_000, 20), Way::Plain);
    }

    #[test]
    fn the_next_ids_of_a_total_are_not_sorted() {
        let table = Table::new(Dialect::Sqlite, Dataset::COLLECTION);
        let id = || basalt_domain::Field::<Dataset, basalt_domain::ObjectId>::one("_id");
        let way = |filter: Filter<Dataset>, sort: Sort<Dataset>| {
            let query = Query { condition: filter.into_condition(), ..Query::all(table.of) };
            by_id(&table, &Query { sort: vec![sort.into()], ..query })
        };
        let below = || id().below(basalt_domain::ObjectId::from_bytes([1; 12]));
        let owned = Dataset::OWNER.eq(basalt_domain::ObjectId::from_bytes([1; 12]));
        assert_eq!(way(Dataset::visible().and(below()), id().descending()), Some(Way::ById));
        assert_eq!(way(Dataset::visible(), id().descending()), Some(Way::ById));
        assert_eq!(way(Dataset::visible().and(below()).and(owned), id().descending()), None);
        assert_eq!(way(Dataset::visible(), Dataset::NEWEST_FIRST), None);
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
