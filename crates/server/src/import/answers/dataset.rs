//! Datasets as the API answers them.

use basalt_domain::{
    Badge, Checksum, Dataset, DateRange, Document, ObjectId, Resource, Schema, SpatialCoverage, Timestamp, Value,
    dataset::frequency, tags,
};
use serde::Deserialize;
use sha1::{Digest, Sha1};
use uuid::Uuid;

use super::{OwnerAnswer, born, time};
use crate::import::{
    Record,
    datasets::{DescribedDataset, Producer, metrics},
};

#[derive(Deserialize)]
struct Answer {
    id: String,
    title: String,
    slug: Option<String>,
    acronym: Option<String>,
    description: Option<String>,
    description_short: Option<String>,
    license: Option<String>,
    frequency: Option<String>,
    frequency_date: Option<String>,
    private: Option<bool>,
    featured: Option<bool>,
    organization: Option<OrganizationAnswer>,
    owner: Option<OwnerAnswer>,
    spatial: Option<SpatialCoverage>,
    temporal_coverage: Option<DateRange>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    badges: Vec<BadgeAnswer>,
    resources: Vec<ResourceAnswer>,
    extras: Option<Document>,
    harvest: Option<Document>,
    metrics: Option<Document>,
    created_at: Option<String>,
    last_modified: Option<String>,
    archived: Option<String>,
    deleted: Option<String>,
}

#[derive(Deserialize)]
struct OrganizationAnswer {
    id: String,
    name: String,
    slug: Option<String>,
}

#[derive(Deserialize)]
struct BadgeAnswer {
    kind: String,
}

#[derive(Deserialize)]
struct ResourceAnswer {
    id: String,
    title: Option<String>,
    description: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    url: String,
    checksum: Option<Checksum>,
    format: Option<String>,
    mime: Option<String>,
    filesize: Option<Value>,
    extras: Option<Document>,
    harvest: Option<Document>,
    schema: Option<Schema>,
    metrics: Option<Document>,
    created_at: Option<String>,
    last_modified: Option<String>,
}

/// Reads an answer about one dataset.
pub(in crate::import) fn dataset(line: &str) -> Result<Record, String> {
    let answer: Answer = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let id = ObjectId::parse(&answer.id).map_err(|error| error.to_string())?;
    let created_at = time(answer.created_at.as_deref())?.unwrap_or_else(|| born(id));
    let mut dataset = Dataset::blank(id, created_at);
    dataset.title = answer.title;
    dataset.slug = answer.slug.unwrap_or_default();
    dataset.acronym = told(answer.acronym);
    dataset.description = answer.description.unwrap_or_default();
    dataset.description_short = told(answer.description_short);
    let known = answer.frequency.as_deref().and_then(frequency::named);
    dataset.frequency = Some(known.map_or(frequency::UNKNOWN, |known| known.id).to_owned());
    dataset.frequency_date = time(answer.frequency_date.as_deref())?;
    dataset.private = answer.private.unwrap_or(false);
    dataset.featured = answer.featured.unwrap_or(false);
    dataset.spatial = answer.spatial.map(spatial).filter(|spatial| *spatial != SpatialCoverage::default());
    dataset.temporal_coverage = answer.temporal_coverage.filter(|covered| *covered != DateRange::default());
    dataset.tags = tags::normalised(answer.tags.iter().map(String::as_str));
    dataset.badges = answer.badges.into_iter().map(|badge| given(badge.kind, created_at)).collect();
    dataset.extras = answer.extras.unwrap_or_default();
    dataset.harvest = answer.harvest.map(with_times).filter(|harvest| !harvest.is_empty());
    dataset.metrics = metrics(answer.metrics.unwrap_or_default());
    dataset.last_modified_internal = time(answer.last_modified.as_deref())?.unwrap_or(created_at);
    dataset.archived = time(answer.archived.as_deref())?;
    dataset.deleted = time(answer.deleted.as_deref())?;
    dataset.resources =
        answer.resources.into_iter().map(|one| resource(one, created_at)).collect::<Result<_, String>>()?;
    let producer = match (answer.organization, answer.owner) {
        (Some(OrganizationAnswer { id, name, slug }), _) => {
            let id = ObjectId::parse(&id).map_err(|error| error.to_string())?;
            Some(Producer::Organization(id, name, told(slug)))
        }
        (None, Some(owner)) => Some(Producer::Person(owner.person()?)),
        (None, None) => None,
    };
    let license = answer.license.unwrap_or_default();
    let described = DescribedDataset { dataset, producer, license, zones: Vec::new(), whole: true };
    Ok(Record::Dataset(Box::new(described)))
}

