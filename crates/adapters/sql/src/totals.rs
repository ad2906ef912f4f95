//! Numbers of records that are kept with every write, and what is answered by them alone.

use basalt_domain::{Collection, Condition, Document, Path, Test, Total, Value};
use basalt_ports::Query;

use crate::{encode, periods::Periods};

/// The longest name of a number, in bytes: what a primary key of MySQL holds.
const LONGEST: usize = 250;

/// A declared total.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) name: &'static str,
    pub(crate) condition: Condition,
    /// Fields for each value of which a number of its own is kept.
    pub(crate) by: &'static [Path],
    /// The order that its records are listed in.
    pub(crate) order: Option<Path>,
    /// Are its records counted by periods of that order, too?
    periods: bool,
    /// The list of parts of its records: how many they have together is kept too.
    pub(crate) parts: Option<&'static str>,
}

impl Kept {
    /// A declared total; with `periods`, of its order where it has one.
    pub(crate) fn new(of: &'static Collection, total: &'static Total, periods: bool) -> Self {
        // Of those that are in lists.
        let parts = of.parts.filter(|_parts| total.order.is_some()).map(|parts| parts.list);
        let condition = (total.condition)();
        Self { name: total.name, condition, by: total.by, order: total.order, periods, parts }
    }

    /// All numbers that this record with so many parts is counted in, and by how much.
    pub(crate) fn counting(&self, document: &Document, parts: i64) -> Vec<(String, i64)> {
        let mut numbers: Vec<(String, i64)> = self.naming(document).into_iter().map(|name| (name, 1)).collect();
        if !numbers.is_empty() {
            numbers.extend(self.of_parts().into_iter().filter(|_name| parts > 0).map(|name| (name, parts)));
            let place = self.periods().and_then(|periods| Some((periods, self.place(document)?)));
            numbers
                .extend(place.into_iter().flat_map(|(periods, place)| periods.of_place(place)).map(|name| (name, 1)));
        }
        numbers
    }

    /// How its records are counted by periods of their order.
    pub(crate) fn periods(&self) -> Option<Periods> {
        let order = self.order.filter(|_order| self.periods)?;
        Some(Periods { total: self.name, order })
    }

    /// The name of the number of parts of its records.
    pub(crate) fn of_parts(&self) -> Option<String> {
        self.parts.map(|list| format!("{}#{list}", self.name))
    }

    /// The names of all numbers of records that this one is counted in.
    fn naming(&self, document: &Document) -> Vec<String> {
        if !self.condition.matches(document) {
            return Vec::new();
        }
        let mut names = vec![self.name.to_owned()];
        for path in self.by {
            if path.many {
                let first = names.len();
                names.extend(document.values_at(path.name).into_iter().filter_map(|value| self.of_value(path, value)));
                // A value that a record has twice counts it once.
                names.get_mut(first..).unwrap_or_default().sort_unstable();
                names.dedup();
            } else {
                names.extend(document.at(path.name).and_then(|value| self.of_value(path, value)));
            }
        }
        names
    }

    /// The name of the number of records with this value; none is kept of very long ones.
    fn of_value(&self, path: &Path, value: &Value) -> Option<String> {
        let text = encode::side_text(path.kind, value)?;
        self.of_text(path, &text)
    }

    /// The same of a value as the side table holds it.
    pub(crate) fn of_text(&self, path: &Path, text: &str) -> Option<String> {
        let name = format!("{}/{}={text}", self.name, path.name);
        (name.len() <= LONGEST).then_some(name)
    }

    /// The names of the numbers that add up to its records with the value, or one of the values, a
    /// condition asks for.
    pub(crate) fn numbers_of(&self, condition: &Condition) -> Option<Vec<String>> {
        let Condition::Is(path, test) = condition else { return None };
        let path = self.by.iter().find(|known| *known == path)?;
        match test {
            Test::Eq(value) => Some(vec![self.of_value(path, value)?]),
            // A record with several of many values would be counted several times.
            Test::In(values) if !path.many => {
                let mut names: Vec<String> =
                    values.iter().map(|value| self.of_value(path, value)).collect::<Option<_>>()?;
                names.sort_unstable();
                names.dedup();
                Some(names)
            }
            _ => None,
        }
    }

    /// Where a record is in the order, if this counts it; before all others without the field.
    pub(crate) fn place(&self, document: &Document) -> Option<i64> {
        let order = self.order?;
        if !self.condition.matches(document) {
            return None;
        }
        let place = document.at(order.name).and_then(|value| encode::compared(order.kind, value));
        Some(if let Some(sea_orm::Value::BigInt(Some(place))) = place { place } else { i64::MIN })
    }

    /// The one value of a field with many that a condition asks for beside this total, if records
    /// with it are kept in the order that is asked for.
    pub(crate) fn in_order<'a>(&self, query: &'a Query) -> Option<(Path, &'a Value)> {
        let [key] = query.sort.as_slice() else { return None };
        let Condition::Is(path, Test::Eq(value)) = one_more(&self.condition, &query.condition)? else { return None };
        (Some(key.path) == self.order && path.many && self.by.contains(path)).then_some((*path, value))
    }

    /// All names below this one begin so.
    pub(crate) fn prefix(&self) -> String {
        format!("{}/", self.name)
    }
}

/// What is asked of a kept number.
pub(crate) enum Answer {
    /// It is the sum of these.
    Are(Vec<String>),
    /// It is the first less the others.
    Less(String, Vec<String>),
}

