//! What differs between the databases, as far as it can be said in a word.

use basalt_domain::Kind;
use sea_orm::{DbBackend, Statement};

/// Characters of a text that an index holds where the database limits its keys: PostgreSQL to 2704
/// bytes, InnoDB to 3072. Four bytes per character, three texts to an index.
pub(crate) const KEY_CHARS: u64 = 128;

/// A database and its ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
    /// MySQL and MariaDB, whose collations that neither fold nor pad have different names.
    Mysql {
        collation: &'static str,
    },
}

impl Dialect {
    pub(crate) const fn backend(self) -> DbBackend {
        match self {
            Self::Sqlite => DbBackend::Sqlite,
            Self::Postgres => DbBackend::Postgres,
            Self::Mysql { .. } => DbBackend::MySql,
        }
    }

    pub(crate) fn statement(self, sql: impl Into<String>, values: Vec<sea_orm::Value>) -> Statement {
        Statement::from_sql_and_values(self.backend(), sql, values)
    }

    /// A name in quotes: tables are called `user`, columns `type`. Names come from declarations
    /// and hold no quotes.
    pub(crate) fn quote(self, name: &str) -> String {
        let quote = if matches!(self, Self::Mysql { .. }) { '`' } else { '"' };
        format!("{quote}{name}{quote}")
    }

    /// The parameter of this number, counted from 1.
    pub(crate) fn parameter(self, number: usize) -> String {
        if self == Self::Postgres { format!("${number}") } else { "?".into() }
    }

    /// This number as a value of 64 bits: what is read of a row is never less.
    pub(crate) fn number(self, number: usize) -> String {
        match self {
            Self::Sqlite => number.to_string(),
            Self::Postgres => format!("CAST({number} AS BIGINT)"),
            Self::Mysql { .. } => format!("CAST({number} AS SIGNED)"),
        }
    }

    /// Type of a column of this kind; text compares by bytes.
    pub(crate) fn column_type(self, kind: Kind) -> String {
        match (self, kind) {
            (Self::Sqlite, Kind::Text | Kind::Id) => "TEXT".into(),
            (Self::Sqlite, Kind::Float) => "REAL".into(),
            (Self::Postgres, Kind::Text | Kind::Id) => "TEXT COLLATE \"C\"".into(),
            (Self::Postgres, Kind::Float) => "DOUBLE PRECISION".into(),
            (Self::Mysql { collation }, Kind::Text) => format!("LONGTEXT CHARACTER SET utf8mb4 COLLATE {collation}"),
            (Self::Mysql { collation }, Kind::Id) => format!("VARCHAR(24) CHARACTER SET utf8mb4 COLLATE {collation}"),
            (Self::Mysql { .. }, Kind::Float) => "DOUBLE".into(),
            (_, Kind::Int | Kind::Time) => "BIGINT".into(),
            (_, Kind::Bool) => "BOOLEAN".into(),
        }
    }

    /// Type of a column that holds ids of this kind and is a primary key.
    pub(crate) fn id_type(self, kind: Kind) -> String {
        match (self, kind) {
            (Self::Mysql { collation }, Kind::Text) => {
                format!("VARCHAR(255) CHARACTER SET utf8mb4 COLLATE {collation}")
            }
            _ => self.column_type(kind),
        }
    }

    /// Type of the document column. Text, not a JSON type: it must come back as it was written,
    /// and PostgreSQL's `jsonb` refuses `\u0000`.
    pub(crate) const fn document_type(self) -> &'static str {
        match self {
            Self::Sqlite | Self::Postgres => "TEXT",
            Self::Mysql { .. } => "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        }
    }

    /// What is said after a read that precedes a write of the same row.
    pub(crate) const fn for_update(self) -> &'static str {
        match self {
            // A transaction that writes has the whole file for itself.
            Self::Sqlite => "",
            Self::Postgres | Self::Mysql { .. } => " FOR UPDATE",
        }
    }

    /// Must keys of text be shortened?
    pub(crate) const fn shortens_keys(self) -> bool {
        !matches!(self, Self::Sqlite)
    }
}
