//! What a query leaves over before words are looked at.

use std::ops::RangeInclusive;

use basalt_ports::search::{Number, SearchFilter, SearchQuery, SeenBy};
use tantivy::{SegmentReader, TERMINATED, Term, schema::IndexRecordOption};

use crate::{
    columns::Columns,
    schema::{Fields, hidden_mark, id_key, kind_key, mark, value_key},
};

/// The name under which ids are filtered.
const ID: &str = "id";
/// Documents whose numbers are compared together.
const AT_ONCE: u32 = 1 << 16;

/// The documents of a segment that the filters let through.
pub(crate) struct Allowed {
    /// A bit each; none where all are.
    bits: Option<Vec<u64>>,
    deletes: bool,
}

impl Allowed {
    /// The documents of these kinds that are let through.
    pub(crate) fn each(&self, reader: &SegmentReader, columns: &Columns, marks: &[char], mut take: impl FnMut(u32)) {
        let Some(bits) = &self.bits else { return };
        for (start, word) in (0_u32..).step_by(64).zip(bits) {
            let mut rest = *word;
            while rest != 0 {
                let doc = start + rest.trailing_zeros();
                rest &= rest - 1;
                if doc < reader.max_doc() && marks.contains(&columns.mark(doc)) && self.has(reader, doc) {
                    take(doc);
                }
            }
        }
    }

    /// Is anything left over at all?
    pub(crate) const fn narrows(&self) -> bool {
        self.bits.is_some()
    }

    #[inline]
    pub(crate) fn has(&self, reader: &SegmentReader, doc: u32) -> bool {
        let through = match &self.bits {
            None => true,
            Some(bits) => bits.get(doc as usize / 64).is_some_and(|word| word >> (doc % 64) & 1 == 1),
        };
        through && !(self.deletes && reader.is_deleted(doc))
    }
}

/// The marks of the documents that a query may find.
pub(crate) fn marks(query: &SearchQuery) -> Vec<char> {
    match query.seen_by {
        SeenBy::Everybody => vec![mark(query.kind)],
        SeenBy::Owner { .. } | SeenBy::Administrator => vec![mark(query.kind), hidden_mark(query.kind)],
    }
}

/// Applies the filters of a query to a segment, and who asks.
pub(crate) fn allowed(reader: &SegmentReader, fields: &Fields, query: &SearchQuery) -> tantivy::Result<Allowed> {
    let marks = marks(query);
    let mut bits = match &query.seen_by {
        SeenBy::Everybody | SeenBy::Administrator => None,
        SeenBy::Owner { owner, organizations } => Some(owned(reader, fields, query, owner, organizations)?),
    };
    for filter in &query.filters {
        let these = match filter {
            SearchFilter::Any(name, values) => having(reader, fields, &marks, name, values)?,
            SearchFilter::Not(name, values) => {
                having(reader, fields, &marks, name, values)?.into_iter().map(|word| !word).collect()
            }
            SearchFilter::AtLeast(number, least) => ranged(reader, &[*number], *least..=i64::MAX)?,
            SearchFilter::AtMost(number, most) => ranged(reader, &[*number], i64::MIN..=*most)?,
            SearchFilter::OneWithin(numbers, least, most) => ranged(reader, numbers, *least..=*most)?,
        };
        match &mut bits {
            None => bits = Some(these),
            Some(bits) => bits.iter_mut().zip(these).for_each(|(bit, this)| *bit &= this),
        }
    }
    Ok(Allowed { bits, deletes: reader.has_deletes() })
}

fn none(reader: &SegmentReader) -> Vec<u64> {
    vec![0; (reader.max_doc() as usize).div_ceil(64)]
}

fn set(bits: &mut [u64], doc: u32) {
    if let Some(word) = bits.get_mut(doc as usize / 64) {
        *word |= 1 << (doc % 64);
    }
}

/// What everybody sees, and what is hidden from all but these.
fn owned(
    reader: &SegmentReader,
    fields: &Fields,
    query: &SearchQuery,
    owner: &str,
    organizations: &[String],
) -> tantivy::Result<Vec<u64>> {
    let mut bits = none(reader);
    let hidden = hidden_mark(query.kind);
    mark_all(reader, fields, &kind_key(mark(query.kind)), &mut bits)?;
    mark_all(reader, fields, &value_key(hidden, "owner", owner), &mut bits)?;
    for organization in organizations {
        mark_all(reader, fields, &value_key(hidden, "organization", organization), &mut bits)?;
    }
    Ok(bits)
}

fn having(
    reader: &SegmentReader,
    fields: &Fields,
    marks: &[char],
    name: &str,
    values: &[String],
) -> tantivy::Result<Vec<u64>> {
    let mut bits = none(reader);
    for mark in marks {
        for value in values {
            let key = if name == ID { id_key(*mark, value) } else { value_key(*mark, name, value) };
            mark_all(reader, fields, &key, &mut bits)?;
        }
    }
    Ok(bits)
}

/// Sets the bits of the documents that have a term.
fn mark_all(reader: &SegmentReader, fields: &Fields, key: &str, bits: &mut [u64]) -> tantivy::Result<()> {
    let index = reader.inverted_index(fields.keys)?;
    let term = Term::from_field_text(fields.keys, key);
    let Some(mut postings) = index.read_block_postings(&term, IndexRecordOption::Basic)? else { return Ok(()) };
    while postings.block_len() > 0 {
        for doc in postings.docs().iter().take_while(|doc| **doc != TERMINATED) {
            set(bits, *doc);
        }
        postings.advance();
    }
    Ok(())
}

fn ranged(reader: &SegmentReader, numbers: &[Number], range: RangeInclusive<i64>) -> tantivy::Result<Vec<u64>> {
    let (mut bits, mut docs) = (none(reader), Vec::new());
    for number in numbers {
        let column = reader.fast_fields().i64(number.name())?;
        // Of a range below all values tantivy's packed columns give the smallest value (0.27: `saturating_sub` of both ends).
        if *range.end() < column.min_value() {
            continue;
        }
        for start in (0..reader.max_doc()).step_by(AT_ONCE as usize) {
            let end = reader.max_doc().min(start + AT_ONCE);
            docs.clear();
            column.get_docids_for_value_range(range.clone(), start..end, &mut docs);
            for doc in &docs {
                set(&mut bits, *doc);
            }
        }
    }
    Ok(bits)
}
