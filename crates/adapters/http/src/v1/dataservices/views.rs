//! Answers about dataservices.

use basalt_app::{Services, objects::Objects};
use basalt_domain::{AccessAudience, Dataservice, Document, ObjectId, dataservice::METRICS};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    context::Ctx,
    links::Links,
    problem::Problem,
    v1::{
        contacts::{ContactPointView, Contacts},
        objects::Shown,
        owners::{ObjectPermissions, Owners, Wanted},
        references::{
            BadgeView, Id, Metrics, OrganizationReference, Plain, PlainValue, Subsection, Time, UserReference,
        },
    },
};

/// A dataservice.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Dataservice")]
pub struct DataserviceView<'a> {
    access_audiences: Vec<AudienceView<'a>>,
    access_type: &'a str,
    access_type_reason: Option<&'a str>,
    access_type_reason_category: Option<&'a str>,
    acronym: Option<&'a str>,
    archived_at: Option<Time>,
    authorization_request_url: Option<&'a str>,
    availability: Option<f64>,
    availability_url: Option<&'a str>,
    badges: Vec<BadgeView<'a>>,
    base_api_url: Option<&'a str>,
    business_documentation_url: Option<&'a str>,
    contact_points: Vec<ContactPointView<'a>>,
    created_at: Time,
    datasets: Subsection,
    deleted_at: Option<Time>,
    description: &'a str,
    extras: Plain<'a>,
    featured: Option<bool>,
    format: Option<&'a str>,
    harvest: HarvestView<'a>,
    id: Id,
    license: Option<&'a str>,
    machine_documentation_url: Option<&'a str>,
    metadata_modified_at: Time,
    metrics: Metrics<'a>,
    organization: Option<OrganizationReference<'a>>,
    owner: Option<UserReference<'a>>,
    permissions: ObjectPermissions,
    private: bool,
    rate_limiting: Option<&'a str>,
    rate_limiting_url: Option<&'a str>,
    self_api_url: String,
    self_web_url: Option<String>,
    slug: &'a str,
    tags: &'a [String],
    technical_documentation_url: Option<&'a str>,
    title: &'a str,
}

/// Whether one kind of people may use it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AccessAudience")]
pub struct AudienceView<'a> {
    condition: Option<&'a str>,
    role: Option<&'a str>,
}

impl<'a> From<&'a AccessAudience> for AudienceView<'a> {
    fn from(audience: &'a AccessAudience) -> Self {
        Self { condition: audience.condition.as_deref(), role: audience.role.as_deref() }
    }
}

/// Where it was harvested; nulls where it was not.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DataserviceHarvest")]
pub struct HarvestView<'a> {
    archived_at: Option<PlainValue<'a>>,
    archived_reason: Option<PlainValue<'a>>,
    backend: Option<PlainValue<'a>>,
    created_at: Option<PlainValue<'a>>,
    domain: Option<PlainValue<'a>>,
    issued_at: Option<PlainValue<'a>>,
    last_update: Option<PlainValue<'a>>,
    modified_at: Option<PlainValue<'a>>,
    remote_id: Option<PlainValue<'a>>,
    remote_url: Option<PlainValue<'a>>,
    source_id: Option<PlainValue<'a>>,
    source_url: Option<PlainValue<'a>>,
    uri: Option<PlainValue<'a>>,
}

impl<'a> HarvestView<'a> {
    fn new(harvest: Option<&'a Document>) -> Self {
        let part = |name: &str| harvest.and_then(|harvest| harvest.get(name)).map(PlainValue);
        Self {
            archived_at: part("archived_at"),
            archived_reason: part("archived_reason"),
            backend: part("backend"),
            created_at: part("created_at"),
            domain: part("domain"),
            issued_at: part("issued_at"),
            last_update: part("last_update"),
            modified_at: part("modified_at"),
            remote_id: part("remote_id"),
            remote_url: part("remote_url"),
            source_id: part("source_id"),
            source_url: part("source_url"),
            uri: part("uri"),
        }
    }
}

