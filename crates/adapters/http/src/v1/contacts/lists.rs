//! Contact points of organisations and users, and inside other objects.

use std::collections::HashMap;

use actix_web::HttpResponse;
use basalt_domain::{ContactPoint, ObjectId};
use basalt_ports::{Page, Row};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    context::Ctx,
    paging::PageView,
    problem::Problem,
    v1::{
        owners::Owners,
        references::{Id, OrganizationReference, UserReference},
    },
};

/// A contact point.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ContactPoint")]
pub struct ContactPointView<'a> {
    contact_form: Option<&'a str>,
    email: Option<&'a str>,
    id: Id,
    name: Option<&'a str>,
    organization: Option<OrganizationReference<'a>>,
    owner: Option<UserReference<'a>>,
    role: &'a str,
}

pub(in crate::v1) async fn of_organization(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let at = ctx.params.page(20, ctx.settings().page_size_max)?;
    let page = ctx.services().contacts.of_organization(ctx.organization()?.value.id, at).await?;
    show_page(&ctx, page).await
}

pub(in crate::v1) async fn of_user(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let at = ctx.params.page(20, ctx.settings().page_size_max)?;
    let page = ctx.services().contacts.of_user(ctx.user()?.value.id, at).await?;
    show_page(&ctx, page).await
}

pub(in crate::v1) async fn suggest(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let text = ctx.params.required("q", "The string to autocomplete/suggest")?;
    let size = ctx.params.size(10, ctx.settings().page_size_max)?;
    let found = ctx.services().contacts.suggest(ctx.organization()?.value.id, text, size).await?;
    let contacts: Vec<&ContactPoint> = found.iter().map(|row| &row.value).collect();
    let around = Contacts::owners(&ctx, &contacts).await?;
    let shown: Vec<ContactPointView<'_>> = contacts.iter().map(|contact| around.view(&ctx, contact)).collect();
    ctx.ok(&shown)
}

async fn show_page(ctx: &Ctx, page: Page<Row<ContactPoint>>) -> Result<HttpResponse, Problem> {
    let rows = page.items.clone();
    let contacts: Vec<&ContactPoint> = rows.iter().map(|row| &row.value).collect();
    let around = Contacts::owners(ctx, &contacts).await?;
    let mut shown = contacts.iter().map(|contact| around.view(ctx, contact));
    ctx.ok(&PageView::new(ctx, page.map(|_row| shown.next())))
}

/// Contact points of an answer and whom they belong to: read once for all.
#[derive(Default)]
pub struct Contacts {
    contacts: HashMap<ObjectId, Row<ContactPoint>>,
    owners: Owners,
}

impl Contacts {
    /// Those of these ids, before it is known whom they belong to: one read at most.
    pub async fn found(ctx: &Ctx, ids: &[ObjectId]) -> Result<HashMap<ObjectId, Row<ContactPoint>>, Problem> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        Ok(ctx.services().context.store.contact_points.by_ids(ids).await?)
    }

    /// These, which belong to these.
    pub const fn new(contacts: HashMap<ObjectId, Row<ContactPoint>>, owners: Owners) -> Self {
        Self { contacts, owners }
    }

    /// Only whom these belong to.
    pub async fn owners(ctx: &Ctx, contacts: &[&ContactPoint]) -> Result<Self, Problem> {
        let owners = Owners::of_owned(ctx, contacts.iter().copied()).await?;
        Ok(Self { contacts: HashMap::new(), owners })
    }

    /// The answers about those of these ids that exist.
    pub fn all<'a>(&'a self, ctx: &Ctx, ids: &[ObjectId]) -> Vec<ContactPointView<'a>> {
        ids.iter().filter_map(|id| self.contacts.get(id)).map(|row| self.view(ctx, &row.value)).collect()
    }

    /// The answer about one of them.
    pub fn view<'a>(&'a self, ctx: &Ctx, contact: &'a ContactPoint) -> ContactPointView<'a> {
        ContactPointView {
            contact_form: contact.contact_form.as_deref(),
            email: contact.email.as_deref(),
            id: Id(contact.id),
            name: contact.name.as_deref(),
            organization: self.owners.organization(ctx, contact),
            owner: self.owners.owner(ctx, contact),
            role: &contact.role,
        }
    }
}