fn resource(answer: ResourceAnswer, since: Timestamp) -> Result<Resource, String> {
    let created_at = time(answer.created_at.as_deref())?.unwrap_or(since);
    // Wherever it was stored, it is not stored here.
    let id = Uuid::parse_str(&answer.id).unwrap_or_else(|_damaged| made_of(&answer.id, &answer.url));
    let mut resource = Resource::blank(id, created_at);
    resource.title = answer.title.unwrap_or_default();
    resource.description = told(answer.description);
    resource.kind = told(answer.kind).unwrap_or_else(|| "other".into());
    resource.urlhash = Some(hash(&answer.url));
    resource.url = answer.url;
    resource.checksum = answer.checksum.filter(|checksum| !checksum.value.is_empty());
    resource.format = told(answer.format);
    resource.mime = told(answer.mime);
    resource.filesize = answer.filesize.and_then(|size| size.as_int());
    resource.extras = answer.extras.unwrap_or_default();
    resource.harvest = answer.harvest.map(with_times).filter(|harvest| !harvest.is_empty());
    resource.schema = answer.schema.filter(|schema| *schema != Schema::default());
    let views = answer.metrics.as_ref().and_then(|metrics| metrics.get("views")).and_then(Value::as_int);
    if let Some(views) = views.filter(|views| *views != 0) {
        resource.metrics.insert("views", views);
    }
    resource.last_modified_internal = time(answer.last_modified.as_deref())?.unwrap_or(created_at);
    Ok(resource)
}

/// An id for a resource whose own was damaged on its way: always the same.
fn made_of(damaged: &str, url: &str) -> Uuid {
    let digest = Sha1::digest(format!("{damaged} {url}").as_bytes());
    let bytes = digest.first_chunk::<16>().copied().unwrap_or_default();
    uuid::Builder::from_sha1_bytes(bytes).into_uuid()
}

/// Null and empty text tell nothing.
fn told(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// Hex digits of the SHA-1 of an address, by which resources and reuses are found.
fn hash(url: &str) -> String {
    crate::secrets::digits(&Sha1::digest(url.as_bytes()))
}

/// Former versions had a date behind the ids of places: `fr:commune:13004@1943-01-01`.
fn spatial(mut spatial: SpatialCoverage) -> SpatialCoverage {
    for zone in &mut spatial.zones {
        if let Some(at) = zone.find('@') {
            zone.truncate(at);
        }
    }
    spatial
}

pub(in crate::import) fn given(kind: String, created: Timestamp) -> Badge {
    Badge { class: Some("DatasetBadge".into()), kind, created, created_by: None, rest: Document::new() }
}

/// Texts of the interface that are times in storage.
fn with_times(harvest: Document) -> Document {
    let is_time = |name: &str| name.ends_with("_at") || name == "last_update";
    harvest
        .into_iter()
        .filter(|(_name, value)| !value.is_null())
        .map(|(name, value)| {
            let time = value.as_text().filter(|_text| is_time(&name)).and_then(|text| Timestamp::parse(text).ok());
            (name, time.map_or(value, Value::Time))
        })
        .collect()
}
