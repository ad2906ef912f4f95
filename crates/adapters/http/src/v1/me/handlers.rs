//! Reading, changing and deleting one's own account.

use actix_web::{HttpResponse, http::StatusCode};
use basalt_domain::{Field, Organization, organization};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    context::{Ctx, no_content},
    problem::Problem,
    v1::{
        references::Id,
        users::{
            forms::UserForm,
            handlers::{answer, expected, replace_avatar},
            views::Face,
        },
    },
};

/// What is one's own and one's organisations', counted.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MyMetrics")]
pub(super) struct MetricsView {
    datasets_count: i64,
    datasets_org_count: i64,
    followers_count: i64,
    followers_org_count: i64,
    id: Id,
    /// Per cent.
    resources_availability: f64,
}

pub(super) async fn show(ctx: Ctx) -> Result<HttpResponse, Problem> {
    answer(&ctx, StatusCode::OK, &ctx.caller.account()?.value, Face::Own).await
}

pub(super) async fn update(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let row = ctx.caller.account()?;
    let expected = expected(&ctx, &row.value, row.version, Face::Own).await?;
    let form = UserForm::oneself(ctx.object()?);
    let user = ctx.services().users.update(row.value.id, &form, None, expected).await?;
    answer(&ctx, StatusCode::OK, &user, Face::Own).await
}

pub(super) async fn delete(ctx: Ctx) -> Result<HttpResponse, Problem> {
    ctx.services().users.delete(&ctx.caller, ctx.caller.id()?, true).await?;
    Ok(no_content())
}

pub(super) async fn set_avatar(ctx: Ctx) -> Result<HttpResponse, Problem> {
    replace_avatar(&ctx, ctx.caller.id()?).await
}

pub(super) async fn metrics(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let user = &ctx.caller.account()?.value;
    let joined = ctx.services().organizations.of_member(user.id).await?;
    let own = |name: &str| user.metrics.get(name).and_then(basalt_domain::Value::as_int).unwrap_or(0);
    let theirs = |field: &Field<Organization, i64>| -> i64 {
        let name = field.path.name.strip_prefix("metrics.").unwrap_or_default();
        joined.iter().filter_map(|row| row.value.metrics.get(name)?.as_int()).sum()
    };
    ctx.ok(&MetricsView {
        datasets_count: own("datasets"),
        datasets_org_count: theirs(&organization::DATASETS),
        followers_count: own("followers"),
        followers_org_count: theirs(&organization::FOLLOWERS),
        id: Id(user.id),
        // Of no resources, all are available.
        resources_availability: 100.0,
    })
}
