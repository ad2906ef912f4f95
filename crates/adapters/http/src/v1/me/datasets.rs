//! Datasets and community resources of one's own and of one's organisations.

use actix_web::HttpResponse;
use basalt_domain::{CatalogueObject, CommunityResource, Dataset, Owned, dataset, policy::portal::Access};

use crate::{
    Operation,
    context::Ctx,
    operation::QueryParam,
    problem::Problem,
    v1::{
        datasets::{
            community,
            views::{CommunityView, DatasetView},
        },
        narrowing, objects,
    },
    v2::search,
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("my_datasets", "/api/1/me/datasets/", mine)
            .access(Access::UserReads)
            .answers::<Vec<DatasetView<'static>>>(200)
            .summary("Lists one's own datasets, newest first"),
        Operation::get("my_org_datasets", "/api/1/me/org_datasets/", of_organizations)
            .access(Access::UserReads)
            .query(&[QueryParam::text("q")])
            .answers::<Vec<DatasetView<'static>>>(200)
            .summary("Lists datasets of one's own and of one's organisations"),
        Operation::get("my_org_community_resources", "/api/1/me/org_community_resources/", community_resources)
            .access(Access::UserReads)
            .query(&[QueryParam::text("q")])
            .answers::<Vec<CommunityView<'static>>>(200)
            .summary("Lists community resources of one's own and of one's organisations"),
    ]
}

async fn mine(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let own = Dataset::OWNER.eq(ctx.caller.id()?).and(dataset::DELETED.absent());
    objects::list(&ctx, own, u64::MAX).await
}

async fn of_organizations(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let user = ctx.caller.id()?;
    let joined = ctx.services().datasets.organizations_of(user).await?;
    let named =
        |word: &str| narrowing::word_of(&dataset::TITLE, &Dataset::SLUG, word).or(dataset::ACRONYM.contains(word));
    let wanted = search::matching(&ctx, None, named).await?;
    objects::natural(&ctx, Dataset::belonging_to(user, &joined).and(wanted)).await
}

async fn community_resources(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let user = ctx.caller.id()?;
    let joined = ctx.services().datasets.organizations_of(user).await?;
    let filter = CommunityResource::belonging_to(user, &joined);
    let mut rows = ctx.services().community_resources.list(filter).await?;
    if let Some(text) = ctx.params.filled("q") {
        rows.retain(|row| narrowing::is_called(&row.value.resource.title, text));
    }
    community::answer_list(&ctx, &rows).await
}
