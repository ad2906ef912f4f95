//! Answers about posts.

use std::collections::HashMap;

use basalt_domain::{ObjectId, Post, Reuse};
use basalt_ports::{Row, pictures::PictureSpec};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    blocs::view::{Blocs, Cards},
    context::Ctx,
    problem::Problem,
    v1::{
        datasets::views::DatasetView,
        narrowing,
        owners::{Owners, Wanted},
        references::{Id, Time, UserReference, picture, thumbnail},
        reuses::views::{ReuseReference, UnownedUsed, Used},
    },
};

/// A post.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Post")]
pub struct PostView<'a> {
    ancestors: Vec<PostReference<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocs: Option<Blocs>,
    body_type: &'a str,
    content: Option<&'a str>,
    created_at: Time,
    credit_to: Option<&'a str>,
    credit_url: Option<&'a str>,
    datasets: Vec<DatasetView<'a>>,
    headline: Option<&'a str>,
    id: Id,
    image: Option<String>,
    image_thumbnail: Option<String>,
    image_url: Option<&'a str>,
    kind: &'a str,
    last_modified: Time,
    name: &'a str,
    owner: Option<UserReference<'a>>,
    page: Option<String>,
    parent: Option<PostReference<'a>>,
    published: Option<Time>,
    reuses: Vec<ReuseReference<'a>>,
    sidemenu: bool,
    slug: &'a str,
    tags: &'a [String],
    uri: String,
}

/// A post inside another.
#[derive(Serialize, JsonSchema)]
pub struct PostReference<'a> {
    class: &'static str,
    id: Id,
    name: &'a str,
    page: Option<String>,
    slug: &'a str,
    uri: String,
}

impl<'a> PostReference<'a> {
    fn new(ctx: &Ctx, post: &'a Post) -> Self {
        Self {
            class: "Post",
            id: Id(post.id),
            name: &post.name,
            page: page(ctx, post),
            slug: &post.slug,
            uri: ctx.links.api(1, "posts", &post.slug),
        }
    }
}

/// Address of a post in the front end: pages stand apart from news.
fn page(ctx: &Ctx, post: &Post) -> Option<String> {
    ctx.links.page(family(post), &post.slug)
}

/// Where posts of this kind stand in the front end.
pub(super) fn family(post: &Post) -> &'static str {
    if post.kind.as_deref() == Some("page") { "pages" } else { "posts" }
}

/// What is around posts.
pub struct Around {
    owners: Owners,
    above: HashMap<ObjectId, Row<Post>>,
    used: Used,
    reuses: HashMap<ObjectId, Row<Reuse>>,
    cards: Option<Cards>,
}

impl Around {
    /// Of these posts; with their blocks or without.
    pub async fn of(ctx: &Ctx, posts: &[&Post], with_blocs: bool) -> Result<Self, Problem> {
        let store = &ctx.services().context.store;
        let mut datasets = store.datasets.asked_by_ids(posts.iter().flat_map(|post| &post.datasets));
        let mut reuses = store.reuses.asked_by_ids(posts.iter().flat_map(|post| &post.reuses));
        let mut parents = store.posts.asked_by_ids(posts.iter().filter_map(|post| post.parent.as_ref()));
        store.together(&mut [&mut datasets, &mut reuses, &mut parents]).await?;
        let reuses = narrowing::known_of(ctx, reuses.rows()).await?;
        let mut cards = None;
        if with_blocs {
            let blocs: Vec<basalt_domain::Value> = posts.iter().flat_map(|post| post.blocs.clone()).collect();
            cards = Some(Cards::of(ctx, &blocs).await?);
        }
        let used = UnownedUsed::of(ctx, datasets.rows()).await?;
        let owners = used.wanted(Wanted::default().users(posts.iter().filter_map(|post| post.owner))).read(ctx).await?;
        Ok(Self {
            above: ctx.services().posts.ancestors(parents.by_id()).await?,
            used: used.of_these(ctx, owners.clone()),
            owners,
            reuses: reuses.into_iter().map(|row| (row.value.id, row)).collect(),
            cards,
        })
    }

    /// The pages a post is below, the uppermost first, as far as the caller may see them.
    fn above(&self, ctx: &Ctx, post: &Post) -> Vec<&Post> {
        let mut above: Vec<&Post> = Vec::new();
        let mut next = post.parent;
        while let Some(page) = next.and_then(|id| self.above.get(&id)) {
            let known = above.iter().any(|seen| seen.id == page.value.id);
            if known || ctx.services().posts.readable(&ctx.caller, &page.value).is_err() {
                break;
            }
            above.push(&page.value);
            next = page.value.parent;
        }
        above.reverse();
        above
    }
}

impl<'a> PostView<'a> {
    /// This post as the caller sees it.
    pub fn new(ctx: &Ctx, post: &'a Post, around: &'a Around) -> Self {
        let above = around.above(ctx, post);
        let parent = above.last().copied();
        let reuses = post.reuses.iter().filter_map(|id| around.reuses.get(id));
        Self {
            ancestors: above.into_iter().map(|page| PostReference::new(ctx, page)).collect(),
            blocs: around.cards.as_ref().map(|cards| cards.show(&post.blocs)),
            body_type: post.body_type.as_deref().unwrap_or("markdown"),
            content: post.content.as_deref(),
            created_at: post.created_at.into(),
            credit_to: post.credit_to.as_deref(),
            credit_url: post.credit_url.as_deref(),
            datasets: around.used.all(ctx, &post.datasets),
            headline: post.headline.as_deref(),
            id: Id(post.id),
            image: picture(post.image.as_ref(), &PictureSpec::POST_IMAGE, &ctx.links),
            image_thumbnail: thumbnail(post.image.as_ref(), &PictureSpec::POST_IMAGE, &ctx.links),
            image_url: post.image_url.as_deref(),
            kind: post.kind.as_deref().unwrap_or("news"),
            last_modified: post.last_modified.into(),
            name: &post.name,
            owner: post.owner.and_then(|id| around.owners.user(ctx, id)),
            page: page(ctx, post),
            parent: parent.map(|page| PostReference::new(ctx, page)),
            published: post.published.map(Time::from),
            reuses: reuses.map(|row| ReuseReference::new(&row.value, &ctx.links)).collect(),
            sidemenu: post.sidemenu,
            slug: &post.slug,
            tags: &post.tags,
            uri: ctx.links.api(1, "posts", &post.slug),
        }
    }
}
