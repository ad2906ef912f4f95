//! Who asks, and what is known of them.

use basalt_domain::{
    ObjectId, User,
    policy::{
        Verdict, Viewer,
        portal::{Access, decide},
    },
};
use basalt_ports::Row;

use crate::AppError;

/// Who asks.
#[derive(Clone, Debug)]
pub struct Caller {
    /// What policy needs to know.
    pub viewer: Viewer,
    /// Their account.
    pub user: Option<Row<User>>,
    /// The key they used.
    pub token: Option<ObjectId>,
}

impl Caller {
    /// Somebody without key.
    pub const ANONYMOUS: Self = Self { viewer: Viewer::ANONYMOUS, user: None, token: None };

    /// Their account, or `SignIn`.
    pub fn account(&self) -> Result<&Row<User>, AppError> {
        self.user.as_ref().ok_or(AppError::SignIn)
    }

    /// The id of their account, or `SignIn`.
    pub fn id(&self) -> Result<ObjectId, AppError> {
        self.viewer.user.ok_or(AppError::SignIn)
    }

    /// May they call an operation that asks for this? Errors: `SignIn`, `Forbidden`.
    pub fn require(&self, access: Access) -> Result<(), AppError> {
        match decide(&self.viewer, access) {
            Verdict::Allow => Ok(()),
            Verdict::SignIn => Err(AppError::SignIn),
            _ => Err(AppError::Forbidden(None)),
        }
    }
}
