//! Bodies of requests about resources, of datasets and of the community.

use basalt_app::{
    AppError, Form,
    datasets::{CommunityForm, ReservedExtras},
    form::OwnerWish,
};
use basalt_domain::{
    Checksum, Document, FieldError, Invalid, ObjectId, Resource, Schema,
    dataset::{CHECKSUM_TYPES, RESOURCE_TYPES},
};
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::reader::{REQUIRED, Reader, owner_wish, read_id};
use crate::fields;

/// The longest title, in characters.
pub(super) const TITLE: usize = 350;
/// The longest description, in characters.
pub(super) const DESCRIPTION: usize = 100_000;
/// The longest value of other texts, in characters.
const OTHER: usize = 2048;
/// The longest address, in characters: queries of map services are long.
const ADDRESS: usize = 16_384;

/// A body that creates or changes a resource.
pub(in crate::v1::datasets) struct ResourceForm {
    body: Map<String, Value>,
    new: bool,
}

impl ResourceForm {
    pub(in crate::v1::datasets) const fn create(body: Map<String, Value>) -> Self {
        Self { body, new: true }
    }

    pub(in crate::v1::datasets) const fn update(body: Map<String, Value>) -> Self {
        Self { body, new: false }
    }
}

impl Form<Resource> for ResourceForm {
    fn apply(&self, resource: &mut Resource) -> Result<(), Vec<FieldError>> {
        let mut reader = Reader::new(&self.body);
        if self.new {
            // As udata has it: who does not say where the file is, means one that is uploaded.
            resource.filetype = "file".into();
        }
        read(&mut reader, resource, self.new);
        reader.finish()
    }
}

/// A body that creates or changes a community resource.
pub(in crate::v1::datasets) struct CommunityResourceForm(pub(in crate::v1::datasets) ResourceForm);

