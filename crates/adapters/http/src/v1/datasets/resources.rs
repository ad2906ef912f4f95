//! Resources of a dataset.

use std::borrow::Cow;

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use basalt_app::{
    AppError,
    datasets::{Located, Order},
};
use basalt_domain::{Dataset, Resource, policy::object::Action};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{forms::ResourceForm, views::ResourceView};
use crate::{
    context::{Ctx, no_content},
    problem::Problem,
};

/// The resource in the path, in the dataset in the path.
pub(crate) async fn resource(ctx: &Ctx) -> Result<Cow<'_, Resource>, Problem> {
    let id = resource_id(ctx)?;
    let found = ctx.services().resources.one(&ctx.target::<Dataset>()?.value, id).await?;
    found.ok_or_else(|| AppError::NotFound("Resource").into())
}

/// The id of the resource in the path; 404 for what is none.
pub(crate) fn resource_id(ctx: &Ctx) -> Result<Uuid, Problem> {
    Uuid::try_parse(ctx.segment("rid")).map_err(|_error| Problem::not_found())
}

/// May the caller change the resources of the dataset in the path? Those of a deleted one too.
pub(super) async fn editable(ctx: &Ctx) -> Result<&Dataset, Problem> {
    let dataset = &ctx.target::<Dataset>()?.value;
    ctx.services().datasets.allow(&ctx.caller, dataset, Action::Restore).await?;
    Ok(dataset)
}

pub(super) async fn create(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let dataset = editable(&ctx).await?;
    let form = ResourceForm::create(ctx.object()?);
    let added = ctx.services().resources.add(&ctx.caller, dataset.id, &form).await?;
    ctx.created(&ResourceView::new(&added, &ctx.links))
}

pub(super) async fn show(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let dataset = &ctx.target::<Dataset>()?.value;
    ctx.services().datasets.readable(&ctx.caller, dataset).await?;
    ctx.ok(&ResourceView::new(&*resource(&ctx).await?, &ctx.links))
}

pub(super) async fn update(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let dataset = editable(&ctx).await?;
    let present = resource(&ctx).await?;
    let expected = expected(&ctx, &present)?;
    let form = ResourceForm::update(ctx.object()?);
    let changed = ctx.services().resources.update(&ctx.caller, dataset.id, present.id, &form, expected).await?;
    ctx.ok(&ResourceView::new(&changed, &ctx.links))
}

pub(super) async fn remove(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let dataset = editable(&ctx).await?;
    let present = resource(&ctx).await?;
    let expected = expected(&ctx, &present)?;
    ctx.services().resources.remove(&ctx.caller, dataset.id, present.id, expected).await?;
    Ok(no_content())
}

/// The resource that the client's `If-Match` stands for.
fn expected<'a>(ctx: &Ctx, present: &'a Resource) -> Result<Option<&'a Resource>, Problem> {
    Ok(ctx.if_match(&ResourceView::new(present, &ctx.links))?.then_some(present))
}

pub(super) async fn reorder(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let dataset = editable(&ctx).await?;
    let items = match &ctx.body {
        Value::Array(items) => items.as_slice(),
        Value::Object(map) if map.is_empty() => &[],
        _ => return Err(Problem::bad_request("Expected a list of resources")),
    };
    let mut wished = Vec::with_capacity(items.len());
    for item in items {
        wished.push(place(item)?);
    }
    let order: Vec<Order<'_>> = wished
        .iter()
        .map(|(id, form)| Order { id: *id, form: form.as_ref().map(|form| form as &dyn basalt_app::Form<Resource>) })
        .collect();
    let ordered = ctx.services().resources.reorder(&ctx.caller, dataset.id, &order).await?;
    let shown: Vec<ResourceView<'_>> = ordered.iter().map(|one| ResourceView::new(one, &ctx.links)).collect();
    ctx.ok(&shown)
}

/// One place in an order: an id, or a map with the id and what is changed besides.
fn place(item: &Value) -> Result<(Uuid, Option<ResourceForm>), Problem> {
    let (id, form) = match item {
        Value::Object(map) => {
            let mut rest = map.clone();
            let id = rest.remove("id");
            (id, Some(rest).filter(|rest| !rest.is_empty()).map(ResourceForm::update))
        }
        other => (Some(other.clone()), None),
    };
    let id =
        id.filter(|id| !id.is_null()).ok_or_else(|| Problem::bad_request("Each resource must have an 'id' field"))?;
    let id = id.as_str().and_then(|text| Uuid::try_parse(text).ok());
    // What is no id at all is one that no resource has.
    Ok((id.unwrap_or_default(), form))
}

/// Leads to where the file of a resource is, for ever.
pub(super) async fn redirect(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let id = Uuid::try_parse(ctx.segment("id")).map_err(|_error| Problem::not_found())?;
    let url = match ctx.services().resources.locate(id).await? {
        Some(Located::In(row)) => {
            let found = ctx.services().resources.one(&row.value, id).await?;
            found.map(|resource| resource.into_owned().url)
        }
        Some(Located::Community(row)) => Some(row.value.resource.url.clone()),
        None => None,
    };
    let missing = || Problem::new(StatusCode::NOT_FOUND, "Resource not found");
    let url = url.filter(|url| header::HeaderValue::from_str(url).is_ok()).ok_or_else(missing)?;
    Ok(HttpResponse::Found().insert_header((header::LOCATION, url)).finish())
}

/// Has the analyser look at a resource again.
pub(super) async fn analyse(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let dataset = &ctx.target::<Dataset>()?.value;
    let resource = resource(&ctx).await?;
    if ctx.services().work.analyse(dataset, &resource).await? {
        return ctx.answer(StatusCode::ACCEPTED, &json!({"message": "The analyser is told"}));
    }
    // No fault of ours: it is not set.
    Err(Problem::bad_request("No resources analyser configured"))
}
