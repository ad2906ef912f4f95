//! `/api/1/avatars/`.

use crate::Operation;

pub(super) fn operations() -> Vec<Operation> {
    Vec::new()
}
