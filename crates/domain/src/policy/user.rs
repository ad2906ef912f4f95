//! Who may do what with an account.

use super::{Verdict, Viewer};
use crate::User;

/// Of the viewer to the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// No key.
    Anonymous,
    /// Another user.
    Stranger,
    /// Themselves.
    Oneself,
    /// An administrator of the portal.
    Sysadmin,
}

impl Relation {
    /// All of them, for tests that walk a table.
    pub const ALL: [Self; 4] = [Self::Anonymous, Self::Stranger, Self::Oneself, Self::Sysadmin];

    /// Of this viewer to this account.
    pub fn between(viewer: &Viewer, user: &User) -> Self {
        match viewer.user {
            None => Self::Anonymous,
            Some(_) if viewer.sysadmin => Self::Sysadmin,
            Some(id) if id == user.id => Self::Oneself,
            Some(_) => Self::Stranger,
        }
    }
}

/// What is done with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Reading its public face.
    Read,
    /// Reading its address, settings and times.
    ReadPersonal,
    /// Administering it: changing, deleting, asking for a new password.
    Administer,
}

impl Action {
    /// All of them, for tests that walk a table.
    pub const ALL: [Self; 3] = [Self::Read, Self::ReadPersonal, Self::Administer];
}

/// May they?
///
/// Source: udata 17 answers 410 to all but administrators for an account that is not active;
/// addresses are shown to administrators (and to oneself under `/me/`).
pub const fn decide(relation: Relation, action: Action, usable: bool) -> Verdict {
    match (action, relation) {
        (_, Relation::Sysadmin) | (Action::ReadPersonal, Relation::Oneself) => Verdict::Allow,
        (Action::Read, _) if usable => Verdict::Allow,
        (Action::Read, _) => Verdict::Gone,
        (_, Relation::Anonymous) => Verdict::SignIn,
        _ => Verdict::Forbid,
    }
}

/// May this viewer do this with this account?
pub fn verdict(viewer: &Viewer, user: &User, action: Action) -> Verdict {
    decide(Relation::between(viewer, user), action, user.is_usable())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn the_matrix_is_the_one_on_record() {
        let mut table = String::new();
        for usable in [true, false] {
            for action in Action::ALL {
                write!(table, "{:8} {:12}", if usable { "usable" } else { "blocked" }, format!("{action:?}")).unwrap();
                for relation in Relation::ALL {
                    write!(table, " {relation:?}={:?}", decide(relation, action, usable)).unwrap();
                }
                table.push('\n');
            }
        }
        let golden = include_str!("../../tests/golden/policy_user.txt");
        assert_eq!(table, golden, "a change of rights is a change of tests/golden/policy_user.txt:\n{table}");
    }
}
