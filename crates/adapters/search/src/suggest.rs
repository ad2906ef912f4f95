//! Completes what is being typed.

use basalt_domain::ObjectId;
use basalt_ports::search::SearchKind;
use tantivy::{DocSet, SegmentReader, TERMINATED, Term, postings::SegmentPostings, schema::IndexRecordOption};

use crate::{
    best::{Best, Hit},
    columns::Columns,
    schema::{Fields, hash, kind_key, mark},
    snapshot::Snapshot,
    stem::stem,
    tokenizer::MAX_PREFIX,
    words::Words,
};

/// More words than this are not looked at.
const MAX_WORDS: usize = 8;
/// So many are kept while looking, however few are asked for.
const LEAST_KEPT: usize = 8;
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
    // Over all segments: what the first has to offer keeps the look at the others short.
    let mut best = Best::new(size.max(LEAST_KEPT));
    for (segment, (reader, columns)) in (0..).zip(snapshot.segments()) {
        of_segment(reader, columns, &terms, &hashes, segment, &mut best)?;
    }
    let found = best.into_sorted(0).into_iter().map(|hit| (hit.score, snapshot.id(hit.segment, hit.doc)));
    let mut found: Vec<(f32, ObjectId)> = found.collect();
    found.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    found.truncate(size);
    Ok(found.into_iter().map(|(_score, id)| id).collect())
}

fn of_segment(
    reader: &SegmentReader,
    columns: &Columns,
    terms: &[Term],
    hashes: &[u32],
    segment: u32,
    best: &mut Best,
) -> tantivy::Result<()> {
    let mut lists: Vec<SegmentPostings> = Vec::new();
    for term in terms {
        match reader.inverted_index(term.field())?.read_postings(term, IndexRecordOption::Basic)? {
            Some(postings) => lists.push(postings),
            None => return Ok(()),
        }
    }
    // The rarest leads.
    lists.sort_by_key(SegmentPostings::doc_freq);
    let Some((leader, others)) = lists.split_first_mut() else { return Ok(()) };
    let mut doc = leader.doc();
    while doc != TERMINATED {
        // What could be gained beyond importance is looked up only where it could matter.
        let importance = f32::from(columns.importance(doc)) / 255.0;
        if importance + BEGINS + WHOLE > best.least()
            && others.iter_mut().all(|other| other.doc() == doc || (other.doc() < doc && other.seek(doc) == doc))
            && !reader.is_deleted(doc)
        {
            best.push(Hit { score: importance + closeness(columns.title(doc), hashes), segment, doc });
        }
        doc = leader.advance();
    }
    Ok(())
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
