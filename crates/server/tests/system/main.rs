//! The real program, run as operators run it: in an empty folder, on a free port, killed, copied.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod accounts;
mod copies;
mod durability;
mod imports;
mod program;
mod settings;
mod stopping;
mod uploads;
