//! `/api/1/activity/`.

use crate::Operation;

pub(super) fn operations() -> Vec<Operation> {
    Vec::new()
}
