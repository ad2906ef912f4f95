//! Finds and orders documents.
//!
//! Each word adds to the scores of the documents that have it, word after word; then the documents with enough of the words are
//! weighed by how much they matter, and the best few are looked at more closely. That costs a few nanoseconds for each document that
//! has a word, and no more for facets than a look at one column.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use basalt_ports::search::{Counted, Facet, Found, SearchKind, SearchOrder, SearchQuery, SeenBy};
use tantivy::{
    SegmentReader, TERMINATED, Term, fieldnorm::FieldNormReader, postings::BlockSegmentPostings,
    schema::IndexRecordOption,
};

use crate::{
    bodies,
    columns::{Columns, DAY_MILLIS},
    facets::Counts,
    filter::{Allowed, allowed, marks},
    schema::{Fields, hash, hidden_mark, kind_key},
    snapshot::Snapshot,
    sorting::Sorted,
    terms::{Wanted, says_nothing, wanted},
    weights::Weights,
};

/// So many of the best are looked at more closely.
const CLOSELY: usize = 200;
/// The share of the words that is as good as all.
const ALL: f32 = 0.999;
/// Documents looked at together.
const WINDOW: u32 = 1 << 16;
/// Freshness is told apart up to here.
const MONTHS: usize = 120;

/// As many as ever searched at once; always clean.
static SCRATCH: Mutex<Vec<Scratch>> = Mutex::new(Vec::new());

/// What is added up for each document; kept between searches.
#[derive(Default)]
struct Scratch {
    cells: Vec<Cell>,
    touched: Vec<u32>,
}

#[derive(Clone, Copy, Default)]
struct Cell {
    score: f32,
    words: u32,
}

/// A result in the making.
#[derive(Clone, Copy)]
struct Hit {
    score: f32,
    segment: u32,
    doc: u32,
}

/// A query, and what its words are in the index.
pub(crate) struct Plan {
    query: SearchQuery,
    wanted: Vec<Wanted>,
    /// About how many documents are looked at.
    pub(crate) documents: u64,
}

/// Looks up what a query asks for.
pub(crate) fn plan(
    snapshot: &Snapshot,
    fields: &Fields,
    query: &SearchQuery,
    weights: &Weights,
) -> tantivy::Result<Plan> {
    let mut wanted = wanted(&snapshot.searcher, fields, query.kind, &query.text, weights)?;
    let documents = match wanted.as_slice() {
        [] => snapshot.searcher.num_docs(),
        words => words.iter().map(|one| one.documents).sum(),
    };
    if query.seen_by != SeenBy::Everybody {
        with_hidden(&mut wanted, hidden_mark(query.kind));
    }
    Ok(Plan { query: query.clone(), wanted, documents })
}

impl Plan {
    /// Answers the query.
    pub(crate) fn run(&self, snapshot: &Snapshot, fields: &Fields, weights: &Weights) -> tantivy::Result<Found> {
        let Self { query, wanted, .. } = self;
        if wanted.is_empty() && !says_nothing(&query.text) {
            // Nothing but articles: that is not a wish to see everything.
            let facets = query.facets.iter().map(|facet| Counted { name: name(facet), values: Vec::new() }).collect();
            return Ok(Found { facets, ..Found::default() });
        }
        let enough = Enough::new(wanted, weights);
        let first = pass(snapshot, fields, query, weights, wanted, &enough)?;
        if first.total > 0 || wanted.len() < 2 || enough.is_lenient() {
            return Ok(first.found(snapshot, query, wanted, weights));
        }
        let second = pass(snapshot, fields, query, weights, wanted, &enough.lenient())?;
        Ok(second.found(snapshot, query, wanted, weights))
    }
}

/// The same words among hidden documents, which have terms of their own.
fn with_hidden(wanted: &mut [Wanted], mark: char) {
    for one in wanted {
        let hidden =
            |(spelling, share): &(String, f32)| (format!("{mark}{}", spelling.get(1..).unwrap_or_default()), *share);
        let more: Vec<(String, f32)> = one.spellings.iter().map(hidden).collect();
        one.spellings.extend(more);
    }
}

