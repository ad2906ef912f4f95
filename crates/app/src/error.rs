//! What a use case can answer instead of a result, as meanings.

use basalt_domain::{Invalid, policy::Verdict};
use basalt_ports::{StorageError, files::FileError};

/// What a use case can answer instead of a result.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// No such thing, or none that the caller may know of.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// It was deleted. Holds the contract's sentence about it.
    #[error("{0}")]
    Gone(&'static str),
    /// Nobody without a key may do this.
    #[error("authentication required")]
    SignIn,
    /// The key is not accepted. Holds why.
    #[error("{0}")]
    BadKey(&'static str),
    /// The caller may not do this. Holds the contract's sentence, where it has one of its own.
    #[error("not permitted")]
    Forbidden(Option<&'static str>),
    /// The input is not acceptable.
    #[error("{} invalid fields", .0.errors.len())]
    Invalid(Invalid),
    /// It exists already, or something else is in the way.
    #[error("{0}")]
    Conflict(String),
    /// It is not as the caller expected it to be.
    #[error("precondition failed")]
    Precondition,
    /// It is too large.
    #[error("{0}")]
    TooLarge(&'static str),
    /// Storage could not do its part.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Files could not do their part.
    #[error(transparent)]
    File(#[from] FileError),
    /// Something that cannot happen happened.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<Invalid> for AppError {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl AppError {
    /// One failed check of one field.
    pub fn check(path: &str, message: impl Into<String>) -> Self {
        Self::Invalid(Invalid::check(path, message))
    }

    /// A refusal with a message and no field to blame.
    pub fn message(message: impl Into<String>) -> Self {
        Self::Invalid(Invalid::message(message))
    }

    /// A refusal of the body that was to change an object of this class, with no field to blame.
    pub fn body(class: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(Invalid { subject: Some((class, None)), ..Invalid::message(message) })
    }

    /// Something that cannot happen happened.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }

    /// Is it a write that lost a race for a record?
    pub const fn is_stale(&self) -> bool {
        matches!(self, Self::Storage(StorageError::Stale { .. }))
    }

    /// Is it a write that wanted a slug that somebody else has?
    pub fn is_taken_slug(&self) -> bool {
        matches!(self, Self::Storage(StorageError::Conflict { field, .. }) if field == "slug")
    }
}

/// Turns a verdict into the error it stands for; `gone` is the contract's sentence about a deleted
/// object of this kind.
pub fn enforce(verdict: Verdict, kind: &'static str, gone: &'static str) -> Result<(), AppError> {
    match verdict {
        Verdict::Allow => Ok(()),
        Verdict::SignIn => Err(AppError::SignIn),
        Verdict::Forbid => Err(AppError::Forbidden(None)),
        Verdict::Hide => Err(AppError::NotFound(kind)),
        Verdict::Gone => Err(AppError::Gone(gone)),
    }
}

/// How often a writer looks for another free slug.
const SLUG_ATTEMPTS: u32 = 8;

/// Runs a use case, and once more if it lost a race: the second time on the fresh record.
pub async fn retried<T, F, R>(mut attempt: F) -> Result<T, AppError>
where
    F: FnMut() -> R,
    R: Future<Output = Result<T, AppError>>,
{
    retried_with_slug(|_taken| attempt()).await
}

/// The same for a use case that may want a new slug. It is told whether the slug it would like best
/// was found to be taken; only then it has to look for a free one.
pub async fn retried_with_slug<T, F, R>(mut attempt: F) -> Result<T, AppError>
where
    F: FnMut(bool) -> R,
    R: Future<Output = Result<T, AppError>>,
{
    let (mut stale, mut taken) = (0, 0);
    loop {
        match attempt(taken > 0).await {
            Err(error) if error.is_stale() && stale == 0 => stale += 1,
            Err(error) if error.is_taken_slug() && taken < SLUG_ATTEMPTS => taken += 1,
            result => return result,
        }
    }
}
