//! What is read of every result, held in memory for each segment: some twenty bytes a document.

use std::collections::HashMap;

use basalt_domain::ObjectId;
use basalt_ports::search::Number;
use tantivy::{SegmentReader, columnar::Column};

use crate::schema::{FACETS, ID_HIGH, ID_LOW, IMPORTANCE, KIND, TITLE_WORDS, joined};

pub(crate) const DAY_MILLIS: i64 = 24 * 3_600_000;

/// Columns of one segment.
pub(crate) struct Columns {
    id_high: Column<u64>,
    id_low: Column<u64>,
    /// From 0 to 255.
    importance: Vec<u8>,
    /// Day of the last update since 1970; the smallest number where there is none.
    updated: Vec<i32>,
    /// Which combination of facet values each document has: counting results counts combinations first.
    class: Vec<u32>,
    /// The mark of the kind that each combination is of.
    marks: Vec<char>,
    /// The values of each combination.
    pub(crate) classes: Vec<Vec<u32>>,
    /// All values, as terms.
    pub(crate) values: Vec<String>,
    /// Hashes of the words of titles, one title behind the other.
    title_words: Vec<u32>,
    /// Where each title ends there.
    title_ends: Vec<u32>,
}

impl Columns {
    pub(crate) fn read(segment: &SegmentReader) -> tantivy::Result<Self> {
        let fast = segment.fast_fields();
        let importance = fast.f64(IMPORTANCE)?;
        let updated = fast.i64(Number::Updated.name())?;
        let documents = 0..segment.max_doc();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
        let importance =
            documents.clone().map(|doc| (importance.first(doc).unwrap_or_default() * 255.0).round() as u8).collect();
        let day = |doc| updated.first(doc).and_then(|millis| i32::try_from(millis.div_euclid(DAY_MILLIS)).ok());
        let updated = documents.map(|doc| day(doc).unwrap_or(i32::MIN)).collect();
        let (class, classes, values) = classify(segment)?;
        let (title_words, title_ends) = titles(segment)?;
        Ok(Self {
            id_high: fast.u64(ID_HIGH)?,
            id_low: fast.u64(ID_LOW)?,
            importance,
            updated,
            class,
            marks: classes.iter().map(|combination| mark_of(combination, &values)).collect(),
            classes,
            values,
            title_words,
            title_ends,
        })
    }

    pub(crate) fn id(&self, doc: u32) -> ObjectId {
        joined(self.id_high.first(doc).unwrap_or_default(), self.id_low.first(doc).unwrap_or_default())
    }

    #[inline]
    pub(crate) fn importance(&self, doc: u32) -> u8 {
        self.importance.get(doc as usize).copied().unwrap_or_default()
    }

    #[inline]
    pub(crate) fn updated(&self, doc: u32) -> i32 {
        self.updated.get(doc as usize).copied().unwrap_or(i32::MIN)
    }

    #[inline]
    pub(crate) fn class(&self, doc: u32) -> usize {
        self.class.get(doc as usize).copied().unwrap_or_default() as usize
    }

    /// The mark of its kind.
    #[inline]
    pub(crate) fn mark(&self, doc: u32) -> char {
        self.marks.get(self.class(doc)).copied().unwrap_or_default()
    }

    /// Hashes of the words of a title, in their order.
    pub(crate) fn title(&self, doc: u32) -> &[u32] {
        let end = |doc: usize| self.title_ends.get(doc).copied().unwrap_or_default() as usize;
        let start = (doc as usize).checked_sub(1).map_or(0, end);
        self.title_words.get(start..end(doc as usize)).unwrap_or_default()
    }
}

/// The mark of the kind, which every document has among its values.
fn mark_of(combination: &[u32], values: &[String]) -> char {
    let terms = combination.iter().filter_map(|value| values.get(*value as usize));
    terms.filter_map(|term| term.strip_suffix(KIND)).find_map(|mark| mark.parse().ok()).unwrap_or_default()
}

type Classes = (Vec<u32>, Vec<Vec<u32>>, Vec<String>);

/// Numbers the combinations of facet values.
fn classify(segment: &SegmentReader) -> tantivy::Result<Classes> {
    let mut class = vec![0; segment.max_doc() as usize];
    let mut classes = vec![Vec::new()];
    let Some(column) = segment.fast_fields().str(FACETS)? else { return Ok((class, classes, Vec::new())) };
    let mut known: HashMap<Vec<u32>, u32> = HashMap::from([(Vec::new(), 0)]);
    let mut values = Vec::new();
    for (doc, class) in (0..segment.max_doc()).zip(&mut class) {
        values.clear();
        values.extend(column.term_ords(doc).filter_map(|ord| u32::try_from(ord).ok()));
        values.sort_unstable();
        *class = if let Some(class) = known.get(&values) {
            *class
        } else {
            let new = u32::try_from(classes.len()).unwrap_or_default();
            classes.push(values.clone());
            known.insert(values.clone(), new);
            new
        };
    }
    let mut names = Vec::with_capacity(column.num_terms());
    for ord in 0..column.num_terms() as u64 {
        let mut name = String::new();
        column.ord_to_str(ord, &mut name)?;
        names.push(name);
    }
    Ok((class, classes, names))
}

fn titles(segment: &SegmentReader) -> tantivy::Result<(Vec<u32>, Vec<u32>)> {
    let (mut words, mut ends) = (Vec::new(), Vec::new());
    let Some(column) = segment.fast_fields().bytes(TITLE_WORDS)? else { return Ok((words, ends)) };
    // All titles in one pass: their dictionary is compressed, and reading it out of order is slow.
    let mut dictionary: Vec<Vec<u32>> = Vec::with_capacity(column.num_terms());
    let mut stream = column.dictionary().stream()?;
    while let Some((bytes, ())) = stream.next() {
        let hashes = bytes.chunks_exact(4).filter_map(|four| Some(u32::from_le_bytes(four.try_into().ok()?)));
        dictionary.push(hashes.collect());
    }
    for doc in 0..segment.max_doc() {
        let ord = column.term_ords(doc).next().and_then(|ord| usize::try_from(ord).ok());
        words.extend_from_slice(ord.and_then(|ord| dictionary.get(ord)).map(Vec::as_slice).unwrap_or_default());
        ends.push(u32::try_from(words.len()).unwrap_or(u32::MAX));
    }
    words.shrink_to_fit();
    Ok((words, ends))
}