fn name(facet: &Facet) -> &'static str {
    match facet {
        Facet::Values(name) | Facet::Since(name, ..) => name,
    }
}

/// Which words a result must have.
struct Enough {
    /// The share of the weight of all words, and what it counts, for each set of words.
    shares: Vec<(f32, f32)>,
    least: f32,
    lenient: f32,
}

impl Enough {
    fn new(wanted: &[Wanted], weights: &Weights) -> Self {
        let all: f32 = wanted.iter().map(|one| one.weight).sum();
        let sets = 1_usize << wanted.len().min(16);
        let share = |set: usize| {
            let some = wanted.iter().enumerate().filter(|(at, _one)| set >> at & 1 == 1);
            let share = some.map(|(_at, one)| one.weight).sum::<f32>() / all;
            (share, share.powf(weights.coverage))
        };
        // Long texts are descriptions: results need not have all of their words.
        let least = if wanted.len() > 3 { weights.enough } else { ALL };
        Self { shares: (0..sets).map(share).collect(), least, lenient: weights.enough.min(0.5) }
    }

    const fn is_lenient(&self) -> bool {
        self.least < 0.5
    }

    fn lenient(self) -> Self {
        Self { least: self.lenient, ..self }
    }

    #[inline]
    fn share(&self, words: u32) -> (f32, f32) {
        self.shares.get(words as usize).copied().unwrap_or_default()
    }
}

/// What one pass over all segments found.
struct Passed {
    total: u64,
    hits: Vec<Hit>,
    sorted: Option<Sorted>,
    facets: Vec<Counted>,
}

fn pass(
    snapshot: &Snapshot,
    fields: &Fields,
    query: &SearchQuery,
    weights: &Weights,
    wanted: &[Wanted],
    enough: &Enough,
) -> tantivy::Result<Passed> {
    let documents = usize::try_from(snapshot.searcher.num_docs()).unwrap_or(usize::MAX);
    // Of a page behind everything there is, only the number of results is of interest.
    let needed = if query.offset < documents { query.offset.saturating_add(query.limit).min(documents) } else { 0 };
    let mut best = Best::new(needed.max(CLOSELY));
    let mut sorted = Sorted::new(query);
    let mut counts = Counts::new(&query.facets);
    let mut total = 0;
    let prior = Prior::new(query, weights);
    for (segment, (reader, columns)) in (0..).zip(snapshot.segments()) {
        let allowed = allowed(reader, fields, query)?;
        counts.begin(reader, columns)?;
        if let Some(sorted) = &mut sorted {
            sorted.begin(reader, segment)?;
        }
        let mut take = |doc: u32, text: f32| {
            total += 1;
            counts.count(columns, doc);
            match &mut sorted {
                Some(sorted) => sorted.add(doc),
                None => best.push(Hit { score: text * prior.of(columns, doc), segment, doc }),
            }
        };
        if wanted.is_empty() {
            everything(reader, columns, fields, query, &allowed, |doc| take(doc, 1.0))?;
        } else {
            matching(reader, fields, query.kind, wanted, weights, |doc, cell| {
                let (share, counts) = enough.share(cell.words);
                if share >= enough.least && allowed.has(reader, doc) {
                    take(doc, cell.score * counts);
                }
            })?;
        }
        counts.end(columns);
    }
    Ok(Passed { total, hits: best.into_sorted(query.offset), sorted, facets: counts.counted() })
}

