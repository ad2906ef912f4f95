//! `/api/1/me/`.

use crate::Operation;

pub(super) fn operations() -> Vec<Operation> {
    Vec::new()
}
