//! Who may do what with an object of the catalogue.

use serde::Serialize;

use super::{Verdict, Viewer, organization::Relation as ToOrganization};
use crate::{CatalogueObject, Filter, Lifecycle, ObjectId, Organization, Owned};

/// Of the viewer to the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// No key.
    Anonymous,
    /// Somebody it has nothing to do with.
    Stranger,
    /// A member of its organisation who edits what was assigned to them, and this was not.
    PartialEditor,
    /// A member of its organisation to whom it was assigned.
    Assigned,
    /// A member of its organisation who edits its objects.
    Editor,
    /// One who administers its organisation.
    Admin,
    /// The user it belongs to.
    Owner,
    /// An administrator of the portal.
    Sysadmin,
}

impl Relation {
    /// All of them, for tests that walk a table.
    pub const ALL: [Self; 8] = [
        Self::Anonymous,
        Self::Stranger,
        Self::PartialEditor,
        Self::Assigned,
        Self::Editor,
        Self::Admin,
        Self::Owner,
        Self::Sysadmin,
    ];

    /// Of this viewer to something that belongs to this organisation, or to the user it names;
    /// `assigned` tells whether a partial editor was given it.
    pub fn between<E: Owned>(viewer: &Viewer, object: &E, organization: Option<&Organization>, assigned: bool) -> Self {
        let Some(user) = viewer.user else { return Self::Anonymous };
        if viewer.sysadmin {
            return Self::Sysadmin;
        }
        if object.organization().is_none() {
            return if object.owner() == Some(user) { Self::Owner } else { Self::Stranger };
        }
        match organization.map(|organization| ToOrganization::between(viewer, organization)) {
            Some(ToOrganization::Admin) => Self::Admin,
            Some(ToOrganization::Editor) => Self::Editor,
            Some(ToOrganization::PartialEditor) if assigned => Self::Assigned,
            Some(ToOrganization::PartialEditor) => Self::PartialEditor,
            _ => Self::Stranger,
        }
    }

    /// Does it belong to them, or to an organisation of theirs?
    pub const fn belongs(self) -> bool {
        !matches!(self, Self::Anonymous | Self::Stranger)
    }

    /// May they change what belongs to them?
    pub const fn edits(self) -> bool {
        self.belongs() && !matches!(self, Self::PartialEditor)
    }
}

/// What is done with an object.
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
    /// Showing it first, giving it badges.
    Feature,
}

impl Action {
    /// All of them, for tests that walk a table.
    pub const ALL: [Self; 5] = [Self::Read, Self::Edit, Self::Restore, Self::Delete, Self::Feature];
}

/// May they?
///
/// Source: udata 17, matrix and order of checks in `behaviour.md`: a missing key comes first, then
/// 410 for a deleted object (for its owner too, unless they restore it), then rights. A private
/// object is not there for those it does not belong to, whatever they want of it.
pub const fn decide(relation: Relation, action: Action, now: Lifecycle) -> Verdict {
    let deleted = matches!(now, Lifecycle::Deleted | Lifecycle::PrivateDeleted);
    let hidden = matches!(now, Lifecycle::Private | Lifecycle::PrivateDeleted) && !relation.belongs();
    match action {
        Action::Read if hidden => Verdict::Hide,
        Action::Read if !deleted || relation.belongs() => Verdict::Allow,
        Action::Read => Verdict::Gone,
        _ if matches!(relation, Relation::Anonymous) => Verdict::SignIn,
        _ if hidden => Verdict::Hide,
        Action::Edit | Action::Delete if deleted => Verdict::Gone,
        Action::Feature if matches!(relation, Relation::Sysadmin) => Verdict::Allow,
        Action::Edit | Action::Delete | Action::Restore if relation.edits() => Verdict::Allow,
        _ => Verdict::Forbid,
    }
}

/// What the viewer may do, as shown with every object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Permissions {
    /// Delete it.
    pub delete: bool,
    /// Change it.
    pub edit: bool,
}

/// What somebody in this relation may do with it, deleted or not.
pub const fn permissions(relation: Relation) -> Permissions {
    Permissions { delete: relation.edits(), edit: relation.edits() }
}

/// Those a viewer sees in lists: what everybody sees, and all that belongs to them or to their
/// organisations; administrators of the portal see everything.
pub fn listed_for<E: CatalogueObject>(viewer: &Viewer, organizations: &[ObjectId]) -> Filter<E> {
    match viewer.user {
        Some(_) if viewer.sysadmin => Filter::always(),
        Some(user) => E::visible().or(E::belonging_to(user, organizations)),
        None => E::visible(),
    }
}

/// Those of them that a filter holds for. Where it asks for what is not everybody's, such as private ones, what belongs to
/// the viewer is left.
pub fn listed_among<E: CatalogueObject>(viewer: &Viewer, organizations: &[ObjectId], asked: Filter<E>) -> Filter<E> {
    match viewer.user {
        Some(user) if !viewer.sysadmin && asked.condition().excludes(E::visible().condition()) => {
            E::belonging_to(user, organizations).and(asked)
        }
        _ => listed_for(viewer, organizations).and(asked),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::{Dataset, dataset};

    #[test]
    fn of_private_ones_a_user_sees_their_own() {
        let [user, organization] = [1, 2].map(|number| ObjectId::from_bytes([number; 12]));
        let signed_in = |sysadmin| Viewer { user: Some(user), sysadmin, ..Viewer::ANONYMOUS };
        let told = |viewer: &Viewer, asked| listed_among::<Dataset>(viewer, &[organization], asked).into_condition();
        let private = || dataset::PRIVATE.eq(true);
        let tagged = || dataset::TAG.eq("eau");
        let own = || Dataset::belonging_to(user, &[organization]);
        assert_eq!(told(&signed_in(false), private()), own().and(private()).into_condition());
        assert_eq!(told(&signed_in(false), tagged()), Dataset::visible().or(own()).and(tagged()).into_condition());
        assert_eq!(told(&signed_in(true), private()), private().into_condition());
        assert_eq!(told(&Viewer::ANONYMOUS, private()), Dataset::visible().and(private()).into_condition());
    }

    #[test]
    fn the_matrix_is_the_one_on_record() {
        let mut table = String::new();
        for now in Lifecycle::ALL {
            for action in Action::ALL {
                write!(table, "{:14} {:8}", format!("{now:?}"), format!("{action:?}")).unwrap();
                for relation in Relation::ALL {
                    write!(table, " {relation:?}={:?}", decide(relation, action, now)).unwrap();
                }
                table.push('\n');
            }
        }
        let golden = include_str!("../../tests/golden/policy_object.txt");
        assert_eq!(table, golden, "a change of rights is a change of tests/golden/policy_object.txt:\n{table}");
    }
}
