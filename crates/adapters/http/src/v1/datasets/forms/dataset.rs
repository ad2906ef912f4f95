//! Bodies of requests about datasets.

use basalt_app::{AppError, Form, datasets::ReservedExtras, form::OwnerWish};
use basalt_domain::{
    AccessAudience, Dataset, Document, FieldError, Resource, Timestamp,
    dataset::{ACCESS_REASONS, ACCESS_TYPES, AUDIENCE_CONDITIONS, AUDIENCES, frequency},
    tags,
};
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    coverage,
    reader::{NOT_A_CHOICE, Reader, owner_wish},
    resource::{self, DESCRIPTION, TITLE},
};
use crate::fields;

const SHORT: usize = 200;
const ACRONYM: usize = 128;
/// The longest value of other texts, in characters.
const OTHER: usize = 100_000;

/// A body that creates or changes a dataset.
pub(in crate::v1::datasets) struct DatasetForm {
    body: Map<String, Value>,
    /// Ids of the resources a new dataset comes with.
    ids: Option<Vec<Uuid>>,
    now: Timestamp,
}

impl DatasetForm {
    /// A new one; `id` makes the ids of its resources.
    pub(in crate::v1::datasets) fn create(body: Map<String, Value>, now: Timestamp, id: impl Fn() -> Uuid) -> Self {
        let resources = body.get("resources").and_then(Value::as_array).map_or(0, Vec::len);
        let ids = (0..resources).map(|_at| id()).collect();
        Self { body, ids: Some(ids), now }
    }

    pub(in crate::v1::datasets) const fn update(body: Map<String, Value>, now: Timestamp) -> Self {
        Self { body, ids: None, now }
    }
}

impl Form<Dataset> for DatasetForm {
    fn check(&self) -> Result<(), AppError> {
        let sent = match self.body.get("frequency") {
            None | Some(Value::Null) => return Ok(()),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        match frequency::named(&sent) {
            Some(_known) => Ok(()),
            None => Err(AppError::message(format!("'{sent}' is not a valid UpdateFrequency"))),
        }
    }

    fn apply(&self, dataset: &mut Dataset) -> Result<(), Vec<FieldError>> {
        let new = self.ids.is_some();
        let mut reader = Reader::new(&self.body);
        reader.required("title", TITLE, new, &mut dataset.title);
        read_acronym(&mut reader, &mut dataset.acronym);
        reader.required("description", DESCRIPTION, new, &mut dataset.description);
        reader.text("description_short", SHORT, &mut dataset.description_short);
        if let Some(sent) = reader.get("license") {
            dataset.license = sent.as_str().filter(|id| !id.is_empty()).map(str::to_owned);
        }
        if let Some(sent) = reader.get("frequency") {
            dataset.frequency = sent.as_str().and_then(frequency::named).map(|named| named.id.to_owned());
        }
        reader.time("frequency_date", &mut dataset.frequency_date);
        read_tags(&mut reader, &mut dataset.tags);
        reader.flag("private", &mut dataset.private);
        reader.time("archived", &mut dataset.archived);
        reader.time("deleted", &mut dataset.deleted);
        coverage::temporal(&mut reader, &mut dataset.temporal_coverage);
        coverage::spatial(&mut reader, &mut dataset.spatial);
        let present = std::mem::take(&mut dataset.extras);
        let mut stored = present.clone();
        reader.extras("extras", |sent| stored = ReservedExtras::OfDatasets.replaced(&present, sent));
        dataset.extras = stored;
        reader.ids("contact_points", &mut dataset.contact_points);
        read_access(&mut reader, dataset);
        if let Some(ids) = &self.ids {
            let next = std::cell::Cell::new(0);
            let blank = || {
                let id = ids.get(next.replace(next.get() + 1)).copied().unwrap_or_default();
                Resource::blank(id, self.now)
            };
            resource::read_all(&mut reader, blank, &mut dataset.resources);
        }
        reader.owners();
        reader.finish()
    }

    fn restores(&self) -> bool {
        self.body.get("deleted").is_some_and(Value::is_null)
    }

    fn owner(&self) -> Result<OwnerWish, AppError> {
        Ok(owner_wish(&self.body))
    }
}

fn read_acronym(reader: &mut Reader<'_>, place: &mut Option<String>) {
    reader.text("acronym", usize::MAX, place);
    if place.as_ref().is_some_and(|text| text.chars().count() > ACRONYM) {
        reader.refuse_stored("acronym", "String value is too long");
    }
}

fn read_tags(reader: &mut Reader<'_>, place: &mut Vec<String>) {
    let sent = match reader.get("tags") {
        None => return,
        Some(Value::Array(items)) => items.iter().collect(),
        Some(one) => vec![one],
    };
    let mut texts = Vec::with_capacity(sent.len());
    for one in sent {
        match one {
            Value::Null => {}
            Value::String(text) => texts.push(text.as_str()),
            _ => return reader.refuse("tags", "Tags must be texts"),
        }
    }
    let made = tags::normalised(texts);
    match tags::check(&made) {
        Ok(()) => *place = made,
        Err(message) => reader.refuse("tags", message),
    }
}

fn read_access(reader: &mut Reader<'_>, dataset: &mut Dataset) {
    reader.choice("access_type", &ACCESS_TYPES, &mut dataset.access_type);
    dataset.access_type.get_or_insert_with(|| "open".into());
    reader.text("access_type_reason", OTHER, &mut dataset.access_type_reason);
    reader.choice("access_type_reason_category", &ACCESS_REASONS, &mut dataset.access_type_reason_category);
    reader.text("authorization_request_url", OTHER, &mut dataset.authorization_request_url);
    dataset.authorization_request_url = dataset.authorization_request_url.take().map(|url| url.trim().to_owned());
    if let Some(url) = dataset.authorization_request_url.as_deref().filter(|url| !fields::is_web_address(url)) {
        let message = format!("Invalid URL \"{url}\"");
        reader.refuse_stored("authorization_request_url", message);
    }
    let items = match reader.get("access_audiences") {
        None => return,
        Some(Value::Null) => &[],
        Some(_sent) => match reader.list("access_audiences") {
            Some(items) => items,
            None => return,
        },
    };
    let mut audiences: Vec<AccessAudience> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        // An empty one is none, as udata has it.
        if item.as_object().is_some_and(Map::is_empty) {
            continue;
        }
        let empty = Map::new();
        let mut inner = Reader::within(item.as_object().unwrap_or(&empty), format!("access_audiences.{at}"));
        let mut audience = AccessAudience { role: None, condition: None, rest: Document::new() };
        inner.choice("role", &AUDIENCES, &mut audience.role);
        inner.choice("condition", &AUDIENCE_CONDITIONS, &mut audience.condition);
        for (name, given) in [("role", &audience.role), ("condition", &audience.condition)] {
            let told = inner.errors.iter().any(|error| error.path.ends_with(name));
            if given.is_none() && !told {
                inner.refuse(name, NOT_A_CHOICE);
            }
        }
        reader.errors.extend(inner.errors);
        if audiences.iter().any(|other| other.role == audience.role) {
            let message = "You can only set one condition for a given access audience role";
            reader.refuse_stored("access_audiences.__all__", message);
        }
        audiences.push(audience);
    }
    dataset.access_audiences = audiences;
}

