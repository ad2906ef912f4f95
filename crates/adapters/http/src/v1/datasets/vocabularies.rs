//! Lists of what datasets and resources can be.

use actix_web::HttpResponse;
use basalt_domain::{
    Filter, License,
    dataset::{RESOURCE_TYPES, frequency::FREQUENCIES},
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{context::Ctx, problem::Problem};

/// Something with an id and a label.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Labelled {
    pub(crate) id: &'static str,
    pub(crate) label: &'static str,
}

/// A licence.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "License")]
pub(crate) struct LicenseView<'a> {
    alternate_titles: &'a [String],
    alternate_urls: &'a [String],
    flags: &'a [String],
    id: &'a str,
    maintainer: Option<&'a str>,
    title: &'a str,
    url: Option<&'a str>,
}

impl<'a> From<&'a License> for LicenseView<'a> {
    fn from(license: &'a License) -> Self {
        let License { id, title, alternate_titles, url, alternate_urls, maintainer, flags, .. } = license;
        Self {
            alternate_titles,
            alternate_urls,
            flags,
            id,
            maintainer: maintainer.as_deref(),
            title,
            url: url.as_deref(),
        }
    }
}

pub(super) async fn licenses(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let store = &ctx.services().context.store;
    let rows = store.licenses.list(Filter::always(), &[License::TITLE.ascending()], u64::MAX).await?;
    // What is no longer active stays with the datasets that name it, and is not offered.
    let shown: Vec<LicenseView<'_>> =
        rows.iter().filter(|row| row.value.active != Some(false)).map(|row| (&row.value).into()).collect();
    ctx.ok(&shown)
}

pub(super) async fn frequencies(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let shown: Vec<Labelled> =
        FREQUENCIES.iter().map(|frequency| Labelled { id: frequency.id, label: frequency.label }).collect();
    ctx.ok(&shown)
}

pub(super) async fn resource_types(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let shown: Vec<Labelled> = RESOURCE_TYPES.iter().map(|(id, label)| Labelled { id, label }).collect();
    ctx.ok(&shown)
}

pub(super) async fn extensions(ctx: Ctx) -> Result<HttpResponse, Problem> {
    ctx.ok_whole(&ctx.settings().resource_extensions)
}

/// No catalogue of schemas is set.
pub(super) async fn schemas(ctx: Ctx) -> Result<HttpResponse, Problem> {
    ctx.ok(&Vec::<String>::new())
}
