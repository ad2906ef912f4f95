//! Counts facet values among the results.

use std::{cmp::Ordering, collections::HashMap};

use basalt_ports::search::{Counted, Facet, Number};
use tantivy::{SegmentReader, columnar::Column};

use crate::columns::{Columns, DAY_MILLIS};

/// The counts of one query over all segments.
pub(crate) struct Counts<'a> {
    facets: &'a [Facet],
    /// Are values counted at all?
    has_values: bool,
    /// Results of each combination of values, in the segment at hand.
    classes: Vec<u32>,
    values: HashMap<(usize, String), u64>,
    ranges: Vec<Ranges<'a>>,
}

/// The counts of one facet of ranges.
struct Ranges<'a> {
    number: Number,
    labels: &'a [(&'static str, i64)],
    counts: Vec<u64>,
    /// Its numbers, in the segment at hand.
    column: Option<Column<i64>>,
}

impl<'a> Counts<'a> {
    pub(crate) fn new(facets: &'a [Facet]) -> Self {
        let ranges = facets.iter().filter_map(|facet| match facet {
            Facet::Values(_name) => None,
            Facet::Since(_name, number, labels) => {
                Some(Ranges { number: *number, labels, counts: vec![0; labels.len()], column: None })
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

    #[inline]
    pub(crate) fn count(&mut self, columns: &Columns, doc: u32) {
        if let Some(count) = self.classes.get_mut(columns.class(doc)) {
            *count += 1;
        }
        for ranges in &mut self.ranges {
            ranges.count(columns, doc);
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

impl Ranges<'_> {
    #[inline]
    fn count(&mut self, columns: &Columns, doc: u32) {
        let Some(column) = &self.column else { return };
        if self.number == Number::Updated {
            // The day nearly always tells, and is in memory.
            let day = i64::from(columns.updated(doc));
            for ((_label, least), count) in self.labels.iter().zip(&mut self.counts) {
                let fits = match day.cmp(&least.div_euclid(DAY_MILLIS)) {
                    Ordering::Less => false,
                    Ordering::Greater => true,
                    Ordering::Equal => column.first(doc).is_some_and(|value| value >= *least),
                };
                *count += u64::from(fits);
            }
        } else if let Some(value) = column.first(doc) {
            for ((_label, least), count) in self.labels.iter().zip(&mut self.counts) {
                *count += u64::from(value >= *least);
            }
        }
    }

    fn counted(self) -> Vec<(String, u64)> {
        let labels = self.labels.iter().map(|(label, _least)| (*label).to_owned());
        labels.zip(self.counts).filter(|(_label, count)| *count > 0).collect()
    }
}
