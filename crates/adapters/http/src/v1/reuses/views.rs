//! Answers about reuses.

use std::collections::HashMap;

use basalt_app::{Services, objects::Objects};
use basalt_domain::{Dataservice, Dataset, ObjectId, Reuse, reuse::METRICS};
use basalt_ports::{Row, pictures::PictureSpec};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    context::Ctx,
    links::Links,
    problem::Problem,
    v1::{
        dataservices::views::DataserviceReference,
        datasets::views::{DatasetView, Unowned},
        narrowing,
        objects::Shown,
        owners::{ObjectPermissions, Owners, Wanted},
        references::{BadgeView, Id, Metrics, OrganizationReference, Plain, Time, UserReference, picture, thumbnail},
    },
};

/// A reuse with the datasets it uses.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Reuse")]
pub struct ReuseView<'a> {
    archived: Option<Time>,
    badges: Vec<BadgeView<'a>>,
    created_at: Time,
    dataservices: Vec<DataserviceReference<'a>>,
    datasets: Vec<DatasetView<'a>>,
    deleted: Option<Time>,
    description: &'a str,
    extras: Plain<'a>,
    featured: Option<bool>,
    id: Id,
    image: Option<String>,
    image_thumbnail: Option<String>,
    last_modified: Time,
    metrics: Metrics<'a>,
    organization: Option<OrganizationReference<'a>>,
    owner: Option<UserReference<'a>>,
    page: Option<String>,
    permissions: ObjectPermissions,
    private: bool,
    slug: &'a str,
    tags: &'a [String],
    title: &'a str,
    topic: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'a str,
    uri: String,
    url: &'a str,
}

/// Datasets inside other objects: those of which the caller may know, loaded once for all.
pub struct Used {
    datasets: HashMap<ObjectId, Row<Dataset>>,
    around: <Dataset as Shown>::Around,
}

/// The same before it is known whom they belong to.
pub struct UnownedUsed {
    datasets: Vec<Row<Dataset>>,
    around: Unowned,
}

impl UnownedUsed {
    /// Those of these of which the caller may know.
    pub async fn of(ctx: &Ctx, datasets: Vec<Row<Dataset>>) -> Result<Self, Problem> {
        let datasets = narrowing::known_of(ctx, datasets).await?;
        let around = Unowned::used(ctx, &datasets.iter().map(|row| &row.value).collect::<Vec<_>>()).await?;
        Ok(Self { datasets, around })
    }

    /// They belong to somebody, too.
    pub fn wanted(&self, wanted: Wanted) -> Wanted {
        self.around.wanted(wanted.objects(self.datasets.iter().map(|row| &row.value)))
    }

    /// With whom they belong to.
    pub fn of_these(self, ctx: &Ctx, owners: Owners) -> Used {
        let datasets = self.datasets.into_iter().map(|row| (row.value.id, row)).collect();
        Used { datasets, around: self.around.of_these(ctx, owners) }
    }
}

impl Used {
    /// Answers about these, in their order.
    pub fn all<'a>(&'a self, ctx: &Ctx, ids: &[ObjectId]) -> Vec<DatasetView<'a>> {
        let found = ids.iter().filter_map(|id| self.datasets.get(id));
        found.map(|row| Dataset::view(ctx, &row.value, &self.around)).collect()
    }
}

/// What is around reuses.
pub struct Around {
    owners: Owners,
    used: Used,
    dataservices: HashMap<ObjectId, Row<Dataservice>>,
}

impl Shown for Reuse {
    type Around = Around;
    type View<'a> = ReuseView<'a>;

    fn objects(services: &Services) -> &Objects<Self> {
        &services.reuses
    }

    async fn around(ctx: &Ctx, objects: &[&Self]) -> Result<Around, Problem> {
        let store = &ctx.services().context.store;
        let mut datasets = store.datasets.asked_by_ids(objects.iter().flat_map(|reuse| &reuse.datasets));
        let mut dataservices = store.dataservices.asked_by_ids(objects.iter().flat_map(|reuse| &reuse.dataservices));
        store.together(&mut [&mut datasets, &mut dataservices]).await?;
        let dataservices = narrowing::known_of(ctx, dataservices.rows()).await?;
        let used = UnownedUsed::of(ctx, datasets.rows()).await?;
        let owners = used.wanted(Wanted::default().objects(objects.iter().copied())).read(ctx).await?;
        Ok(Around {
            used: used.of_these(ctx, owners.clone()),
            owners,
            dataservices: dataservices.into_iter().map(|row| (row.value.id, row)).collect(),
        })
    }

    fn view<'a>(ctx: &Ctx, reuse: &'a Self, around: &'a Around) -> ReuseView<'a> {
        let dataservices = reuse.dataservices.iter().filter_map(|id| around.dataservices.get(id));
        ReuseView {
            archived: reuse.archived.map(Time::from),
            badges: BadgeView::all(&reuse.badges),
            created_at: reuse.created_at.into(),
            dataservices: dataservices.map(|row| DataserviceReference::new(&row.value, &ctx.links)).collect(),
            datasets: around.used.all(ctx, &reuse.datasets),
            deleted: reuse.deleted.map(Time::from),
            description: &reuse.description,
            extras: Plain(&reuse.extras),
            featured: reuse.featured,
            id: Id(reuse.id),
            image: picture(reuse.image.as_ref(), &PictureSpec::REUSE_IMAGE, &ctx.links),
            image_thumbnail: thumbnail(reuse.image.as_ref(), &PictureSpec::REUSE_IMAGE, &ctx.links),
            last_modified: reuse.last_modified.into(),
            metrics: Metrics::new(&reuse.metrics, &METRICS),
            organization: around.owners.organization(ctx, reuse),
            owner: around.owners.owner(ctx, reuse),
            page: ctx.links.page("reuses", &reuse.slug),
            permissions: around.owners.permissions(ctx, reuse),
            private: reuse.private,
            slug: &reuse.slug,
            tags: &reuse.tags,
            title: &reuse.title,
            topic: reuse.topic.as_deref(),
            kind: &reuse.kind,
            uri: ctx.links.api(1, "reuses", &reuse.slug),
            url: &reuse.url,
        }
    }
}

/// A reuse inside another object.
#[derive(Serialize, JsonSchema)]
pub struct ReuseReference<'a> {
    class: &'static str,
    id: Id,
    image: Option<String>,
    image_thumbnail: Option<String>,
    page: Option<String>,
    title: &'a str,
    uri: String,
}

impl<'a> ReuseReference<'a> {
    /// This reuse.
    pub fn new(reuse: &'a Reuse, links: &Links) -> Self {
        Self {
            class: "Reuse",
            id: Id(reuse.id),
            image: picture(reuse.image.as_ref(), &PictureSpec::REUSE_IMAGE, links),
            image_thumbnail: thumbnail(reuse.image.as_ref(), &PictureSpec::REUSE_IMAGE, links),
            page: links.page("reuses", &reuse.slug),
            title: &reuse.title,
            uri: links.api(1, "reuses", &reuse.slug),
        }
    }
}
