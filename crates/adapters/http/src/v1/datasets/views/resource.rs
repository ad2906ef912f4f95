//! Answers about resources.

use basalt_domain::{Checksum, CommunityResource, Dataset, Resource, Schema};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    links::Links,
    v1::{
        owners::ObjectPermissions,
        references::{Id, OrganizationReference, Plain, PlainValue, Time, UserReference},
    },
};

/// A sum over the bytes of a file.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Checksum")]
pub struct ChecksumView<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    value: &'a str,
}

/// The schema that data follows.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Schema")]
pub struct SchemaView<'a> {
    name: Option<&'a str>,
    url: Option<&'a str>,
    version: Option<&'a str>,
}

/// When a record was made and changed here.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Internals")]
pub struct InternalView {
    pub(super) created_at_internal: Time,
    pub(super) last_modified_internal: Time,
}

/// A resource.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Resource")]
pub struct ResourceView<'a> {
    checksum: Option<ChecksumView<'a>>,
    created_at: Time,
    description: Option<&'a str>,
    extras: Plain<'a>,
    filesize: Option<i64>,
    filetype: &'a str,
    format: Option<&'a str>,
    geopf: Option<PlainValue<'a>>,
    harvest: Option<Plain<'a>>,
    id: Uuid,
    internal: InternalView,
    last_modified: Time,
    latest: String,
    metrics: Plain<'a>,
    mime: Option<&'a str>,
    preview_url: Option<&'a str>,
    schema: Option<SchemaView<'a>>,
    title: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    url: &'a str,
}

/// A resource that was uploaded.
#[derive(Serialize, JsonSchema)]
pub struct UploadedResource<'a> {
    /// The resource.
    #[serde(flatten)]
    pub resource: ResourceView<'a>,
    /// Always true.
    pub success: bool,
}

/// A resource in `/api/2/`: the same in another order.
#[derive(Serialize, JsonSchema)]
pub struct ResourceViewV2<'a> {
    id: Uuid,
    title: &'a str,
    description: Option<&'a str>,
    filetype: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    format: Option<&'a str>,
    url: &'a str,
    latest: String,
    checksum: Option<ChecksumView<'a>>,
    filesize: Option<i64>,
    mime: Option<&'a str>,
    created_at: Time,
    last_modified: Time,
    metrics: Plain<'a>,
    harvest: Option<Plain<'a>>,
    geopf: Option<PlainValue<'a>>,
    extras: Plain<'a>,
    preview_url: Option<&'a str>,
    schema: Option<SchemaView<'a>>,
    internal: InternalView,
}

/// The dataset of a community resource.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DatasetReference")]
pub struct DatasetReference<'a> {
    acronym: Option<&'a str>,
    class: &'static str,
    id: Id,
    page: Option<String>,
    title: &'a str,
    uri: String,
}

/// A community resource. Keys in order, as all of `/api/1/`.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CommunityResource")]
pub struct CommunityView<'a> {
    checksum: Option<ChecksumView<'a>>,
    created_at: Time,
    dataset: Option<DatasetReference<'a>>,
    description: Option<&'a str>,
    extras: Plain<'a>,
    filesize: Option<i64>,
    filetype: &'a str,
    format: Option<&'a str>,
    geopf: Option<PlainValue<'a>>,
    harvest: Option<Plain<'a>>,
    id: Uuid,
    internal: InternalView,
    last_modified: Time,
    latest: String,
    metrics: Plain<'a>,
    mime: Option<&'a str>,
    organization: Option<OrganizationReference<'a>>,
    owner: Option<UserReference<'a>>,
    permissions: ObjectPermissions,
    preview_url: Option<&'a str>,
    schema: Option<SchemaView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    success: Option<bool>,
    title: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    url: &'a str,
}

/// What is around a community resource.
pub struct CommunityAround<'a> {
    /// Its dataset.
    pub dataset: Option<&'a Dataset>,
    /// Its organisation.
    pub organization: Option<OrganizationReference<'a>>,
    /// Its owner.
    pub owner: Option<UserReference<'a>>,
    /// What the caller may do with it.
    pub permissions: ObjectPermissions,
    /// Was it uploaded just now?
    pub uploaded: bool,
}

