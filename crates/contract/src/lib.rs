//! Behaviour suites that every adapter of a port must pass.

pub mod counting;
pub mod files;
pub mod storage;
