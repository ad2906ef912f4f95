//! Changes that a client asked for, not yet judged.

use basalt_domain::{FieldError, ObjectId};

use crate::AppError;

/// Changes to an entity that a client asked for: absent fields stay, null clears.
pub trait Form<E>: Send + Sync {
    /// Makes the changes. Errors: one per field that is not acceptable; the entity is then in no
    /// state to be stored.
    fn apply(&self, entity: &mut E) -> Result<(), Vec<FieldError>>;

    /// Is there something wrong with it that is told before any field is looked at? Error: `Invalid`.
    fn check(&self) -> Result<(), AppError> {
        Ok(())
    }

    /// Does it ask for a deleted object to be restored?
    fn restores(&self) -> bool {
        false
    }

    /// Whom does it want the object to belong to? Errors: `Invalid` for what is no id.
    fn owner(&self) -> Result<OwnerWish, AppError> {
        Ok(OwnerWish::default())
    }
}

/// Whom a client wants an object to belong to: absent, null or an id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnerWish {
    /// The user.
    pub owner: Option<Option<ObjectId>>,
    /// The organisation.
    pub organization: Option<Option<ObjectId>>,
}