/// All documents of the kind.
fn everything(
    reader: &SegmentReader,
    columns: &Columns,
    fields: &Fields,
    query: &SearchQuery,
    allowed: &Allowed,
    mut take: impl FnMut(u32),
) -> tantivy::Result<()> {
    let marks = marks(query);
    if allowed.narrows() {
        allowed.each(reader, columns, &marks, take);
        return Ok(());
    }
    let index = reader.inverted_index(fields.keys)?;
    for mark in marks {
        let term = Term::from_field_text(fields.keys, &kind_key(mark));
        let Some(mut postings) = index.read_block_postings(&term, IndexRecordOption::Basic)? else { continue };
        while postings.block_len() > 0 {
            for doc in postings.docs().iter().take_while(|doc| **doc != TERMINATED) {
                if allowed.has(reader, *doc) {
                    take(*doc);
                }
            }
            postings.advance();
        }
    }
    Ok(())
}

/// Documents with any of the words, and their scores: some ten thousand documents after the others, so that what is added up stays
/// near the processor.
fn matching(
    reader: &SegmentReader,
    fields: &Fields,
    kind: SearchKind,
    wanted: &[Wanted],
    weights: &Weights,
    mut take: impl FnMut(u32, Cell),
) -> tantivy::Result<()> {
    let mut lists = lists(reader, fields, kind, wanted, weights)?;
    let mut scratch = scratches().pop().unwrap_or_default();
    let Scratch { cells, touched } = &mut scratch;
    cells.resize(WINDOW as usize, Cell::default());
    for start in (0..reader.max_doc()).step_by(WINDOW as usize) {
        for list in &mut lists {
            list.add(start, cells, touched);
        }
        if touched.len() > cells.len() / 8 {
            // Many: one after the other is faster than as they were found.
            touched.clear();
            for (doc, cell) in (start..).zip(cells.iter_mut()) {
                if cell.words != 0 {
                    take(doc, std::mem::take(cell));
                }
            }
        }
        for doc in touched.drain(..) {
            if let Some(cell) = cells.get_mut((doc - start) as usize) {
                take(doc, std::mem::take(cell));
            }
        }
    }
    scratches().push(scratch);
    Ok(())
}

fn scratches() -> MutexGuard<'static, Vec<Scratch>> {
    SCRATCH.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The documents of a segment that have a word in a field, as far as they were not looked at yet.
struct List {
    postings: BlockSegmentPostings,
    /// The first of the block that was not looked at.
    at: usize,
    norms: FieldNormReader,
    /// What stands under the fraction for each length of the field.
    table: Arc<[f32; 256]>,
    weight: f32,
    /// The word.
    bit: u32,
}

impl List {
    /// Adds to the scores of the documents from `start` to the end of the window.
    fn add(&mut self, start: u32, cells: &mut [Cell], touched: &mut Vec<u32>) {
        while self.postings.block_len() > 0 {
            let docs = self.postings.docs().get(self.at..).unwrap_or_default();
            let frequencies = self.postings.freqs().get(self.at..).unwrap_or_default();
            for (doc, frequency) in docs.iter().zip(frequencies) {
                let Some(cell) = cells.get_mut((*doc - start) as usize) else { return };
                self.at += 1;
                if cell.words == 0 {
                    touched.push(*doc);
                }
                #[expect(clippy::cast_precision_loss, reason = "small numbers")]
                let often = *frequency as f32;
                let norm = self.table.get(usize::from(self.norms.fieldnorm_id(*doc))).copied().unwrap_or(1.0);
                cell.words |= self.bit;
                cell.score += self.weight * often / (often + norm);
            }
            self.postings.advance();
            self.at = 0;
        }
    }
}

