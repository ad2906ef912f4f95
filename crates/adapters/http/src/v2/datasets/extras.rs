//! What clients store with datasets and resources.

use actix_web::{HttpResponse, http::StatusCode};
use basalt_app::{AppError, datasets::ReservedExtras};
use basalt_domain::{Dataset, Document, FieldError, Invalid, policy::object::Action};
use serde_json::Value;

use crate::{
    context::{Ctx, no_content},
    fields,
    problem::Problem,
    v1::{
        datasets::resources::{resource, resource_id},
        references::Plain,
    },
};

pub(super) async fn show(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let dataset = readable(&ctx).await?;
    ctx.ok_whole(&Plain(&dataset.extras))
}

pub(super) async fn show_of_resource(ctx: Ctx) -> Result<HttpResponse, Problem> {
    readable(&ctx).await?;
    ctx.ok_whole(&Plain(&resource(&ctx).await?.extras))
}

pub(super) async fn merge(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let dataset = editable(&ctx).await?;
    let sent = sent_map(&ctx, ReservedExtras::OfDatasets)?;
    let sent = sent.map_err(|message| {
        let errors = vec![FieldError::stored("extras", message)];
        let subject = Some(("Dataset", Some(dataset.id.to_string())));
        AppError::Invalid(Invalid { subject, errors, message: None })
    })?;
    let change = |extras: &mut Document| merged(extras, &sent);
    let extras = ctx.services().resources.change_dataset_extras(&ctx.caller, dataset.id, change).await?;
    ctx.ok_whole(&Plain(&extras))
}

pub(super) async fn merge_of_resource(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let dataset = editable(&ctx).await?;
    resource(&ctx).await?;
    let sent = sent_map(&ctx, ReservedExtras::OfResources)?.map_err(|message| AppError::body("Resource", message))?;
    let change = |extras: &mut Document| merged(extras, &sent);
    let resources = &ctx.services().resources;
    let extras = resources.change_extras(&ctx.caller, dataset.id, resource_id(&ctx)?, change).await?;
    ctx.ok_whole(&Plain(&extras))
}

pub(super) async fn remove(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let dataset = editable(&ctx).await?;
    let names = sent_names(&ctx, ReservedExtras::OfDatasets)?;
    let change = |extras: &mut Document| without(extras, &names);
    ctx.services().resources.change_dataset_extras(&ctx.caller, dataset.id, change).await?;
    Ok(no_content())
}

pub(super) async fn remove_of_resource(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let dataset = editable(&ctx).await?;
    let present = resource(&ctx).await?;
    let names = sent_names(&ctx, ReservedExtras::OfResources)?;
    if names.iter().any(|name| present.extras.get(name).is_none()) {
        return Err(Problem::new(StatusCode::NOT_FOUND, "Key not found in existing extras"));
    }
    let change = |extras: &mut Document| without(extras, &names);
    ctx.services().resources.change_extras(&ctx.caller, dataset.id, resource_id(&ctx)?, change).await?;
    Ok(no_content())
}

async fn readable(ctx: &Ctx) -> Result<&Dataset, Problem> {
    let dataset = &ctx.target::<Dataset>()?.value;
    ctx.services().datasets.readable(&ctx.caller, dataset).await?;
    Ok(dataset)
}

async fn editable(ctx: &Ctx) -> Result<&Dataset, Problem> {
    let dataset = &ctx.target::<Dataset>()?.value;
    ctx.services().datasets.allow(&ctx.caller, dataset, Action::Edit).await?;
    Ok(dataset)
}

/// The map in the body, null where it removes; or what is wrong with its names.
fn sent_map(ctx: &Ctx, reserved: ReservedExtras) -> Result<Result<Document, &'static str>, Problem> {
    let Value::Object(body) = &ctx.body else {
        return Err(Problem::bad_request("Wrong payload format, dict expected"));
    };
    reserved.check(&ctx.caller, body.keys().map(String::as_str))?;
    Ok(fields::read_map(&ctx.body))
}

/// The names in the body.
fn sent_names(ctx: &Ctx, reserved: ReservedExtras) -> Result<Vec<String>, Problem> {
    let Value::Array(items) = &ctx.body else {
        return Err(Problem::bad_request("Wrong payload format, list expected"));
    };
    let names: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
    let names = names.ok_or_else(|| Problem::bad_request("Wrong payload format, extras keys must be strings"))?;
    reserved.check(&ctx.caller, names.iter().map(String::as_str))?;
    Ok(names)
}

fn merged(extras: &mut Document, sent: &Document) {
    for (name, value) in sent.iter() {
        if value.is_null() {
            extras.remove(name);
        } else {
            extras.insert(name.clone(), value.clone());
        }
    }
}

fn without(extras: &mut Document, names: &[String]) {
    for name in names {
        extras.remove(name);
    }
}
