//! The interface by address: `/api/1/users/` is tested in `v1/users/`.

mod recorded;
#[path = "../support/mod.rs"]
mod support;
mod v1;
