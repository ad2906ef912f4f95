//! Completes what is being typed.

use basalt_domain::ObjectId;
use basalt_ports::search::SearchKind;
use tantivy::{DocSet, SegmentReader, TERMINATED, Term, postings::SegmentPostings, schema::IndexRecordOption};

use crate::{
    columns::Columns,
    schema::{Fields, hash, kind_key, mark},
    snapshot::Snapshot,
    stem::stem,
    tokenizer::MAX_PREFIX,
    words::Words,
};

/// More words than this are not looked at.
const MAX_WORDS: usize = 8;
/// What a title gains that begins with what was typed.
const BEGINS: f32 = 0.15;
/// What a title gains whose word is what was typed, not only begins so.
const WHOLE: f32 = 0.10;

/// The most important documents with words that begin like those of the text.
pub(crate) fn run(
    snapshot: &Snapshot,
    fields: &Fields,
    kind: SearchKind,
    text: &str,
    size: usize,
) -> tantivy::Result<Vec<ObjectId>> {
    let (mut words, mut word) = (Words::of(text), String::new());
    let (mut terms, mut hashes) = (Vec::new(), Vec::new());
    while terms.len() < MAX_WORDS && words.next_into(&mut word).is_some() {
        let beginning = word.get(..word.len().min(MAX_PREFIX)).unwrap_or_default();
        terms.push(Term::from_field_text(fields.prefix, &format!("{}{beginning}", mark(kind))));
        stem(&mut word);
        hashes.push(hash(&word));
    }
    if terms.is_empty() {
        if !text.trim().is_empty() {
            return Ok(Vec::new());
        }
        terms.push(Term::from_field_text(fields.keys, &kind_key(mark(kind))));
    }
    let mut best: Vec<(f32, ObjectId)> = Vec::new();
    for (reader, columns) in snapshot.segments() {
        for (score, doc) in of_segment(reader, columns, &terms, &hashes, size)? {
            best.push((score, columns.id(doc)));
        }
    }
    best.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    best.truncate(size);
    Ok(best.into_iter().map(|(_score, id)| id).collect())
}

fn of_segment(
    reader: &SegmentReader,
    columns: &Columns,
    terms: &[Term],
    hashes: &[u32],
    size: usize,
) -> tantivy::Result<Vec<(f32, u32)>> {
    let mut lists: Vec<SegmentPostings> = Vec::new();
    for term in terms {
        match reader.inverted_index(term.field())?.read_postings(term, IndexRecordOption::Basic)? {
            Some(postings) => lists.push(postings),
            None => return Ok(Vec::new()),
        }
    }
    // The rarest leads.
    lists.sort_by_key(SegmentPostings::doc_freq);
    let Some((leader, others)) = lists.split_first_mut() else { return Ok(Vec::new()) };
    let mut best: Vec<(f32, u32)> = Vec::with_capacity(size.saturating_mul(2).min(1_000));
    let mut least = f32::NEG_INFINITY;
    let mut doc = leader.doc();
    while doc != TERMINATED {
        // What could be gained beyond importance is looked up only where it could matter.
        let importance = f32::from(columns.importance(doc)) / 255.0;
        if importance + BEGINS + WHOLE > least
            && others.iter_mut().all(|other| other.doc() == doc || (other.doc() < doc && other.seek(doc) == doc))
            && !reader.is_deleted(doc)
        {
            let score = importance + closeness(columns.title(doc), hashes);
            if score > least {
                best.push((score, doc));
                if best.len() >= size.saturating_mul(2).max(16) {
                    cut(&mut best, size);
                    least = best.last().map_or(f32::NEG_INFINITY, |(score, _doc)| *score);
                }
            }
        }
        doc = leader.advance();
    }
    cut(&mut best, size);
    Ok(best)
}

fn cut(best: &mut Vec<(f32, u32)>, size: usize) {
    best.sort_unstable_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    best.truncate(size);
}

fn closeness(title: &[u32], hashes: &[u32]) -> f32 {
    let mut gained = 0.0;
    if title.first().is_some_and(|first| hashes.contains(first)) {
        gained += BEGINS;
    }
    if !hashes.is_empty() && hashes.iter().all(|hash| title.contains(hash)) {
        gained += WHOLE;
    }
    gained
}
