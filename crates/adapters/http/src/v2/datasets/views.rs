//! Answers about datasets in `/api/2/`: lists in them are told elsewhere, keys stand in another order.

use std::collections::HashMap;

use basalt_domain::{Dataset, License, ObjectId, dataset::frequency};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    context::Ctx,
    problem::Problem,
    v1::{
        contacts::ContactPointView,
        datasets::{
            views::{
                Around, AudienceView, DatasetPermissions, InternalView, NOT_SPECIFIED, QualityView, RangeView,
                SpatialView, access_type, frequency_id, made_of,
            },
            vocabularies::{Labelled, LicenseView},
        },
        references::{
            BadgeView, Id, Metrics, OrganizationReference, Plain, PlainValue, Subsection, Time, UserReference,
        },
    },
};

/// Metrics in the order of `/api/2/`.
const METRICS: [&str; 9] = [
    "discussions",
    "discussions_open",
    "reuses",
    "reuses_by_months",
    "dataservices",
    "followers",
    "followers_by_months",
    "views",
    "resources_downloads",
];
/// Items of the lists that are told elsewhere.
const PAGE_SIZE: u64 = 50;

/// What is around the datasets of an answer.
pub(in crate::v2) struct AroundV2 {
    around: Around,
    community: HashMap<ObjectId, u64>,
}

#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum FrequencyView<'a> {
    Id(&'a str),
    Full(Labelled),
}

#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum LicenceView<'a> {
    Id(&'a str),
    Full(LicenseView<'a>),
}

/// A dataset.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DatasetWithoutResources")]
pub(in crate::v2) struct DatasetViewV2<'a> {
    id: Id,
    title: &'a str,
    acronym: Option<&'a str>,
    slug: &'a str,
    description: &'a str,
    description_short: Option<&'a str>,
    created_at: Time,
    last_modified: Time,
    deleted: Option<Time>,
    private: bool,
    tags: &'a [String],
    badges: Vec<BadgeView<'a>>,
    resources: Subsection,
    community_resources: Subsection,
    frequency: FrequencyView<'a>,
    frequency_date: Option<Time>,
    extras: Plain<'a>,
    metrics: Metrics<'a>,
    organization: Option<OrganizationReference<'a>>,
    owner: Option<UserReference<'a>>,
    temporal_coverage: Option<RangeView<'a>>,
    spatial: Option<SpatialView<'a>>,
    license: LicenceView<'a>,
    access_type: &'a str,
    access_audiences: Vec<AudienceView<'a>>,
    access_type_reason_category: Option<&'a str>,
    access_type_reason: Option<&'a str>,
    authorization_request_url: Option<&'a str>,
    uri: String,
    page: Option<String>,
    last_update: Time,
    archived: Option<Time>,
    doi: Option<PlainValue<'a>>,
    quality: QualityView,
    harvest: Option<Plain<'a>>,
    geopf: Option<PlainValue<'a>>,
    internal: InternalView,
    contact_points: Vec<ContactPointView<'a>>,
    featured: bool,
    permissions: DatasetPermissions,
}

impl AroundV2 {
    /// Of these datasets: as many reads as in `/api/1/`, with what others made of them.
    pub(in crate::v2) async fn of(ctx: &Ctx, datasets: &[&Dataset]) -> Result<Self, Problem> {
        let mut made = made_of(&ctx.services().context.store, datasets);
        let around = Around::beside(ctx, datasets, Some(&mut made)).await?;
        let mut community = HashMap::new();
        for dataset in made.rows().iter().filter_map(|row| row.value.dataset) {
            *community.entry(dataset).or_default() += 1;
        }
        Ok(Self { around, community })
    }
}

impl<'a> DatasetViewV2<'a> {
    /// The answer about one of the datasets.
    pub(in crate::v2) fn new(ctx: &Ctx, dataset: &'a Dataset, loaded: &'a AroundV2) -> Self {
        let AroundV2 { around, community } = loaded;
        let (id, base) = (dataset.id, ctx.links.base());
        let resources = format!("{base}/api/2/datasets/{id}/resources/?page=1&page_size={PAGE_SIZE}");
        let others = format!("{base}/api/1/datasets/community_resources/?dataset={id}&page=1&page_size={PAGE_SIZE}");
        let license = dataset.license.as_deref().unwrap_or(NOT_SPECIFIED);
        let full_license = |license: &'a License| LicenceView::Full(license.into());
        let known = frequency::named(frequency_id(dataset));
        Self {
            id: Id(id),
            title: &dataset.title,
            acronym: dataset.acronym.as_deref(),
            slug: &dataset.slug,
            description: &dataset.description,
            description_short: dataset.description_short.as_deref(),
            created_at: dataset.created_at().into(),
            last_modified: dataset.last_modified_internal.into(),
            deleted: dataset.deleted.map(Into::into),
            private: dataset.private,
            tags: &dataset.tags,
            badges: BadgeView::all(&dataset.badges),
            resources: Subsection::new(resources, dataset.resource_count()),
            community_resources: Subsection::new(others, community.get(&id).copied().unwrap_or_default()),
            frequency: match known.filter(|_known| around.full.is_some()) {
                Some(known) => FrequencyView::Full(Labelled { id: known.id, label: known.label }),
                None => FrequencyView::Id(frequency_id(dataset)),
            },
            frequency_date: dataset.frequency_date.map(Into::into),
            extras: Plain(&dataset.extras),
            metrics: Metrics::new(&dataset.metrics, &METRICS),
            organization: around.owners.organization(ctx, dataset),
            owner: around.owners.owner(ctx, dataset),
            temporal_coverage: dataset.temporal_coverage.as_ref().map(Into::into),
            spatial: dataset.spatial.as_ref().map(|coverage| match &around.full {
                Some(full) => full.spatial(coverage),
                None => SpatialView::ids(coverage),
            }),
            license: around
                .full
                .as_ref()
                .and_then(|full| full.license(license))
                .map_or(LicenceView::Id(license), full_license),
            access_type: access_type(dataset),
            access_audiences: dataset.access_audiences.iter().map(Into::into).collect(),
            access_type_reason_category: dataset.access_type_reason_category.as_deref(),
            access_type_reason: dataset.access_type_reason.as_deref(),
            authorization_request_url: dataset.authorization_request_url.as_deref(),
            uri: ctx.links.api(1, "datasets", &dataset.slug),
            page: ctx.links.page("datasets", &dataset.slug),
            last_update: dataset.last_update.into(),
            archived: dataset.archived.map(Into::into),
            doi: dataset.harvest.as_ref().and_then(|harvest| harvest.get("doi")).map(PlainValue),
            quality: QualityView::score_last(dataset, around.now),
            harvest: dataset.harvest.as_ref().map(Plain),
            geopf: dataset.rest.get("geopf").map(PlainValue),
            internal: InternalView::of(dataset),
            contact_points: around.contacts.all(ctx, &dataset.contact_points),
            featured: dataset.featured,
            permissions: DatasetPermissions::new(ctx, dataset, around),
        }
    }
}
