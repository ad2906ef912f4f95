//! Reuses, dataservices and organisations as CSV.

use basalt_domain::{Dataservice, ObjectId, Organization, Reuse, Timestamp};
use basalt_ports::{StorageError, Store, pictures::PictureSpec};

use super::{
    row::Rows,
    stream::{Owners, Table},
};
use crate::{
    links::Links,
    v1::references::{logo, picture},
};

/// One row a reuse.
pub(super) struct Reuses;

impl Table for Reuses {
    type Entity = Reuse;
    type Around = Owners;
    const HEADER: &'static [&'static str] = &[
        "id",
        "title",
        "slug",
        "url",
        "type",
        "description",
        "remote_url",
        "organization",
        "organization_id",
        "owner",
        "owner_id",
        "image",
        "featured",
        "created_at",
        "last_modified",
        "archived",
        "topic",
        "tags",
        "datasets",
        "metric.discussions",
        "metric.discussions_open",
        "metric.datasets",
        "metric.followers",
        "metric.followers_by_months",
        "metric.views",
    ];

    async fn around(store: &Store, _now: Timestamp, records: &[Reuse]) -> Result<Owners, StorageError> {
        Owners::of(store, records, |_reuse| None).await
    }

    fn write(rows: &mut Rows, reuse: &Reuse, owners: &Owners, links: &Links) {
        rows.text(&reuse.id.to_string());
        rows.text(&reuse.title);
        rows.text(&reuse.slug);
        rows.maybe(links.page("reuses", &reuse.slug).as_deref());
        rows.text(&reuse.kind);
        rows.text(&reuse.description);
        rows.text(&reuse.url);
        owners.write(rows, reuse);
        rows.maybe(picture(reuse.image.as_ref(), &PictureSpec::REUSE_IMAGE, links).as_deref());
        rows.flag(reuse.featured.unwrap_or(false));
        rows.time(Some(reuse.created_at));
        rows.time(Some(reuse.last_modified));
        rows.time_or_false(reuse.archived);
        rows.maybe(reuse.topic.as_deref());
        rows.list(reuse.tags.iter().map(String::as_str));
        rows.text(&joined(&reuse.datasets));
        let names = ["discussions", "discussions_open", "datasets", "followers", "followers_by_months", "views"];
        rows.metrics(&reuse.metrics, &names);
        rows.end();
    }
}

/// One row a dataservice.
pub(super) struct Dataservices;

impl Table for Dataservices {
    type Entity = Dataservice;
    type Around = Owners;
    const HEADER: &'static [&'static str] = &[
        "id",
        "title",
        "slug",
        "acronym",
        "url",
        "description",
        "base_api_url",
        "machine_documentation_url",
        "technical_documentation_url",
        "business_documentation_url",
        "authorization_request_url",
        "availability",
        "rate_limiting",
        "access_type",
        "license",
        "organization",
        "organization_id",
        "owner",
        "owner_id",
        "featured",
        "created_at",
        "metadata_modified_at",
        "archived",
        "tags",
        "datasets",
        "harvest.backend",
        "harvest.domain",
        "harvest.remote_id",
        "harvest.remote_url",
        "harvest.uri",
        "harvest.created_at",
        "harvest.issued_at",
        "harvest.modified_at",
        "harvest.last_update",
        "metric.discussions",
        "metric.discussions_open",
        "metric.followers",
        "metric.followers_by_months",
        "metric.reuses",
        "metric.views",
    ];

    async fn around(store: &Store, _now: Timestamp, records: &[Dataservice]) -> Result<Owners, StorageError> {
        Owners::of(store, records, |dataservice| dataservice.license.as_ref()).await
    }

    fn write(rows: &mut Rows, dataservice: &Dataservice, owners: &Owners, links: &Links) {
        rows.text(&dataservice.id.to_string());
        rows.text(&dataservice.title);
        rows.text(&dataservice.slug);
        rows.maybe(dataservice.acronym.as_deref());
        rows.maybe(links.page("dataservices", &dataservice.slug).as_deref());
        rows.maybe(dataservice.description.as_deref());
        rows.maybe(dataservice.base_api_url.as_deref());
        rows.maybe(dataservice.machine_documentation_url.as_deref());
        rows.maybe(dataservice.technical_documentation_url.as_deref());
        rows.maybe(dataservice.business_documentation_url.as_deref());
        rows.maybe(dataservice.authorization_request_url.as_deref());
        match dataservice.availability {
            Some(percent) => rows.number(percent),
            None => rows.text(""),
        }
        rows.maybe(dataservice.rate_limiting.as_deref());
        rows.text(dataservice.access_type.as_deref().unwrap_or("open"));
        rows.maybe(owners.license(dataservice.license.as_ref()));
        owners.write(rows, dataservice);
        rows.flag(dataservice.featured.unwrap_or(false));
        rows.time(Some(dataservice.created_at));
        rows.time(Some(dataservice.metadata_modified_at));
        rows.time_or_false(dataservice.archived_at);
        rows.list(dataservice.tags.iter().map(String::as_str));
        rows.text(&joined(&dataservice.datasets));
        let names = ["backend", "domain", "remote_id", "remote_url", "uri", "created_at", "issued_at", "modified_at"];
        rows.fields(dataservice.harvest.as_ref(), &names);
        rows.fields(dataservice.harvest.as_ref(), &["last_update"]);
        let names = ["discussions", "discussions_open", "followers", "followers_by_months", "reuses", "views"];
        rows.metrics(&dataservice.metrics, &names);
        rows.end();
    }
}

/// One row an organisation.
pub(super) struct Organizations;

impl Table for Organizations {
    type Entity = Organization;
    type Around = ();
    const HEADER: &'static [&'static str] = &[
        "id",
        "name",
        "acronym",
        "slug",
        "url",
        "description",
        "logo",
        "badges",
        "created_at",
        "last_modified",
        "business_number_id",
        "members_count",
        "downloads",
        "metric.dataservices",
        "metric.dataservices_by_months",
        "metric.datasets",
        "metric.datasets_by_months",
        "metric.datasets_followers_by_months",
        "metric.datasets_reuses_by_months",
        "metric.members",
        "metric.reuses",
        "metric.reuses_by_months",
        "metric.reuses_followers_by_months",
        "metric.dataservices",
        "metric.followers",
        "metric.views",
    ];

    async fn around(_store: &Store, _now: Timestamp, _records: &[Organization]) -> Result<(), StorageError> {
        Ok(())
    }

    fn write(rows: &mut Rows, organization: &Organization, _around: &(), links: &Links) {
        rows.text(&organization.id.to_string());
        rows.text(&organization.name);
        rows.maybe(organization.acronym.as_deref());
        rows.text(&organization.slug);
        rows.maybe(links.page("organizations", &organization.slug).as_deref());
        rows.text(&organization.description);
        rows.maybe(logo(organization, links).as_deref());
        rows.list(organization.badges.iter().map(|badge| badge.kind.as_str()));
        rows.time(Some(organization.created_at));
        rows.time(Some(organization.last_modified));
        rows.maybe(organization.business_number_id.as_deref());
        rows.number(organization.members.len());
        rows.metrics(&organization.metrics, &["resources_downloads"]);
        let metrics = Self::HEADER.iter().filter_map(|name| name.strip_prefix("metric."));
        rows.metrics(&organization.metrics, &metrics.collect::<Vec<_>>());
        rows.end();
    }
}

fn joined(ids: &[ObjectId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
