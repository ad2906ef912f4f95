//! Who may do what with an organisation.

use serde::Serialize;

use super::{Verdict, Viewer};
use crate::{Lifecycle, Organization, OrganizationRole};

/// Of the viewer to the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// No key.
    Anonymous,
    /// A user who is no member.
    Stranger,
    /// A member who edits what was assigned to them.
    PartialEditor,
    /// A member who edits its objects.
    Editor,
    /// A member who administers it.
    Admin,
    /// An administrator of the portal.
    Sysadmin,
}

impl Relation {
    /// All of them, for tests that walk a table.
    pub const ALL: [Self; 6] =
        [Self::Anonymous, Self::Stranger, Self::PartialEditor, Self::Editor, Self::Admin, Self::Sysadmin];

    /// Of this viewer to this organisation.
    pub fn between(viewer: &Viewer, organization: &Organization) -> Self {
        let Some(user) = viewer.user else { return Self::Anonymous };
        if viewer.sysadmin {
            return Self::Sysadmin;
        }
        match organization.member(user).map(|member| member.role) {
            Some(OrganizationRole::Admin) => Self::Admin,
            Some(OrganizationRole::Editor) => Self::Editor,
            Some(OrganizationRole::PartialEditor) => Self::PartialEditor,
            None => Self::Stranger,
        }
    }

    /// A member of any role, or an administrator of the portal?
    pub const fn belongs(self) -> bool {
        matches!(self, Self::PartialEditor | Self::Editor | Self::Admin | Self::Sysadmin)
    }

    /// One who administers it?
    pub const fn administers(self) -> bool {
        matches!(self, Self::Admin | Self::Sysadmin)
    }
}

/// What is done with an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Reading it.
    Read,
    /// Changing it.
    Edit,
    /// Changing it while it is deleted so that it no longer is.
    Restore,
    /// Deleting it.
    Delete,
    /// Managing its members, requests, invitations and assignments.
    Members,
    /// Seeing what of it is private.
    Private,
    /// Managing its harvest sources.
    Harvest,
    /// Giving and taking badges.
    Badges,
}

impl Action {
    /// All of them, for tests that walk a table.
    pub const ALL: [Self; 8] = [
        Self::Read,
        Self::Edit,
        Self::Restore,
        Self::Delete,
        Self::Members,
        Self::Private,
        Self::Harvest,
        Self::Badges,
    ];
}

/// May they?
///
/// Source: udata 17, matrix and order of checks in `behaviour.md`: a missing key comes first, then
/// 410 for a deleted organisation (for its admins too, unless they restore it), then rights.
pub const fn decide(relation: Relation, action: Action, now: Lifecycle) -> Verdict {
    let deleted = matches!(now, Lifecycle::Deleted);
    match action {
        Action::Read if !deleted || relation.belongs() => Verdict::Allow,
        Action::Read => Verdict::Gone,
        _ if matches!(relation, Relation::Anonymous) => Verdict::SignIn,
        Action::Edit | Action::Delete if deleted => Verdict::Gone,
        Action::Edit | Action::Delete | Action::Restore | Action::Members | Action::Harvest
            if relation.administers() =>
        {
            Verdict::Allow
        }
        Action::Private if relation.belongs() => Verdict::Allow,
        Action::Badges if matches!(relation, Relation::Sysadmin) => Verdict::Allow,
        _ => Verdict::Forbid,
    }
}

/// Where this organisation is in its life.
pub const fn lifecycle(organization: &Organization) -> Lifecycle {
    if organization.is_deleted() { Lifecycle::Deleted } else { Lifecycle::Public }
}

/// May this viewer do this with this organisation?
pub fn verdict(viewer: &Viewer, organization: &Organization, action: Action) -> Verdict {
    decide(Relation::between(viewer, organization), action, lifecycle(organization))
}

/// What the viewer may do, as shown with every organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the contract shows each of them")]
pub struct Permissions {
    /// Delete it.
    pub delete: bool,
    /// Change it.
    pub edit: bool,
    /// Manage its harvest sources.
    pub harvest: bool,
    /// Manage its members.
    pub members: bool,
    /// See what of it is private.
    pub private: bool,
}

/// What this viewer may do with this organisation, deleted or not.
pub fn permissions(viewer: &Viewer, organization: &Organization) -> Permissions {
    let relation = Relation::between(viewer, organization);
    let may = |action| decide(relation, action, Lifecycle::Public).allows();
    Permissions {
        delete: may(Action::Delete),
        edit: may(Action::Edit),
        harvest: may(Action::Harvest),
        members: may(Action::Members),
        private: may(Action::Private),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn the_matrix_is_the_one_on_record() {
        let mut table = String::new();
        for now in [Lifecycle::Public, Lifecycle::Deleted] {
            for action in Action::ALL {
                write!(table, "{:8} {:8}", format!("{now:?}"), format!("{action:?}")).unwrap();
                for relation in Relation::ALL {
                    write!(table, " {relation:?}={:?}", decide(relation, action, now)).unwrap();
                }
                table.push('\n');
            }
        }
        let golden = include_str!("../../tests/golden/policy_organization.txt");
        assert_eq!(table, golden, "a change of rights is a change of tests/golden/policy_organization.txt:\n{table}");
    }
}