/// The schema of a body about a dataset.
pub(in crate::v1::datasets) fn schema(_generator: &mut SchemaGenerator) -> Schema {
    let text = json!({"type": ["string", "null"]});
    let time = json!({"type": ["string", "null"], "format": "date-time"});
    let frequencies: Vec<&str> = frequency::FREQUENCIES.iter().map(|frequency| frequency.id).collect();
    let reference = json!({"anyOf": [{"type": "string"}, {"type": "object"}, {"type": "null"}]});
    let resource = json!({"type": "object", "properties": resource::properties()});
    json_schema!({"type": "object", "properties": {
        "title": {"type": "string", "minLength": 1, "maxLength": TITLE},
        "acronym": {"type": ["string", "null"], "maxLength": ACRONYM},
        "description": {"type": "string", "minLength": 1, "maxLength": DESCRIPTION},
        "description_short": {"type": ["string", "null"], "maxLength": SHORT},
        "license": text,
        "frequency": {"anyOf": [{"enum": frequencies}, {"type": "null"}]},
        "frequency_date": time,
        "tags": {"type": ["array", "string", "null"], "items": {"type": "string"}},
        "private": {"type": ["boolean", "null"]},
        "temporal_coverage": {"type": ["object", "null"], "properties": {"start": text, "end": text}},
        "spatial": {"type": ["object", "null"], "properties": {
            "zones": {"type": "array", "items": reference}, "granularity": text, "geom": {"type": ["object", "null"]}
        }},
        "extras": {"type": ["object", "null"]},
        "contact_points": {"type": ["array", "null"], "items": reference},
        "access_type": {"anyOf": [{"enum": ACCESS_TYPES}, {"type": "null"}]},
        "access_type_reason": text,
        "access_type_reason_category": {"anyOf": [{"enum": ACCESS_REASONS}, {"type": "null"}]},
        "authorization_request_url": {"type": ["string", "null"], "format": "uri"},
        "access_audiences": {"type": ["array", "null"], "items": {"type": "object", "properties": {
            "role": {"enum": AUDIENCES}, "condition": {"enum": AUDIENCE_CONDITIONS}
        }}},
        "resources": {"type": "array", "items": resource},
        "archived": time,
        "deleted": time,
        "organization": reference,
        "owner": reference
    }})
}
