//! Finds and orders documents.
//!
//! Each word adds to the scores of the documents that have it, word after word; then the documents with enough of the words are
//! weighed by how much they matter, and the best few are looked at more closely. That costs a few nanoseconds for each document that
//! has a word, and no more for facets than a look at one column.

use std::sync::{Mutex, MutexGuard, PoisonError};

use basalt_ports::search::{Counted, Facet, Found, SearchKind, SearchOrder, SearchQuery, SeenBy};
use tantivy::{SegmentReader, TERMINATED, Term, schema::IndexRecordOption};

use crate::{
    best::{Best, CLOSELY, Hit},
    closely::closely,
    columns::Columns,
    facets::Counts,
    filter::{Allowed, allowed, marks},
    lists::{Cell, Gains, gains, lists},
    prior::Prior,
    schema::{Fields, hidden_mark, kind_key},
    snapshot::Snapshot,
    sorting::Sorted,
    terms::{Wanted, says_nothing, wanted},
    weights::Weights,
};

/// The share of the words that is as good as all.
const ALL: f32 = 0.999;
/// Documents looked at together.
const WINDOW: u32 = 1 << 16;

/// As many as ever searched at once; always clean.
static SCRATCH: Mutex<Vec<Scratch>> = Mutex::new(Vec::new());

/// What is added up for each document; kept between searches.
#[derive(Default)]
struct Scratch {
    cells: Vec<Cell>,
    /// A bit for each cell that is not empty.
    found: Vec<u64>,
    results: Results,
}

/// Results that are counted and weighed together: one thing after the other for all of them is faster than all for one after the other.
#[derive(Default)]
struct Results {
    docs: Vec<u32>,
    /// What their texts are worth, before how much they matter.
    texts: Vec<f32>,
}

impl Results {
    fn push(&mut self, doc: u32, text: f32) {
        self.docs.push(doc);
        self.texts.push(text);
    }

    fn clear(&mut self) {
        self.docs.clear();
        self.texts.clear();
    }
}

/// The numbers of the ranking, and what follows from them for every search.
pub(crate) struct Scoring {
    pub(crate) weights: Weights,
    of_organizations: Gains,
    of_others: Gains,
}

impl Scoring {
    pub(crate) fn new(fields: &Fields, weights: Weights) -> Self {
        Self { weights, of_organizations: gains(fields, &weights, true), of_others: gains(fields, &weights, false) }
    }

    const fn gains(&self, kind: SearchKind) -> &Gains {
        if matches!(kind, SearchKind::Organization) { &self.of_organizations } else { &self.of_others }
    }
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
    pub(crate) fn run(&self, snapshot: &Snapshot, fields: &Fields, scoring: &Scoring) -> tantivy::Result<Found> {
        let Self { query, wanted, .. } = self;
        let weights = &scoring.weights;
        if wanted.is_empty() && !says_nothing(&query.text) {
            // Nothing but articles: that is not a wish to see everything.
            let facets = query.facets.iter().map(|facet| Counted { name: name(facet), values: Vec::new() }).collect();
            return Ok(Found { facets, ..Found::default() });
        }
        let enough = Enough::new(wanted, weights);
        let first = pass(snapshot, fields, query, scoring, wanted, &enough)?;
        if first.total > 0 || wanted.len() < 2 || enough.is_lenient() {
            return Ok(first.found(snapshot, query, wanted, weights));
        }
        let second = pass(snapshot, fields, query, scoring, wanted, &enough.lenient())?;
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
    scoring: &Scoring,
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
    let prior = Prior::new(query, &scoring.weights);
    for (segment, (reader, columns)) in (0..).zip(snapshot.segments()) {
        let allowed = allowed(reader, fields, query)?;
        counts.begin(reader, columns)?;
        if let Some(sorted) = &mut sorted {
            sorted.begin(reader, segment)?;
        }
        let take = |results: &Results| {
            total += results.docs.len() as u64;
            counts.count(columns, &results.docs);
            match &mut sorted {
                Some(sorted) => results.docs.iter().for_each(|doc| sorted.add(*doc)),
                None => {
                    for (doc, text) in results.docs.iter().zip(&results.texts) {
                        best.push(Hit { score: text * prior.of(columns, *doc), segment, doc: *doc });
                    }
                }
            }
        };
        if wanted.is_empty() {
            everything(reader, columns, fields, query, &allowed, take)?;
        } else {
            matching(reader, scoring.gains(query.kind), wanted, enough, &allowed, take)?;
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
    mut take: impl FnMut(&Results),
) -> tantivy::Result<()> {
    let marks = marks(query);
    let mut results = Results::default();
    if allowed.narrows() {
        allowed.each(reader, columns, &marks, |doc| results.push(doc, 1.0));
        take(&results);
        return Ok(());
    }
    let index = reader.inverted_index(fields.keys)?;
    for mark in marks {
        let term = Term::from_field_text(fields.keys, &kind_key(mark));
        let Some(mut postings) = index.read_block_postings(&term, IndexRecordOption::Basic)? else { continue };
        while postings.block_len() > 0 {
            for doc in postings.docs().iter().take_while(|doc| **doc != TERMINATED) {
                if allowed.has(reader, *doc) {
                    results.push(*doc, 1.0);
                }
            }
            take(&results);
            results.clear();
            postings.advance();
        }
    }
    Ok(())
}

/// Documents with enough of the words, and their scores: some ten thousand documents after the others, so that what is added up stays
/// near the processor.
fn matching(
    reader: &SegmentReader,
    gains: &Gains,
    wanted: &[Wanted],
    enough: &Enough,
    allowed: &Allowed,
    mut take: impl FnMut(&Results),
) -> tantivy::Result<()> {
    let mut lists = lists(reader, gains, wanted)?;
    let mut scratch = scratches().pop().unwrap_or_default();
    let Scratch { cells, found, results } = &mut scratch;
    cells.resize(WINDOW as usize, Cell::default());
    found.resize(WINDOW as usize / 64, 0);
    for start in (0..reader.max_doc()).step_by(WINDOW as usize) {
        for list in &mut lists {
            list.add(start, cells, found);
        }
        for (bits, (first, cells)) in found.iter_mut().zip((start..).step_by(64).zip(cells.chunks_mut(64))) {
            let mut rest = std::mem::take(bits);
            while rest != 0 {
                let at = rest.trailing_zeros();
                rest &= rest - 1;
                let cell = cells.get_mut(at as usize).map(std::mem::take).unwrap_or_default();
                let (share, counts) = enough.share(cell.words);
                if share >= enough.least && allowed.has(reader, first + at) {
                    results.push(first + at, cell.score * counts);
                }
            }
        }
        take(results);
        results.clear();
    }
    scratches().push(scratch);
    Ok(())
}

fn scratches() -> MutexGuard<'static, Vec<Scratch>> {
    SCRATCH.lock().unwrap_or_else(PoisonError::into_inner)
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
