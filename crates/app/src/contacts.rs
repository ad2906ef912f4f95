//! Contact points of users and organisations.

use std::sync::Arc;

use basalt_domain::{
    ContactPoint, FieldError, Filter, Invalid, ObjectId, Organization, Owned, Owner, dataservice, dataset,
    policy::{object::Relation, organization::Relation as ToOrganization},
    validation::ErrorKind,
};
use basalt_ports::{ChangeSet, Page, PageRequest, Row, Stored};

use crate::{
    AppError, Caller, Context, Form,
    error::{enforce, retried},
    folding::{begins_words, folded, known_as},
    form::OwnerWish,
};

/// Class name in messages.
const CLASS: &str = "ContactPoint";

/// Contact points of users and organisations.
#[derive(Clone)]
pub struct Contacts(Arc<Context>);

impl Contacts {
    /// Over these ports.
    pub const fn new(context: Arc<Context>) -> Self {
        Self(context)
    }

    /// A page of an organisation's, oldest first. Error: `NotFound` beyond the last page.
    pub async fn of_organization(
        &self,
        organization: ObjectId,
        at: PageRequest,
    ) -> Result<Page<Row<ContactPoint>>, AppError> {
        let page = self.0.store.contact_points.page(ContactPoint::of_organization(organization), &[], at).await?;
        if page.exists() { Ok(page) } else { Err(AppError::NotFound("Page")) }
    }

    /// A page of a user's, oldest first. Error: `NotFound` beyond the last page.
    pub async fn of_user(&self, user: ObjectId, at: PageRequest) -> Result<Page<Row<ContactPoint>>, AppError> {
        let page = self.0.store.contact_points.page(ContactPoint::OWNER.eq(user), &[], at).await?;
        if page.exists() { Ok(page) } else { Err(AppError::NotFound("Page")) }
    }

    /// Those of an organisation of whose name or address words begin like those of the text, or which hold it; all for an empty text.
    pub async fn suggest(
        &self,
        organization: ObjectId,
        text: &str,
        size: u64,
    ) -> Result<Vec<Row<ContactPoint>>, AppError> {
        // An organisation has few of them.
        let mut found =
            self.0.store.contact_points.list(ContactPoint::of_organization(organization), &[], u64::MAX).await?;
        let (typed, part) = (folded(text), text.trim().to_lowercase());
        found.retain(|row| {
            let known = [&row.value.name, &row.value.email].into_iter().flatten();
            let words = known.clone().map(|text| known_as(text)).collect::<Vec<_>>().join(" ");
            let begun = !typed.is_empty() && begins_words(&words, &typed);
            begun || known.into_iter().any(|text| text.to_lowercase().contains(&part))
        });
        found.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Ok(found)
    }

    /// The contact point of this id. Error: `NotFound`.
    pub async fn get(&self, id: &str) -> Result<Row<ContactPoint>, AppError> {
        let id = ObjectId::parse(id).map_err(|_error| AppError::NotFound(CLASS))?;
        self.0.store.contact_points.get(&id).await?.ok_or(AppError::NotFound(CLASS))
    }

    /// Creates one for the caller or an organisation of theirs, and tells whether it is new: an
    /// equal one is not made twice. Errors: `SignIn`, `Invalid`.
    pub async fn create(
        &self,
        caller: &Caller,
        form: &dyn Form<ContactPoint>,
    ) -> Result<(ContactPoint, bool), AppError> {
        let mut contact = ContactPoint {
            id: self.0.id(),
            name: None,
            email: None,
            contact_form: None,
            role: String::new(),
            owner: None,
            organization: None,
            rest: basalt_domain::Document::new(),
        };
        let wish = form.owner()?;
        let owner = match wish {
            OwnerWish { organization: Some(Some(id)), .. } => {
                self.joined(caller, id).await?;
                Owner::Organization(id)
            }
            OwnerWish { owner: Some(Some(id)), .. } => {
                self.oneself(caller, id).await?;
                Owner::User(id)
            }
            _ => Owner::User(caller.id()?),
        };
        contact.give(owner);
        judged(form, None, &mut contact)?;
        if let Some(equal) = self.equal_to(&contact).await? {
            return Ok((equal, false));
        }
        self.0.store.commit(ChangeSet::new().insert(&contact)).await?;
        Ok((contact, true))
    }

    /// Changes one. Errors: `SignIn`, `NotFound`, `Forbidden`, `Invalid`; `Stale`.
    pub async fn update(
        &self,
        caller: &Caller,
        id: ObjectId,
        form: &dyn Form<ContactPoint>,
    ) -> Result<ContactPoint, AppError> {
        retried(|| async {
            let mut stored = self.editable(caller, id).await?;
            self.stays(caller, &stored.value, form.owner()?).await?;
            judged(form, Some(id), &mut stored.value)?;
            if self.equal_to(&stored.value).await?.is_some() {
                let message = "An existing contact point already exists with these informations.";
                return Err(AppError::check("name", message));
            }
            self.0.store.commit(ChangeSet::new().update(&stored)).await?;
            Ok(stored.value)
        })
        .await
    }

