//! Invitations of organisations to the caller.

use actix_web::HttpResponse;
use basalt_app::organizations::PendingInvitation;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    context::Ctx,
    problem::Problem,
    v1::references::{GenericReference, OrganizationReference, Time},
};

/// An invitation that waits for an answer.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PendingInvitation")]
pub(super) struct InvitationView<'a> {
    assignments: Vec<GenericReference<'a>>,
    comment: Option<&'a str>,
    created: Time,
    id: Uuid,
    organization: OrganizationReference<'a>,
    role: &'static str,
}

impl<'a> InvitationView<'a> {
    fn new(ctx: &Ctx, invitation: &'a PendingInvitation) -> Self {
        let request = &invitation.request;
        let organization = &invitation.organization.value;
        Self {
            assignments: GenericReference::all(&request.assignments),
            comment: request.comment.as_deref(),
            created: request.created.into(),
            id: request.id,
            organization: OrganizationReference::new(organization, &ctx.caller.viewer, &ctx.links),
            role: request.role.as_str(),
        }
    }
}

pub(super) async fn list(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let invitations = ctx.services().organizations.invitations_to(&ctx.caller).await?;
    ctx.ok(&invitations.iter().map(|invitation| InvitationView::new(&ctx, invitation)).collect::<Vec<_>>())
}

pub(super) async fn accept(ctx: Ctx) -> Result<HttpResponse, Problem> {
    answer(&ctx, true, "Invitation accepted").await
}

pub(super) async fn refuse(ctx: Ctx) -> Result<HttpResponse, Problem> {
    answer(&ctx, false, "Invitation refused").await
}

async fn answer(ctx: &Ctx, accept: bool, message: &str) -> Result<HttpResponse, Problem> {
    let id = Uuid::try_parse(ctx.segment("id")).map_err(|_error| Problem::not_found())?;
    ctx.services().organizations.answer_invitation(&ctx.caller, id, accept).await?;
    ctx.ok(&json!({"message": message}))
}
