//! Exports as CSV: of the whole portal below `/api/1/site/`, of one organisation below its own path.
//! Only what everybody sees is exported, whoever asks.

mod datasets;
mod others;
mod row;
mod stream;
mod tags;

use actix_web::HttpResponse;
use basalt_domain::{CatalogueObject, Dataservice, Dataset, Filter, Reuse};

use self::{
    datasets::{Datasets, Resources},
    others::{Dataservices, Organizations, Reuses},
    stream::{Table, table},
};
use super::{datasets::filters as datasets_of, organizations::narrowed as narrowed_organizations};
use crate::{Operation, context::Ctx, problem::Problem};

pub(super) fn operations() -> Vec<Operation> {
    let mut all = vec![
        Operation::get("get_site_datasets_csv", "/api/1/site/datasets.csv", site_datasets)
            .summary("Exports the datasets"),
        Operation::get("get_site_resources_csv", "/api/1/site/resources.csv", site_resources)
            .summary("Exports the resources of datasets"),
        Operation::get("get_site_reuses_csv", "/api/1/site/reuses.csv", site_reuses).summary("Exports the reuses"),
        Operation::get("get_site_dataservices_csv", "/api/1/site/dataservices.csv", site_dataservices)
            .summary("Exports the dataservices"),
        Operation::get("get_site_organizations_csv", "/api/1/site/organizations.csv", site_organizations)
            .summary("Exports the organisations"),
        Operation::get("get_site_tags_csv", "/api/1/site/tags.csv", tags::export)
            .summary("Exports the tags and how often they are used"),
        Operation::get(
            "get_datasets_csv_api_/organizations/<org:org>/datasets.csv",
            "/api/1/organizations/{org}/datasets.csv",
            its_datasets,
        )
        .summary("Exports the datasets of an organisation"),
        Operation::get(
            "get_datasets_resources_csv_api_/organizations/<org:org>/datasets-resources.csv",
            "/api/1/organizations/{org}/datasets-resources.csv",
            its_resources,
        )
        .summary("Exports the resources of the datasets of an organisation"),
        Operation::get("get_dataservices_csv", "/api/1/organizations/{org}/dataservices.csv", its_dataservices)
            .summary("Exports the dataservices of an organisation"),
    ];
    for operation in &mut all {
        operation.answers.push((200, None));
    }
    all
}

async fn site_datasets(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let narrowed = datasets_of::narrowed(&ctx).await?;
    Ok(table::<Datasets>(&ctx, "datasets", Dataset::visible().and(narrowed)))
}

async fn site_resources(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let narrowed = datasets_of::narrowed(&ctx).await?;
    Ok(table::<Resources>(&ctx, "resources", Dataset::visible().and(narrowed)))
}

async fn site_reuses(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let narrowed = super::reuses::narrowed(&ctx).await?;
    Ok(table::<Reuses>(&ctx, "reuses", Reuse::visible().and(narrowed)))
}

async fn site_dataservices(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let narrowed = super::dataservices::filters::narrowed(&ctx).await?;
    Ok(table::<Dataservices>(&ctx, "dataservices", Dataservice::visible().and(narrowed)))
}

async fn site_organizations(ctx: Ctx) -> Result<HttpResponse, Problem> {
    Ok(table::<Organizations>(&ctx, "organizations", narrowed_organizations(&ctx)?.condition()))
}

async fn its_datasets(ctx: Ctx) -> Result<HttpResponse, Problem> {
    of_organization::<Datasets, Dataset>(&ctx, "datasets")
}

async fn its_resources(ctx: Ctx) -> Result<HttpResponse, Problem> {
    of_organization::<Resources, Dataset>(&ctx, "datasets-resources")
}

async fn its_dataservices(ctx: Ctx) -> Result<HttpResponse, Problem> {
    of_organization::<Dataservices, Dataservice>(&ctx, "dataservices")
}

/// Exports what belongs to the organisation in the path. Error: `Gone` for a deleted one.
fn of_organization<T: Table<Entity = E>, E: CatalogueObject>(ctx: &Ctx, what: &str) -> Result<HttpResponse, Problem> {
    let organization = &ctx.organization()?.value;
    ctx.services().organizations.readable(&ctx.caller, organization)?;
    let filter: Filter<E> = E::visible().and(E::ORGANIZATION.eq(organization.id));
    Ok(table::<T>(ctx, &format!("{}-{what}", organization.slug), filter))
}
