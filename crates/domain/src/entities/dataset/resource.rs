//! Resources: the files of a dataset.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Dataset, quality};
use crate::{
    Checksum, Document, Field, Parts, Schema, Timestamp, Value,
    entities::fields::{or_default, uuid, whole_number},
};

/// What a resource can be to its dataset, with their names.
///
/// Source: udata 17, `GET /api/1/datasets/resource_types/`.
pub const RESOURCE_TYPES: [(&str, &str); 6] = [
    ("main", "Main file"),
    ("documentation", "Documentation"),
    ("update", "Update"),
    ("api", "API"),
    ("code", "Code repository"),
    ("other", "Other"),
];

/// A file of a dataset, or an address where one is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// Its id.
    #[serde(rename = "_id", deserialize_with = "uuid")]
    pub id: Uuid,
    /// What it is called.
    #[serde(default, deserialize_with = "or_default")]
    pub title: String,
    /// What it is, in Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `file` when it is stored here, `remote` otherwise.
    #[serde(default, deserialize_with = "or_default")]
    pub filetype: String,
    /// What it is to its dataset, see [`RESOURCE_TYPES`].
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub kind: String,
    /// Where it is.
    #[serde(default, deserialize_with = "or_default")]
    pub url: String,
    /// SHA-1 of the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urlhash: Option<String>,
    /// A sum over its bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<Checksum>,
    /// Its format, e.g. `csv`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Its media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
    /// Its size in bytes.
    #[serde(default, deserialize_with = "whole_number", skip_serializing_if = "Option::is_none")]
    pub filesize: Option<i64>,
    /// Its name among the stored files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fs_filename: Option<String>,
    /// What clients stored.
    #[serde(default, deserialize_with = "or_default")]
    pub extras: Document,
    /// Where it was harvested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harvest: Option<Document>,
    /// The schema its data follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Schema>,
    /// When it was added here.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at_internal: Timestamp,
    /// When it was last changed here.
    #[serde(default, deserialize_with = "or_default")]
    pub last_modified_internal: Timestamp,
    /// When it was deleted, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Timestamp>,
    /// Numbers.
    #[serde(default, deserialize_with = "or_default")]
    pub metrics: Document,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

/// What a checksum can be made by.
pub const CHECKSUM_TYPES: [&str; 5] = ["sha1", "sha2", "sha256", "md5", "crc"];

impl Resource {
    /// A new one without content, stored elsewhere.
    pub fn blank(id: Uuid, now: Timestamp) -> Self {
        Self {
            id,
            title: String::new(),
            description: None,
            filetype: "remote".into(),
            kind: "other".into(),
            url: String::new(),
            urlhash: None,
            checksum: None,
            format: None,
            mime: None,
            filesize: None,
            fs_filename: None,
            extras: Document::new(),
            harvest: None,
            schema: None,
            created_at_internal: now,
            last_modified_internal: now,
            deleted: None,
            metrics: Document::new(),
            rest: Document::new(),
        }
    }

    /// Is it stored here?
    pub fn is_hosted(&self) -> bool {
        self.filetype == "file"
    }

    /// When it was added: where it was harvested, or here.
    pub fn created_at(&self) -> Timestamp {
        self.harvested("created_at").or_else(|| self.harvested("issued_at")).unwrap_or(self.created_at_internal)
    }

    /// When it was last changed: where it was harvested, or here.
    pub fn last_modified(&self) -> Timestamp {
        self.harvested("modified_at").unwrap_or(self.last_modified_internal)
    }

    fn harvested(&self, name: &str) -> Option<Timestamp> {
        self.harvest.as_ref()?.get(name)?.as_time()
    }

    /// Is it an extra that only the platform's own services write?
    pub fn is_reserved_extra(name: &str) -> bool {
        name.starts_with("check:") || name.starts_with("analysis:")
    }
}

/// Resources as parts of their dataset.
pub(super) const PARTS: Parts = Parts {
    list: "resources",
    id: "_id",
    kind: "type",
    title: "title",
    stamp,
    stamped_by: &[HARVESTED, CHANGED],
    marks: quality::marks,
    marked_by: &quality::MARKED_BY,
    marked_by_any: &quality::MARKED_BY_ANY,
};

const HARVESTED: &str = "harvest.modified_at";
const CHANGED: &str = "last_modified_internal";

/// When a resource was last changed, as stored: see [`Resource::last_modified`].
fn stamp(resource: &Document) -> i64 {
    let harvested = resource.at(HARVESTED).and_then(Value::as_time);
    let own = || resource.get(CHANGED).and_then(Value::as_time);
    harvested.or_else(own).unwrap_or_default().millis()
}

/// Formats of the resources of a dataset.
pub const RESOURCE_FORMAT: Field<Dataset, String> = Field::many("resources.format");
/// Names of the schemas of the resources of a dataset.
pub const RESOURCE_SCHEMA: Field<Dataset, String> = Field::many("resources.schema.name");
/// Versions of the schemas of the resources of a dataset.
pub const RESOURCE_SCHEMA_VERSION: Field<Dataset, String> = Field::many("resources.schema.version");
