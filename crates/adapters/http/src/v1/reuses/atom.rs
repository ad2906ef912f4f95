//! `/api/1/reuses/recent.atom`: what organisations newly made of data.

use actix_web::HttpResponse;
use basalt_app::Caller;
use basalt_domain::{Owned, Reuse, reuse::DATASETS};

use crate::{
    context::Ctx,
    problem::Problem,
    v1::{
        feeds::{self, Author, Content, Entry},
        owners::Owners,
    },
};

pub(super) async fn recent(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let filter = Reuse::ORGANIZATION.present().and(DATASETS.above(0));
    let rows = ctx.services().reuses.list(&Caller::ANONYMOUS, filter, feeds::ENTRIES).await?;
    let owners = Owners::of_owned(&ctx, rows.iter().map(|row| &row.value)).await?;
    let entries: Vec<Entry<'_>> = rows.iter().map(|row| entry(&ctx, &owners, &row.value)).collect();
    feeds::answer(&ctx, "Latests reuses", &entries)
}

fn entry<'a>(ctx: &Ctx, owners: &Owners, reuse: &'a Reuse) -> Entry<'a> {
    Entry {
        title: &reuse.title,
        family: "reuses",
        slug: &reuse.slug,
        id: reuse.id.to_string(),
        published: reuse.created_at,
        updated: reuse.last_modified,
        author: Author::of(ctx, owners, reuse),
        summary: &reuse.description,
        content: Content::Text(&reuse.description),
    }
}
