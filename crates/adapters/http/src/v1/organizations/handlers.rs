//! Reading, creating, changing and deleting organisations.

use actix_web::HttpResponse;
use basalt_app::{
    legal,
    organizations::{self, OrganizationFilter},
};
use basalt_domain::{
    Organization, Owned, Reuse, Sort,
    organization::{BADGES, sort_field},
    policy::organization::Action,
};
use basalt_ports::Version;

use super::{
    forms::OrganizationForm,
    views::{OrganizationView, Suggestion},
};
use crate::{
    blocs::view::Cards,
    context::{Ctx, no_content},
    paging::PageView,
    problem::Problem,
    v1::{objects, suggestions::suggested},
    v2::search,
};

/// Items on a page unless a client asks otherwise.
const PAGE_SIZE: u64 = 20;

pub(super) async fn list(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let params = &ctx.params;
    let at = params.page(PAGE_SIZE, ctx.settings().page_size_max)?;
    let sort = params.sort(sort_field)?.map(|(path, descending)| Sort::by(path, descending));
    let filter = narrowed(&ctx)?;
    let organizations = &ctx.services().organizations;
    let page = if search::may_answer(&ctx, &["name", "business_number_id"]).await? {
        let asked = search::asked::organizations(&ctx, search::For::List)?;
        let results = search::found::<Organization>(&ctx, &asked).await?;
        search::page(&asked, &results, results.rows.clone())
    } else {
        organizations.page(&filter, sort, at).await?
    };
    let users = organizations.members_of(page.items.iter().map(|row| &row.value)).await?;
    let rows = page.items.clone();
    let cards = cards(&ctx, rows.iter().map(|row| &row.value)).await?;
    let mut shown = rows.iter().map(|row| OrganizationView::new(&ctx, &row.value, &users, cards.as_ref()));
    ctx.ok(&PageView::new(&ctx, page.map(|_row| shown.next())))
}

/// What the request narrows organisations to. Error: a badge that is none.
pub(in crate::v1) fn narrowed(ctx: &Ctx) -> Result<OrganizationFilter, Problem> {
    let params = &ctx.params;
    let badge = params.get("badge").map(str::to_owned);
    if badge.as_deref().is_some_and(|badge| !BADGES.iter().any(|(kind, _label)| *kind == badge)) {
        return Err(Problem::parameter("badge", "Unknown badge type"));
    }
    let text = |name| params.filled(name).map(str::to_owned);
    Ok(OrganizationFilter { q: text("q"), badge, name: text("name"), business_number_id: text("business_number_id") })
}

pub(super) async fn create(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let mut form = OrganizationForm::create(ctx.object()?);
    form.read_blocs(&ctx, None).await?;
    let organization = ctx.services().organizations.create(&ctx.caller, &form).await?;
    let users = ctx.services().organizations.members_of([&organization]).await?;
    let cards = cards(&ctx, [&organization]).await?;
    ctx.created(&OrganizationView::new(&ctx, &organization, &users, cards.as_ref()))
}

pub(super) async fn show(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let organization = &ctx.organization()?.value;
    let organizations = &ctx.services().organizations;
    organizations.readable(&ctx.caller, organization)?;
    let users = organizations.members_of([organization]).await?;
    let cards = cards(&ctx, [organization]).await?;
    ctx.ok(&OrganizationView::new(&ctx, organization, &users, cards.as_ref()))
}

pub(super) async fn update(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let organizations = &ctx.services().organizations;
    let expected = expected(&ctx).await?;
    let organization = &ctx.organization()?.value;
    let id = organization.id;
    let mut form = OrganizationForm::update(ctx.object()?);
    if form.speaks_of_blocs() {
        // Only those who may change it are told what is wrong with its blocks.
        let action = if basalt_app::Form::restores(&form) { Action::Restore } else { Action::Edit };
        organizations.allow(&ctx.caller, organization, action)?;
        form.read_blocs(&ctx, Some(id)).await?;
    }
    let organization = organizations.update(&ctx.caller, id, &form, expected).await?;
    let users = organizations.members_of([&organization]).await?;
    let cards = cards(&ctx, [&organization]).await?;
    ctx.ok(&OrganizationView::new(&ctx, &organization, &users, cards.as_ref()))
}

pub(super) async fn delete(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let notice = objects::legal_notice(&ctx)?;
    let expected = expected(&ctx).await?;
    let organization = &ctx.organization()?.value;
    ctx.services().organizations.delete(&ctx.caller, organization.id, expected).await?;
    if notice {
        let admins = legal::admins_of(organization);
        legal::tell(&ctx.services().context, &admins, organizations::CLASS, &organization.name).await;
    }
    Ok(no_content())
}

/// What the blocks of these organisations refer to, where a mask asks for blocks.
async fn cards<'a>(
    ctx: &Ctx,
    organizations: impl IntoIterator<Item = &'a Organization>,
) -> Result<Option<Cards>, Problem> {
    if !ctx.mask()?.is_some_and(|mask| mask.names("presentation_blocs")) {
        return Ok(None);
    }
    let blocs: Vec<basalt_domain::Value> =
        organizations.into_iter().flat_map(|organization| organization.presentation_blocs.clone()).collect();
    Cards::of(ctx, &blocs).await.map(Some)
}

/// The version that the client's `If-Match` stands for.
async fn expected(ctx: &Ctx) -> Result<Option<Version>, Problem> {
    let row = ctx.organization()?;
    if !ctx.request.headers().contains_key("if-match") {
        return Ok(None);
    }
    let users = ctx.services().organizations.members_of([&row.value]).await?;
    let cards = cards(ctx, [&row.value]).await?;
    let asked = ctx.if_match(&OrganizationView::new(ctx, &row.value, &users, cards.as_ref()))?;
    Ok(asked.then_some(row.version))
}

pub(super) async fn suggest(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let text = ctx.params.required("q", "The string to autocomplete/suggest")?;
    let size = ctx.params.size(10, ctx.settings().page_size_max)?;
    let found = match suggested(&ctx, text, size).await? {
        Some(found) => found,
        None => ctx.services().organizations.suggest(text, size).await?,
    };
    let organizations: Vec<&Organization> = found.iter().map(|row| &row.value).collect();
    let shown: Vec<Suggestion<'_>> =
        organizations.into_iter().map(|organization| Suggestion::new(&ctx, organization)).collect();
    ctx.ok(&shown)
}

pub(super) async fn reuses(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let organization = ctx.organization()?.value.id;
    let theirs = Reuse::ORGANIZATION.eq(organization).and(basalt_domain::reuse::DELETED.absent());
    objects::list(&ctx, theirs, u64::MAX).await
}
