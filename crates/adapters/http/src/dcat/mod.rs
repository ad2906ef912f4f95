//! The catalogue as linked data, in the words of DCAT-AP: one file per class, from an entity to its
//! triples. Nothing is read here but in [`around`].

mod agent;
mod around;
mod catalog;
mod dataservice;
mod dataset;
mod distribution;
mod format;
mod jsonld;
mod triples;
mod words;

pub use around::Around;
pub use catalog::{Catalog, View};
pub use format::Format;
pub use jsonld::context;
pub use triples::Triples;

pub use dataservice::describe as dataservice;
pub use dataset::describe as dataset;
