//! What tantivy keeps of a document.

use basalt_domain::ObjectId;
use basalt_ports::search::{Number, SearchDocument, SearchKind};
use tantivy::{
    Index, TantivyDocument,
    schema::{Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions},
    tokenizer::TextAnalyzer,
};

use crate::{
    acronyms::{initials, written},
    departments,
    stem::stem,
    tokenizer::{Prefixes, Stems},
    words::{Words, is_empty_word, joined_at_apostrophes},
};

/// Changes whenever an index made by an older program must not be read: fields, words or stems.
pub(crate) const FORMAT: &str = "5";
/// Names of the columns.
pub(crate) const ID_HIGH: &str = "id_high";
pub(crate) const ID_LOW: &str = "id_low";
pub(crate) const IMPORTANCE: &str = "importance";
pub(crate) const FACETS: &str = "facets";
pub(crate) const TITLE_ORDER: &str = "title_order";
pub(crate) const TITLE_WORDS: &str = "title_words";
/// Titles are compared by this many characters when sorted.
const TITLE_ORDER_LENGTH: usize = 40;
/// Descriptions are read up to here, in bytes.
const MAX_TEXT: usize = 16_000;

/// The fields of the index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    /// Words of titles and acronyms.
    pub(crate) title: Field,
    pub(crate) acronym: Field,
    /// First letters of the words of titles.
    pub(crate) initials: Field,
    /// The same of their first words only.
    pub(crate) beginnings: Field,
    pub(crate) producer: Field,
    pub(crate) tags: Field,
    pub(crate) text: Field,
    /// Beginnings of the words of titles and acronyms.
    pub(crate) prefix: Field,
    /// Exact values: ids, keys and facets.
    pub(crate) keys: Field,
    id_high: Field,
    id_low: Field,
    importance: Field,
    facets: Field,
    title_order: Field,
    title_words: Field,
    numbers: [Field; Number::ALL.len()],
}

/// The mark before each term of a kind.
pub(crate) const fn mark(kind: SearchKind) -> char {
    match kind {
        SearchKind::Dataset => 'd',
        SearchKind::Organization => 'o',
        SearchKind::Reuse => 'r',
        SearchKind::Dataservice => 's',
        SearchKind::Topic => 't',
        SearchKind::Post => 'p',
    }
}

/// The mark of hidden documents of a kind. They have terms of their own: a search that does not ask for these terms cannot come upon
/// them, in results as little as in counts or in how often a word is used.
pub(crate) const fn hidden_mark(kind: SearchKind) -> char {
    mark(kind).to_ascii_uppercase()
}

/// What follows the mark in the term that all documents of a kind have.
pub(crate) const KIND: char = '*';

/// The term that all documents of a kind have.
pub(crate) fn kind_key(mark: char) -> String {
    format!("{mark}{KIND}")
}

/// The term that only this document has.
pub(crate) fn id_key(mark: char, id: &str) -> String {
    format!("{mark}#{id}")
}

/// The term of an exact value.
pub(crate) fn value_key(mark: char, name: &str, value: &str) -> String {
    format!("{mark}={name}\u{1}{value}")
}

/// The schema and its fields.
pub(crate) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let words = |tokenizer: &str, option, norms| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(option).set_fieldnorms(norms),
        )
    };
    let stems = || words("stems", IndexRecordOption::WithFreqs, true);
    let exact = || words("raw", IndexRecordOption::Basic, false);
    let fast = || NumericOptions::default().set_fast();
    let fields = Fields {
        title: builder.add_text_field("title", stems()),
        acronym: builder.add_text_field("acronym", stems()),
        initials: builder.add_text_field("initials", stems()),
        beginnings: builder.add_text_field("beginnings", stems()),
        producer: builder.add_text_field("producer", stems()),
        tags: builder.add_text_field("tags", stems()),
        text: builder.add_text_field("text", stems()),
        prefix: builder.add_text_field("prefix", words("prefixes", IndexRecordOption::Basic, false)),
        keys: builder.add_text_field("keys", exact()),
        id_high: builder.add_u64_field(ID_HIGH, fast()),
        id_low: builder.add_u64_field(ID_LOW, fast()),
        importance: builder.add_f64_field(IMPORTANCE, fast()),
        facets: builder.add_text_field(FACETS, TextOptions::default().set_fast("raw")),
        title_order: builder.add_text_field(TITLE_ORDER, TextOptions::default().set_fast("raw")),
        title_words: builder.add_bytes_field(TITLE_WORDS, tantivy::schema::FAST),
        numbers: Number::ALL.map(|number| builder.add_i64_field(number.name(), fast())),
    };
    (builder.build(), fields)
}

