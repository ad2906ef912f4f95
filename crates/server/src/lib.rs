//! The program `basalt`: settings, wiring and commands.
//!
//! The only crate that reads the environment, and the only one that knows which adapter stands
//! behind which port.

pub mod check;
pub mod cli;
pub mod commands;
pub mod failure;
mod folders;
pub mod import;
pub mod logging;
pub mod records;
pub mod recount;
pub mod reference;
pub mod secrets;
pub mod serve;
pub mod settings;
pub mod storage;
pub mod wiring;
