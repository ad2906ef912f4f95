//! Completes exact values, such as tags.

use std::collections::HashMap;

use basalt_ports::search::SearchKind;
use tantivy::{DocSet, SegmentReader, TERMINATED, Term, schema::IndexRecordOption};

use crate::{
    schema::{Fields, mark, value_key},
    snapshot::Snapshot,
    words::Words,
};

/// More words than this are not looked at.
const MAX_WORDS: usize = 8;

/// The most frequent values under this name with words that begin like those of the text.
///
/// The terms of one name stand together: they are read in order, nothing else is.
pub(crate) fn run(
    snapshot: &Snapshot,
    fields: &Fields,
    kind: SearchKind,
    name: &str,
    text: &str,
    size: usize,
) -> tantivy::Result<Vec<(String, u64)>> {
    let mut wanted = folded(text);
    wanted.truncate(MAX_WORDS);
    if size == 0 || (wanted.is_empty() && !text.trim().is_empty()) {
        return Ok(Vec::new());
    }
    let from = value_key(mark(kind), name, "");
    // The separator and the character after it.
    let to = from.replace('\u{1}', "\u{2}");
    let mut most: HashMap<String, u64> = HashMap::new();
    let mut has_deletes = false;
    for (reader, _columns) in snapshot.segments() {
        has_deletes |= reader.has_deletes();
        let index = reader.inverted_index(fields.keys)?;
        let mut terms = index.terms().range().ge(&from).lt(&to).into_stream()?;
        while let Some((key, info)) = terms.next() {
            let Some(value) = key.get(from.len()..).and_then(|value| std::str::from_utf8(value).ok()) else { continue };
            if begins_words(value, &wanted) {
                let documents = u64::from(info.doc_freq);
                match most.get_mut(value) {
                    Some(known) => *known += documents,
                    None => _ = most.insert(value.to_owned(), documents),
                }
            }
        }
    }
    let mut most: Vec<(String, u64)> = most.into_iter().collect();
    most.sort_unstable_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    if !has_deletes {
        most.truncate(size);
        return Ok(most);
    }
    // What was removed or hidden is still among the documents of a term: only as many are counted as can be among the first.
    let mut counted: Vec<(String, u64)> = Vec::new();
    for (value, documents) in most {
        if counted.get(size - 1).is_some_and(|(_value, count)| documents < *count) {
            break;
        }
        let term = Term::from_field_text(fields.keys, &format!("{from}{value}"));
        let count = live(snapshot, &term)?;
        if count > 0 {
            let at = counted.partition_point(|(known, of)| *of > count || (*of == count && *known < value));
            counted.insert(at, (value, count));
            counted.truncate(size);
        }
    }
    Ok(counted)
}

fn folded(text: &str) -> Vec<String> {
    let (mut words, mut word, mut all) = (Words::of(text), String::new(), Vec::new());
    while words.next_into(&mut word).is_some() {
        all.push(word.clone());
    }
    all
}

fn begins_words(value: &str, wanted: &[String]) -> bool {
    // Nearly all tags are lower-case ASCII: what they do not hold does not begin their words.
    let plain = value.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if plain && !wanted.iter().all(|word| value.contains(word.as_str())) {
        return false;
    }
    let has = folded(value);
    wanted.iter().all(|beginning| has.iter().any(|word| word.starts_with(beginning.as_str())))
}

/// How many documents have a term.
fn live(snapshot: &Snapshot, term: &Term) -> tantivy::Result<u64> {
    let mut count = 0;
    for (reader, _columns) in snapshot.segments() {
        count += live_in(reader, term)?;
    }
    Ok(count)
}

fn live_in(reader: &SegmentReader, term: &Term) -> tantivy::Result<u64> {
    let index = reader.inverted_index(term.field())?;
    let Some(mut postings) = index.read_postings(term, IndexRecordOption::Basic)? else { return Ok(0) };
    let mut count = 0;
    let mut doc = postings.doc();
    while doc != TERMINATED {
        count += u64::from(!reader.is_deleted(doc));
        doc = postings.advance();
    }
    Ok(count)
}
