//! `/api/1/dataservices/recent.atom`: the newest dataservices.

use actix_web::HttpResponse;
use basalt_app::Caller;
use basalt_domain::{Dataservice, Filter};

use crate::{
    context::Ctx,
    problem::Problem,
    v1::{
        feeds::{self, Author, Content, Entry},
        owners::Owners,
    },
};

pub(super) async fn recent(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let rows = ctx.services().dataservices.list(&Caller::ANONYMOUS, Filter::always(), feeds::ENTRIES).await?;
    let owners = Owners::of_owned(&ctx, rows.iter().map(|row| &row.value)).await?;
    let entries: Vec<Entry<'_>> = rows.iter().map(|row| entry(&ctx, &owners, &row.value)).collect();
    feeds::answer(&ctx, "Latest APIs", &entries)
}

fn entry<'a>(ctx: &Ctx, owners: &Owners, dataservice: &'a Dataservice) -> Entry<'a> {
    let description = dataservice.description.as_deref().unwrap_or_default();
    Entry {
        title: &dataservice.title,
        family: "dataservices",
        slug: &dataservice.slug,
        id: dataservice.id.to_string(),
        published: dataservice.created_at,
        updated: dataservice.metadata_modified_at,
        author: Author::of(ctx, owners, dataservice),
        summary: description,
        content: Content::Text(description),
    }
}