    /// Removes one, also from the objects it stands with. Errors: `SignIn`, `NotFound`,
    /// `Forbidden`; `Stale`.
    pub async fn delete(&self, caller: &Caller, id: ObjectId) -> Result<(), AppError> {
        retried(|| async {
            let stored = self.editable(caller, id).await?;
            let mut changes = ChangeSet::new().delete(&stored);
            let store = &self.0.store;
            for mut dataset in store.datasets.fresh_list(dataset::CONTACT_POINT.eq(id), u64::MAX).await? {
                dataset.value.contact_points.retain(|contact| *contact != id);
                changes = changes.update(&dataset);
            }
            for mut dataservice in store.dataservices.fresh_list(dataservice::CONTACT_POINT.eq(id), u64::MAX).await? {
                dataservice.value.contact_points.retain(|contact| *contact != id);
                changes = changes.update(&dataservice);
            }
            Ok(store.commit(changes).await?)
        })
        .await
    }

    async fn editable(&self, caller: &Caller, id: ObjectId) -> Result<Stored<ContactPoint>, AppError> {
        let stored = self.0.store.contact_points.fresh(Filter::id(&id)).await?.ok_or(AppError::NotFound(CLASS))?;
        let organization = match stored.value.organization {
            Some(organization) => self.0.store.organizations.get(&organization).await?,
            None => None,
        };
        let organization = organization.as_ref().map(|row| &row.value);
        let relation = Relation::between(&caller.viewer, &stored.value, organization, false);
        let edit = basalt_domain::policy::object::Action::Edit;
        let verdict = basalt_domain::policy::object::decide(relation, edit, basalt_domain::Lifecycle::Public);
        enforce(verdict, CLASS, "")?;
        Ok(stored)
    }

    /// Nobody gives a contact point away.
    async fn stays(&self, caller: &Caller, contact: &ContactPoint, wish: OwnerWish) -> Result<(), AppError> {
        let fixed = |field: &str| AppError::check(field, format!("Cannot modify {field} after creation"));
        let moved = |field| AppError::check(field, "A contact point cannot change owner.");
        if let Some(owner) = wish.owner
            && (owner != contact.owner || caller.viewer.sysadmin)
        {
            if let Some(id) = owner {
                self.oneself(caller, id).await?;
            }
            return Err(if caller.viewer.sysadmin { moved("owner") } else { fixed("owner") });
        }
        if let Some(organization) = wish.organization
            && (organization != contact.organization || caller.viewer.sysadmin)
        {
            if let Some(id) = organization {
                self.joined(caller, id).await?;
            }
            return Err(if caller.viewer.sysadmin { moved("organization") } else { fixed("organization") });
        }
        Ok(())
    }

    async fn joined(&self, caller: &Caller, id: ObjectId) -> Result<Row<Organization>, AppError> {
        let unknown = || AppError::check("organization", format!("Unknown reference '{id}'"));
        let organization = self.0.store.organizations.get(&id).await?.ok_or_else(unknown)?;
        if ToOrganization::between(&caller.viewer, &organization.value).belongs() {
            return Ok(organization);
        }
        Err(AppError::check("organization", "Permission denied for this organization"))
    }

    async fn oneself(&self, caller: &Caller, id: ObjectId) -> Result<(), AppError> {
        let unknown = || AppError::check("owner", format!("Unknown reference '{id}'"));
        self.0.store.users.get(&id).await?.ok_or_else(unknown)?;
        if caller.viewer.is(id) || caller.viewer.sysadmin {
            return Ok(());
        }
        Err(AppError::check("owner", "You can only set yourself as owner"))
    }

    /// Another one of the same owner with the same content.
    async fn equal_to(&self, contact: &ContactPoint) -> Result<Option<ContactPoint>, AppError> {
        let mut filter = match (contact.organization, contact.owner) {
            (Some(organization), _) => ContactPoint::of_organization(organization),
            (None, Some(owner)) => ContactPoint::OWNER.eq(owner),
            (None, None) => return Ok(None),
        };
        filter = filter.and(match contact.name.as_deref() {
            Some(name) => ContactPoint::NAME.eq(name),
            None => ContactPoint::NAME.absent(),
        });
        filter = filter.and(match contact.email.as_deref() {
            Some(email) => ContactPoint::EMAIL.eq(email),
            None => ContactPoint::EMAIL.absent(),
        });
        let rows = self.0.store.contact_points.list(filter, &[], u64::MAX).await?;
        let equal = rows.iter().map(|row| &row.value).find(|other| {
            other.id != contact.id && other.role == contact.role && other.contact_form == contact.contact_form
        });
        Ok(equal.cloned())
    }
}

/// Makes the changes of a form and judges the result. Error: `Invalid`.
fn judged(form: &dyn Form<ContactPoint>, id: Option<ObjectId>, contact: &mut ContactPoint) -> Result<(), AppError> {
    form.check()?;
    let errors = form.apply(contact).err().unwrap_or_default();
    let about_way = |error: &FieldError| error.kind == ErrorKind::Check || error.path != "role";
    if !errors.iter().any(about_way) {
        let without_way = contact.email.is_none() && contact.contact_form.is_none();
        if without_way && contact.name.is_none() {
            return Err(AppError::body(CLASS, "A contact point requires a name, an email or a contact form"));
        }
        if without_way && contact.role == "contact" {
            let message = "At least an email or a contact form is required for a contact point";
            return Err(AppError::body(CLASS, message));
        }
    }
    if errors.is_empty() {
        return Ok(());
    }
    Err(AppError::Invalid(Invalid { subject: Some((CLASS, id.map(|id| id.to_string()))), errors, message: None }))
}
