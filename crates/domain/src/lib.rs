//! The portal's own rules: entities, fields and filters, permissions, validation, slugs.
//!
//! No async, no I/O. The serde form of an entity *is* the stored document, in the field names of
//! udata's MongoDB collections, so that one database can serve both.

pub mod collection;
pub mod condition;
pub mod document;
pub mod entities;
pub mod filter;
pub mod hosts;
pub mod id;
pub mod lifecycle;
pub mod parts;
pub mod policy;
pub mod slug;
pub mod tags;
pub mod time;
mod to_value;
pub mod validation;
pub mod value;

pub use collection::{COLLECTIONS, Collection, Entity, EntityId, FieldSpec, Kind, Total};
pub use condition::{Condition, Path, Test};
pub use document::Document;
pub use entities::*;
pub use filter::{Field, Filter, Sort};
pub use id::{InvalidObjectId, ObjectId};
pub use lifecycle::Lifecycle;
pub use parts::{Apart, Parts};
pub use time::{InvalidTimestamp, Timestamp};
pub use validation::{FieldError, Invalid};
pub use value::Value;
