//! Reading, creating, changing and deleting datasets.

use actix_web::HttpResponse;
use basalt_app::{Services, objects::Objects};
use basalt_domain::{
    Dataset,
    dataset::{BADGES, sort_field},
};

use super::{
    filters::{self, Found},
    forms::DatasetForm,
    views::{Around, DatasetView},
};
use crate::{
    context::Ctx,
    problem::Problem,
    v1::objects::{self, Shown},
    v2::search,
};

impl Shown for Dataset {
    type Around = Around;
    type View<'a> = DatasetView<'a>;

    fn objects(services: &Services) -> &Objects<Self> {
        &services.datasets
    }

    async fn around(ctx: &Ctx, objects: &[&Self]) -> Result<Around, Problem> {
        Around::of(ctx, objects).await
    }

    fn view<'a>(ctx: &Ctx, object: &'a Self, around: &'a Around) -> DatasetView<'a> {
        DatasetView::new(ctx, object, around)
    }
}

pub(super) async fn list(ctx: Ctx) -> Result<HttpResponse, Problem> {
    match filters::listed(&ctx).await? {
        Found::ByIndex(asked) => search::listed::<Dataset>(&ctx, asked).await,
        Found::ByStorage(filter) => objects::page::<Dataset>(&ctx, Some(filter), sort_field).await,
    }
}

pub(super) async fn create(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let context = &ctx.services().context;
    let form = DatasetForm::create(ctx.object()?, context.now(), || context.uuid());
    objects::create(&ctx, &form).await
}

pub(super) async fn update(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let form = DatasetForm::update(ctx.object()?, ctx.services().context.now());
    objects::update::<Dataset>(&ctx, &form).await
}

pub(super) async fn badges(ctx: Ctx) -> Result<HttpResponse, Problem> {
    objects::available_badges(&ctx, &BADGES)
}

pub(super) async fn add_badge(ctx: Ctx) -> Result<HttpResponse, Problem> {
    objects::add_badge::<Dataset>(&ctx, &BADGES).await
}

/// There is nobody to give identifiers to datasets.
pub(super) async fn mint_doi(ctx: Ctx) -> Result<HttpResponse, Problem> {
    if ctx.target::<Dataset>()?.value.organization.is_none() {
        return Err(Problem::bad_request("Can only reference a dataset created by an organization"));
    }
    Err(Problem::bad_request("DOI config is not properly set up"))
}
