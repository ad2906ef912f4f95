//! The benchmark of Basalt: a load generator, the floor to compare with, and the report.
//!
//! Server and generator share one machine, so the generator is one thread over `mio` that sends bytes prepared
//! beforehand and reads only as much of an answer as it takes to find its end.

pub mod answer;
pub mod catalogue;
pub mod drive;
pub mod durability;
pub mod error;
pub mod fetch;
pub mod latency;
pub mod measure;
pub mod operations;
pub mod organizations;
pub mod process;
pub mod reference;
pub mod report;
pub mod server;
