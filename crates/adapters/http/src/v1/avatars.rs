//! `/api/1/avatars/`: pictures drawn for those who have none.

use actix_web::{HttpResponse, http::header};

use crate::{Operation, context::Ctx, etag, problem::Problem, router};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("avatars", "/api/1/avatars/{identifier}/{size}/", show)
            .answers_plain(200)
            .summary("Draws the avatar of an identifier: the same for ever, a PNG"),
    ]
}

async fn show(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let sent = ctx.segment("size");
    if sent.is_empty() || !sent.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(router::unknown().await);
    }
    // What no `u32` holds is too large, too.
    let size = sent.parse().unwrap_or(u32::MAX);
    let drawn = ctx.services().context.pictures.identicon(ctx.segment("identifier"), size);
    let png = drawn.map_err(|error| Problem::bad_request(error.to_string()))?;
    let tag = etag::of(&png);
    let unchanged = etag::listed(ctx.request.headers(), "if-none-match", &tag) == Some(true);
    let mut response = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::ETAG, tag)).insert_header((header::CACHE_CONTROL, "no-cache"));
    if unchanged {
        return Ok(response.finish());
    }
    Ok(response.content_type("image/png").body(png))
}
