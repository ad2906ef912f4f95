//! Whom an object belongs to, and who may say so.

use basalt_domain::{Organization, Owner, policy::organization::Relation};
use basalt_ports::Row;

use super::{Class, Objects, refused};
use crate::{AppError, Caller, form::OwnerWish};

impl<E: Class> Objects<E> {
    /// Gives the object to whom the form says, the caller if it says nothing and the object is new.
    /// Returns the organisation it was given to.
    ///
    /// Source: udata 17, table of ownership in `behaviour.md`: only administrators of the portal
    /// give to others, or change whom something belongs to.
    pub(super) async fn own(
        &self,
        caller: &Caller,
        object: &mut E,
        wish: OwnerWish,
        new: bool,
    ) -> Result<Option<Row<Organization>>, AppError> {
        let user = caller.id()?;
        let sysadmin = caller.viewer.sysadmin;
        if !new {
            let owner = wish.owner.is_some_and(|owner| owner != object.owner() && !(E::OLD_FORM && owner.is_none()));
            let organization = wish.organization.is_some_and(|organization| {
                organization != object.organization() && !(E::OLD_FORM && organization.is_none())
            });
            if owner && !sysadmin {
                return Err(refused::<E>("owner", fixed::<E>("owner")));
            }
            if organization && !sysadmin {
                return Err(refused::<E>("organization", fixed::<E>("organization")));
            }
            if !owner && !organization {
                return Ok(None);
            }
        }
        // Both sent: datasets go to the organisation, other objects to the user.
        let to_user = !E::OLD_FORM && matches!(wish.owner, Some(Some(_)));
        if let Some(Some(id)) = wish.organization.filter(|_wish| !to_user) {
            let unknown = || refused::<E>("organization", unknown::<E>("Organization", &id.to_string()));
            let organization = self.context().store.organizations.get(&id).await?.ok_or_else(unknown)?;
            if !Relation::between(&caller.viewer, &organization.value).belongs() {
                return Err(refused::<E>("organization", "Permission denied for this organization"));
            }
            object.give(Owner::Organization(id));
            return Ok(Some(organization));
        }
        if let Some(Some(id)) = wish.owner {
            if id != user && !sysadmin {
                return Err(refused::<E>("owner", "You can only set yourself as owner"));
            }
            let unknown = || refused::<E>("owner", unknown::<E>("User", &id.to_string()));
            self.context().store.users.get(&id).await?.ok_or_else(unknown)?;
            object.give(Owner::User(id));
            return Ok(None);
        }
        if new {
            object.give(Owner::User(user));
        }
        Ok(None)
    }
}

fn fixed<E: Class>(field: &str) -> String {
    if E::OLD_FORM {
        "Cannot change owner after creation. Please use transfer feature.".into()
    } else {
        format!("Cannot modify {field} after creation")
    }
}

fn unknown<E: Class>(class: &str, id: &str) -> String {
    if E::OLD_FORM { format!("{class} does not exists") } else { format!("Unknown reference '{id}'") }
}
