//! Who may do what: pure functions of facts, and the tables that they amount to.
//!
//! Nothing is loaded here. Each kind of object has one function from relation, action and
//! lifecycle to a verdict; lists use the filters beside them.

pub mod object;
pub mod organization;
pub mod portal;
pub mod user;

use crate::ObjectId;

/// The answer to "may they?".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Yes.
    Allow,
    /// Not without a key (401).
    SignIn,
    /// No (403).
    Forbid,
    /// They may not even know that it exists (404).
    Hide,
    /// It was deleted (410).
    Gone,
}

impl Verdict {
    /// Is it yes?
    pub fn allows(self) -> bool {
        self == Self::Allow
    }
}

/// What a key may be used for. Each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Reading what its user may read.
    Read,
    /// Changing what its user may change, as an ordinary user: no administration of the portal,
    /// no keys, no deletion of the account.
    Write,
    /// Everything its user may do.
    Admin,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Admin];

    /// Its name in storage and in the interface.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }

    /// The scope of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }

    /// The widest of these names; unknown ones grant nothing. No name at all means `admin`, as
    /// documents of udata before scopes do.
    pub fn widest<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut names = names.into_iter().peekable();
        if names.peek().is_none() {
            return Some(Self::Admin);
        }
        names.filter_map(Self::parse).max()
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// Their user id; `None` for anonymous callers.
    pub user: Option<ObjectId>,
    /// Do they administer the portal, and does their key let them?
    pub sysadmin: bool,
    /// What their key may be used for; `Admin` for a session.
    pub scope: Scope,
}

impl Viewer {
    /// Somebody without key.
    pub const ANONYMOUS: Self = Self { user: None, sysadmin: false, scope: Scope::Read };

    /// A user with all their rights.
    pub const fn user(id: ObjectId) -> Self {
        Self { user: Some(id), sysadmin: false, scope: Scope::Admin }
    }

    /// A system administrator with all their rights.
    pub const fn sysadmin(id: ObjectId) -> Self {
        Self { user: Some(id), sysadmin: true, scope: Scope::Admin }
    }

    /// Is it this user?
    pub fn is(&self, user: ObjectId) -> bool {
        self.user == Some(user)
    }
}
