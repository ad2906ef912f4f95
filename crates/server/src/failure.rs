//! Why a command ended without doing its work.

use std::{error::Error, fmt};

/// Why a command ended without doing its work: a sentence for the terminal, with its causes.
pub struct Failure(String);

impl Failure {
    /// A sentence without a cause.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// What was being done, and why it went wrong.
    pub fn doing(what: impl fmt::Display, error: &dyn Error) -> Self {
        Self(format!("{what}: {}", causes(error)))
    }
}

/// An error and all its causes in one line.
pub fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        // Transparent errors repeat their cause.
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    text
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

// Not an `Error` itself, so that every `Error` can become one.
impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(causes(&error))
    }
}
