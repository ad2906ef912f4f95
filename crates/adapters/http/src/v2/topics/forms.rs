//! Bodies of requests about topics and their elements.

use basalt_app::{AppError, Form, form::OwnerWish};
use basalt_domain::{Document, FieldError, GenericReference, ObjectId, SpatialCoverage, Topic, TopicElement};
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::{
    fields::{self, FormField},
    geometry,
    problem::Problem,
    v1::objects::owner_schema,
};

const FIELDS: &[FormField<Topic>] = &[
    FormField::required("name", |t| &mut t.name),
    FormField::text("description", |t| &mut t.description),
    FormField::texts("tags", |t| &mut t.tags),
    FormField::number("color", |t| &mut t.color, i64::MIN, i64::MAX),
    FormField::flag_optional("private", |t| &mut t.private),
    FormField::extras("extras", |t| &mut t.extras),
];

const ELEMENT_FIELDS: &[FormField<TopicElement>] = &[
    FormField::text("title", |e| &mut e.title),
    FormField::text("description", |e| &mut e.description),
    FormField::texts("tags", |e| &mut e.tags),
    FormField::extras("extras", |e| &mut e.extras),
];

/// What an element can stand for: class and collection.
const CLASSES: [(&str, &str); 3] = [("Dataset", "dataset"), ("Reuse", "reuse"), ("Dataservice", "dataservice")];
/// Other classes of the reference, which an element cannot stand for.
const OTHER_CLASSES: [&str; 8] =
    ["Chart", "CommunityResource", "ContactPoint", "Discussion", "Organization", "Post", "Topic", "User"];

/// The object in a body; here null is none.
pub(super) fn object(sent: &Value) -> Result<Map<String, Value>, Problem> {
    match sent {
        Value::Object(map) => Ok(map.clone()),
        _ => Err(Problem::bad_request("Expected a JSON object")),
    }
}

/// A body that creates or changes a topic.
pub(super) struct TopicForm {
    body: Map<String, Value>,
    creates: bool,
}

impl TopicForm {
    pub(super) const fn create(body: Map<String, Value>) -> Self {
        Self { body, creates: true }
    }

    pub(super) const fn update(body: Map<String, Value>) -> Self {
        Self { body, creates: false }
    }
}

impl Form<Topic> for TopicForm {
    fn apply(&self, topic: &mut Topic) -> Result<(), Vec<FieldError>> {
        fields::applied(FIELDS, &self.body, topic, self.creates)?;
        if let Some(sent) = self.body.get("spatial") {
            topic.spatial = read_spatial(sent).map_err(|error| vec![error])?;
        }
        Ok(())
    }

    fn owner(&self) -> Result<OwnerWish, AppError> {
        fields::owner_wish(&self.body)
    }
}

/// The places of a topic. Any granularity is taken, as udata does.
fn read_spatial(sent: &Value) -> Result<Option<SpatialCoverage>, FieldError> {
    let map = match sent {
        Value::Null => return Ok(None),
        Value::Object(map) => map,
        _ => return Err(FieldError::check("spatial", "Expected an object")),
    };
    let zones = match map.get("zones") {
        Some(Value::Array(items)) => {
            let zone = |item: &Value| {
                let id = item.as_str().or_else(|| item.get("id").and_then(Value::as_str));
                id.map(str::to_owned).ok_or_else(|| FieldError::check("zones", "Expected a reference id"))
            };
            items.iter().map(zone).collect::<Result<_, _>>()?
        }
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(zone)) => vec![zone.clone()],
        Some(_other) => return Err(FieldError::check("zones", "Expected a reference id")),
    };
    let granularity = match map.get("granularity") {
        None | Some(Value::Null) => "other".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(_other) => return Err(FieldError::stored("spatial.granularity", fields::NOT_TEXT)),
    };
    let geom = read_geometry(map.get("geom")).map_err(|message| FieldError::stored("spatial.geom", message))?;
    if geom.is_some() && !zones.is_empty() {
        return Err(FieldError::stored("spatial.__all__", geometry::BESIDE_ZONES));
    }
    Ok(Some(SpatialCoverage { zones, granularity: Some(granularity), geom, ..SpatialCoverage::default() }))
}

