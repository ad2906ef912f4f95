//! Members and their assignments.

use actix_web::HttpResponse;
use basalt_app::organizations::role_named;
use basalt_domain::{Assignment, OrganizationRole};
use serde_json::{Value, json};

use super::{
    forms,
    views::{AssignmentView, MemberView},
};
use crate::{
    context::{Ctx, no_content},
    problem::Problem,
    v1::references::{Sight, role_label},
};

const fn description(role: OrganizationRole) -> &'static str {
    match role {
        OrganizationRole::Admin => "Can manage the organization, its members and all its content.",
        OrganizationRole::Editor => "Can create and edit all the content of the organization.",
        OrganizationRole::PartialEditor => "Can create content and edit only some of the content.",
    }
}

pub(super) async fn roles(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let role = |role: OrganizationRole| json!({"description": description(role), "id": role.as_str(), "label": role_label(role)});
    ctx.ok(&OrganizationRole::ALL.map(role))
}

pub(super) async fn set_role(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let organization = &ctx.organization()?.value;
    let user = ctx.user()?.value.id;
    let organizations = &ctx.services().organizations;
    organizations.allow(&ctx.caller, organization, basalt_domain::policy::organization::Action::Members)?;
    if organization.member(user).is_none() {
        return Err(Problem::not_found());
    }
    let role = match ctx.object()?.get("role") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(role_named(organization.id, name)?),
        Some(other) => Some(role_named(organization.id, &other.to_string())?),
    };
    let member = organizations.set_role(&ctx.caller, organization.id, user, role).await?;
    let users = ctx.services().context.store.users.by_ids([&user]).await?;
    // As udata: the answer to a change shows the person as to a stranger.
    ctx.ok(&MemberView::new(&ctx, &member, &users, Sight::Host))
}

pub(super) async fn remove(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let (organization, user) = (ctx.organization()?.value.id, ctx.user()?.value.id);
    ctx.services().organizations.remove_member(&ctx.caller, organization, user).await?;
    Ok(no_content())
}

pub(super) async fn assignments(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let organization = &ctx.organization()?.value;
    let rows = ctx.services().organizations.assignments(&ctx.caller, organization).await?;
    show(&ctx, rows.iter().map(|row| &row.value).collect()).await
}

pub(super) async fn assign(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let (organization, user) = (ctx.organization()?.value.id, ctx.user()?.value.id);
    let wishes = forms::assignments(&ctx.body)?;
    let assigned = ctx.services().organizations.assign(&ctx.caller, organization, user, &wishes).await?;
    show(&ctx, assigned.iter().collect()).await
}

async fn show(ctx: &Ctx, assignments: Vec<&Assignment>) -> Result<HttpResponse, Problem> {
    let organization = &ctx.organization()?.value;
    let users = ctx.services().context.store.users.by_ids(assignments.iter().map(|row| &row.user)).await?;
    let shown: Vec<AssignmentView<'_>> =
        assignments.iter().map(|assignment| AssignmentView::new(ctx, assignment, organization, &users)).collect();
    ctx.ok(&shown)
}
