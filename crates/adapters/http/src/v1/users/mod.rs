//! `/api/1/users/`.

use crate::Operation;

pub(super) fn operations() -> Vec<Operation> {
    Vec::new()
}
