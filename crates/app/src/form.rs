//! Changes that a client asked for, not yet judged.

use basalt_domain::FieldError;

/// Changes to an entity that a client asked for: absent fields stay, null clears.
pub trait Form<E>: Send + Sync {
    /// Makes the changes. Errors: one per field that is not acceptable; the entity is then in no
    /// state to be stored.
    fn apply(&self, entity: &mut E) -> Result<(), Vec<FieldError>>;

    /// Does it ask for a deleted object to be restored?
    fn restores(&self) -> bool {
        false
    }
}
