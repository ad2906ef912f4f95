//! Contact points of organisations and users.

use actix_web::HttpResponse;
use basalt_domain::{ContactPoint, ObjectId};
use basalt_ports::{Page, Row};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    context::Ctx,
    paging::PageView,
    problem::Problem,
    v1::references::{Id, OrganizationReference, UserReference},
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

pub(super) async fn of_organization(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let at = ctx.params.page(20, ctx.settings().page_size_max)?;
    let page = ctx.services().contacts.of_organization(ctx.organization()?.value.id, at).await?;
    show_page(&ctx, page).await
}

pub(super) async fn of_user(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let at = ctx.params.page(20, ctx.settings().page_size_max)?;
    let page = ctx.services().contacts.of_user(ctx.user()?.value.id, at).await?;
    show_page(&ctx, page).await
}

pub(super) async fn suggest(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let text = ctx.params.required("q", "The string to autocomplete/suggest")?;
    let size = ctx.params.size(10, ctx.settings().page_size_max)?;
    let found = ctx.services().contacts.suggest(ctx.organization()?.value.id, text, size).await?;
    let owners = Owners::of(&ctx, &found).await?;
    let shown: Vec<ContactPointView<'_>> = found.iter().map(|row| owners.show(&ctx, &row.value)).collect();
    ctx.ok(&shown)
}

async fn show_page(ctx: &Ctx, page: Page<Row<ContactPoint>>) -> Result<HttpResponse, Problem> {
    let rows = page.items.clone();
    let owners = Owners::of(ctx, &rows).await?;
    let mut shown = rows.iter().map(|row| owners.show(ctx, &row.value));
    ctx.ok(&PageView::new(ctx, page.map(|_row| shown.next())))
}

/// Whom contact points belong to, read once for all.
struct Owners {
    organizations: std::collections::HashMap<ObjectId, Row<basalt_domain::Organization>>,
    users: std::collections::HashMap<ObjectId, Row<basalt_domain::User>>,
}

impl Owners {
    async fn of(ctx: &Ctx, rows: &[Row<ContactPoint>]) -> Result<Self, Problem> {
        let store = &ctx.services().context.store;
        let organizations: Vec<ObjectId> = rows.iter().filter_map(|row| row.value.organization).collect();
        let users: Vec<ObjectId> = rows.iter().filter_map(|row| row.value.owner).collect();
        Ok(Self {
            organizations: store.organizations.by_ids(&organizations).await?,
            users: store.users.by_ids(&users).await?,
        })
    }

    fn show<'a>(&'a self, ctx: &Ctx, contact: &'a ContactPoint) -> ContactPointView<'a> {
        let organization = contact.organization.and_then(|id| self.organizations.get(&id));
        let owner = contact.owner.and_then(|id| self.users.get(&id));
        ContactPointView {
            contact_form: contact.contact_form.as_deref(),
            email: contact.email.as_deref(),
            id: Id(contact.id),
            name: contact.name.as_deref(),
            organization: organization
                .map(|row| OrganizationReference::new(&row.value, &ctx.caller.viewer, &ctx.links)),
            owner: owner.map(|row| UserReference::new(&row.value, &ctx.links)),
            role: &contact.role,
        }
    }
}