/// What is around dataservices.
pub struct Around {
    owners: Owners,
    contacts: Contacts,
}

impl Shown for Dataservice {
    type Around = Around;
    type View<'a> = DataserviceView<'a>;

    fn objects(services: &Services) -> &Objects<Self> {
        &services.dataservices
    }

    async fn around(ctx: &Ctx, objects: &[&Self]) -> Result<Around, Problem> {
        let contacts: Vec<ObjectId> = objects.iter().flat_map(|object| object.contact_points.clone()).collect();
        let contacts = Contacts::found(ctx, &contacts).await?;
        let wanted = Wanted::default().objects(objects.iter().copied());
        let owners = wanted.owned(contacts.values().map(|row| &row.value)).read(ctx).await?;
        Ok(Around { contacts: Contacts::new(contacts, owners.clone()), owners })
    }

    fn view<'a>(ctx: &Ctx, object: &'a Self, around: &'a Around) -> DataserviceView<'a> {
        DataserviceView {
            access_audiences: object.access_audiences.iter().map(AudienceView::from).collect(),
            access_type: object.access_type.as_deref().unwrap_or("open"),
            access_type_reason: object.access_type_reason.as_deref(),
            access_type_reason_category: object.access_type_reason_category.as_deref(),
            acronym: object.acronym.as_deref(),
            archived_at: object.archived_at.map(Time::from),
            authorization_request_url: object.authorization_request_url.as_deref(),
            availability: object.availability,
            availability_url: object.availability_url.as_deref(),
            badges: BadgeView::all(&object.badges),
            base_api_url: object.base_api_url.as_deref(),
            business_documentation_url: object.business_documentation_url.as_deref(),
            contact_points: around.contacts.all(ctx, &object.contact_points),
            created_at: object.created_at.into(),
            datasets: datasets(&ctx.links, object),
            deleted_at: object.deleted_at.map(Time::from),
            description: object.description.as_deref().unwrap_or_default(),
            extras: Plain(&object.extras),
            featured: object.featured,
            format: object.format.as_deref(),
            harvest: HarvestView::new(object.harvest.as_ref()),
            id: Id(object.id),
            license: object.license.as_deref(),
            machine_documentation_url: object.machine_documentation_url.as_deref(),
            metadata_modified_at: object.metadata_modified_at.into(),
            metrics: Metrics::new(&object.metrics, &METRICS),
            organization: around.owners.organization(ctx, object),
            owner: around.owners.owner(ctx, object),
            permissions: around.owners.permissions(ctx, object),
            private: object.private,
            rate_limiting: object.rate_limiting.as_deref(),
            rate_limiting_url: object.rate_limiting_url.as_deref(),
            self_api_url: ctx.links.api(1, "dataservices", &object.slug),
            self_web_url: ctx.links.page("dataservices", &object.slug),
            slug: &object.slug,
            tags: &object.tags,
            technical_documentation_url: object.technical_documentation_url.as_deref(),
            title: &object.title,
        }
    }
}

fn datasets(links: &Links, object: &Dataservice) -> Subsection {
    let href = format!("{}/api/1/datasets/?dataservice={}", links.base(), object.id);
    Subsection::new(href, object.datasets.len() as u64)
}

/// A dataservice inside another object.
#[derive(Serialize, JsonSchema)]
pub struct DataserviceReference<'a> {
    class: &'static str,
    id: Id,
    self_api_url: String,
    self_web_url: Option<String>,
    title: &'a str,
}

impl<'a> DataserviceReference<'a> {
    /// This dataservice.
    pub fn new(dataservice: &'a Dataservice, links: &Links) -> Self {
        Self {
            class: "Dataservice",
            id: Id(dataservice.id),
            self_api_url: links.api(1, "dataservices", &dataservice.slug),
            self_web_url: links.page("dataservices", &dataservice.slug),
            title: &dataservice.title,
        }
    }
}
