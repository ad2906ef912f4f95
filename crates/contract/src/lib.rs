//! Behaviour suites that every adapter of a port must pass.
#![expect(clippy::missing_panics_doc, reason = "a suite is a test, and fails by panicking")]

pub mod counting;
pub mod files;
pub mod search;
pub mod storage;