impl<'a> From<&'a Checksum> for ChecksumView<'a> {
    fn from(Checksum { kind, value, .. }: &'a Checksum) -> Self {
        Self { kind, value }
    }
}

impl<'a> From<&'a Schema> for SchemaView<'a> {
    fn from(Schema { name, url, version, .. }: &'a Schema) -> Self {
        Self { name: name.as_deref(), url: url.as_deref(), version: version.as_deref() }
    }
}

impl<'a> ResourceView<'a> {
    /// The answer about a resource.
    pub fn new(resource: &'a Resource, links: &Links) -> Self {
        let Resource { id, title, description, filetype, kind, url, format, mime, filesize, extras, metrics, .. } =
            resource;
        Self {
            checksum: resource.checksum.as_ref().map(Into::into),
            created_at: resource.created_at().into(),
            description: description.as_deref(),
            extras: Plain(extras),
            filesize: *filesize,
            filetype,
            format: format.as_deref(),
            geopf: resource.rest.get("geopf").map(PlainValue),
            harvest: resource.harvest.as_ref().map(Plain),
            id: *id,
            internal: internal(resource),
            last_modified: resource.last_modified().into(),
            latest: latest(resource, links),
            metrics: Plain(metrics),
            mime: mime.as_deref(),
            preview_url: None,
            schema: resource.schema.as_ref().map(Into::into),
            title,
            kind,
            url,
        }
    }
}

impl<'a> ResourceViewV2<'a> {
    /// The answer about a resource.
    pub fn new(resource: &'a Resource, links: &Links) -> Self {
        let view = ResourceView::new(resource, links);
        let ResourceView { id, title, description, filetype, kind, format, url, latest, checksum, filesize, .. } = view;
        let ResourceView { mime, created_at, last_modified, metrics, harvest, geopf, extras, .. } = view;
        let ResourceView { preview_url, schema, internal, .. } = view;
        Self {
            id,
            title,
            description,
            filetype,
            kind,
            format,
            url,
            latest,
            checksum,
            filesize,
            mime,
            created_at,
            last_modified,
            metrics,
            harvest,
            geopf,
            extras,
            preview_url,
            schema,
            internal,
        }
    }
}

impl<'a> CommunityView<'a> {
    /// The answer about a community resource.
    pub fn new(community: &'a CommunityResource, around: CommunityAround<'a>, links: &Links) -> Self {
        let view = ResourceView::new(&community.resource, links);
        let CommunityAround { dataset, organization, owner, permissions, uploaded } = around;
        let ResourceView { checksum, created_at, description, extras, filesize, filetype, format, geopf, .. } = view;
        let ResourceView { harvest, id, internal, last_modified, latest, metrics, mime, preview_url, .. } = view;
        let ResourceView { schema, title, kind, url, .. } = view;
        Self {
            checksum,
            created_at,
            dataset: dataset.map(|dataset| DatasetReference::new(dataset, links)),
            description,
            extras,
            filesize,
            filetype,
            format,
            geopf,
            harvest,
            id,
            internal,
            last_modified,
            latest,
            metrics,
            mime,
            organization,
            owner,
            permissions,
            preview_url,
            schema,
            success: uploaded.then_some(true),
            title,
            kind,
            url,
        }
    }
}

impl<'a> DatasetReference<'a> {
    /// The short form of a dataset.
    pub fn new(dataset: &'a Dataset, links: &Links) -> Self {
        Self {
            acronym: dataset.acronym.as_deref(),
            class: "Dataset",
            id: Id(dataset.id),
            page: links.page("datasets", &dataset.slug),
            title: &dataset.title,
            uri: links.api(1, "datasets", &dataset.slug),
        }
    }
}

/// The address that always leads to the file of a resource.
fn latest(resource: &Resource, links: &Links) -> String {
    format!("{}/api/1/datasets/r/{}", links.base(), resource.id)
}

fn internal(resource: &Resource) -> InternalView {
    InternalView {
        created_at_internal: resource.created_at_internal.into(),
        last_modified_internal: resource.last_modified_internal.into(),
    }
}