fn lists(
    reader: &SegmentReader,
    fields: &Fields,
    kind: SearchKind,
    wanted: &[Wanted],
    weights: &Weights,
) -> tantivy::Result<Vec<List>> {
    let all: f32 = wanted.iter().map(|one| one.weight).sum();
    let (tags, text) = match kind {
        SearchKind::Organization => (weights.known_tags, weights.known_text),
        _ => (weights.tags, weights.text),
    };
    // Field, what it counts, how much its length matters, its usual length, how fast repetitions stop counting.
    let parts = [
        (fields.title, weights.title, weights.title_length, 8.0, 0.1),
        (fields.acronym, weights.acronym, 0.0, 1.0, 0.1),
        (fields.initials, weights.initials, 0.0, 1.0, 0.1),
        (fields.beginnings, weights.beginnings, 0.0, 1.0, 0.1),
        (fields.producer, weights.producer, 0.2, 6.0, 0.1),
        (fields.tags, tags, 0.2, 8.0, 0.1),
        (fields.text, text, weights.text_length, 80.0, 1.0),
    ];
    let mut lists = Vec::new();
    for (field, counts, length, usual, saturation) in parts {
        let index = reader.inverted_index(field)?;
        let norms = reader.get_fieldnorms_reader(field)?;
        let table = Arc::new(norm_table(length, usual, saturation));
        for (at, one) in wanted.iter().enumerate() {
            for (spelling, share) in &one.spellings {
                let term = Term::from_field_text(field, spelling);
                let found = index.read_block_postings(&term, IndexRecordOption::WithFreqs)?;
                lists.extend(found.map(|postings| List {
                    postings,
                    at: 0,
                    norms: norms.clone(),
                    table: Arc::clone(&table),
                    weight: counts * share * one.weight / all,
                    bit: 1 << at,
                }));
            }
        }
    }
    Ok(lists)
}

/// What stands under the fraction for each length of a field.
fn norm_table(length: f32, usual: f32, saturation: f32) -> [f32; 256] {
    let mut table = [0.0; 256];
    for (id, norm) in (0_u8..=255).zip(table.iter_mut()) {
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let words = tantivy::fieldnorm::FieldNormReader::id_to_fieldnorm(id) as f32;
        *norm = saturation + length * (words / usual - 0.5).max(0.0);
    }
    table
}

/// How much a document matters, whatever is asked for.
struct Prior {
    today: i32,
    /// What importance adds, for each importance.
    important: [f32; 256],
    /// What freshness adds after each month.
    fresh: [f32; MONTHS],
}

impl Prior {
    fn new(query: &SearchQuery, weights: &Weights) -> Self {
        let today = i32::try_from(query.now.millis().div_euclid(DAY_MILLIS)).unwrap_or_default();
        let most = match query.kind {
            SearchKind::Organization => weights.known_importance,
            _ => weights.importance,
        };
        let important = std::array::from_fn(|importance| {
            #[expect(clippy::cast_precision_loss, reason = "a small number")]
            let importance = importance as f32 / 255.0;
            1.0 + most * importance.powf(weights.importance_power)
        });
        let fresh = std::array::from_fn(|month| {
            #[expect(clippy::cast_precision_loss, reason = "a small number")]
            let days = month as f32 * 30.0;
            weights.fresh * 0.5_f32.powf(days / weights.fresh_days)
        });
        Self { today, important, fresh }
    }

    #[inline]
    fn of(&self, columns: &Columns, doc: u32) -> f32 {
        let important = self.important.get(usize::from(columns.importance(doc))).copied().unwrap_or(1.0);
        let months = self.today.saturating_sub(columns.updated(doc)).max(0) / 30;
        let fresh = usize::try_from(months).ok().and_then(|months| self.fresh.get(months)).copied().unwrap_or_default();
        important + fresh
    }
}

/// The best hits so far; sorted out from time to time.
struct Best {
    kept: Vec<Hit>,
    size: usize,
    least: f32,
}

impl Best {
    fn new(size: usize) -> Self {
        Self { kept: Vec::with_capacity(size.min(1_000) * 2), size, least: f32::NEG_INFINITY }
    }

    #[inline]
    fn push(&mut self, hit: Hit) {
        if hit.score > self.least {
            self.kept.push(hit);
            if self.kept.len() >= self.size * 2 {
                self.sort_out();
            }
        }
    }

    fn sort_out(&mut self) {
        if self.kept.len() > self.size {
            self.kept.select_nth_unstable_by(self.size - 1, order);
            self.kept.truncate(self.size);
            self.least = self.kept.last().map_or(f32::NEG_INFINITY, |hit| hit.score);
        }
    }

