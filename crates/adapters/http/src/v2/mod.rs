//! `/api/2/`.

mod organizations;

use crate::Operation;

/// Every operation of `/api/2/`.
pub fn operations() -> Vec<Operation> {
    organizations::operations()
}
