//! Datasets and their resources as CSV.

use std::collections::{BTreeSet, HashMap};

use basalt_domain::{Dataset, GeoZone, Resource, Timestamp, Value, dataset::quality::Quality};
use basalt_ports::{Row, StorageError, Store};

use super::{
    row::Rows,
    stream::{Owners, Table},
};
use crate::{links::Links, v1::references::Plain};

/// One row a dataset.
pub(super) struct Datasets;

/// What is around datasets.
pub(super) struct AroundDatasets {
    now: Timestamp,
    owners: Owners,
    zones: HashMap<String, Row<GeoZone>>,
}

impl Table for Datasets {
    type Entity = Dataset;
    type Around = AroundDatasets;
    const HEADER: &'static [&'static str] = &[
        "id",
        "title",
        "slug",
        "acronym",
        "url",
        "organization",
        "organization_id",
        "owner",
        "owner_id",
        "description",
        "description_short",
        "frequency",
        "license",
        "temporal_coverage.start",
        "temporal_coverage.end",
        "spatial.granularity",
        "spatial.zones",
        "spatial.geom",
        "featured",
        "created_at",
        "last_modified",
        "badges",
        "tags",
        "archived",
        "resources_count",
        "main_resources_count",
        "resources_formats",
        "harvest.backend",
        "harvest.domain",
        "harvest.remote_id",
        "harvest.remote_url",
        "harvest.uri",
        "harvest.created_at",
        "harvest.issued_at",
        "harvest.modified_at",
        "harvest.last_update",
        "harvest.dct_identifier",
        "quality_score",
        "metric.discussions",
        "metric.discussions_open",
        "metric.reuses",
        "metric.reuses_by_months",
        "metric.dataservices",
        "metric.followers",
        "metric.followers_by_months",
        "metric.views",
        "metric.resources_downloads",
    ];

    async fn around(store: &Store, now: Timestamp, records: &[Dataset]) -> Result<AroundDatasets, StorageError> {
        let zones = records.iter().filter_map(|dataset| dataset.spatial.as_ref()).flat_map(|spatial| &spatial.zones);
        Ok(AroundDatasets {
            now,
            zones: store.geo_zones.by_ids(zones).await?,
            owners: Owners::of(store, records, |dataset| dataset.license.as_ref()).await?,
        })
    }

    fn write(rows: &mut Rows, dataset: &Dataset, around: &AroundDatasets, links: &Links) {
        let spatial = dataset.spatial.as_ref();
        let covered = dataset.temporal_coverage.as_ref();
        let harvest = dataset.harvest.as_ref();
        rows.text(&dataset.id.to_string());
        rows.text(&dataset.title);
        rows.text(&dataset.slug);
        rows.maybe(dataset.acronym.as_deref());
        rows.maybe(links.page("datasets", &dataset.slug).as_deref());
        around.owners.write(rows, dataset);
        rows.text(&dataset.description);
        rows.maybe(dataset.description_short.as_deref());
        rows.text(dataset.frequency.as_deref().unwrap_or("unknown"));
        rows.maybe(around.owners.license(dataset.license.as_ref()));
        rows.maybe(covered.and_then(|range| range.start.as_deref()));
        rows.maybe(covered.and_then(|range| range.end.as_deref()));
        rows.maybe(spatial.map(|spatial| spatial.granularity.as_deref().unwrap_or("other")));
        let zones = spatial.iter().flat_map(|spatial| &spatial.zones);
        rows.list(zones.map(|id| around.zones.get(id).map_or(id.as_str(), |row| row.value.name.as_str())));
        let shape = spatial.and_then(|spatial| spatial.geom.as_ref());
        rows.text(&shape.and_then(|shape| serde_json::to_string(&Plain(shape)).ok()).unwrap_or_default());
        rows.flag(dataset.featured);
        let created = harvest.and_then(|harvest| harvest.get("created_at")).and_then(Value::as_time);
        rows.time(Some(created.unwrap_or(dataset.created_at_internal)));
        rows.time(Some(dataset.last_modified_internal));
        rows.list(dataset.badges.iter().map(|badge| badge.kind.as_str()));
        rows.list(dataset.tags.iter().map(String::as_str));
        rows.time_or_false(dataset.archived);
        rows.number(dataset.resources.len());
        rows.number(dataset.resources.iter().filter(|resource| resource.kind == "main").count());
        let formats: BTreeSet<&str> = dataset.resources.iter().filter_map(|file| file.format.as_deref()).collect();
        rows.list(formats);
        let names = ["backend", "domain", "remote_id", "remote_url", "uri", "created_at", "issued_at", "modified_at"];
        rows.fields(harvest, &names);
        rows.fields(harvest, &["last_update", "dct_identifier"]);
        rows.text(&format!("{:.2}", Quality::of(dataset, around.now).score()));
        let names = ["discussions", "discussions_open", "reuses", "reuses_by_months", "dataservices", "followers"];
        rows.metrics(&dataset.metrics, &names);
        rows.metrics(&dataset.metrics, &["followers_by_months", "views", "resources_downloads"]);
        rows.end();
    }
}