/// The kept numbers that answer how many records a condition holds for, if any do.
pub(crate) fn answer(kept: &[Kept], condition: &Condition) -> Option<Answer> {
    let whole = kept.iter().find(|kept| kept.condition == Condition::always());
    kept.iter().find_map(|kept| {
        if kept.condition == *condition {
            return Some(Answer::Are(vec![kept.name.to_owned()]));
        }
        if let Some(whole) = whole.filter(|_whole| kept.condition.is_opposite_of(condition)) {
            return Some(Answer::Less(whole.name.to_owned(), vec![kept.name.to_owned()]));
        }
        match one_more(&kept.condition, condition)? {
            Condition::Not(inner) => {
                let of_values = kept.numbers_of(inner)?;
                Some(Answer::Less(kept.name.to_owned(), of_values))
            }
            more => kept.numbers_of(more).map(Answer::Are),
        }
    })
}

/// What a condition asks beside this one, if that is a single thing.
pub(crate) fn one_more<'a>(base: &Condition, condition: &'a Condition) -> Option<&'a Condition> {
    let Condition::All(all) = condition else { return None };
    let base = if let Condition::All(base) = base { base.as_slice() } else { std::slice::from_ref(base) };
    if all.len() != base.len() + 1 || !base.iter().all(|one| all.contains(one)) {
        return None;
    }
    let mut rest = all.iter().filter(|one| !base.contains(one));
    // A part of the base that is said twice leaves nothing.
    rest.next().filter(|_only| rest.next().is_none())
}

#[cfg(test)]
mod tests {
    use basalt_domain::{CatalogueObject, Dataset, Entity, Owned, dataset};

    use super::*;

    fn kept() -> Vec<Kept> {
        let of = Dataset::COLLECTION;
        of.totals.iter().map(|total| Kept::new(of, total, true)).collect()
    }

    fn answered(condition: &Condition) -> Option<String> {
        answer(&kept(), condition).map(|answer| match answer {
            Answer::Are(names) => names.join(" + "),
            Answer::Less(name, less) => format!("{name} - {}", less.join(" - ")),
        })
    }

    #[test]
    fn a_total_and_one_value_are_answered_by_a_kept_number() {
        let visible = Dataset::visible;
        let told = |filter: basalt_domain::Filter<Dataset>| answered(filter.condition());
        assert_eq!(told(visible()).as_deref(), Some("visible"));
        assert_eq!(told(visible().and(dataset::TAG.eq("eau"))).as_deref(), Some("visible/tags=eau"));
        assert_eq!(told(dataset::FEATURED.eq(true).and(visible())).as_deref(), Some("visible/featured=1"));
        let not_featured = visible().and(dataset::FEATURED.eq(true).not());
        assert_eq!(told(not_featured).as_deref(), Some("visible - visible/featured=1"));
        let kinds = || ["b", "a", "b"].map(String::from);
        let among = visible().and(dataset::LICENSE.among(kinds()));
        assert_eq!(told(among).as_deref(), Some("visible/license=a + visible/license=b"));
        let among = visible().and(dataset::LICENSE.among(kinds()).not());
        assert_eq!(told(among).as_deref(), Some("visible - visible/license=a - visible/license=b"));
        assert_eq!(told(visible().and(dataset::LICENSE.among([]))).as_deref(), Some(""), "none");
        assert_eq!(told(dataset::PRIVATE.eq(true)).as_deref(), Some("private"));
        assert_eq!(told(dataset::PRIVATE.eq(true).not()).as_deref(), Some("all - private"));
        assert_eq!(told(dataset::ARCHIVED.present()).as_deref(), Some("archived"));
        assert_eq!(told(dataset::ARCHIVED.absent()).as_deref(), Some("all - archived"));
        assert_eq!(told(basalt_domain::Filter::always()).as_deref(), Some("all"));
        for other in [
            dataset::TAG.eq("eau"),
            visible().and(dataset::TAG.eq("a")).and(dataset::TAG.eq("b")),
            visible().and(dataset::TITLE.eq("a")),
            visible().and(dataset::TAG.among(["a".to_owned()])),
            visible().and(dataset::TAG.among(["a".to_owned()]).not()),
            visible().and(dataset::LICENSE.among(["a".to_owned(), "x".repeat(300)])),
            visible().or(Dataset::OWNER.eq(basalt_domain::ObjectId::from_bytes([1; 12]))),
            visible().and(dataset::TAG.eq("x".repeat(300))),
        ] {
            assert_eq!(told(other), None);
        }
    }

    #[test]
    fn a_record_is_counted_once_by_each_of_its_values() {
        let tags = vec![Value::from("b"), "a".into(), "b".into(), 1.into()];
        let day = basalt_domain::Timestamp(1_704_110_400_325);
        let document = Document::new().with("tags", tags).with("featured", false).with("license", 5);
        let document = document.with("created_at_internal", day);
        let kept = kept().into_iter().next().unwrap();
        let names = ["visible", "visible/tags=a", "visible/tags=b", "visible/featured=0"];
        assert_eq!(kept.naming(&document), names);
        let beside = [("visible#resources", 7), ("visible[100000319", 1), ("visible]400000c6627", 1)];
        let beside = beside.map(|(name, number)| (name.to_owned(), number));
        assert_eq!(kept.counting(&document, 7).split_off(names.len()), beside);
        assert_eq!(kept.counting(&document.with("private", true), 7), []);
    }
}
