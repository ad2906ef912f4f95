//! What was typed, as terms of the index.

use basalt_ports::search::SearchKind;
use tantivy::{Searcher, Term, query::FuzzyTermQuery, schema::Field};

use crate::{
    bodies,
    schema::{Fields, hash, kind_key, mark},
    stem::{family, stem},
    weights::Weights,
    words::{Words, is_empty_word},
};

/// More words than this are not looked for; the rarest are kept.
const MAX_TERMS: usize = 12;
/// No more of a text than this is read, in bytes.
const MAX_TEXT: usize = 4_096;
/// Words of a text that are looked up at most.
const MAX_LOOKED_UP: usize = 64;
/// In texts of more words than this, slips are looked for in the cheap way only.
const MAX_GUESSED: usize = 8;
/// A word found in fewer documents may be a slip.
const RARE: u64 = 3;
/// Shorter words have too many neighbours.
const MIN_TYPO: usize = 4;
/// Shorter words are not tried with one letter more.
const MIN_EDITED: usize = 6;
/// Two words are meant where both are so many times as frequent as what was written.
const HALVES_OVER_WHOLE: u64 = 200;
/// The fewest letters of each of two words that were written together.
const MIN_HALF: usize = 2;
/// Slips of one word at most.
const MAX_SPELLINGS: usize = 4;

/// One word that was asked for.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// Its spellings as terms with their marks, and what each counts.
    pub(crate) spellings: Vec<(String, f32)>,
    /// How much it tells: rare words tell more.
    pub(crate) weight: f32,
    /// About how many documents have it.
    pub(crate) documents: u64,
    /// Hashes of the stems that stand for it in titles, its own first.
    pub(crate) hashes: Vec<u32>,
}

/// A word as it was typed, folded, and its stem.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    word: String,
    stem: String,
}

/// Looks words up.
struct Lexicon<'a> {
    searcher: &'a Searcher,
    fields: &'a Fields,
    kind: SearchKind,
    weights: &'a Weights,
    documents: u64,
    /// Are words that nobody wrote looked for in costly ways? Not those of long texts.
    guesses: bool,
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
    let asked = asked(text);
    let lexicon = Lexicon { searcher, fields, kind, weights, documents, guesses: asked.len() <= MAX_GUESSED };
    let mut all: Vec<Wanted> = Vec::new();
    for (at, one) in asked.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| asked.get(before));
        lexicon.look_up(one, before, asked.get(at + 1), &mut all)?;
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

