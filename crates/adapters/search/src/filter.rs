//! What a query leaves over before words are looked at.

use basalt_ports::search::{SearchFilter, SearchQuery};
use tantivy::{SegmentReader, TERMINATED, Term, schema::IndexRecordOption};

use crate::schema::{Fields, mark, value_key};

/// The name under which ids are filtered.
const ID: &str = "id";

/// The documents of a segment that the filters let through.
pub(crate) struct Allowed {
    /// A bit each; none where all are.
    bits: Option<Vec<u64>>,
    deletes: bool,
}

impl Allowed {
    #[inline]
    pub(crate) fn has(&self, reader: &SegmentReader, doc: u32) -> bool {
        let through = match &self.bits {
            None => true,
            Some(bits) => bits.get(doc as usize / 64).is_some_and(|word| word >> (doc % 64) & 1 == 1),
        };
        through && !(self.deletes && reader.is_deleted(doc))
    }
}

/// Applies the filters of a query to a segment.
pub(crate) fn allowed(reader: &SegmentReader, fields: &Fields, query: &SearchQuery) -> tantivy::Result<Allowed> {
    let mut bits: Option<Vec<u64>> = None;
    for filter in &query.filters {
        let these = match filter {
            SearchFilter::Any(name, values) => having(reader, fields, query, name, values)?,
            SearchFilter::Not(name, values) => {
                having(reader, fields, query, name, values)?.into_iter().map(|word| !word).collect()
            }
            SearchFilter::AtLeast(number, least) => ranged(reader, number.name(), |value| value >= *least)?,
            SearchFilter::AtMost(number, most) => ranged(reader, number.name(), |value| value <= *most)?,
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

fn having(
    reader: &SegmentReader,
    fields: &Fields,
    query: &SearchQuery,
    name: &str,
    values: &[String],
) -> tantivy::Result<Vec<u64>> {
    let mut bits = none(reader);
    let index = reader.inverted_index(fields.keys)?;
    for value in values {
        let key = if name == ID { format!("{}#{value}", mark(query.kind)) } else { value_key(query.kind, name, value) };
        let term = Term::from_field_text(fields.keys, &key);
        let Some(mut postings) = index.read_block_postings(&term, IndexRecordOption::Basic)? else { continue };
        while postings.block_len() > 0 {
            for doc in postings.docs().iter().take_while(|doc| **doc != TERMINATED) {
                set(&mut bits, *doc);
            }
            postings.advance();
        }
    }
    Ok(bits)
}

fn ranged(reader: &SegmentReader, column: &str, holds: impl Fn(i64) -> bool) -> tantivy::Result<Vec<u64>> {
    let mut bits = none(reader);
    let column = reader.fast_fields().i64(column)?;
    for doc in 0..reader.max_doc() {
        if column.first(doc).is_some_and(&holds) {
            set(&mut bits, doc);
        }
    }
    Ok(bits)
}
