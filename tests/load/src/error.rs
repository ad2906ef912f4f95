//! What can stop a measurement.

use std::path::Path;

use crate::answer::BadAnswer;

/// A reason why the benchmark cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The operating system refused something.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// An answer is not HTTP/1.1 as we read it.
    #[error("answer from {from}: {source}")]
    Answer {
        /// Address or request that was answered.
        from: String,
        /// What is wrong.
        source: BadAnswer,
    },
    /// An answer is valid HTTP but not the one that was needed.
    #[error("unexpected answer: {0}")]
    Unexpected(String),
    /// A command of the measured server failed.
    #[error("command failed: {0}")]
    Command(String),
    /// A file does not hold what it should.
    #[error("cannot read {what}: {problem}")]
    Data {
        /// File or field.
        what: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl BenchError {
    /// Wraps an I/O error with what was tried; for `map_err`.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// Wraps an I/O error about a path; for `map_err`.
    pub fn path(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        Self::io(path.display().to_string())
    }
}
