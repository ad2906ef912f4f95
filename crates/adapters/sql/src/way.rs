//! Which way SQLite takes to a page of a filtered list.
//!
//! It has no statistics that follow every write, and its guess is wrong where it matters: one
//! licence is that of half of all datasets, most tags are those of a few. The kept totals tell.

use basalt_domain::{Condition, Path, Test, Value};
use basalt_ports::Query;

use crate::{
    layout::Table,
    totals::{self, Kept},
};

/// How to find the records of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Way {
    /// As the database likes.
    #[default]
    Plain,
    /// Along the index of the order, asking each record for this value: it is frequent.
    InOrder(Path, Value),
    /// From the records that have this value, sorting them: it is rare.
    FromValue(Path, Value),
    /// Along the index of the order, whatever alternatives are asked for.
    InOrderAny,
}

/// A filter whose frequency decides.
pub(crate) struct Filtered<'a> {
    kept: &'a Kept,
    path: Path,
    value: &'a Value,
    /// Does an index lead to the records with this value?
    indexed: bool,
    /// Name of the kept number of records with this value.
    pub(crate) number: String,
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
            return Way::FromValue(self.path, self.value.clone());
        }
        Way::InOrder(self.path, self.value.clone())
    }
}

/// Does the condition offer alternatives, of which one is a total?
pub(crate) fn offers_alternatives(table: &Table, condition: &Condition) -> bool {
    let all = if let Condition::All(all) = condition { all.as_slice() } else { std::slice::from_ref(condition) };
    let is_total = |one: &Condition| table.totals.iter().any(|kept| kept.condition == *one);
    all.iter().any(|one| if let Condition::Any(any) = one { any.iter().any(is_total) } else { false })
}

/// The one value that a sorted query asks for beside a total, unless an index leads to it in order.
pub(crate) fn filtered<'a>(table: &'a Table, query: &'a Query) -> Option<Filtered<'a>> {
    let first = query.sort.first()?;
    table.totals.iter().find_map(|kept| {
        let one = totals::one_more(&kept.condition, &query.condition)?;
        let Condition::Is(path, Test::Eq(value)) = one else { return None };
        let in_order = [path.name, first.path.name];
        if table.of.indexes.iter().any(|index| index.starts_with(&in_order)) {
            return None;
        }
        let indexed = path.many || table.of.indexes.iter().any(|index| index.first() == Some(&path.name));
        Some(Filtered { kept, path: *path, value, indexed, number: kept.number_of(one)? })
    })
}

#[cfg(test)]
mod tests {
    use basalt_domain::{CatalogueObject, Dataset, Entity, Filter, Owned, dataset};
    use basalt_ports::SortKey;

    use super::*;
    use crate::dialect::Dialect;

    fn way(filter: Filter<Dataset>, having: u64, last: u64) -> Option<Way> {
        let table = Table::new(Dialect::Sqlite, Dataset::COLLECTION);
        let sort = vec![SortKey::from(Dataset::NEWEST_FIRST)];
        let query = Query { condition: filter.into_condition(), sort, ..Query::all(Dataset::COLLECTION) };
        filtered(&table, &query).map(|filtered| filtered.way(having, 70_000, last))
    }

    #[test]
    fn a_frequent_value_is_met_in_order_and_a_rare_one_is_looked_up() {
        let tagged = || Dataset::visible().and(dataset::TAG.eq("eau"));
        let value = Value::from("eau");
        assert_eq!(way(tagged(), 20_000, 20), Some(Way::InOrder(dataset::TAG.path, value.clone())));
        assert_eq!(way(tagged(), 30, 20), Some(Way::FromValue(dataset::TAG.path, value.clone())));
        assert_eq!(way(tagged(), 900, 20), Some(Way::InOrder(dataset::TAG.path, value.clone())));
        assert_eq!(way(tagged(), 900, 900), Some(Way::FromValue(dataset::TAG.path, value)), "of its last page");
        let licensed = || Dataset::visible().and(dataset::LICENSE.eq("lov2"));
        assert!(matches!(way(licensed(), 35_000, 20), Some(Way::InOrder(..))));
        assert!(matches!(way(licensed(), 30, 20), Some(Way::FromValue(..))));
        let open = Dataset::visible().and(dataset::ACCESS_TYPE.eq("open"));
        assert!(matches!(way(open, 30, 20), Some(Way::InOrder(..))), "it has no index");
    }

    #[test]
    fn where_an_index_leads_in_order_nothing_is_asked() {
        let owned = Dataset::visible().and(Dataset::ORGANIZATION.eq(basalt_domain::ObjectId::from_bytes([1; 12])));
        assert_eq!(way(owned, 1, 20), None);
        assert_eq!(way(Dataset::visible(), 1, 20), None);
        assert_eq!(way(dataset::TAG.eq("eau"), 1, 20), None);
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