    /// In order from there; what comes before a page far behind is only in its place as a whole.
    fn into_sorted(mut self, from: usize) -> Vec<Hit> {
        self.sort_out();
        let from = if from < CLOSELY { 0 } else { from.min(self.kept.len()) };
        if 0 < from && from < self.kept.len() {
            self.kept.select_nth_unstable_by(from, order);
        }
        self.kept.get_mut(from..).unwrap_or_default().sort_unstable_by(order);
        self.kept
    }
}

fn order(one: &Hit, other: &Hit) -> std::cmp::Ordering {
    other.score.total_cmp(&one.score).then_with(|| (one.segment, one.doc).cmp(&(other.segment, other.doc)))
}

impl Passed {
    fn found(mut self, snapshot: &Snapshot, query: &SearchQuery, wanted: &[Wanted], weights: &Weights) -> Found {
        let ids = if let Some(sorted) = self.sorted.take() {
            sorted.page(query).into_iter().map(|(segment, doc)| snapshot.id(segment, doc)).collect()
        } else {
            if !wanted.is_empty() && query.order == SearchOrder::Best {
                closely(snapshot, &mut self.hits, query.kind, wanted, weights);
            }
            let page = self.hits.iter().skip(query.offset).take(query.limit);
            page.map(|hit| snapshot.id(hit.segment, hit.doc)).collect()
        };
        Found { ids, total: self.total, facets: self.facets }
    }
}

/// Looks at the titles of the best.
fn closely(snapshot: &Snapshot, hits: &mut [Hit], kind: SearchKind, wanted: &[Wanted], weights: &Weights) {
    let bodies: Vec<u32> =
        if kind == SearchKind::Organization { bodies::all().map(hash).collect() } else { Vec::new() };
    let end = hits.len().min(CLOSELY);
    let Some(hits) = hits.get_mut(..end) else { return };
    for hit in hits.iter_mut() {
        let title = snapshot.title(hit.segment, hit.doc);
        if !title.is_empty() {
            hit.score *= 1.0 + closeness(title, wanted, &bodies, weights);
        }
    }
    hits.sort_unstable_by(order);
}

/// What a title gains that is what was asked for, or nearly so.
fn closeness(title: &[u32], wanted: &[Wanted], bodies: &[u32], weights: &Weights) -> f32 {
    let is = |one: &Wanted, word: &u32| one.hashes.contains(word);
    let mut windows = title.windows(wanted.len());
    let side_by_side = windows.position(|words| wanted.iter().zip(words).all(|(one, word)| is(one, word)));
    let asked = |word: &u32| wanted.iter().any(|one| is(one, word));
    let all_there = wanted.iter().all(|one| title.iter().any(|word| is(one, word)));
    let mut more = 0.0;
    if all_there && title.iter().all(asked) {
        more += weights.exact;
    } else if !bodies.is_empty() && all_there && title.iter().all(|word| asked(word) || bodies.contains(word)) {
        more += weights.named;
    }
    if wanted.len() > 1 && side_by_side.is_some() {
        more += weights.phrase;
    }
    if side_by_side == Some(0) {
        more += weights.begins;
    }
    more
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In an order that has nothing to do with their scores.
    fn hits(count: u32) -> impl Iterator<Item = Hit> {
        (0..count).map(move |number| {
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let score = (number * 7_919 % count) as f32;
            Hit { score, segment: 0, doc: number }
        })
    }

    #[test]
    fn pages_far_behind_follow_one_another_and_miss_nothing() {
        let count = 5_003;
        let mut paged = Vec::new();
        for from in (0..count as usize).step_by(700) {
            let mut best = Best::new((from + 700).max(CLOSELY));
            hits(count).for_each(|hit| best.push(hit));
            paged.extend(best.into_sorted(from).iter().skip(from).take(700).map(|hit| hit.doc));
        }
        let mut all: Vec<Hit> = hits(count).collect();
        all.sort_unstable_by(order);
        assert_eq!(paged, all.iter().map(|hit| hit.doc).collect::<Vec<_>>());
    }
}
