//! Storage in SQL: SQLite, PostgreSQL, MySQL and MariaDB.
//!
//! Each collection is a table: `id`, `version`, the `document` as Extended JSON text, and one typed
//! column per field that has one value and may be filtered or sorted on. The values of fields that
//! have many are rows of a side table `…_values (entity_id, field, value)`. Columns and side rows
//! are filled from the document with each write; the document alone is the truth.
//!
//! Records with many parts keep these in a table of their own, `…_parts` (`parts`); their row holds
//! the rest, their head.
//!
//! Times are columns of milliseconds since 1970, a type that all databases hold exactly, before
//! 1970 and after 9999 too. For people there is a view `…_view` with times as times.

mod commit;
mod condition;
mod connect;
mod dialect;
mod encode;
mod error;
mod far;
mod layout;
mod migrate;
mod parts;
mod periods;
mod plan;
#[cfg(test)]
mod plans;
mod put_off;
mod row;
mod schema;
mod select;
mod sqlite;
mod storage;
mod totals;
mod way;

pub use connect::SqlOptions;
pub use storage::SqlStorage;
