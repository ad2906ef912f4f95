//! Reuses of one's own and of one's organisations.

use actix_web::HttpResponse;
use basalt_domain::{CatalogueObject, Owned, Reuse, policy::portal::Access, reuse::TITLE};

use crate::{
    Operation,
    context::Ctx,
    operation::QueryParam,
    problem::Problem,
    v1::{narrowing, objects, reuses::views::ReuseView},
    v2::search,
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("my_reuses", "/api/1/me/reuses/", mine)
            .access(Access::UserReads)
            .answers::<Vec<ReuseView<'static>>>(200)
            .summary("Lists one's own reuses, deleted ones too"),
        Operation::get("my_org_reuses", "/api/1/me/org_reuses/", of_organizations)
            .access(Access::UserReads)
            .query(&[QueryParam::text("q")])
            .answers::<Vec<ReuseView<'static>>>(200)
            .summary("Lists reuses of one's own and of one's organisations"),
    ]
}

async fn mine(ctx: Ctx) -> Result<HttpResponse, Problem> {
    objects::natural(&ctx, Reuse::OWNER.eq(ctx.caller.id()?)).await
}

async fn of_organizations(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let user = ctx.caller.id()?;
    let joined = ctx.services().reuses.organizations_of(user).await?;
    let wanted = search::matching(&ctx, None, |word| narrowing::word_of(&TITLE, &Reuse::SLUG, word)).await?;
    objects::natural(&ctx, Reuse::belonging_to(user, &joined).and(wanted)).await
}
