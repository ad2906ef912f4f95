//! Which documents have a word in a field, and what that adds to their scores.

use tantivy::{
    SegmentReader, Term,
    fieldnorm::FieldNormReader,
    postings::BlockSegmentPostings,
    schema::{Field, IndexRecordOption},
};

use crate::{schema::Fields, terms::Wanted, weights::Weights};

/// What is added up for a document.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cell {
    pub(crate) score: f32,
    pub(crate) words: u32,
}

/// What words add in one field, and how its length matters.
pub(crate) struct FieldGains {
    field: Field,
    counts: f32,
    /// For each length of the field: what stands under the fraction, and then the fraction for one to seven times the word.
    by_length: Box<[[f32; 8]; 256]>,
}

/// What words add in all fields, for one sort of kinds.
pub(crate) type Gains = [FieldGains; 7];

/// What words add in documents of organisations, and of the other kinds.
pub(crate) fn gains(fields: &Fields, weights: &Weights, of_organizations: bool) -> Gains {
    let (tags, text) =
        if of_organizations { (weights.known_tags, weights.known_text) } else { (weights.tags, weights.text) };
    // Field, what it counts, how much its length matters, its usual length, how fast repetitions stop counting.
    [
        (fields.title, weights.title, weights.title_length, 8.0, 0.1),
        (fields.acronym, weights.acronym, 0.0, 1.0, 0.1),
        (fields.initials, weights.initials, 0.0, 1.0, 0.1),
        (fields.beginnings, weights.beginnings, 0.0, 1.0, 0.1),
        (fields.producer, weights.producer, 0.2, 6.0, 0.1),
        (fields.tags, tags, 0.2, 8.0, 0.1),
        (fields.text, text, weights.text_length, 80.0, 1.0),
    ]
    .map(|(field, counts, length, usual, saturation)| FieldGains {
        field,
        counts,
        by_length: by_length(length, usual, saturation),
    })
}

fn by_length(length: f32, usual: f32, saturation: f32) -> Box<[[f32; 8]; 256]> {
    let mut table = Box::new([[0.0; 8]; 256]);
    for (id, row) in (0_u8..=255).zip(table.iter_mut()) {
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let words = FieldNormReader::id_to_fieldnorm(id) as f32;
        let under = saturation + length * (words / usual - 0.5).max(0.0);
        *row = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0].map(|often| often / (often + under));
        row[0] = under;
    }
    table
}

/// The documents of a segment that have a word in a field, as far as they were not looked at yet.
pub(crate) struct List<'a> {
    postings: BlockSegmentPostings,
    /// The first of the block that was not looked at.
    at: usize,
    norms: FieldNormReader,
    gains: &'a FieldGains,
    weight: f32,
    /// The word.
    bit: u32,
}

impl List<'_> {
    /// Adds to the scores of the documents from `start` to the end of the window, and sets a bit for each of them.
    pub(crate) fn add(&mut self, start: u32, cells: &mut [Cell], found: &mut [u64]) {
        while self.postings.block_len() > 0 {
            let docs = self.postings.docs().get(self.at..).unwrap_or_default();
            let frequencies = self.postings.freqs().get(self.at..).unwrap_or_default();
            for (doc, frequency) in docs.iter().zip(frequencies) {
                let at = (*doc - start) as usize;
                let Some((cell, bits)) = cells.get_mut(at).zip(found.get_mut(at / 64)) else { return };
                self.at += 1;
                *bits |= 1 << (at % 64);
                cell.words |= self.bit;
                cell.score += self.weight * self.gains.of(self.norms.fieldnorm_id(*doc), *frequency);
            }
            self.postings.advance();
            self.at = 0;
        }
    }
}

impl FieldGains {
    #[inline]
    fn of(&self, length: u8, frequency: u32) -> f32 {
        let row = self.by_length.get(usize::from(length)).copied().unwrap_or_default();
        row.get(frequency as usize).copied().unwrap_or_else(|| {
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let often = frequency as f32;
            often / (often + row[0])
        })
    }
}

/// Those of all words in all fields.
pub(crate) fn lists<'a>(reader: &SegmentReader, gains: &'a Gains, wanted: &[Wanted]) -> tantivy::Result<Vec<List<'a>>> {
    let all: f32 = wanted.iter().map(|one| one.weight).sum();
    let mut lists = Vec::new();
    for of_field in gains {
        let index = reader.inverted_index(of_field.field)?;
        let norms = reader.get_fieldnorms_reader(of_field.field)?;
        for (at, one) in wanted.iter().enumerate() {
            for (spelling, share) in &one.spellings {
                let term = Term::from_field_text(of_field.field, spelling);
                let found = index.read_block_postings(&term, IndexRecordOption::WithFreqs)?;
                lists.extend(found.map(|postings| List {
                    postings,
                    at: 0,
                    norms: norms.clone(),
                    gains: of_field,
                    weight: of_field.counts * share * one.weight / all,
                    bit: 1 << at,
                }));
            }
        }
    }
    Ok(lists)
}
