//! Whom an object belongs to, and who may say so.

use basalt_domain::{ObjectId, Organization, Owned, Owner, policy::organization::Relation};
use basalt_ports::Row;

use super::{Class, Objects, refused};
use crate::{AppError, Caller, Context, form::OwnerWish};

impl<E: Class> Objects<E> {
    /// Gives the object to whom the form says, the caller if it says nothing and the object is new.
    /// Returns the organisation it was given to.
    pub(super) async fn own(
        &self,
        caller: &Caller,
        object: &mut E,
        wish: OwnerWish,
        new: bool,
    ) -> Result<Option<Row<Organization>>, AppError> {
        let style = Style { old_form: E::OLD_FORM, refused: |field, message| refused::<E>(field, message) };
        give(self.context(), caller, object, wish, new, style).await
    }
}

/// How a class words its refusals.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    /// In the sentences of the older forms?
    pub(crate) old_form: bool,
    /// One failed check of one field.
    pub(crate) refused: fn(&str, String) -> AppError,
}

/// Gives something to whom the form says, the caller if it says nothing and the thing is new.
/// Returns the organisation it was given to.
///
/// Source: udata 17, table of ownership in `behaviour.md`: only administrators of the portal give to
/// others. In the older forms a user may give what is theirs to an organisation of theirs.
pub(crate) async fn give<E: Owned>(
    context: &Context,
    caller: &Caller,
    object: &mut E,
    wish: OwnerWish,
    new: bool,
    style: Style,
) -> Result<Option<Row<Organization>>, AppError> {
    let user = caller.id()?;
    let sysadmin = caller.viewer.sysadmin;
    let refuse = |field: &str, message: String| (style.refused)(field, message);
    if !new {
        let owner = differs(wish.owner, object.owner(), style);
        let organization = differs(wish.organization, object.organization(), style);
        if !owner && !organization {
            return Ok(None);
        }
        // What stays within the same kind of owner is a transfer.
        let fixed = |present: Option<ObjectId>| !sysadmin && (!style.old_form || present.is_some());
        // Nobody but an administrator of the portal makes their own what is an organisation's.
        if owner && fixed(object.owner().or(object.organization())) {
            if !style.old_form && wish.owner.flatten().is_some_and(|wished| wished != user) {
                return Err(refuse("owner", NOT_ONESELF.into()));
            }
            return Err(refuse("owner", style.fixed("owner")));
        }
        if organization && fixed(object.organization()) {
            if let Some(Some(id)) = wish.organization.filter(|_wished| !style.old_form) {
                joined(context, caller, id, style).await?;
            }
            return Err(refuse("organization", style.fixed("organization")));
        }
    }
    if let Some(Some(id)) = wish.organization.filter(|wished| new || *wished != object.organization()) {
        let organization = joined(context, caller, id, style).await?;
        object.give(Owner::Organization(id));
        return Ok(Some(organization));
    }
    if let Some(Some(id)) = wish.owner {
        let unknown = || refuse("owner", style.unknown("User", id));
        context.store.users.get(&id).await?.ok_or_else(unknown)?;
        if id != user && !sysadmin {
            return Err(refuse("owner", NOT_ONESELF.into()));
        }
        object.give(Owner::User(id));
        return Ok(None);
    }
    if new {
        object.give(Owner::User(user));
    }
    Ok(None)
}

const NOT_ONESELF: &str = "You can only set yourself as owner";

/// An organisation of the caller. Error: `Invalid`.
async fn joined(context: &Context, caller: &Caller, id: ObjectId, style: Style) -> Result<Row<Organization>, AppError> {
    let unknown = || (style.refused)("organization", style.unknown("Organization", id));
    let organization = context.store.organizations.get(&id).await?.ok_or_else(unknown)?;
    if Relation::between(&caller.viewer, &organization.value).belongs() {
        return Ok(organization);
    }
    Err((style.refused)("organization", "Permission denied for this organization".into()))
}

/// Is something else wished than there is? The older forms take null for nothing.
#[expect(clippy::option_option, reason = "absent, null and an id are three wishes")]
fn differs(wish: Option<Option<ObjectId>>, present: Option<ObjectId>, style: Style) -> bool {
    wish.is_some_and(|wished| wished != present && !(style.old_form && wished.is_none()))
}

impl Style {
    fn fixed(self, field: &str) -> String {
        if self.old_form {
            "Cannot change owner after creation. Please use transfer feature.".into()
        } else {
            format!("Cannot modify {field} after creation")
        }
    }

    fn unknown(self, class: &str, id: ObjectId) -> String {
        if self.old_form { format!("{class} does not exists") } else { format!("Unknown reference '{id}'") }
    }
}
