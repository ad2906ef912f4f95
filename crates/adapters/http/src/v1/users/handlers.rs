//! Reading, creating, changing and deleting accounts.

use actix_web::{HttpResponse, http::StatusCode};
use basalt_app::{legal, users};
use basalt_domain::{ADMIN_ROLE, ObjectId, Sort, User, user::sort_field};
use basalt_ports::{Version, pictures::PictureSpec};

use super::{
    forms::UserForm,
    views::{Face, RoleView, Suggestion, Surroundings, UserView},
};
use crate::{
    context::{Ctx, no_content},
    paging::PageView,
    problem::Problem,
    upload::{self, UploadedImage},
    v1::{objects, references::picture},
};

/// Items on a page unless a client asks otherwise.
const PAGE_SIZE: u64 = 20;
/// Suggestions unless a client asks otherwise, and the most there are.
const SUGGESTIONS: u64 = 10;
const SUGGESTIONS_MAX: u64 = 20;

pub(super) async fn list(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let at = ctx.params.page(PAGE_SIZE, ctx.settings().page_size_max)?;
    let sort = ctx.params.sort(sort_field)?.map(|(path, descending)| Sort::by(path, descending));
    let page = ctx.services().users.page(ctx.params.filled("q"), sort, at).await?;
    let rows = page.items.clone();
    let around = Surroundings::of(&ctx, rows.iter().map(|row| &row.value)).await?;
    let mut shown = rows.iter().map(|row| UserView::new(&ctx, &row.value, &around, Face::Public));
    ctx.ok(&PageView::new(&ctx, page.map(|_row| shown.next())))
}

pub(super) async fn create(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let form = UserForm::create(ctx.object()?);
    let roles = form.roles().ok().flatten().unwrap_or_default();
    let user = ctx.services().users.create(&form, &roles).await?;
    answer(&ctx, StatusCode::CREATED, &user, Face::Public).await
}

pub(super) async fn show(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let user = &ctx.user()?.value;
    ctx.services().users.readable(&ctx.caller, user)?;
    answer(&ctx, StatusCode::OK, user, Face::Public).await
}

pub(super) async fn update(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let row = ctx.user()?;
    let expected = expected(&ctx, &row.value, row.version, Face::Public).await?;
    let form = UserForm::administer(ctx.object()?);
    let roles = form.roles().ok().flatten();
    let user = ctx.services().users.update(row.value.id, &form, roles.as_deref(), expected).await?;
    answer(&ctx, StatusCode::OK, &user, Face::Public).await
}

pub(super) async fn delete(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let no_mail = ctx.params.boolean("no_mail", "")?.unwrap_or(false);
    let notice = objects::legal_notice(&ctx)?;
    // Comments come with discussions.
    ctx.params.boolean("delete_comments", "")?;
    let account = &ctx.user()?.value;
    let user = account.id;
    if ctx.caller.viewer.is(user) {
        let message = "You cannot delete yourself with this API. Use the \"me\" API instead.";
        return Err(Problem::new(StatusCode::FORBIDDEN, message));
    }
    ctx.services().users.delete(&ctx.caller, user, !no_mail && !notice).await?;
    if notice {
        legal::send(&ctx.services().context, &account.email, users::CLASS, &account.full_name()).await;
    }
    Ok(no_content())
}

pub(super) async fn roles(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let mut names: Vec<String> = ctx.services().users.role_names().await?.into_values().collect();
    if !names.iter().any(|name| name == ADMIN_ROLE) {
        names.push(ADMIN_ROLE.into());
    }
    names.sort_unstable();
    ctx.ok(&names.into_iter().map(|name| RoleView { name }).collect::<Vec<_>>())
}

pub(super) async fn suggest(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let text = ctx.params.required("q", "The string to autocomplete/suggest")?;
    let found = ctx.services().users.suggest(text, suggestions(&ctx)?).await?;
    ctx.ok(&found.iter().map(|row| Suggestion::new(&ctx, &row.value)).collect::<Vec<_>>())
}

fn suggestions(ctx: &Ctx) -> Result<u64, Problem> {
    let Some(text) = ctx.params.get("size") else { return Ok(SUGGESTIONS) };
    let size = text.trim().parse().ok().filter(|size| (1..=SUGGESTIONS_MAX).contains(size));
    size.ok_or_else(|| {
        let help = "The amount of suggestion to fetch (between 1 and 20)";
        Problem::parameter("size", format!("{help} The size must be an integer between 1 and {SUGGESTIONS_MAX}."))
    })
}

pub(super) async fn set_avatar(ctx: Ctx) -> Result<HttpResponse, Problem> {
    replace_avatar(&ctx, ctx.user()?.value.id).await
}

pub(super) async fn rotate_password(ctx: Ctx) -> Result<HttpResponse, Problem> {
    ctx.services().users.rotate_password(ctx.user()?.value.id).await?;
    Ok(no_content())
}

/// Reads an uploaded picture and makes it the user's.
pub(in crate::v1) async fn replace_avatar(ctx: &Ctx, user: ObjectId) -> Result<HttpResponse, Problem> {
    let limit = ctx.settings().upload_limit;
    let sent = upload::picture(&ctx.request, ctx.take_payload()?, limit, ctx.links.base()).await?;
    let changed = ctx.services().users.set_avatar(user, sent.bytes, sent.bbox).await?;
    let image = picture(changed.avatar.as_ref(), &PictureSpec::USER_AVATAR, &ctx.links).unwrap_or_default();
    ctx.ok(&UploadedImage { image, success: true })
}

/// Answers with an account.
pub(in crate::v1) async fn answer(
    ctx: &Ctx,
    status: StatusCode,
    user: &User,
    face: Face,
) -> Result<HttpResponse, Problem> {
    let around = Surroundings::of(ctx, [user]).await?;
    ctx.answer(status, &UserView::new(ctx, user, &around, face))
}

/// The version that the client's `If-Match` stands for.
pub(in crate::v1) async fn expected(
    ctx: &Ctx,
    user: &User,
    version: Version,
    face: Face,
) -> Result<Option<Version>, Problem> {
    if !ctx.request.headers().contains_key("if-match") {
        return Ok(None);
    }
    let around = Surroundings::of(ctx, [user]).await?;
    let asked = ctx.if_match(&UserView::new(ctx, user, &around, face))?;
    Ok(asked.then_some(version))
}