/// Tells the index how texts become terms.
pub(crate) fn register(index: &Index) {
    index.tokenizers().register("stems", TextAnalyzer::from(Stems));
    index.tokenizers().register("prefixes", TextAnalyzer::from(Prefixes));
}

impl Fields {
    /// The document as tantivy takes it.
    pub(crate) fn document(&self, document: &SearchDocument) -> TantivyDocument {
        let SearchDocument { id, title, acronyms, producers, tags, text, keys, facets, numbers, importance, .. } =
            document;
        let mark = if document.hidden { hidden_mark(document.kind) } else { mark(document.kind) };
        let marked = |text: &str| format!("{mark}{text}");
        let mut made = TantivyDocument::default();
        made.add_text(self.title, marked(title));
        made.add_text(self.prefix, marked(title));
        if let Some(joined) = joined_at_apostrophes(title) {
            made.add_text(self.prefix, marked(&joined));
        }
        let initials = initials(title);
        for whole in &initials.whole {
            made.add_text(self.initials, marked(whole));
            made.add_text(self.prefix, marked(whole));
        }
        for beginning in &initials.beginnings {
            made.add_text(self.beginnings, marked(beginning));
        }
        for acronym in acronyms.iter().chain(&written(title)) {
            made.add_text(self.acronym, marked(acronym));
            made.add_text(self.prefix, marked(acronym));
        }
        if document.kind == SearchKind::Organization {
            for name in departments::short_names(title) {
                made.add_text(self.acronym, marked(&name));
            }
        }
        for producer in producers {
            made.add_text(self.producer, marked(producer));
        }
        for tag in tags {
            made.add_text(self.tags, marked(tag));
        }
        made.add_text(self.text, marked(beginning(text, MAX_TEXT)));
        made.add_text(self.keys, kind_key(mark));
        made.add_text(self.keys, id_key(mark, &id.to_string()));
        made.add_text(self.facets, kind_key(mark));
        for (name, value) in keys.iter().chain(facets) {
            made.add_text(self.keys, value_key(mark, name, value));
        }
        for (name, value) in facets {
            made.add_text(self.facets, value_key(mark, name, value));
        }
        let (high, low) = split(*id);
        made.add_u64(self.id_high, high);
        made.add_u64(self.id_low, low);
        made.add_f64(self.importance, f64::from(importance.clamp(0.0, 1.0)));
        made.add_text(self.title_order, title_order(title));
        made.add_bytes(self.title_words, &title_hashes(title));
        for (number, field) in Number::ALL.iter().zip(self.numbers) {
            if let Some((_number, value)) = numbers.iter().find(|(of, _value)| of == number) {
                made.add_i64(field, *value);
            }
        }
        made
    }
}

/// The id as two numbers.
fn split(id: ObjectId) -> (u64, u64) {
    let number = id.bytes().iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    (u64::try_from(number >> 32).unwrap_or_default(), u64::try_from(number & 0xffff_ffff).unwrap_or_default())
}

/// The id of two numbers.
pub(crate) fn joined(high: u64, low: u64) -> ObjectId {
    let number = u128::from(high) << 32 | u128::from(low);
    let mut bytes = [0; 12];
    bytes.iter_mut().zip(number.to_be_bytes().iter().skip(4)).for_each(|(byte, made)| *byte = *made);
    ObjectId::from_bytes(bytes)
}

fn beginning(text: &str, length: usize) -> &str {
    let end = (0..=length.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    text.get(..end).unwrap_or_default()
}

fn title_order(title: &str) -> String {
    let (mut words, mut word, mut order) = (Words::of(title), String::new(), String::new());
    while order.len() < TITLE_ORDER_LENGTH && words.next_into(&mut word).is_some() {
        order.push_str(&word);
        order.push(' ');
    }
    order
}

/// Hashes of the stems of a title in their order, four bytes each.
pub(crate) fn title_hashes(title: &str) -> Vec<u8> {
    let (mut words, mut word, mut hashes) = (Words::of(title), String::new(), Vec::new());
    while words.next_into(&mut word).is_some() {
        if !is_empty_word(&word) {
            stem(&mut word);
            hashes.extend_from_slice(&hash(&word).to_le_bytes());
        }
    }
    hashes
}

/// FNV-1a: titles are short, and a rare collision only moves a result by a place.
pub(crate) fn hash(word: &str) -> u32 {
    word.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_being_split() {
        let id = ObjectId::parse("5b7ffc618b4c4169d30727e0").unwrap();
        let (high, low) = split(id);
        assert_eq!(joined(high, low), id);
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(beginning("éé", 3), "é");
        assert_eq!(beginning("ab", 9), "ab");
    }
}
