//! The ports: what use cases ask of the outside world. Adapters implement them; see `crates/adapters`.

pub mod files;
pub mod mail;
pub mod pictures;
