//! The datasets and dataservices a reuse uses.

use actix_web::{HttpResponse, http::StatusCode};
use basalt_app::slugs::Found;
use basalt_domain::{ObjectId, Reuse, policy::object::Action};
use basalt_ports::ChangeSet;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use super::views::ReuseView;
use crate::{Operation, context::Ctx, problem::Problem, v1::objects};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::post("reuse_add_dataset", "/api/1/reuses/{reuse}/datasets/", add_dataset)
            .reads(schema)
            .answers::<ReuseView<'static>>(201)
            .answers::<ReuseView<'static>>(200)
            .summary("Adds a dataset to those a reuse uses"),
        Operation::post("reuse_add_dataservice", "/api/1/reuses/{reuse}/dataservices/", add_dataservice)
            .reads(schema)
            .answers::<ReuseView<'static>>(201)
            .answers::<ReuseView<'static>>(200)
            .summary("Adds a dataservice to those a reuse uses"),
    ]
}

fn schema(_generator: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}})
}

async fn add_dataset(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let id = id(&ctx, "Expect a dataset identifier").await?;
    let known = match ctx.services().datasets.find(&id.to_string()).await? {
        Found::Here(row) => ctx.services().datasets.readable(&ctx.caller, &row.value).await.is_ok(),
        _ => false,
    };
    add(&ctx, known, id, |reuse| &mut reuse.datasets).await
}

async fn add_dataservice(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let id = id(&ctx, "Expect a dataservice identifier").await?;
    let known = match ctx.services().dataservices.find(&id.to_string()).await? {
        Found::Here(row) => ctx.services().dataservices.readable(&ctx.caller, &row.value).await.is_ok(),
        _ => false,
    };
    add(&ctx, known, id, |reuse| &mut reuse.dataservices).await
}

/// The id in the body, of those who may change the reuse. 400 without one, 404 for what is none.
async fn id(ctx: &Ctx, missing: &str) -> Result<ObjectId, Problem> {
    let reuse = &ctx.target::<Reuse>()?.value;
    ctx.services().reuses.allow(&ctx.caller, reuse, Action::Edit).await?;
    match ctx.body.get("id") {
        None => Err(Problem::bad_request(missing)),
        Some(Value::String(id)) => ObjectId::parse(id).map_err(|_error| Problem::not_found()),
        Some(_other) => Err(Problem::not_found()),
    }
}

async fn add(
    ctx: &Ctx,
    known: bool,
    id: ObjectId,
    place: fn(&mut Reuse) -> &mut Vec<ObjectId>,
) -> Result<HttpResponse, Problem> {
    if !known {
        return Err(Problem::not_found());
    }
    let reuse = &ctx.target::<Reuse>()?.value;
    if place(&mut reuse.clone()).contains(&id) {
        return objects::answer(ctx, StatusCode::OK, reuse).await;
    }
    let services = ctx.services();
    let changed = services.reuses.change_with(&ctx.caller, reuse.id, Action::Edit, None, async |reuse| {
        let used = place(reuse);
        if !used.contains(&id) {
            used.push(id);
        }
        Ok(ChangeSet::new())
    });
    objects::answer(ctx, StatusCode::CREATED, &changed.await?).await
}
