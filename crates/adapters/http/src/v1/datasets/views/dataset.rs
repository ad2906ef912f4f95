//! Answers about datasets.

use basalt_domain::{CommunityResource, Dataset, dataset::METRICS, policy::object::permissions};
use basalt_ports::Row;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Around, AudienceView, CommunityAround, CommunityView, InternalView, NOT_SPECIFIED, QualityView, RangeView,
    ResourceView, ResourcesView, SpatialView,
};
use crate::{
    context::Ctx,
    v1::{
        contacts::ContactPointView,
        references::{BadgeView, Id, Metrics, OrganizationReference, Plain, PlainValue, Time, UserReference},
    },
};

/// What the caller may do with a dataset.
#[derive(Serialize, JsonSchema)]
pub struct DatasetPermissions {
    pub(crate) delete: bool,
    pub(crate) edit: bool,
    pub(crate) edit_resources: bool,
}

/// A dataset.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Dataset")]
pub struct DatasetView<'a> {
    access_audiences: Vec<AudienceView<'a>>,
    access_type: &'a str,
    access_type_reason: Option<&'a str>,
    access_type_reason_category: Option<&'a str>,
    acronym: Option<&'a str>,
    archived: Option<Time>,
    authorization_request_url: Option<&'a str>,
    badges: Vec<BadgeView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    community_resources: Option<Vec<CommunityView<'a>>>,
    contact_points: Vec<ContactPointView<'a>>,
    created_at: Time,
    deleted: Option<Time>,
    description: &'a str,
    description_short: Option<&'a str>,
    doi: Option<PlainValue<'a>>,
    extras: Plain<'a>,
    featured: bool,
    frequency: &'a str,
    frequency_date: Option<Time>,
    geopf: Option<PlainValue<'a>>,
    harvest: Option<Plain<'a>>,
    id: Id,
    internal: InternalView,
    last_modified: Time,
    last_update: Time,
    license: &'a str,
    metrics: Metrics<'a>,
    organization: Option<OrganizationReference<'a>>,
    owner: Option<UserReference<'a>>,
    page: Option<String>,
    permissions: DatasetPermissions,
    private: bool,
    quality: QualityView,
    #[schemars(with = "Vec<ResourceView<'a>>")]
    resources: ResourcesView<'a>,
    schema: Option<&'a str>,
    slug: &'a str,
    spatial: Option<SpatialView<'a>>,
    tags: &'a [String],
    temporal_coverage: Option<RangeView<'a>>,
    title: &'a str,
    uri: String,
}

impl DatasetPermissions {
    /// Of the caller to one of the datasets of an answer.
    pub fn new(ctx: &Ctx, dataset: &Dataset, around: &Around) -> Self {
        let may = permissions(around.owners.relation(ctx, dataset));
        Self { delete: may.delete, edit: may.edit, edit_resources: may.edit }
    }
}

impl InternalView {
    /// Of a dataset.
    pub fn of(dataset: &Dataset) -> Self {
        Self {
            created_at_internal: dataset.created_at_internal.into(),
            last_modified_internal: dataset.last_modified_internal.into(),
        }
    }
}

impl<'a> DatasetView<'a> {
    /// The answer about one of the datasets.
    pub fn new(ctx: &Ctx, dataset: &'a Dataset, around: &'a Around) -> Self {
        let links = &ctx.links;
        let text = |text: &'a Option<String>| text.as_deref();
        let community = around.community.as_ref().map(|community| {
            let view = |row: &'a Row<CommunityResource>| {
                let around = CommunityAround {
                    dataset: Some(dataset),
                    organization: community.owners.organization(ctx, &row.value),
                    owner: community.owners.owner(ctx, &row.value),
                    permissions: permissions(community.owners.relation_to_owned(ctx, &row.value)).into(),
                    uploaded: false,
                };
                CommunityView::new(&row.value, around, links)
            };
            community.made_of(dataset.id).iter().map(view).collect()
        });
        Self {
            access_audiences: dataset.access_audiences.iter().map(Into::into).collect(),
            access_type: access_type(dataset),
            access_type_reason: text(&dataset.access_type_reason),
            access_type_reason_category: text(&dataset.access_type_reason_category),
            acronym: text(&dataset.acronym),
            archived: dataset.archived.map(Into::into),
            authorization_request_url: text(&dataset.authorization_request_url),
            badges: BadgeView::all(&dataset.badges),
            community_resources: community,
            contact_points: around.contacts.all(ctx, &dataset.contact_points),
            created_at: dataset.created_at().into(),
            deleted: dataset.deleted.map(Into::into),
            description: &dataset.description,
            description_short: text(&dataset.description_short),
            doi: dataset.harvest.as_ref().and_then(|harvest| harvest.get("doi")).map(PlainValue),
            extras: Plain(&dataset.extras),
            featured: dataset.featured,
            frequency: frequency_id(dataset),
            frequency_date: dataset.frequency_date.map(Into::into),
            geopf: dataset.rest.get("geopf").map(PlainValue),
            harvest: dataset.harvest.as_ref().map(Plain),
            id: Id(dataset.id),
            internal: InternalView::of(dataset),
            last_modified: dataset.last_modified_internal.into(),
            last_update: dataset.last_update.into(),
            license: dataset.license.as_deref().unwrap_or(NOT_SPECIFIED),
            metrics: Metrics::new(&dataset.metrics, &METRICS),
            organization: around.owners.organization(ctx, dataset),
            owner: around.owners.owner(ctx, dataset),
            page: links.page("datasets", &dataset.slug),
            permissions: DatasetPermissions::new(ctx, dataset, around),
            private: dataset.private,
            quality: QualityView::sorted(dataset, around.now),
            resources: ResourcesView::new(ctx, dataset),
            schema: None,
            slug: &dataset.slug,
            spatial: dataset.spatial.as_ref().map(|coverage| match &around.full {
                Some(full) => full.spatial(coverage),
                None => SpatialView::ids(coverage),
            }),
            tags: &dataset.tags,
            temporal_coverage: dataset.temporal_coverage.as_ref().map(Into::into),
            title: &dataset.title,
            uri: links.api(1, "datasets", &dataset.slug),
        }
    }
}

/// Who may use a dataset: all where nothing is said.
pub(crate) fn access_type(dataset: &Dataset) -> &str {
    dataset.access_type.as_deref().unwrap_or("open")
}

/// How often a dataset is updated, by its present name.
pub(crate) fn frequency_id(dataset: &Dataset) -> &str {
    use basalt_domain::dataset::frequency::{UNKNOWN, named};
    let stored = dataset.frequency.as_deref().unwrap_or(UNKNOWN);
    named(stored).map_or(stored, |frequency| frequency.id)
}
