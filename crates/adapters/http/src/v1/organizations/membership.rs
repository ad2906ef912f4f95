//! Asking to join, inviting, and the answers.

use actix_web::{HttpResponse, http::StatusCode};
use basalt_app::organizations::{Accepted, Asked, Comment, NotText};
use basalt_domain::MembershipRequest;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    forms,
    views::{MemberView, MembershipRequestView},
};
use crate::{context::Ctx, problem::Problem, v1::references::Sight};

pub(super) async fn list(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let organization = &ctx.organization()?.value;
    let (user, status) = (ctx.params.filled("user"), ctx.params.filled("status"));
    let requests = ctx.services().organizations.requests(&ctx.caller, organization, user, status)?;
    let users = users_of(&ctx, &requests).await?;
    // Whoever gets here manages the organisation, or sees nothing but requests of their own.
    let sight = sight(&ctx)?.max(Sight::Hint);
    let shown: Vec<MembershipRequestView<'_>> =
        requests.iter().map(|request| MembershipRequestView::new(&ctx, request, &users, sight)).collect();
    ctx.ok(&shown)
}

pub(super) async fn ask(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let id = ctx.organization()?.value.id;
    let body = ctx.object()?;
    let asked = ctx.services().organizations.ask(&ctx.caller, id, comment(&body)).await?;
    let (status, request) = match asked {
        Asked::New(request) => (StatusCode::CREATED, request),
        Asked::Again(request) => (StatusCode::OK, request),
    };
    // Who asks sees their own address as members see it.
    show(&ctx, status, &request, sight(&ctx)?.max(Sight::Hint)).await
}

pub(super) async fn invite(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let organization = &ctx.organization()?.value;
    let organizations = &ctx.services().organizations;
    organizations.allow(&ctx.caller, organization, basalt_domain::policy::organization::Action::Members)?;
    let invitation = forms::invitation(&ctx.object()?)?;
    let request = organizations.invite(&ctx.caller, organization.id, &invitation).await?;
    show(&ctx, StatusCode::CREATED, &request, Sight::Host).await
}

pub(super) async fn accept(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let organization = &ctx.organization()?.value;
    let request = request_id(&ctx)?;
    let (joined, member) = match ctx.services().organizations.accept(&ctx.caller, organization.id, request).await? {
        Accepted::Joined(member) => (true, member),
        Accepted::Already(member) => (false, member),
    };
    let users = ctx.services().context.store.users.by_ids([&member.user]).await?;
    let view = MemberView::new(&ctx, &member, &users, Sight::Host);
    if joined {
        return ctx.ok(&view);
    }
    // The contract answers the member here; like every refusal it says why, too.
    let refusal = Problem::new(StatusCode::CONFLICT, "User is already a member");
    let member = serde_json::to_value(&view).map_err(basalt_app::AppError::internal)?;
    let keys = member.as_object().cloned().unwrap_or_default();
    Err(keys.into_iter().fold(refusal, |refusal, (key, value)| refusal.with(&key, value)))
}

pub(super) async fn refuse(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let id = ctx.organization()?.value.id;
    let request = request_id(&ctx)?;
    let body = ctx.object()?;
    ctx.services().organizations.refuse(&ctx.caller, id, request, comment(&body)).await?;
    ctx.ok(&json!({}))
}

pub(super) async fn cancel(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let id = ctx.organization()?.value.id;
    let request = request_id(&ctx)?;
    ctx.services().organizations.cancel(&ctx.caller, id, request).await?;
    ctx.ok(&json!({}))
}

fn request_id(ctx: &Ctx) -> Result<Uuid, Problem> {
    Uuid::try_parse(ctx.segment("id")).map_err(|_error| Problem::not_found())
}

/// The comment in a body.
fn comment(body: &Map<String, Value>) -> Comment<'_> {
    match body.get("comment") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(comment)) => Ok(Some(comment)),
        Some(_other) => Err(NotText),
    }
}

fn sight(ctx: &Ctx) -> Result<Sight, Problem> {
    Ok(Sight::on_members(&ctx.caller.viewer, &ctx.organization()?.value))
}

async fn show(
    ctx: &Ctx,
    status: StatusCode,
    request: &MembershipRequest,
    sight: Sight,
) -> Result<HttpResponse, Problem> {
    let users = users_of(ctx, std::slice::from_ref(request)).await?;
    ctx.answer(status, &MembershipRequestView::new(ctx, request, &users, sight))
}

async fn users_of(ctx: &Ctx, requests: &[MembershipRequest]) -> Result<super::views::Users, Problem> {
    let ids: Vec<_> = requests.iter().filter_map(|request| request.user).collect();
    Ok(ctx.services().context.store.users.by_ids(&ids).await?)
}
