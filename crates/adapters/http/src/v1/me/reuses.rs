//! Reuses of one's own and of one's organisations.

use actix_web::HttpResponse;
use basalt_domain::{Filter, Owned, Reuse, policy::portal::Access, reuse::TITLE};

use crate::{
    Operation,
    context::Ctx,
    operation::QueryParam,
    problem::Problem,
    v1::{objects, reuses::views::ReuseView},
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
    let mut filter: Filter<Reuse> = Reuse::belonging_to(user, &joined);
    for word in ctx.params.filled("q").into_iter().flat_map(str::split_whitespace) {
        filter = filter.and(TITLE.contains(word));
    }
    objects::natural(&ctx, filter).await
}
