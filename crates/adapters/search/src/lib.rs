//! The index of full text, with tantivy.
//!
//! Tantivy keeps the words and columns, in segments that survive a crash and are merged. How documents are scored is written here:
//! see [`Weights`] and `docs/adr/0008-ranking.md`.

mod acronyms;
mod answers;
mod best;
mod bodies;
mod closely;
mod columns;
mod departments;
mod facets;
mod filter;
mod folders;
mod index;
mod lists;
mod live;
mod merging;
mod prior;
mod queued;
mod rebuild;
mod schema;
mod search;
mod snapshot;
mod sorting;
mod stem;
mod suggest;
mod terms;
mod tokenizer;
mod values;
mod weights;
mod words;

pub use index::TantivyIndex;
pub use weights::Weights;
