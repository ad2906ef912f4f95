//! Datasets of an organisation.

use actix_web::HttpResponse;
use basalt_domain::{Dataset, Owned, dataset::sort_field};

use crate::{
    context::Ctx,
    problem::Problem,
    v1::{datasets::filters, objects},
};

pub(super) async fn list(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let organization = &ctx.organization()?.value;
    let filter = filters::narrowed(&ctx).await?.and(Dataset::ORGANIZATION.eq(organization.id));
    objects::page::<Dataset>(&ctx, Some(filter), sort_field).await
}
