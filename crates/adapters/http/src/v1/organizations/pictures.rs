//! Logo and banner.

use actix_web::HttpResponse;
use basalt_domain::policy::organization::Action;
use basalt_ports::pictures::PictureSpec;

use crate::{
    context::{Ctx, no_content},
    problem::Problem,
    upload::{self, UploadedImage},
    v1::references::{logo, picture},
};

pub(super) async fn set_logo(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let organization = &ctx.organization()?.value;
    ctx.services().organizations.allow(&ctx.caller, organization, Action::Edit)?;
    let limit = ctx.settings().upload_limit;
    let sent = upload::picture(&ctx.request, ctx.take_payload()?, limit, ctx.links.base()).await?;
    let changed = ctx.services().organizations.set_logo(&ctx.caller, organization, sent.bytes, sent.bbox).await?;
    let image = logo(&changed, &ctx.links).unwrap_or_default();
    ctx.ok(&UploadedImage { image, success: true })
}

pub(super) async fn set_banner(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let organization = &ctx.organization()?.value;
    ctx.services().organizations.allow(&ctx.caller, organization, Action::Edit)?;
    let limit = ctx.settings().upload_limit;
    let sent = upload::picture(&ctx.request, ctx.take_payload()?, limit, ctx.links.base()).await?;
    // A banner is shown whole: its place is `banner_image_position`, not a crop.
    let changed = ctx.services().organizations.set_banner(&ctx.caller, organization, sent.bytes, None).await?;
    let image = picture(changed.banner_image.as_ref(), &PictureSpec::BANNER, &ctx.links).unwrap_or_default();
    ctx.ok(&UploadedImage { image, success: true })
}

pub(super) async fn remove_banner(ctx: Ctx) -> Result<HttpResponse, Problem> {
    ctx.services().organizations.remove_banner(&ctx.caller, ctx.organization()?.value.id).await?;
    Ok(no_content())
}
