//! What was typed, as terms of the index.

use basalt_ports::search::SearchKind;
use tantivy::{Searcher, Term, query::FuzzyTermQuery, schema::Field};

use crate::{
    schema::{Fields, hash, kind_key, mark},
    weights::Weights,
    words::{Words, is_empty_word, stem},
};

/// More words than this are not looked for; the rarest are kept.
const MAX_TERMS: usize = 12;
/// No more of a text than this is read, in bytes.
const MAX_TEXT: usize = 4_096;
/// Words of a text that are looked up at most.
const MAX_LOOKED_UP: usize = 64;
/// A word found in fewer documents may be a slip.
const RARE: u64 = 3;
/// Shorter words have too many neighbours.
const MIN_TYPO: usize = 4;
/// Spellings of one word at most.
const MAX_SPELLINGS: usize = 4;

/// One word that was asked for.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// Its spellings as terms with their marks, and what each counts.
    pub(crate) spellings: Vec<(String, f32)>,
    /// How much it tells: rare words tell more.
    pub(crate) weight: f32,
    /// Hash of its stem, as in titles.
    pub(crate) hash: u32,
}

/// The words of a text; none where it says nothing.
pub(crate) fn wanted(
    searcher: &Searcher,
    fields: &Fields,
    kind: SearchKind,
    text: &str,
    weights: &Weights,
) -> tantivy::Result<Vec<Wanted>> {
    let documents = searcher.doc_freq(&Term::from_field_text(fields.keys, &kind_key(mark(kind))))?;
    let mut all: Vec<Wanted> = Vec::new();
    for stem in stems(text) {
        let hash = hash(&stem);
        let term = format!("{}{stem}", mark(kind));
        let found = frequency(searcher, fields, &term)?;
        let mut spellings = vec![(term, 1.0)];
        let mut frequency = found;
        if found < RARE && stem.len() >= MIN_TYPO {
            for (spelling, documents) in neighbours(searcher, fields, &spellings)? {
                frequency = frequency.max(documents);
                spellings.push((spelling, weights.typo));
            }
        }
        all.push(Wanted { spellings, weight: rarity(documents, frequency), hash });
    }
    if all.len() > MAX_TERMS {
        let mut sorted: Vec<f32> = all.iter().map(|wanted| wanted.weight).collect();
        sorted.sort_by(|one, other| other.total_cmp(one));
        let least = sorted.get(MAX_TERMS - 1).copied().unwrap_or_default();
        all.retain(|wanted| wanted.weight >= least);
        all.truncate(MAX_TERMS);
    }
    Ok(all)
}

/// The stems of a text in their order, each once.
fn stems(text: &str) -> Vec<String> {
    let end = (0..=MAX_TEXT.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let (mut words, mut word) = (Words::of(text.get(..end).unwrap_or_default()), String::new());
    let mut stems: Vec<String> = Vec::new();
    while stems.len() < MAX_LOOKED_UP && words.next_into(&mut word).is_some() {
        if is_empty_word(&word) {
            continue;
        }
        stem(&mut word);
        if !stems.contains(&word) {
            stems.push(word.clone());
        }
    }
    stems
}

/// Does the text ask for anything?
pub(crate) fn says_nothing(text: &str) -> bool {
    Words::of(text).next_into(&mut String::new()).is_none()
}

/// In about how many documents a term is.
fn frequency(searcher: &Searcher, fields: &Fields, term: &str) -> tantivy::Result<u64> {
    let mut most = 0;
    for field in [fields.title, fields.acronym, fields.initials, fields.producer, fields.tags, fields.text] {
        most = most.max(searcher.doc_freq(&Term::from_field_text(field, term))?);
    }
    Ok(most)
}

/// As BM25 has it.
fn rarity(documents: u64, frequency: u64) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let (documents, frequency) = (documents.max(frequency) as f32, frequency as f32);
    (1.0 + (documents - frequency + 0.5) / (frequency + 0.5)).ln().max(0.1)
}

/// Terms one letter off, the most frequent first; not those of texts, where slips are many.
fn neighbours(searcher: &Searcher, fields: &Fields, of: &[(String, f32)]) -> tantivy::Result<Vec<(String, u64)>> {
    let Some((term, _weight)) = of.first() else { return Ok(Vec::new()) };
    let mut found: Vec<(String, u64)> = Vec::new();
    for field in [fields.title, fields.acronym, fields.tags, fields.producer] {
        collect(searcher, field, term, &mut found)?;
    }
    found.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    found.truncate(MAX_SPELLINGS);
    Ok(found)
}

fn collect(searcher: &Searcher, field: Field, term: &str, found: &mut Vec<(String, u64)>) -> tantivy::Result<()> {
    let automaton = FuzzyTermQuery::new(Term::from_field_text(field, term), 1, true);
    let mark = term.as_bytes().first();
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field)?;
        // The words of a kind stand together: nothing else is looked at.
        let from = term.get(..1).unwrap_or_default();
        let to = format!("{from}\u{10ffff}");
        let mut stream = index.terms().search(automaton.automaton()?).ge(from).lt(&to).into_stream()?;
        while let Some((key, info)) = stream.next() {
            if key.first() != mark || key == term.as_bytes() {
                continue;
            }
            let Ok(key) = std::str::from_utf8(key) else { continue };
            let documents = u64::from(info.doc_freq);
            match found.iter_mut().find(|(known, _documents)| known == key) {
                Some((_key, known)) => *known = (*known).max(documents),
                None => found.push((key.to_owned(), documents)),
            }
        }
    }
    Ok(())
}