fn read_geometry(sent: Option<&Value>) -> Result<Option<Document>, &'static str> {
    match sent {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(map)) => {
            geometry::check(map)?;
            fields::read_map(&Value::Object(map.clone())).map(Some)
        }
        Some(_other) => Err("MultiPolygonField can only accept a valid GeoJson dictionary or lists of (x, y)"),
    }
}

/// A body that creates or changes an element.
pub(super) struct ElementForm {
    body: Map<String, Value>,
}

impl ElementForm {
    pub(super) const fn new(body: Map<String, Value>) -> Self {
        Self { body }
    }

    /// Those in the body of a topic; `None` where it does not speak of them.
    pub(super) fn all_in(topic: &Map<String, Value>) -> Result<Option<Vec<Self>>, Problem> {
        match topic.get("elements") {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(Vec::new())),
            Some(Value::Array(items)) => items.iter().map(Self::read).collect::<Result<_, _>>().map(Some),
            Some(_other) => Err(AppError::check("elements", "Expected a list").into()),
        }
    }

    /// One of a list.
    pub(super) fn read(sent: &Value) -> Result<Self, Problem> {
        match sent {
            Value::Object(map) => Ok(Self::new(map.clone())),
            _ => Err(AppError::check("elements", "Expected an object").into()),
        }
    }

    /// What it stands for, as it is sent.
    fn sent(&self) -> Option<&Map<String, Value>> {
        self.body.get("element").and_then(Value::as_object)
    }
}

impl Form<TopicElement> for ElementForm {
    fn check(&self) -> Result<(), AppError> {
        let Some(sent) = self.sent() else { return Ok(()) };
        let known = sent.get("class").and_then(Value::as_str).is_some_and(|class| {
            CLASSES.iter().any(|(name, _collection)| *name == class) || OTHER_CLASSES.contains(&class)
        });
        match sent.get("id") {
            Some(id) if known => fields::check_reference(id).map_err(|message| AppError::body("TopicElement", message)),
            _ => Ok(()),
        }
    }

    fn apply(&self, element: &mut TopicElement) -> Result<(), Vec<FieldError>> {
        fields::applied(ELEMENT_FIELDS, &self.body, element, false)?;
        if let Some(sent) = self.body.get("element") {
            element.element = read_element(sent).map_err(|message| vec![FieldError::check("element", message)])?;
        }
        Ok(())
    }
}

/// What an element stands for.
fn read_element(sent: &Value) -> Result<Option<GenericReference>, String> {
    let malformed = || "Expected an object with `class` and `id` keys".to_owned();
    let map = match sent {
        Value::Null => return Ok(None),
        Value::Object(map) => map,
        _ => return Err(malformed()),
    };
    let part = |name: &str| map.get(name).and_then(Value::as_str).ok_or_else(malformed);
    let (class, id) = (part("class")?, part("id")?);
    let Some((class, collection)) = CLASSES.iter().find(|(name, _collection)| *name == class) else {
        if OTHER_CLASSES.contains(&class) {
            let names = CLASSES.map(|(name, _collection)| name);
            return Err(format!("Value must be one of {}", fields::listed(&names)));
        }
        return Err(format!("Model \"{class}\" does not exist"));
    };
    let id = ObjectId::parse(id).map_err(|_error| malformed())?;
    Ok(Some(GenericReference::new(class, collection, id)))
}

pub(super) fn schema(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = fields::schema(FIELDS);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.extend(owner_schema());
        let spatial = json!({"type": ["object", "null"], "properties": {
            "zones": {"type": "array", "items": {"type": "string"}}, "granularity": {"type": ["string", "null"]}
        }});
        properties.insert("spatial".into(), spatial);
        let elements = json!({"type": ["array", "null"], "items": element_schema(generator).to_value()});
        properties.insert("elements".into(), elements);
    }
    schema
}

pub(super) fn element_schema(_generator: &mut SchemaGenerator) -> Schema {
    let mut schema = fields::schema(ELEMENT_FIELDS);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        let element = json!({"type": ["object", "null"], "required": ["class", "id"], "properties": {
            "class": {"enum": CLASSES.map(|(name, _collection)| name)}, "id": {"type": "string"}
        }});
        properties.insert("element".into(), element);
    }
    schema
}

pub(super) fn elements_schema(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": element_schema(generator).to_value()})
}
