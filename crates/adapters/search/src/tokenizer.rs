//! The same words for tantivy: stems for searching, beginnings of words for suggesting.
//!
//! All kinds share one index. The first character of a text is the mark of its kind, which is put before each of its terms, so that
//! every kind has terms and frequencies of its own.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::{
    stem::stem,
    words::{Words, is_empty_word},
};

/// The longest beginning of a word that is kept.
pub(crate) const MAX_PREFIX: usize = 16;
/// Words behind this many of a text are left out.
const MAX_WORDS: usize = 3_000;

/// Stems of all words that say something.
#[derive(Clone)]
pub(crate) struct Stems;

/// Every beginning of every word.
#[derive(Clone)]
pub(crate) struct Prefixes;

/// The terms of one text.
pub(crate) struct Terms<'a> {
    words: Words<'a>,
    mark: char,
    word: String,
    token: Token,
    left: usize,
}

impl<'a> Terms<'a> {
    fn of(text: &'a str) -> Self {
        let mut characters = text.chars();
        let mark = characters.next().unwrap_or(' ');
        Self {
            words: Words::of(characters.as_str()),
            mark,
            word: String::new(),
            token: Token::default(),
            left: MAX_WORDS,
        }
    }

    fn set(&mut self, length: usize) {
        self.token.text.clear();
        self.token.text.push(self.mark);
        self.token.text.push_str(self.word.get(..length).unwrap_or(&self.word));
        self.token.position = self.token.position.wrapping_add(1);
    }

    fn next_word(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0 && self.words.next_into(&mut self.word).is_some()
    }
}

impl Tokenizer for Stems {
    type TokenStream<'a> = StemStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> StemStream<'a> {
        StemStream(Terms::of(text))
    }
}

pub(crate) struct StemStream<'a>(Terms<'a>);

impl TokenStream for StemStream<'_> {
    fn advance(&mut self) -> bool {
        loop {
            if !self.0.next_word() {
                return false;
            }
            if !is_empty_word(&self.0.word) {
                stem(&mut self.0.word);
                self.0.set(usize::MAX);
                return true;
            }
        }
    }

    fn token(&self) -> &Token {
        &self.0.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.0.token
    }
}

impl Tokenizer for Prefixes {
    type TokenStream<'a> = PrefixStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> PrefixStream<'a> {
        PrefixStream { terms: Terms::of(text), length: 0 }
    }
}

pub(crate) struct PrefixStream<'a> {
    terms: Terms<'a>,
    length: usize,
}

impl TokenStream for PrefixStream<'_> {
    fn advance(&mut self) -> bool {
        if self.length >= self.terms.word.len().min(MAX_PREFIX) {
            self.length = 0;
            if !self.terms.next_word() {
                return false;
            }
        }
        self.length += 1;
        self.terms.set(self.length);
        true
    }

    fn token(&self) -> &Token {
        &self.terms.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.terms.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(mut stream: impl TokenStream) -> Vec<String> {
        let mut terms = Vec::new();
        while stream.advance() {
            terms.push(stream.token().text.clone());
        }
        terms
    }

    #[test]
    fn terms_carry_the_mark_of_their_kind() {
        assert_eq!(terms(Stems.token_stream("dLes communes de l'Ain")), ["dcommun", "dain"]);
        assert_eq!(terms(Prefixes.token_stream("oÎle d'Yeu")), ["oi", "oil", "oile", "oy", "oye", "oyeu"]);
        assert!(terms(Stems.token_stream("")).is_empty());
        assert!(terms(Prefixes.token_stream("d")).is_empty());
    }
}
