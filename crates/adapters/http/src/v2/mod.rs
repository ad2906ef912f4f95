//! `/api/2/`.

mod datasets;
mod organizations;
pub mod reuses;
pub(crate) mod search;
pub mod topics;

use crate::Operation;

/// Every operation of `/api/2/`.
pub fn operations() -> Vec<Operation> {
    let mut all = organizations::operations();
    all.extend(datasets::operations());
    all.extend(reuses::operations());
    all.extend(topics::operations());
    all.extend(search::operations());
    all
}
