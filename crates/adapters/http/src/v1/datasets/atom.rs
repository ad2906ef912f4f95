//! `/api/1/datasets/recent.atom`: the newest datasets of certified organisations.

use actix_web::HttpResponse;
use basalt_app::Caller;
use basalt_domain::Dataset;

use super::filters;
use crate::{
    context::Ctx,
    problem::Problem,
    v1::{
        feeds::{self, Author, Content, Entry},
        owners::Owners,
    },
};

/// Parameters that do not narrow.
const NO_FILTERS: [&str; 5] = ["page", "page_size", "sort", "lang", "q"];

pub(super) async fn recent(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let at = ctx.params.page(feeds::ENTRIES, ctx.settings().page_size_max)?;
    ctx.params.sort(basalt_domain::dataset::sort_field)?;
    let certified = filters::of_organizations_with(&ctx, "certified").await?;
    let filter = filters::narrowed(&ctx).await?.and(certified);
    let rows = ctx.services().datasets.list(&Caller::ANONYMOUS, filter, at.page_size()).await?;
    let datasets: Vec<&Dataset> = rows.iter().map(|row| &row.value).collect();
    let owners = Owners::of_owned(&ctx, datasets.iter().copied()).await?;
    let entries: Vec<Entry<'_>> = datasets.into_iter().map(|dataset| entry(&ctx, &owners, dataset)).collect();
    feeds::answer(&ctx, &title(&ctx), &entries)
}

fn title(ctx: &Ctx) -> String {
    if let Some(words) = ctx.params.filled("q") {
        return format!("Datasets search: {words}");
    }
    let narrowed = ctx.params.iter().any(|(name, value)| !value.is_empty() && !NO_FILTERS.contains(&name));
    if narrowed { "Filtered datasets".into() } else { "Latest datasets".into() }
}

fn entry<'a>(ctx: &Ctx, owners: &Owners, dataset: &'a Dataset) -> Entry<'a> {
    Entry {
        title: &dataset.title,
        family: "datasets",
        slug: &dataset.slug,
        id: dataset.id.to_string(),
        published: dataset.created_at(),
        updated: dataset.last_modified_internal,
        author: Author::of(ctx, owners, dataset),
        summary: &dataset.description,
        content: Content::Text(&dataset.description),
    }
}
