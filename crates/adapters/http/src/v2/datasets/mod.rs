//! `/api/2/datasets/`.

mod extras;
mod resources;
pub(super) mod views;

use actix_web::HttpResponse;
use basalt_domain::{Dataset, Sort, dataset::sort_field};
use schemars::{Schema, SchemaGenerator, json_schema};

use self::{
    resources::LocatedView,
    views::{AroundV2, DatasetViewV2},
};
use crate::{
    Operation,
    context::Ctx,
    operation::{PAGING, QueryParam},
    paging::PageView,
    problem::Problem,
    v1::datasets::{
        filters::{self, Found},
        views::{ResourceViewV2, SchemaView},
    },
    v2::search,
};

const DATASET: &str = "/api/2/datasets/{dataset}/";
const EXTRAS: &str = "/api/2/datasets/{dataset}/extras/";
const RESOURCE_EXTRAS: &str = "/api/2/datasets/{dataset}/resources/{rid}/extras/";

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("list_datasets", "/api/2/datasets/", list)
            .query(&PAGING)
            .query(&filters::PARAMETERS)
            .answers::<PageView<DatasetViewV2<'static>>>(200)
            .summary("Lists datasets without their resources, newest first"),
        Operation::get("get_dataset", DATASET, show)
            .of_heads()
            .answers::<DatasetViewV2<'static>>(200)
            .summary("Reads a dataset without its resources"),
        Operation::get("list_resources", "/api/2/datasets/{dataset}/resources/", resources::list)
            .of_heads()
            .query(&PAGING)
            .query(&[QueryParam::text("q"), QueryParam::text("type")])
            .answers::<PageView<ResourceViewV2<'static>>>(200)
            .summary("Lists the resources of a dataset"),
        Operation::get("get_resource", "/api/2/datasets/resources/{rid}/", resources::show)
            .answers::<LocatedView<'static>>(200)
            .summary("Reads a resource wherever it is"),
        Operation::get("get_dataset_schemas", "/api/2/datasets/{dataset}/schemas/", resources::schemas)
            .answers::<Vec<SchemaView<'static>>>(200)
            .summary("Lists the schemas that the resources of a dataset follow"),
        Operation::get("get_dataset_extras", EXTRAS, extras::show)
            .of_heads()
            .answers_plain(200)
            .summary("Reads the extras"),
        Operation::put("update_dataset_extras", EXTRAS, extras::merge)
            .of_heads()
            .reads_json(any_object)
            .answers_plain(200)
            .summary("Merges extras in; null removes"),
        Operation::delete("delete_dataset_extras", EXTRAS, extras::remove)
            .of_heads()
            .reads_json(any_list)
            .answers_plain(204)
            .summary("Removes extras by name"),
        Operation::get("get_resource_extras", RESOURCE_EXTRAS, extras::show_of_resource)
            .of_heads()
            .answers_plain(200)
            .summary("Reads the extras of a resource"),
        Operation::put("update_resource_extras", RESOURCE_EXTRAS, extras::merge_of_resource)
            .of_heads()
            .reads_json(any_object)
            .answers_plain(200)
            .summary("Merges extras of a resource in; null removes"),
        Operation::delete("delete_resource_extras", RESOURCE_EXTRAS, extras::remove_of_resource)
            .of_heads()
            .reads_json(any_list)
            .answers_plain(204)
            .summary("Removes extras of a resource by name"),
    ]
}

fn any_object(_generator: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "object"})
}

fn any_list(_generator: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": {"type": "string"}})
}

async fn list(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let at = ctx.params.page(20, ctx.settings().page_size_max)?;
    let sort = ctx.params.sort(sort_field)?.map(|(path, descending)| Sort::by(path, descending));
    let page = match filters::listed(&ctx).await? {
        Found::ByIndex(asked) => search::page_of_list::<Dataset>(&ctx, &asked).await?,
        Found::ByStorage(filter) => ctx.services().datasets.page_of_heads(&ctx.caller, Some(filter), sort, at).await?,
    };
    let rows = page.items.clone();
    let datasets: Vec<&Dataset> = rows.iter().map(|row| &row.value).collect();
    let around = AroundV2::of(&ctx, &datasets).await?;
    let mut shown = datasets.iter().map(|dataset| DatasetViewV2::new(&ctx, dataset, &around));
    ctx.ok(&PageView::new(&ctx, page.map(|_row| shown.next())))
}

async fn show(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let dataset = &ctx.target::<Dataset>()?.value;
    ctx.services().datasets.readable(&ctx.caller, dataset).await?;
    let around = AroundV2::of(&ctx, &[dataset]).await?;
    ctx.ok(&DatasetViewV2::new(&ctx, dataset, &around))
}
