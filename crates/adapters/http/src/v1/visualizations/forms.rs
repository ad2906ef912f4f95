//! Bodies of requests about visualisations.

use basalt_app::{AppError, Form, form::OwnerWish};
use basalt_domain::{Chart, FieldError};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::axes;
use crate::{
    fields::{self, FormField, REQUIRED},
    v1::objects::owner_schema,
};

type Field = FormField<Chart>;

const FIELDS: &[Field] = &[
    Field::required("title", |c| &mut c.title),
    Field::required("description", |c| &mut c.description),
    Field::flag("private", |c| &mut c.private),
    Field::extras("extras", |c| &mut c.extras),
];

/// A body that creates or changes a visualisation.
pub(super) struct ChartForm {
    body: Map<String, Value>,
    creates: bool,
}

impl ChartForm {
    pub(super) const fn create(body: Map<String, Value>) -> Self {
        Self { body, creates: true }
    }

    pub(super) const fn update(body: Map<String, Value>) -> Self {
        Self { body, creates: false }
    }
}

impl Form<Chart> for ChartForm {
    fn apply(&self, chart: &mut Chart) -> Result<(), Vec<FieldError>> {
        let mut errors = fields::applied(FIELDS, &self.body, chart, self.creates).err().unwrap_or_default();
        let missing = |name: &str| FieldError::stored(name, REQUIRED);
        match self.body.get("x_axis").map(axes::x_axis) {
            Some(Ok(Some(axis))) => chart.x_axis = Some(axis),
            Some(Err(error)) => errors.push(error),
            Some(Ok(None)) => errors.push(missing("x_axis")),
            None if self.creates => errors.push(missing("x_axis")),
            None => {}
        }
        match self.body.get("y_axis").map(axes::y_axis) {
            Some(Ok(axis)) => chart.y_axis = axis,
            Some(Err(error)) => errors.push(error),
            None => {}
        }
        match self.body.get("series").map(axes::series) {
            Some(Ok(series)) => chart.series = series,
            Some(Err(error)) => errors.push(error),
            None if self.creates => errors.push(axes::no_series()),
            None => {}
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn owner(&self) -> Result<OwnerWish, AppError> {
        fields::owner_wish(&self.body)
    }
}

pub(super) fn schema(_generator: &mut SchemaGenerator) -> Schema {
    let mut schema = fields::schema(FIELDS);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.extend(owner_schema());
        properties.insert("x_axis".into(), json!({"type": "object"}));
        properties.insert("y_axis".into(), json!({"type": ["object", "null"]}));
        properties.insert("series".into(), json!({"type": "array", "items": {"type": "object"}}));
    }
    schema
}
