//! The interface as a whole: what holds for every operation, those of tomorrow too.

mod access;
mod around;
mod coverage;
mod forms;
mod generated;
mod hostile;
mod lists;
mod queries;
mod roles;
mod world;
