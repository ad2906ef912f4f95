//! `/api/1/`.

pub mod access_type;
pub mod activity;
pub mod avatars;
pub mod contacts;
pub mod dataservices;
pub mod datasets;
mod exports;
mod feeds;
pub mod followers;
pub mod me;
pub mod narrowing;
pub mod notifications;
pub mod objects;
pub mod organizations;
pub mod owners;
pub mod posts;
mod rdf;
pub mod references;
pub mod reuses;
pub mod site;
pub mod spatial;
mod suggestions;
pub mod users;
pub mod visualizations;

use crate::Operation;

/// Every operation of `/api/1/`.
pub fn operations() -> Vec<Operation> {
    let mut all = organizations::operations();
    all.extend(datasets::operations());
    all.extend(users::operations());
    all.extend(me::operations());
    all.extend(avatars::operations());
    all.extend(activity::operations());
    all.extend(notifications::operations());
    all.extend(reuses::operations());
    all.extend(dataservices::operations());
    all.extend(contacts::operations());
    all.extend(access_type::operations());
    all.extend(spatial::operations());
    all.extend(suggestions::operations());
    all.extend(visualizations::operations());
    all.extend(posts::operations());
    all.extend(site::operations());
    all.extend(exports::operations());
    all.extend(rdf::operations());
    all
}
