//! Creating, reading, changing and removing contact points.

use actix_web::{HttpResponse, http::StatusCode};
use serde_json::{Value, json};

use super::{ROLES, forms::ContactForm, lists::Contacts};
use crate::{
    context::{Ctx, no_content},
    problem::Problem,
};

pub(super) async fn roles(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let roles: Vec<Value> = ROLES.iter().map(|(id, label)| json!({"id": id, "label": label})).collect();
    ctx.ok(&roles)
}

pub(super) async fn create(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let form = ContactForm::create(ctx.object()?);
    let (contact, new) = ctx.services().contacts.create(&ctx.caller, &form).await?;
    let around = Contacts::owners(&ctx, &[&contact]).await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    ctx.answer(status, &around.view(&ctx, &contact))
}

pub(super) async fn show(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let row = ctx.services().contacts.get(ctx.segment("contact_point")).await?;
    let around = Contacts::owners(&ctx, &[&row.value]).await?;
    ctx.ok(&around.view(&ctx, &row.value))
}

pub(super) async fn update(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let id = ctx.services().contacts.get(ctx.segment("contact_point")).await?.value.id;
    let form = ContactForm::update(ctx.object()?);
    let contact = ctx.services().contacts.update(&ctx.caller, id, &form).await?;
    let around = Contacts::owners(&ctx, &[&contact]).await?;
    ctx.ok(&around.view(&ctx, &contact))
}

pub(super) async fn delete(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let id = ctx.services().contacts.get(ctx.segment("contact_point")).await?.value.id;
    ctx.services().contacts.delete(&ctx.caller, id).await?;
    Ok(no_content())
}
