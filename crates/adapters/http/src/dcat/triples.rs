//! Triples in the making.

use std::collections::HashSet;

use basalt_domain::Timestamp;
use oxrdf::{BlankNode, Literal, NamedNode, NamedOrBlankNodeRef, Term, Triple};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::words::{RDF_TYPE, XSD};

/// What no address may hold as it is.
const IN_ADDRESS: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');

/// Triples in the order in which they were told, those of one subject together.
#[derive(Default)]
pub struct Triples {
    told: Vec<Triple>,
    subjects: HashSet<String>,
    blanks: usize,
}

/// An address as it may stand in a graph; none where it is no absolute one.
pub(super) fn address(text: &str) -> Option<NamedNode> {
    NamedNode::new(utf8_percent_encode(text.trim(), IN_ADDRESS).to_string()).ok()
}

impl Triples {
    /// What was told.
    pub fn told(&self) -> &[Triple] {
        &self.told
    }

    /// Is this the first time that this subject is told of?
    pub(super) fn is_new(&mut self, subject: &NamedNode) -> bool {
        self.subjects.insert(subject.as_str().to_owned())
    }

    /// A node without address. They are counted, so that equal graphs are equal texts.
    pub(super) fn blank(&mut self) -> BlankNode {
        self.blanks += 1;
        BlankNode::new_unchecked(format!("b{}", self.blanks))
    }

    /// Anything about a subject.
    pub(super) fn add<'s>(
        &mut self,
        subject: impl Into<NamedOrBlankNodeRef<'s>>,
        vocabulary: &str,
        word: &str,
        object: impl Into<Term>,
    ) {
        let predicate = NamedNode::new_unchecked(format!("{vocabulary}{word}"));
        self.told.push(Triple::new(subject.into().into_owned(), predicate, object));
    }

    /// What a subject is.
    pub(super) fn kind<'s>(&mut self, subject: impl Into<NamedOrBlankNodeRef<'s>>, vocabulary: &str, word: &str) {
        self.add(subject, RDF_TYPE, "", NamedNode::new_unchecked(format!("{vocabulary}{word}")));
    }

    /// A text. What XML has no way to write is left out, in every format.
    pub(super) fn text<'s>(
        &mut self,
        subject: impl Into<NamedOrBlankNodeRef<'s>>,
        vocabulary: &str,
        word: &str,
        text: impl AsRef<str>,
    ) {
        let kept =
            |c: &char| matches!(c, '\n' | '\r' | '\t') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'));
        let text: String = text.as_ref().chars().filter(kept).collect();
        self.add(subject, vocabulary, word, Literal::new_simple_literal(text));
    }

    /// An address, where it is one.
    pub(super) fn link<'s>(
        &mut self,
        subject: impl Into<NamedOrBlankNodeRef<'s>>,
        vocabulary: &str,
        word: &str,
        to: &str,
    ) {
        if let Some(to) = address(to) {
            self.add(subject, vocabulary, word, to);
        }
    }

    /// A time, where there is one.
    pub(super) fn time<'s>(
        &mut self,
        subject: impl Into<NamedOrBlankNodeRef<'s>>,
        vocabulary: &str,
        word: &str,
        time: Option<Timestamp>,
    ) {
        if let Some(time) = time {
            let text = time.iso().to_string();
            self.typed(subject, vocabulary, word, text.strip_suffix("+00:00").unwrap_or(&text), "dateTime");
        }
    }

    /// A value of one of XML's types.
    pub(super) fn typed<'s>(
        &mut self,
        subject: impl Into<NamedOrBlankNodeRef<'s>>,
        vocabulary: &str,
        word: &str,
        value: &str,
        of: &str,
    ) {
        let datatype = NamedNode::new_unchecked(format!("{XSD}{of}"));
        self.add(subject, vocabulary, word, Literal::new_typed_literal(value, datatype));
    }
}
