//! Followers of organisations, users, datasets, reuses and dataservices: the same three operations on
//! each.

use actix_web::{HttpResponse, http::StatusCode};
use basalt_app::{follows::Followable, slugs::Found};
use basalt_domain::ObjectId;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::{
    Operation,
    context::Ctx,
    operation::{PAGING, QueryParam},
    paging::PageView,
    problem::Problem,
    v1::references::{Id, Time, UserReference},
};

/// What can be followed, and its operations' names.
pub struct Followed {
    path: &'static str,
    ids: [&'static str; 3],
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Organization,
    User,
    Dataset,
    Reuse,
    Dataservice,
}

/// Followers of datasets.
pub const DATASETS: Followed = Followed {
    path: "/api/1/datasets/{id}/followers/",
    ids: ["list_dataset_followers", "follow_dataset", "unfollow_dataset"],
    kind: Kind::Dataset,
};

/// Followers of reuses.
pub const REUSES: Followed = Followed {
    path: "/api/1/reuses/{id}/followers/",
    ids: ["list_reuse_followers", "follow_reuse", "unfollow_reuse"],
    kind: Kind::Reuse,
};

/// Followers of dataservices.
pub const DATASERVICES: Followed = Followed {
    path: "/api/1/dataservices/{id}/followers/",
    ids: ["list_dataservice_followers", "follow_dataservice", "unfollow_dataservice"],
    kind: Kind::Dataservice,
};

/// Followers of organisations.
pub const ORGANIZATIONS: Followed = Followed {
    path: "/api/1/organizations/{id}/followers/",
    ids: ["list_organization_followers", "follow_organization", "unfollow_organization"],
    kind: Kind::Organization,
};

/// Followers of users.
pub const USERS: Followed = Followed {
    path: "/api/1/users/{id}/followers/",
    ids: ["list_user_followers", "follow_user", "unfollow_user"],
    kind: Kind::User,
};

/// A user who follows.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Follow")]
pub struct FollowView<'a> {
    follower: UserReference<'a>,
    id: Id,
    since: Time,
}

/// Number of followers after following or unfollowing.
#[derive(Serialize, JsonSchema)]
pub struct FollowerCount {
    followers: u64,
}

/// The three operations.
pub fn operations(followed: &'static Followed) -> Vec<Operation> {
    let [list_id, follow_id, unfollow_id] = followed.ids;
    vec![
        Operation::get(list_id, followed.path, move |ctx| list(ctx, followed))
            .query(&PAGING)
            .query(&[QueryParam::text("user")])
            .answers::<PageView<FollowView<'static>>>(200)
            .summary("Lists followers, oldest first"),
        Operation::post(follow_id, followed.path, move |ctx| follow(ctx, followed))
            .answers::<FollowerCount>(201)
            .answers::<FollowerCount>(200)
            .summary("Follows"),
        Operation::delete(unfollow_id, followed.path, move |ctx| unfollow(ctx, followed))
            .answers::<FollowerCount>(200)
            .summary("Follows no longer"),
    ]
}

/// What the id in the path stands for, deleted or not. Slugs are not accepted here.
async fn object(ctx: &Ctx, followed: &Followed) -> Result<Followable, Problem> {
    let id = ObjectId::parse(ctx.segment("id")).map_err(|_error| Problem::not_found())?;
    let object = match followed.kind {
        Kind::Organization => Followable::Organization(id),
        Kind::User => Followable::User(id),
        Kind::Dataset => Followable::Dataset(id),
        Kind::Reuse => Followable::Reuse(id),
        Kind::Dataservice => Followable::Dataservice(id),
    };
    ctx.services().follows.known(&ctx.caller, object).await?;
    Ok(object)
}

/// What the id or slug in the path of a list stands for. Former slugs do not lead here.
async fn listed(ctx: &Ctx, followed: &Followed) -> Result<ObjectId, Problem> {
    let reference = ctx.segment("id");
    let services = ctx.services();
    let found = match followed.kind {
        Kind::Organization => services.organizations.find(reference).await?.map(|row| row.value.id),
        Kind::User => services.users.find(reference).await?.map(|row| row.value.id),
        Kind::Dataset => services.datasets.find(reference).await?.map(|row| row.value.id),
        Kind::Reuse => services.reuses.find(reference).await?.map(|row| row.value.id),
        Kind::Dataservice => services.dataservices.find(reference).await?.map(|row| row.value.id),
    };
    let Found::Here(id) = found else { return Err(Problem::not_found()) };
    match followed.kind {
        Kind::Organization | Kind::User => {}
        Kind::Dataset => services.follows.known(&ctx.caller, Followable::Dataset(id)).await?,
        Kind::Reuse => services.follows.known(&ctx.caller, Followable::Reuse(id)).await?,
        Kind::Dataservice => services.follows.known(&ctx.caller, Followable::Dataservice(id)).await?,
    }
    Ok(id)
}

async fn list(ctx: Ctx, followed: &Followed) -> Result<HttpResponse, Problem> {
    let id = listed(&ctx, followed).await?;
    let at = ctx.params.page(20, ctx.settings().page_size_max)?;
    let page = ctx.services().follows.page(id, ctx.params.id("user")?, at).await?;
    let rows = page.items.clone();
    let users = ctx.services().context.store.users.by_ids(rows.iter().map(|row| &row.value.follower)).await?;
    let mut shown = rows.iter().map(|row| {
        users.get(&row.value.follower).map(|user| FollowView {
            follower: UserReference::new(&user.value, &ctx.links),
            id: Id(row.value.id),
            since: row.value.since().into(),
        })
    });
    ctx.ok(&PageView::new(&ctx, page.map(|_row| shown.next().flatten())))
}

async fn follow(ctx: Ctx, followed: &Followed) -> Result<HttpResponse, Problem> {
    let object = object(&ctx, followed).await?;
    let (new, followers) = ctx.services().follows.follow(&ctx.caller, object).await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    ctx.answer(status, &FollowerCount { followers })
}

async fn unfollow(ctx: Ctx, followed: &Followed) -> Result<HttpResponse, Problem> {
    let object = object(&ctx, followed).await?;
    let followers = ctx.services().follows.unfollow(&ctx.caller, object).await?;
    ctx.ok(&json!({"followers": followers}))
}
