//! `/api/1/notifications/`.

use crate::Operation;

pub(super) fn operations() -> Vec<Operation> {
    Vec::new()
}
