//! Resources of a dataset, page by page; one of them wherever it is.

use actix_web::{HttpResponse, http::StatusCode};
use basalt_app::datasets::{Located, Wanted};
use basalt_domain::{Dataset, ObjectId, Resource};
use basalt_ports::Page;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    context::Ctx,
    paging::PageView,
    problem::Problem,
    query::Params,
    v1::{
        datasets::{
            resources::resource_id,
            views::{ResourceViewV2, SchemaView},
        },
        references::Id,
    },
};

/// Items on a page unless a client asks otherwise.
const PAGE_SIZE: u64 = 50;

/// A resource and the dataset it is of.
#[derive(Serialize, JsonSchema)]
pub(super) struct LocatedView<'a> {
    resource: ResourceViewV2<'a>,
    dataset_id: Option<Id>,
}

/// The resources of the dataset in the path: those whose title holds `q`, of one `type`. A page beyond
/// the last is empty here.
pub(super) async fn list(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let dataset = &ctx.target::<Dataset>()?.value;
    ctx.services().datasets.readable(&ctx.caller, dataset).await?;
    let at = ctx.params.page(PAGE_SIZE, ctx.settings().page_size_max)?;
    let filled = |name| ctx.params.filled(name).map(str::to_owned);
    let wanted = Wanted { kind: filled("type"), title: filled("q"), offset: at.offset(), limit: at.page_size() };
    let (found, total) = ctx.services().resources.some(dataset, wanted).await?;
    let items: Vec<ResourceViewV2<'_>> =
        found.iter().map(|resource| ResourceViewV2::new(resource, &ctx.links)).collect();
    let page = Page { items, total, page: at.page(), page_size: at.page_size() };
    let mut view = PageView::new(&ctx, page);
    let address = |number| neighbour(&ctx, dataset.id, number, at.page_size());
    view.next_page = view.next_page.map(|_other| address(at.page() + 1));
    view.previous_page = view.previous_page.map(|_other| address(at.page() - 1));
    ctx.ok(&view)
}

/// Another page: by the id of the dataset, which stays.
fn neighbour(ctx: &Ctx, dataset: ObjectId, page: u64, size: u64) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("page", "1").append_pair("page_size", &size.to_string());
    for name in ["q", "type"] {
        if let Some(value) = ctx.params.filled(name) {
            query.append_pair(name, value);
        }
    }
    let path = format!("/api/2/datasets/{dataset}/resources/");
    ctx.links.neighbour(&path, &Params::parse(&query.finish()), page)
}

/// A resource by its id alone, of a dataset or of the community.
pub(super) async fn show(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let id = resource_id(&ctx)?;
    let missing = || Problem::new(StatusCode::NOT_FOUND, "Resource does not exist");
    match ctx.services().resources.locate(id).await?.ok_or_else(missing)? {
        Located::In(row) => {
            ctx.services().datasets.readable(&ctx.caller, &row.value).await?;
            let resource = ctx.services().resources.one(&row.value, id).await?.ok_or_else(missing)?;
            answer(&ctx, &resource, Some(row.value.id))
        }
        Located::Community(row) => answer(&ctx, &row.value.resource, row.value.dataset),
    }
}

fn answer(ctx: &Ctx, resource: &Resource, dataset: Option<ObjectId>) -> Result<HttpResponse, Problem> {
    ctx.ok_whole(&LocatedView { resource: ResourceViewV2::new(resource, &ctx.links), dataset_id: dataset.map(Id) })
}

/// The schemas that the resources of the dataset in the path follow, each once.
pub(super) async fn schemas(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let dataset = &ctx.target::<Dataset>()?.value;
    ctx.services().datasets.readable(&ctx.caller, dataset).await?;
    let mut schemas: Vec<SchemaView<'_>> = Vec::new();
    for schema in dataset.resources.iter().filter_map(|resource| resource.schema.as_ref()).map(SchemaView::from) {
        if !schemas.contains(&schema) {
            schemas.push(schema);
        }
    }
    ctx.ok(&schemas)
}
