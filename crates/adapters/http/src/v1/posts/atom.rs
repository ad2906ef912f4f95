//! `/api/1/posts/recent.atom`: the last news of the portal.

use actix_web::HttpResponse;
use basalt_app::{Caller, posts::PostFilter};
use basalt_domain::Post;
use basalt_ports::PageRequest;

use crate::{
    context::Ctx,
    problem::Problem,
    v1::feeds::{self, Author, Content, Entry},
};

pub(super) async fn recent(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let settings = ctx.settings();
    let site = ctx.services().sites.get(&settings.site_id, &settings.site_title).await?;
    let at = PageRequest::new(1, feeds::ENTRIES);
    let page = ctx.services().posts.page(&Caller::ANONYMOUS, &PostFilter::default(), None, at).await?;
    let entries: Vec<Entry<'_>> = page.items.iter().map(|row| entry(&site.title, &row.value)).collect();
    feeds::answer(&ctx, "Latests posts", &entries)
}

fn entry<'a>(portal: &str, post: &'a Post) -> Entry<'a> {
    let content = post.content.as_deref().unwrap_or_default();
    Entry {
        title: &post.name,
        family: super::views::family(post),
        slug: &post.slug,
        id: post.id.to_string(),
        published: post.published.unwrap_or(post.created_at),
        updated: post.last_modified,
        author: Some(Author { name: portal.to_owned(), page: None }),
        summary: post.headline.as_deref().unwrap_or_default(),
        content: match post.body_type.as_deref() {
            Some("html") => Content::Html(content),
            _ => Content::Text(content),
        },
    }
}
