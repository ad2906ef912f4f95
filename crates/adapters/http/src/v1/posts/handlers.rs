//! Reading, writing and publishing posts.

use actix_web::{HttpResponse, http::StatusCode};
use basalt_app::posts::{CLASS, PostFilter};
use basalt_domain::{
    Post, Sort,
    post::{HEADLINE, KINDS, NAME, SLUG, sort_field},
};
use basalt_ports::{Version, pictures::PictureSpec};
use serde_json::{Map, Value};

use super::{
    forms::PostForm,
    views::{Around, PostView},
};
use crate::{
    blocs,
    context::{Ctx, no_content},
    paging::PageView,
    problem::Problem,
    upload::{self, UploadedImage},
    v1::{narrowing, references::picture},
    v2::search,
};

pub(super) async fn list(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let params = &ctx.params;
    let at = params.page(20, ctx.settings().page_size_max)?;
    let sort = params.sort(sort_field)?.map(|(path, descending)| Sort::by(path, descending));
    let named = |word: &str| narrowing::word_of(&NAME, &SLUG, word).or(HEADLINE.contains(word));
    let wanted = PostFilter {
        narrowed: Some(search::matching(&ctx, None, named).await?),
        kind: narrowing::choice(&ctx, "kind", &KINDS)?.map(str::to_owned),
        // Any text is a yes, as with udata.
        with_drafts: params.filled("with_drafts").is_some_and(|text| !text.eq_ignore_ascii_case("false")),
    };
    let page = ctx.services().posts.page(&ctx.caller, &wanted, sort, at).await?;
    let rows = page.items.clone();
    let posts: Vec<&Post> = rows.iter().map(|row| &row.value).collect();
    let around = Around::of(&ctx, &posts, false).await?;
    let mut shown = posts.iter().map(|post| PostView::new(&ctx, post, &around));
    ctx.ok(&PageView::new(&ctx, page.map(|_row| shown.next())))
}

/// Answers with one post.
async fn answer(ctx: &Ctx, status: StatusCode, post: &Post) -> Result<HttpResponse, Problem> {
    let around = Around::of(ctx, &[post], true).await?;
    ctx.answer(status, &PostView::new(ctx, post, &around))
}

async fn form(ctx: &Ctx, body: Map<String, Value>, of: Option<&Post>) -> Result<PostForm, Problem> {
    let subject = (CLASS, of.map(|post| post.id.to_string()));
    let blocs = match body.get("blocs") {
        Some(sent) => Some(blocs::form::read(ctx, &subject, "blocs", sent).await?),
        None => None,
    };
    Ok(PostForm { body, creates: of.is_none(), blocs })
}

/// The version that the client's `If-Match` stands for.
async fn expected(ctx: &Ctx) -> Result<Option<Version>, Problem> {
    if !ctx.request.headers().contains_key("if-match") {
        return Ok(None);
    }
    let row = ctx.target::<Post>()?;
    let around = Around::of(ctx, &[&row.value], true).await?;
    let asked = ctx.if_match(&PostView::new(ctx, &row.value, &around))?;
    Ok(asked.then_some(row.version))
}

pub(super) async fn create(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let form = form(&ctx, ctx.object()?, None).await?;
    let post = ctx.services().posts.create(&ctx.caller, &form).await?;
    answer(&ctx, StatusCode::CREATED, &post).await
}

pub(super) async fn show(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let post = &ctx.target::<Post>()?.value;
    ctx.services().posts.readable(&ctx.caller, post)?;
    answer(&ctx, StatusCode::OK, post).await
}

pub(super) async fn update(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let expected = expected(&ctx).await?;
    let post = &ctx.target::<Post>()?.value;
    let form = form(&ctx, ctx.object()?, Some(post)).await?;
    let changed = ctx.services().posts.update(post.id, &form, expected).await?;
    answer(&ctx, StatusCode::OK, &changed).await
}

pub(super) async fn delete(ctx: Ctx) -> Result<HttpResponse, Problem> {
    ctx.params
        .boolean("send_legal_notice", "Send formal legal notice with appeal information to owner (admin only)")?;
    let expected = expected(&ctx).await?;
    ctx.services().posts.delete(ctx.target::<Post>()?.value.id, expected).await?;
    Ok(no_content())
}

pub(super) async fn publish(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let post = ctx.services().posts.publish(ctx.target::<Post>()?.value.id, true).await?;
    answer(&ctx, StatusCode::OK, &post).await
}

pub(super) async fn unpublish(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let post = ctx.services().posts.publish(ctx.target::<Post>()?.value.id, false).await?;
    answer(&ctx, StatusCode::OK, &post).await
}

pub(super) async fn set_image(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let limit = ctx.settings().upload_limit;
    let sent = upload::picture(&ctx.request, ctx.take_payload()?, limit, ctx.links.base()).await?;
    let id = ctx.target::<Post>()?.value.id;
    let changed = ctx.services().posts.set_image(id, sent.bytes, sent.bbox).await?;
    let image = picture(changed.image.as_ref(), &PictureSpec::POST_IMAGE, &ctx.links).unwrap_or_default();
    ctx.ok(&UploadedImage { image, success: true })
}
