//! `/api/1/reuses/`.

mod atom;
mod filters;
mod forms;
mod links;
pub mod views;

use actix_web::HttpResponse;
use basalt_app::pictures;
use basalt_domain::{
    Reuse,
    policy::{object::Action, portal::Access},
    reuse::{TOPICS, TYPES, sort_field},
};
use basalt_ports::{ChangeSet, pictures::PictureSpec};
use serde_json::{Value, json};

pub(crate) use self::filters::{PARAMETERS, narrowed};
use self::{forms::ReuseForm, views::ReuseView};
use crate::{
    Operation,
    context::Ctx,
    operation::{PAGING, QueryParam},
    paging::PageView,
    problem::Problem,
    upload::{self, UploadedImage},
    v1::{followers, narrowing::SHARED, objects, references::picture},
    v2::search,
};

const REUSES: &str = "/api/1/reuses/";
const REUSE: &str = "/api/1/reuses/{reuse}/";
const FEATURED: &str = "/api/1/reuses/{reuse}/featured/";

/// Kinds of badges a reuse can have: none.
const BADGES: [(&str, &str); 0] = [];

/// What lists are sorted by.
pub(crate) const SORTS: [&str; 12] = [
    "datasets",
    "followers",
    "views",
    "created",
    "last_modified",
    "title",
    "-datasets",
    "-followers",
    "-views",
    "-created",
    "-last_modified",
    "-title",
];

pub(super) fn operations() -> Vec<Operation> {
    let mut all = vec![
        Operation::get("list_reuses", REUSES, list)
            .query(&PAGING)
            .query(&SHARED)
            .query(&PARAMETERS)
            .query(&[QueryParam::choice("sort", &SORTS)])
            .answers::<PageView<ReuseView<'static>>>(200)
            .summary("Lists reuses, newest first"),
        Operation::post("create_reuse", REUSES, create)
            .reads(forms::schema)
            .answers::<ReuseView<'static>>(201)
            .summary("Creates a reuse, for oneself or for an organisation"),
        Operation::get("available_reuse_badges", "/api/1/reuses/badges/", badges)
            .answers_plain(200)
            .summary("Lists the kinds of badges: none"),
        Operation::get("reuse_topics", "/api/1/reuses/topics/", topics)
            .answers_plain(200)
            .summary("Lists what reuses can be about"),
        Operation::get("reuse_types", "/api/1/reuses/types/", types)
            .answers_plain(200)
            .summary("Lists what sorts of reuses there are"),
        Operation::get("get_reuse", REUSE, objects::show::<Reuse>)
            .answers::<ReuseView<'static>>(200)
            .summary("Reads a reuse"),
        Operation::put("update_reuse", REUSE, update)
            .reads(forms::schema)
            .answers::<ReuseView<'static>>(200)
            .summary("Changes a reuse; absent fields stay"),
        Operation::delete("delete_reuse", REUSE, objects::delete::<Reuse>)
            .query(&[QueryParam::flag("send_legal_notice")])
            .answers_plain(204)
            .summary("Marks a reuse as deleted"),
        Operation::post("add_reuse_badge", "/api/1/reuses/{reuse}/badges/", add_badge)
            .access(Access::Sysadmin)
            .reads(objects::badge_schema)
            .answers_plain(200)
            .answers_plain(201)
            .summary("Gives a badge"),
        Operation::delete(
            "delete_reuse_badge",
            "/api/1/reuses/{reuse}/badges/{badge_kind}/",
            objects::remove_badge::<Reuse>,
        )
        .access(Access::Sysadmin)
        .answers_plain(204)
        .summary("Takes a badge"),
        Operation::post("feature_reuse", FEATURED, objects::feature::<Reuse>)
            .access(Access::Sysadmin)
            .answers::<ReuseView<'static>>(200)
            .summary("Shows a reuse first"),
        Operation::delete("unfeature_reuse", FEATURED, objects::unfeature::<Reuse>)
            .access(Access::Sysadmin)
            .answers::<ReuseView<'static>>(200)
            .summary("Shows a reuse first no longer"),
        Operation::post("reuse_image", "/api/1/reuses/{reuse}/image/", set_image)
            .reads_picture()
            .answers::<UploadedImage>(200)
            .summary("Replaces the picture"),
        Operation::get("recent_reuses_atom_feed", "/api/1/reuses/recent.atom", atom::recent)
            .answers_plain(200)
            .summary("Tells of the newest reuses of organisations, as a feed"),
    ];
    all.extend(links::operations());
    all.extend(followers::operations(&followers::REUSES));
    all
}

/// What the search index knows nothing of.
pub(crate) const BEYOND_SEARCH: [&str; 3] = ["dataservice", "dataset", "private"];

async fn list(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let narrowed = narrowed(&ctx).await?;
    if search::may_answer(&ctx, &BEYOND_SEARCH).await? {
        return search::listed::<Reuse>(&ctx, search::asked::reuses(&ctx, search::For::List)?).await;
    }
    objects::page(&ctx, Some(narrowed), sort_field).await
}

async fn create(ctx: Ctx) -> Result<HttpResponse, Problem> {
    objects::create(&ctx, &ReuseForm::create(ctx.object()?)).await
}

async fn update(ctx: Ctx) -> Result<HttpResponse, Problem> {
    objects::update(&ctx, &ReuseForm::update(ctx.object()?)).await
}

async fn badges(ctx: Ctx) -> Result<HttpResponse, Problem> {
    objects::available_badges(&ctx, &BADGES)
}

async fn add_badge(ctx: Ctx) -> Result<HttpResponse, Problem> {
    objects::add_badge::<Reuse>(&ctx, &BADGES).await
}

async fn topics(ctx: Ctx) -> Result<HttpResponse, Problem> {
    labelled(&ctx, &TOPICS)
}

async fn types(ctx: Ctx) -> Result<HttpResponse, Problem> {
    labelled(&ctx, &TYPES)
}

fn labelled(ctx: &Ctx, known: &[(&str, &str)]) -> Result<HttpResponse, Problem> {
    let known: Vec<Value> = known.iter().map(|(id, label)| json!({"id": id, "label": label})).collect();
    ctx.ok(&known)
}

async fn set_image(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let spec = &PictureSpec::REUSE_IMAGE;
    let reuse = &ctx.target::<Reuse>()?.value;
    let services = ctx.services();
    services.reuses.allow(&ctx.caller, reuse, Action::Edit).await?;
    let limit = ctx.settings().upload_limit;
    let sent = upload::picture(&ctx.request, ctx.take_payload()?, limit, ctx.links.base()).await?;
    let context = services.reuses.context();
    let made = pictures::keep(context, spec, sent.bytes, sent.bbox).await?;
    let changed = services.reuses.change_with(&ctx.caller, reuse.id, Action::Edit, None, async |reuse| {
        reuse.image = Some(made.clone());
        Ok(ChangeSet::new())
    });
    let changed = changed.await?;
    if let Some(former) = &reuse.image {
        pictures::discard(context, spec.folder, former).await;
    }
    let image = picture(changed.image.as_ref(), spec, &ctx.links).unwrap_or_default();
    ctx.ok(&UploadedImage { image, success: true })
}
