//! The interface by address: `/api/1/users/` is tested in `v1/users/`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod recorded;
#[path = "../support/mod.rs"]
mod support;
mod v1;
mod v2;
mod whole;