/// The words of a text in their order, each stem once.
fn asked(text: &str) -> Vec<Asked> {
    let end = (0..=MAX_TEXT.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let (mut words, mut word) = (Words::of(text.get(..end).unwrap_or_default()), String::new());
    let mut asked: Vec<Asked> = Vec::new();
    while asked.len() < MAX_LOOKED_UP && words.next_into(&mut word).is_some() {
        if is_empty_word(&word) {
            continue;
        }
        let one = Asked::new(&word);
        if asked.iter().all(|other| other.stem != one.stem) {
            asked.push(one);
        }
    }
    asked
}

impl Asked {
    fn new(word: &str) -> Self {
        let mut stemmed = word.to_owned();
        stem(&mut stemmed);
        Self { word: word.to_owned(), stem: stemmed }
    }
}

impl Lexicon<'_> {
    fn term(&self, stem: &str) -> String {
        format!("{}{stem}", mark(self.kind))
    }

    /// Adds a word with all its spellings; two words where it was written together.
    fn look_up(
        &self,
        one: &Asked,
        before: Option<&Asked>,
        after: Option<&Asked>,
        all: &mut Vec<Wanted>,
    ) -> tantivy::Result<()> {
        let term = self.term(&one.stem);
        let found = self.frequency(&term)?;
        let mut wanted =
            Wanted { spellings: vec![(term, 1.0)], weight: 0.0, documents: 0, hashes: vec![hash(&one.stem)] };
        let mut frequency = found;
        if found < RARE && all.len() < MAX_GUESSED && !self.is_name(one, &wanted.spellings)? {
            let mut slips = Vec::new();
            if one.stem.len() >= MIN_TYPO {
                slips = self.neighbours(&wanted.spellings)?;
                if slips.is_empty() && self.guesses && one.word.len() >= MIN_EDITED {
                    slips = self.edited(&one.word)?;
                }
            }
            let best = slips.first().map_or(0, |(_slip, documents)| *documents);
            let whole = best.max(found.saturating_mul(HALVES_OVER_WHOLE));
            if let Some((halves, _least)) = self.halves(&one.word)?.filter(|(_halves, least)| *least > whole) {
                let before = all.len();
                for half in &halves {
                    self.look_up(half, None, None, all)?;
                }
                // What has it as it was written, hidden or not, has both.
                for half in all.iter_mut().skip(before) {
                    half.spellings.extend(wanted.spellings.iter().cloned());
                }
                return Ok(());
            }
            for (spelling, documents) in slips {
                frequency = frequency.max(documents);
                wanted.hashes.push(hash(spelling.get(1..).unwrap_or_default()));
                wanted.spellings.push((spelling, self.weights.typo));
            }
        }
        wanted.weight = rarity(self.documents, frequency);
        wanted.documents = frequency;
        self.add_related(one, before, after, &mut wanted)?;
        all.push(wanted);
        Ok(())
    }

    /// Is it rare because it is an acronym or a number?
    fn is_name(&self, one: &Asked, spellings: &[(String, f32)]) -> tantivy::Result<bool> {
        let Some((term, _counts)) = spellings.first() else { return Ok(false) };
        let acronym = self.most(term, &[self.fields.acronym])? > 0;
        Ok(acronym || one.word.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// Adds what stands for a word besides: it and a neighbour written together, words of its family and for its kind of body.
    fn add_related(
        &self,
        one: &Asked,
        before: Option<&Asked>,
        after: Option<&Asked>,
        wanted: &mut Wanted,
    ) -> tantivy::Result<()> {
        for (first, second) in [(before, Some(one)), (Some(one), after)] {
            let (Some(first), Some(second)) = (first, second) else { continue };
            let together = Asked::new(&format!("{}{}", first.word, second.word));
            let term = self.term(&together.stem);
            if self.most(&term, &[self.fields.title, self.fields.acronym])? > 0 {
                wanted.spellings.push((term, 1.0));
            }
        }
        if self.kind == SearchKind::Organization {
            for same in bodies::same_kind(&one.stem) {
                wanted.hashes.push(hash(same));
                wanted.spellings.push((self.term(same), self.weights.same_kind));
            }
        }
        for other in family(&one.stem) {
            let term = self.term(&other);
            let documents = self.in_titles(&term)?;
            if documents > 0 && wanted.spellings.iter().all(|(known, _counts)| *known != term) {
                wanted.documents += documents;
                wanted.spellings.push((term, self.weights.family));
            }
        }
        Ok(())
    }

    /// Two words that were written together: each is in titles. The pair of which the rarer is the most frequent, and its frequency.
    fn halves(&self, word: &str) -> tantivy::Result<Option<([Asked; 2], u64)>> {
        let mut best: Option<([Asked; 2], u64)> = None;
        if !self.guesses {
            return Ok(None);
        }
        for at in MIN_HALF..(word.len() + 1).saturating_sub(MIN_HALF) {
            let Some((first, second)) = word.split_at_checked(at) else { continue };
            // Letters before digits are not one word: CD92.
            let short = at < 3 || word.len() - at < 3;
            let apart = first.ends_with(|last: char| last.is_ascii_digit())
                != second.starts_with(|first: char| first.is_ascii_digit());
            if (short && !apart) || is_empty_word(first) || is_empty_word(second) {
                continue;
            }
            let halves = [Asked::new(first), Asked::new(second)];
            let mut least = u64::MAX;
            for half in &halves {
                least = least.min(self.frequency(&self.term(&half.stem))?);
            }
            if least >= RARE && best.as_ref().is_none_or(|(_halves, most)| least > *most) {
                best = Some((halves, least));
            }
        }
        Ok(best)
    }

    /// In about how many documents a term is.
    fn frequency(&self, term: &str) -> tantivy::Result<u64> {
        let Fields { title, acronym, initials, beginnings, producer, tags, text, .. } = self.fields;
        self.most(term, &[*title, *acronym, *initials, *beginnings, *producer, *tags, *text])
    }

    fn in_titles(&self, term: &str) -> tantivy::Result<u64> {
        self.most(term, &[self.fields.title])
    }

    fn most(&self, term: &str, fields: &[Field]) -> tantivy::Result<u64> {
        let mut most = 0;
        for field in fields {
            most = most.max(self.searcher.doc_freq(&Term::from_field_text(*field, term))?);
        }
        Ok(most)
    }

    /// Stems of words one letter off, where the slip changed the stem: `associatons`. The most frequent first.
    fn edited(&self, word: &str) -> tantivy::Result<Vec<(String, u64)>> {
        let mut found: Vec<(String, u64)> = Vec::new();
        for other in one_letter_more(word) {
            let term = self.term(&Asked::new(&other).stem);
            if found.iter().any(|(known, _documents)| *known == term) {
                continue;
            }
            let documents = self.in_titles(&term)?;
            if documents > 0 {
                found.push((term, documents));
            }
        }
        sort_out(&mut found);
        Ok(found)
    }

    /// Terms one letter off, the most frequent first; not those of texts, where slips are many.
    fn neighbours(&self, of: &[(String, f32)]) -> tantivy::Result<Vec<(String, u64)>> {
        let Some((term, _weight)) = of.first() else { return Ok(Vec::new()) };
        let Fields { title, acronym, tags, producer, .. } = self.fields;
        let mut found: Vec<(String, u64)> = Vec::new();
        for field in [*title, *acronym, *tags, *producer] {
            collect(self.searcher, field, term, &mut found)?;
        }
        sort_out(&mut found);
        Ok(found)
    }
}

/// A folded word with one letter more, anywhere.
fn one_letter_more(word: &str) -> impl Iterator<Item = String> + '_ {
    (0..=word.len()).flat_map(move |at| {
        ('a'..='z').filter_map(move |letter| {
            let (before, after) = word.split_at_checked(at)?;
            Some(format!("{before}{letter}{after}"))
        })
    })
}

fn sort_out(found: &mut Vec<(String, u64)>) {
    found.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    found.truncate(MAX_SPELLINGS);
}

/// Does the text ask for anything?
pub(crate) fn says_nothing(text: &str) -> bool {
    Words::of(text).next_into(&mut String::new()).is_none()
}

/// As BM25 has it.
fn rarity(documents: u64, frequency: u64) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let (documents, frequency) = (documents.max(frequency) as f32, frequency as f32);
    (1.0 + (documents - frequency + 0.5) / (frequency + 0.5)).ln().max(0.1)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever is typed, so many words are looked up at most, and each is short.
    #[test]
    fn no_text_makes_much_work() {
        let many: String =
            (0..100_000).flat_map(|number| ["word".to_owned(), number.to_string(), " ".into()]).collect();
        let texts = [
            many.clone(),
            "x".repeat(1_000_000),
            "a\u{301}".repeat(100_000),
            "\u{300}".repeat(100_000),
            "🙂".repeat(100_000),
            "ﷺ ".repeat(100_000),
            "(NOT ".repeat(100_000),
            "\u{202e}الطرق ".repeat(10_000),
            "l'".repeat(100_000),
            "é".repeat(MAX_TEXT + 1),
        ];
        for text in &texts {
            let asked = asked(text);
            let begins: String = text.chars().take(20).collect();
            assert!(asked.len() <= MAX_LOOKED_UP, "{begins}: {}", asked.len());
            assert!(asked.iter().all(|one| one.word.len() <= 200 && one.stem.len() <= 200), "{begins}");
        }
        assert_eq!(asked(&many).len(), MAX_LOOKED_UP);
    }
}
