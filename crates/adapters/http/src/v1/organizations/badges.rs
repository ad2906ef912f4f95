//! Badges of organisations.

use actix_web::{HttpResponse, http::StatusCode};
use basalt_domain::organization::BADGES;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::{
    context::{Ctx, no_content},
    problem::Problem,
};

pub(super) fn schema(_generator: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}})
}

pub(super) async fn available(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let mut kinds = BADGES;
    kinds.sort_unstable();
    let kinds: Map<String, Value> = kinds.iter().map(|(kind, label)| ((*kind).to_owned(), json!(label))).collect();
    ctx.ok_whole(&kinds)
}

pub(super) async fn add(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let body = ctx.object()?;
    let kind = match body.get("kind") {
        Some(Value::String(kind)) => kind.clone(),
        None | Some(Value::Null) => "None".to_owned(),
        Some(other) => other.to_string(),
    };
    let added = ctx.services().organizations.add_badge(&ctx.caller, ctx.organization()?.value.id, &kind).await?;
    let status = if added { StatusCode::CREATED } else { StatusCode::OK };
    ctx.answer(status, &json!({"kind": kind}))
}

pub(super) async fn remove(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let id = ctx.organization()?.value.id;
    ctx.services().organizations.remove_badge(&ctx.caller, id, ctx.segment("badge_kind")).await?;
    Ok(no_content())
}