impl Form<Resource> for CommunityResourceForm {
    fn apply(&self, resource: &mut Resource) -> Result<(), Vec<FieldError>> {
        let mut reader = Reader::new(&self.0.body);
        reader.owners();
        let mut errors = reader.finish().err().unwrap_or_default();
        errors.extend(self.0.apply(resource).err().unwrap_or_default());
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn owner(&self) -> Result<OwnerWish, AppError> {
        Ok(owner_wish(&self.0.body))
    }
}

impl CommunityForm for CommunityResourceForm {
    fn dataset(&self) -> Result<Option<Option<ObjectId>>, AppError> {
        let Some(sent) = self.0.body.get("dataset") else { return Ok(None) };
        let one = match sent {
            Value::Array(items) => items.first().unwrap_or(&Value::Null),
            one => one,
        };
        read_id(one).map(Some).map_err(|told| {
            let errors = vec![FieldError::form("dataset", told)];
            AppError::Invalid(Invalid { errors, ..Invalid::default() })
        })
    }
}

/// Reads what a body says of a resource.
pub(super) fn read(reader: &mut Reader<'_>, resource: &mut Resource, new: bool) {
    let kinds: Vec<&str> = RESOURCE_TYPES.iter().map(|(kind, _label)| *kind).collect();
    reader.required("title", TITLE, new, &mut resource.title);
    reader.text("description", DESCRIPTION, &mut resource.description);
    reader.pick("filetype", &["file", "remote"], &mut resource.filetype);
    reader.pick("type", &kinds, &mut resource.kind);
    read_url(reader, resource, new);
    reader.text("format", OTHER, &mut resource.format);
    resource.format = resource.format.take().map(|format| format.trim().to_lowercase()).filter(|text| !text.is_empty());
    reader.text("mime", OTHER, &mut resource.mime);
    reader.number("filesize", &mut resource.filesize);
    if let Some(sent) = reader.map("checksum") {
        let checksum = sent.map(|sent| read_checksum(reader, sent));
        resource.checksum = checksum;
    }
    if let Some(sent) = reader.map("schema") {
        let schema = sent.map(|sent| read_schema(reader, sent));
        resource.schema = schema.filter(|schema| schema.name.is_some() || schema.url.is_some());
    }
    let present = std::mem::take(&mut resource.extras);
    let mut stored = present.clone();
    reader.extras("extras", |sent| stored = ReservedExtras::OfResources.replaced(&present, sent));
    resource.extras = stored;
}

fn read_url(reader: &mut Reader<'_>, resource: &mut Resource, new: bool) {
    let mut url = String::new();
    let errors = reader.errors.len();
    reader.required("url", ADDRESS, new, &mut url);
    if reader.errors.len() > errors || url.is_empty() {
        return;
    }
    let trimmed = url.trim();
    if fields::is_web_address(trimmed) {
        trimmed.clone_into(&mut resource.url);
    } else {
        reader.refuse("url", format!("Invalid URL \"{trimmed}\""));
    }
}

fn read_checksum(reader: &mut Reader<'_>, sent: &Map<String, Value>) -> Checksum {
    let mut checksum = Checksum { kind: "sha1".into(), value: String::new(), rest: Document::new() };
    let mut inner = Reader::within(sent, "checksum");
    inner.pick("type", &CHECKSUM_TYPES, &mut checksum.kind);
    inner.required("value", OTHER, true, &mut checksum.value);
    reader.errors.extend(inner.errors);
    checksum
}

fn read_schema(reader: &mut Reader<'_>, sent: &Map<String, Value>) -> Schema {
    let mut schema = Schema::default();
    let mut inner = Reader::within(sent, "schema");
    inner.text("name", OTHER, &mut schema.name);
    inner.text("url", OTHER, &mut schema.url);
    inner.text("version", OTHER, &mut schema.version);
    if let Some(url) = schema.url.as_deref().filter(|url| !fields::is_web_address(url)) {
        inner.refuse("url", format!("Invalid URL \"{url}\""));
    }
    if schema.version.is_some() && schema.name.is_none() && schema.url.is_none() {
        inner.refuse("version", "A schema must contains a name or an URL when a version is provided.");
    }
    reader.errors.extend(inner.errors);
    schema
}

/// Reads the resources a dataset is created with. An empty map is none.
pub(super) fn read_all(reader: &mut Reader<'_>, blank: impl Fn() -> Resource, place: &mut Vec<Resource>) {
    let Some(items) = reader.list("resources") else { return };
    for (at, item) in items.iter().enumerate() {
        let Value::Object(sent) = item else {
            reader.refuse(&format!("resources.{at}.title"), REQUIRED);
            continue;
        };
        if sent.is_empty() {
            continue;
        }
        let mut resource = blank();
        let mut inner = Reader::within(sent, format!("resources.{at}"));
        read(&mut inner, &mut resource, true);
        // No file comes with it, whatever is said.
        resource.filetype = "remote".into();
        reader.errors.extend(inner.errors);
        place.push(resource);
    }
}

/// The schema of a body about a resource.
pub(in crate::v1::datasets) fn schema(_generator: &mut SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({"type": "object", "properties": properties()})
}

/// The schema of a body about a community resource.
pub(in crate::v1::datasets) fn community_schema(_generator: &mut SchemaGenerator) -> schemars::Schema {
    let mut properties = properties();
    let reference = json!({"anyOf": [{"type": "string"}, {"type": "object"}, {"type": "null"}]});
    for name in ["dataset", "organization", "owner"] {
        properties.insert(name.into(), reference.clone());
    }
    schemars::json_schema!({"type": "object", "properties": properties})
}

/// The schema of an order of resources.
pub(in crate::v1::datasets) fn order_schema(_generator: &mut SchemaGenerator) -> schemars::Schema {
    let one = json!({"anyOf": [{"type": "string"}, {"type": "object", "properties": {"id": {"type": "string"}}}]});
    schemars::json_schema!({"type": "array", "items": one})
}

/// The schemas of the fields of a resource.
pub(super) fn properties() -> Map<String, Value> {
    let kinds: Vec<&str> = RESOURCE_TYPES.iter().map(|(kind, _label)| *kind).collect();
    let text = json!({"type": ["string", "null"]});
    let properties = [
        ("title", json!({"type": "string", "minLength": 1, "maxLength": TITLE})),
        ("description", json!({"type": ["string", "null"], "maxLength": DESCRIPTION})),
        ("filetype", json!({"enum": ["file", "remote"]})),
        ("type", json!({"enum": kinds})),
        ("url", json!({"type": "string", "format": "uri"})),
        ("format", text.clone()),
        ("mime", text.clone()),
        ("filesize", json!({"type": ["integer", "null"]})),
        (
            "checksum",
            json!({"type": ["object", "null"], "properties": {"type": {"enum": CHECKSUM_TYPES}, "value": {"type": "string"}}}),
        ),
        ("schema", json!({"type": ["object", "null"], "properties": {"name": text, "url": text, "version": text}})),
        ("extras", json!({"type": ["object", "null"]})),
    ];
    properties.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}
