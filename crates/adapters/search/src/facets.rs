//! Counts facet values among the results.

use std::collections::HashMap;

use basalt_ports::search::{Counted, Facet, Number};
use tantivy::{SegmentReader, columnar::Column};

use crate::columns::{Columns, DAY_MILLIS};

/// Bounds that a day is compared with at once.
const DAYS_AT_ONCE: usize = 4;

/// The counts of one query over all segments.
pub(crate) struct Counts<'a> {
    facets: &'a [Facet],
    /// Are values counted at all?
    has_values: bool,
    /// Results of each combination of values, in the segment at hand.
    classes: Vec<u32>,
    values: HashMap<(usize, String), u64>,
    ranges: Vec<Ranges>,
}

/// The counts of one facet of ranges.
struct Ranges {
    number: Number,
    bounds: Vec<Bound>,
    /// Its numbers, in the segment at hand.
    column: Option<Column<i64>>,
}

/// How many have a number that is at least this.
struct Bound {
    label: &'static str,
    least: i64,
    /// The day it is on, where it is a time.
    day: i32,
    count: u64,
}

impl Bound {
    fn new((label, least): &(&'static str, i64)) -> Self {
        let day = i32::try_from(least.div_euclid(DAY_MILLIS)).unwrap_or(i32::MAX);
        Self { label, least: *least, day, count: 0 }
    }
}

impl<'a> Counts<'a> {
    pub(crate) fn new(facets: &'a [Facet]) -> Self {
        let ranges = facets.iter().filter_map(|facet| match facet {
            Facet::Values(_name) => None,
            Facet::Since(_name, number, labels) => {
                Some(Ranges { number: *number, bounds: labels.iter().map(Bound::new).collect(), column: None })
            }
        });
        Self {
            facets,
            has_values: facets.iter().any(|facet| matches!(facet, Facet::Values(_name))),
            classes: Vec::new(),
            values: HashMap::new(),
            ranges: ranges.collect(),
        }
    }

    pub(crate) fn begin(&mut self, reader: &SegmentReader, columns: &Columns) -> tantivy::Result<()> {
        self.classes.clear();
        if self.has_values {
            self.classes.resize(columns.classes.len(), 0);
        }
        for ranges in &mut self.ranges {
            ranges.column = Some(reader.fast_fields().i64(ranges.number.name())?);
        }
        Ok(())
    }

    pub(crate) fn count(&mut self, columns: &Columns, docs: &[u32]) {
        if self.has_values {
            for doc in docs {
                if let Some(count) = self.classes.get_mut(columns.class(*doc)) {
                    *count += 1;
                }
            }
        }
        for ranges in &mut self.ranges {
            if ranges.number == Number::Updated {
                ranges.count_days(columns, docs);
            } else {
                for doc in docs {
                    ranges.count(*doc);
                }
            }
        }
    }

    /// Turns combinations into values: their numbers mean nothing in another segment.
    pub(crate) fn end(&mut self, columns: &Columns) {
        let mut by_value: HashMap<u32, u64> = HashMap::new();
        for (count, values) in self.classes.iter().zip(&columns.classes).filter(|(count, _values)| **count > 0) {
            for value in values {
                *by_value.entry(*value).or_default() += u64::from(*count);
            }
        }
        for (value, count) in by_value {
            let Some(term) = columns.values.get(value as usize) else { continue };
            // A mark, `=`, the name, a separator, the value.
            let Some((name, value)) = term.get(2..).and_then(|term| term.split_once('\u{1}')) else { continue };
            let asked = self.facets.iter().position(|facet| matches!(facet, Facet::Values(asked) if *asked == name));
            if let Some(asked) = asked {
                *self.values.entry((asked, value.to_owned())).or_default() += count;
            }
        }
    }

    pub(crate) fn counted(self) -> Vec<Counted> {
        let mut ranges = self.ranges.into_iter();
        let mut counted: Vec<Counted> = Vec::new();
        for (at, facet) in self.facets.iter().enumerate() {
            counted.push(match facet {
                Facet::Values(name) => {
                    let own = self.values.iter().filter(|((facet, _value), _count)| *facet == at);
                    let mut values: Vec<_> = own.map(|((_facet, value), count)| (value.clone(), *count)).collect();
                    values.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
                    Counted { name, values }
                }
                Facet::Since(name, ..) => {
                    Counted { name, values: ranges.next().map(Ranges::counted).unwrap_or_default() }
                }
            });
        }
        counted
    }
}

impl Ranges {
    /// The day nearly always tells, and is in memory.
    fn count_days(&mut self, columns: &Columns, docs: &[u32]) {
        for bounds in self.bounds.chunks_mut(DAYS_AT_ONCE) {
            let mut days = [i32::MAX; DAYS_AT_ONCE];
            days.iter_mut().zip(bounds.iter()).for_each(|(day, bound)| *day = bound.day);
            let mut after = [0_u32; DAYS_AT_ONCE];
            for doc in docs {
                let day = columns.updated(*doc);
                after.iter_mut().zip(days).for_each(|(after, bound)| *after += u32::from(day > bound));
                if days.contains(&day) {
                    let value = self.column.as_ref().and_then(|column| column.first(*doc));
                    for bound in bounds.iter_mut().filter(|bound| bound.day == day) {
                        bound.count += u64::from(value.is_some_and(|value| value >= bound.least));
                    }
                }
            }
            bounds.iter_mut().zip(after).for_each(|(bound, after)| bound.count += u64::from(after));
        }
    }

    fn count(&mut self, doc: u32) {
        if let Some(value) = self.column.as_ref().and_then(|column| column.first(doc)) {
            for bound in &mut self.bounds {
                bound.count += u64::from(value >= bound.least);
            }
        }
    }

    fn counted(self) -> Vec<(String, u64)> {
        let found = self.bounds.into_iter().filter(|bound| bound.count > 0);
        found.map(|bound| (bound.label.to_owned(), bound.count)).collect()
    }
}
