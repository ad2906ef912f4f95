//! `/api/1/`.

pub mod activity;
pub mod avatars;
pub mod contacts;
mod exports;
pub mod followers;
pub mod me;
pub mod notifications;
pub mod objects;
pub mod organizations;
pub mod owners;
pub mod references;
pub mod users;

use crate::Operation;

/// Every operation of `/api/1/`.
pub fn operations() -> Vec<Operation> {
    let mut all = organizations::operations();
    all.extend(users::operations());
    all.extend(me::operations());
    all.extend(avatars::operations());
    all.extend(activity::operations());
    all.extend(notifications::operations());
    all.extend(exports::operations());
    all
}
