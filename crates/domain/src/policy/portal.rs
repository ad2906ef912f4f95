//! Who may call an operation at all, before any object is looked at.

use super::{Scope, Verdict, Viewer};

/// What an operation asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Anybody.
    Anyone,
    /// Any user, to read.
    UserReads,
    /// Any user, to write.
    UserWrites,
    /// Any user with a key for everything: keys, deletion of the account.
    UserWithFullKey,
    /// Administrators of the portal.
    Sysadmin,
}

impl Access {
    /// All of them, for tests that walk a table.
    pub const ALL: [Self; 5] = [Self::Anyone, Self::UserReads, Self::UserWrites, Self::UserWithFullKey, Self::Sysadmin];
}

/// May they call it? Keys of too narrow a scope are refused like missing rights.
pub const fn decide(viewer: &Viewer, access: Access) -> Verdict {
    let enough = match access {
        Access::Anyone => return Verdict::Allow,
        Access::UserReads => true,
        Access::UserWrites => matches!(viewer.scope, Scope::Write | Scope::Admin),
        Access::UserWithFullKey => matches!(viewer.scope, Scope::Admin),
        Access::Sysadmin => matches!(viewer.scope, Scope::Admin) && viewer.sysadmin,
    };
    match (viewer.user, enough) {
        (None, _) => Verdict::SignIn,
        (Some(_), true) => Verdict::Allow,
        (Some(_), false) => Verdict::Forbid,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::ObjectId;

    #[test]
    fn the_matrix_is_the_one_on_record() {
        let somebody = Some(ObjectId::from_bytes([1; 12]));
        let mut table = String::new();
        for access in Access::ALL {
            write!(table, "{:16}", format!("{access:?}")).unwrap();
            write!(table, " anonymous={:?}", decide(&Viewer::ANONYMOUS, access)).unwrap();
            for sysadmin in [false, true] {
                for scope in Scope::ALL {
                    let viewer = Viewer { user: somebody, sysadmin, scope };
                    let who = if sysadmin { "sysadmin" } else { "user" };
                    write!(table, " {who}/{}={:?}", scope.as_str(), decide(&viewer, access)).unwrap();
                }
            }
            table.push('\n');
        }
        let golden = include_str!("../../tests/golden/policy_portal.txt");
        assert_eq!(table, golden, "a change of rights is a change of tests/golden/policy_portal.txt:\n{table}");
    }
}
