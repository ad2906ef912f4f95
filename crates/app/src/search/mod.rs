//! Full text: what the index is told, and when.

pub mod documents;
mod formats;
mod importance;