/// One row a resource.
pub(super) struct Resources;

impl Table for Resources {
    type Entity = Dataset;
    type Around = Owners;
    const HEADER: &'static [&'static str] = &[
        "dataset.id",
        "dataset.title",
        "dataset.slug",
        "dataset.url",
        "dataset.organization",
        "dataset.organization_id",
        "dataset.license",
        "dataset.private",
        "dataset.archived",
        "id",
        "url",
        "title",
        "description",
        "filetype",
        "type",
        "format",
        "mime",
        "filesize",
        "checksum.type",
        "checksum.value",
        "created_at",
        "modified",
        "downloads",
        "harvest.issued_at",
        "harvest.modified_at",
        "harvest.last_update",
        "schema_name",
        "schema_version",
        "preview_url",
        "extras",
    ];

    async fn around(store: &Store, _now: Timestamp, records: &[Dataset]) -> Result<Owners, StorageError> {
        Owners::of(store, records, |dataset| dataset.license.as_ref()).await
    }

    fn write(rows: &mut Rows, dataset: &Dataset, owners: &Owners, links: &Links) {
        for resource in &dataset.resources {
            rows.text(&dataset.id.to_string());
            rows.text(&dataset.title);
            rows.text(&dataset.slug);
            rows.maybe(links.page("datasets", &dataset.slug).as_deref());
            owners.write_organization(rows, dataset);
            rows.maybe(owners.license(dataset.license.as_ref()));
            rows.flag(dataset.private);
            rows.time_or_false(dataset.archived);
            write_resource(rows, resource);
            rows.end();
        }
    }
}

fn write_resource(rows: &mut Rows, resource: &Resource) {
    let checksum = resource.checksum.as_ref();
    let schema = resource.schema.as_ref();
    rows.text(&resource.id.to_string());
    rows.text(&resource.url);
    rows.text(&resource.title);
    rows.maybe(resource.description.as_deref());
    rows.text(&resource.filetype);
    rows.text(&resource.kind);
    rows.maybe(resource.format.as_deref());
    rows.maybe(resource.mime.as_deref());
    match resource.filesize {
        Some(bytes) => rows.number(bytes),
        None => rows.text(""),
    }
    rows.maybe(checksum.map(|checksum| checksum.kind.as_str()));
    rows.maybe(checksum.map(|checksum| checksum.value.as_str()));
    rows.time(Some(resource.created_at_internal));
    rows.time(Some(resource.last_modified_internal));
    rows.metrics(&resource.metrics, &["views"]);
    rows.fields(resource.harvest.as_ref(), &["issued_at", "modified_at", "last_update"]);
    rows.maybe(schema.and_then(|schema| schema.name.as_deref()));
    rows.maybe(schema.and_then(|schema| schema.version.as_deref()));
    // No preview is made here.
    rows.text("");
    rows.text(&serde_json::to_string(&Plain(&resource.extras)).unwrap_or_default());
}
