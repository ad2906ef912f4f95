//! `/api/2/`.

mod organizations;
pub mod topics;

use crate::Operation;

/// Every operation of `/api/2/`.
pub fn operations() -> Vec<Operation> {
    let mut all = organizations::operations();
    all.extend(topics::operations());
    all
}
