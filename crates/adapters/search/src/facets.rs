//! Counts facet values among the results.

use std::collections::HashMap;

use basalt_ports::search::{Counted, Facet};
use tantivy::{SegmentReader, columnar::Column};

use crate::columns::Columns;

/// The counts of one query over all segments.
pub(crate) struct Counts<'a> {
    facets: &'a [Facet],
    counts_values: bool,
    /// Results of each combination of values, in the segment at hand.
    classes: Vec<u32>,
    /// Columns of numbers, in the segment at hand, by facet.
    numbers: Vec<Option<Column<i64>>>,
    values: HashMap<(usize, String), u64>,
    since: Vec<Vec<u64>>,
}

impl<'a> Counts<'a> {
    pub(crate) fn new(facets: &'a [Facet]) -> Self {
        let since = |facet: &Facet| match facet {
            Facet::Values(_name) => Vec::new(),
            Facet::Since(_name, _number, labels) => vec![0; labels.len()],
        };
        Self {
            facets,
            counts_values: facets.iter().any(|facet| matches!(facet, Facet::Values(_name))),
            classes: Vec::new(),
            numbers: Vec::new(),
            values: HashMap::new(),
            since: facets.iter().map(since).collect(),
        }
    }

    pub(crate) fn begin(&mut self, reader: &SegmentReader, columns: &Columns) -> tantivy::Result<()> {
        self.classes.clear();
        if self.counts_values {
            self.classes.resize(columns.classes.len(), 0);
        }
        self.numbers.clear();
        for facet in self.facets {
            self.numbers.push(match facet {
                Facet::Values(_name) => None,
                Facet::Since(_name, number, _labels) => Some(reader.fast_fields().i64(number.name())?),
            });
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn count(&mut self, columns: &Columns, doc: u32) {
        if self.counts_values
            && let Some(count) = self.classes.get_mut(columns.class(doc))
        {
            *count += 1;
        }
        for ((facet, column), counts) in self.facets.iter().zip(&self.numbers).zip(&mut self.since) {
            if let (Facet::Since(_name, _number, labels), Some(column)) = (facet, column)
                && let Some(value) = column.first(doc)
            {
                for ((_label, least), count) in labels.iter().zip(counts) {
                    *count += u64::from(value >= *least);
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
        let mut counted: Vec<Counted> = Vec::new();
        for (facet, since) in self.facets.iter().zip(self.since) {
            counted.push(match facet {
                Facet::Values(name) => Counted { name, values: Vec::new() },
                Facet::Since(name, _number, labels) => {
                    let labels = labels.iter().map(|(label, _least)| (*label).to_owned());
                    Counted { name, values: labels.zip(since).filter(|(_label, count)| *count > 0).collect() }
                }
            });
        }
        for ((at, value), count) in self.values {
            if let Some(facet) = counted.get_mut(at) {
                facet.values.push((value, count));
            }
        }
        // Ranges stay in the order they were asked for.
        let values =
            self.facets.iter().zip(&mut counted).filter(|(facet, _counted)| matches!(facet, Facet::Values(_name)));
        for (_facet, counted) in values {
            counted.values.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        }
        counted
    }
}
