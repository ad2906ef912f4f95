//! How many records of a total each period of their order has, so that the way to a page far behind is short.
//!
//! SQLite finds the 100,000th record of a list by walking past all before it. With the numbers of long periods, and of the short ones
//! in each, the walk begins at the period that the page begins in. Servers count their own way.

use std::ops::RangeInclusive;

use basalt_domain::Path;
use basalt_ports::{Query, SortKey};

use crate::totals::Kept;

/// A long period has so many bits of a place, in milliseconds some 25 days; a short one 37 minutes.
const LONG: u32 = 31;
const SHORT: u32 = 21;
/// Before the names of the numbers of long periods, and of short ones.
const MARKS: [char; 2] = ['[', ']'];

/// The periods of a total.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Periods {
    pub(crate) total: &'static str,
    pub(crate) order: Path,
}

impl Periods {
    /// Those that count the records a query lists, in an order that goes through them.
    pub(crate) fn of_query(kept: &[Kept], query: &Query) -> Option<(Self, SortKey)> {
        let [key] = query.sort.as_slice() else { return None };
        let kept = kept.iter().find(|kept| kept.condition == query.condition)?;
        kept.periods().filter(|periods| periods.order == key.path).map(|periods| (periods, *key))
    }

    /// The names of the numbers that a record at this place is counted in.
    pub(crate) fn of_place(self, place: i64) -> [String; 2] {
        [self.long(place), self.short(place)]
    }

    fn long(self, place: i64) -> String {
        self.name(MARKS[0], place, LONG)
    }

    fn short(self, place: i64) -> String {
        self.name(MARKS[1], place, SHORT)
    }

    /// Names are ordered as places are.
    fn name(self, mark: char, place: i64, bits: u32) -> String {
        let from_least = (place >> bits).wrapping_sub(i64::MIN >> bits);
        format!("{}{mark}{from_least:0width$x}", self.total, width = (64 - bits as usize).div_ceil(4))
    }

    /// The bounds between which the names of all long periods are.
    pub(crate) fn long_ones(self) -> (String, String) {
        (self.long(i64::MIN), self.long(i64::MAX))
    }

    /// The same of the short ones within a long one.
    pub(crate) fn within(self, long: &str) -> Option<(String, String)> {
        let places = self.places(long)?;
        Some((self.short(*places.start()), self.short(*places.end())))
    }

    /// The places of a period.
    pub(crate) fn places(self, name: &str) -> Option<RangeInclusive<i64>> {
        let rest = name.strip_prefix(self.total)?;
        let (number, bits) = match (rest.strip_prefix(MARKS[0]), rest.strip_prefix(MARKS[1])) {
            (Some(number), _) => (number, LONG),
            (_, Some(number)) => (number, SHORT),
            _ => return None,
        };
        let from_least = i64::from_str_radix(number, 16).ok()?;
        let first = from_least.wrapping_add(i64::MIN >> bits) << bits;
        Some(first..=first | ((1 << bits) - 1))
    }

    /// The bounds between which all its names are, for whoever counts anew.
    pub(crate) fn all(self) -> [(String, String); 2] {
        [self.long_ones(), (self.short(i64::MIN), self.short(i64::MAX))]
    }

    /// The short period of each place, as SQL that gives the least place in it.
    pub(crate) fn least_place(column: &str) -> String {
        format!("(COALESCE({column}, {}) >> {SHORT}) << {SHORT}", i64::MIN)
    }
}

/// Of periods in the order of a list, the one that a page begins in, and how many records are before that period.
pub(crate) fn beginning(periods: impl IntoIterator<Item = (String, u64)>, offset: u64) -> Option<(String, u64)> {
    let mut before = 0;
    for (name, records) in periods {
        if before + records > offset {
            return Some((name, before));
        }
        before += records;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIODS: Periods =
        Periods { total: "visible", order: Path { name: "at", kind: basalt_domain::Kind::Time, many: false } };

    #[test]
    fn names_are_ordered_as_places_are_and_tell_them() {
        let places = [i64::MIN, -1, 0, 1, 1_577_880_000_000, 1_577_990_000_000, 1_704_110_400_325, i64::MAX];
        for pair in places.windows(2) {
            for (one, other) in PERIODS.of_place(pair[0]).iter().zip(PERIODS.of_place(pair[1])) {
                assert!(*one <= other, "{one} {other}");
            }
        }
        for place in places {
            for name in PERIODS.of_place(place) {
                let range = PERIODS.places(&name).unwrap();
                assert!(range.contains(&place), "{name} {place}");
            }
            let [long, short] = PERIODS.of_place(place);
            let (first, last) = PERIODS.within(&long).unwrap();
            assert!((first..=last).contains(&short));
        }
        assert_eq!(PERIODS.places("visible/tags=a"), None);
    }

    #[test]
    fn a_page_begins_in_the_period_that_has_its_first_record() {
        let periods = || [("a", 3), ("b", 0), ("c", 2)].map(|(name, records)| (name.to_owned(), records));
        for (offset, expected) in
            [(0, Some(("a", 0))), (2, Some(("a", 0))), (3, Some(("c", 3))), (4, Some(("c", 3))), (5, None)]
        {
            let expected = expected.map(|(name, before): (&str, u64)| (name.to_owned(), before));
            assert_eq!(beginning(periods(), offset), expected);
        }
    }
}
