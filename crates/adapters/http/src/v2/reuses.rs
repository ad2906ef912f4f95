//! `/api/2/reuses/`: reuses that tell where their datasets are instead of showing them.

use actix_web::HttpResponse;
use basalt_domain::{
    Reuse, Sort,
    reuse::{METRICS, sort_field},
};
use basalt_ports::pictures::PictureSpec;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    Operation,
    context::Ctx,
    operation::{PAGING, QueryParam},
    paging::PageView,
    problem::Problem,
    v1::{
        narrowing::SHARED,
        owners::{ObjectPermissions, Owners},
        references::{
            BadgeView, Id, Metrics, OrganizationReference, Plain, Subsection, Time, UserReference, picture, thumbnail,
        },
        reuses,
    },
    v2::search,
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("list_reuses", "/api/2/reuses/", list)
            .query(&PAGING)
            .query(&SHARED)
            .query(&reuses::PARAMETERS)
            .query(&[QueryParam::choice("sort", &reuses::SORTS)])
            .answers::<PageView<ReuseView<'static>>>(200)
            .summary("Lists reuses, newest first"),
    ]
}

/// A reuse.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Reuse")]
pub struct ReuseView<'a> {
    id: Id,
    owner: Option<UserReference<'a>>,
    organization: Option<OrganizationReference<'a>>,
    badges: Vec<BadgeView<'a>>,
    metrics: Metrics<'a>,
    created_at: Time,
    last_modified: Time,
    title: &'a str,
    slug: &'a str,
    description: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    url: &'a str,
    image: Option<String>,
    image_thumbnail: Option<String>,
    datasets: Subsection,
    dataservices: Subsection,
    tags: &'a [String],
    topic: Option<&'a str>,
    private: bool,
    extras: Plain<'a>,
    featured: Option<bool>,
    deleted: Option<Time>,
    archived: Option<Time>,
    page: Option<String>,
    permissions: ObjectPermissions,
    uri: String,
}

impl<'a> ReuseView<'a> {
    /// This reuse as the caller sees it.
    pub fn new(ctx: &Ctx, reuse: &'a Reuse, owners: &'a Owners) -> Self {
        let subsection = |path: &str, total: usize| {
            let href = format!("{}{path}?reuse={}&page=1&page_size=50", ctx.links.base(), reuse.id);
            Subsection::new(href, total as u64)
        };
        Self {
            id: Id(reuse.id),
            owner: owners.owner(ctx, reuse),
            organization: owners.organization(ctx, reuse),
            badges: BadgeView::all(&reuse.badges),
            metrics: Metrics::new(&reuse.metrics, &METRICS),
            created_at: reuse.created_at.into(),
            last_modified: reuse.last_modified.into(),
            title: &reuse.title,
            slug: &reuse.slug,
            description: &reuse.description,
            kind: &reuse.kind,
            url: &reuse.url,
            image: picture(reuse.image.as_ref(), &PictureSpec::REUSE_IMAGE, &ctx.links),
            image_thumbnail: thumbnail(reuse.image.as_ref(), &PictureSpec::REUSE_IMAGE, &ctx.links),
            datasets: subsection("/api/2/datasets/", reuse.datasets.len()),
            dataservices: subsection("/api/1/dataservices/", reuse.dataservices.len()),
            tags: &reuse.tags,
            topic: reuse.topic.as_deref(),
            private: reuse.private,
            extras: Plain(&reuse.extras),
            featured: reuse.featured,
            deleted: reuse.deleted.map(Time::from),
            archived: reuse.archived.map(Time::from),
            page: ctx.links.page("reuses", &reuse.slug),
            permissions: owners.permissions(ctx, reuse),
            uri: ctx.links.api(1, "reuses", &reuse.slug),
        }
    }
}

async fn list(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let at = ctx.params.page(20, ctx.settings().page_size_max)?;
    let sort = ctx.params.sort(sort_field)?.map(|(path, descending)| Sort::by(path, descending));
    let narrowed = reuses::narrowed(&ctx).await?;
    let page = if search::may_answer(&ctx, &reuses::BEYOND_SEARCH).await? {
        search::page_of_list::<Reuse>(&ctx, &search::asked::reuses(&ctx, search::For::List)?).await?
    } else {
        ctx.services().reuses.page(&ctx.caller, Some(narrowed), sort, at).await?
    };
    let rows = page.items.clone();
    let owners = Owners::of(&ctx, rows.iter().map(|row| &row.value)).await?;
    let mut shown = rows.iter().map(|row| ReuseView::new(&ctx, &row.value, &owners));
    ctx.ok(&PageView::new(&ctx, page.map(|_row| shown.next())))
}
