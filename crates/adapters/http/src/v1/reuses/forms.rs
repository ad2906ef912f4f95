//! Bodies of requests about reuses.

use basalt_app::{AppError, Form, form::OwnerWish};
use basalt_domain::{CatalogueObject, FieldError, Reuse};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

use crate::{
    fields::{self, FormField, REQUIRED},
    v1::objects::owner_schema,
};

type Field = FormField<Reuse>;

/// Ids of [`basalt_domain::reuse::TYPES`].
pub(super) const TYPE_IDS: [&str; 8] =
    ["api", "application", "idea", "news_article", "paper", "post", "visualization", "hardware"];
/// Ids of [`basalt_domain::reuse::TOPICS`].
pub(super) const TOPIC_IDS: [&str; 15] = [
    "health",
    "transport_and_mobility",
    "housing_and_development",
    "food_and_agriculture",
    "culture_and_recreation",
    "economy_and_business",
    "environment_and_energy",
    "work_and_training",
    "politics_and_public_life",
    "safety_and_security",
    "education_and_research",
    "society_and_demography",
    "law_and_justice",
    "open_data_tools",
    "others",
];

const FIELDS: &[Field] = &[
    Field::required("title", |r| &mut r.title),
    Field::required("description", |r| &mut r.description),
    Field::pick("type", |r| &mut r.kind, &TYPE_IDS),
    Field::required_url("url", |r| &mut r.url),
    Field::ids("datasets", |r| &mut r.datasets),
    Field::ids("dataservices", |r| &mut r.dataservices),
    Field::tags("tags", |r| &mut r.tags),
    Field::pick_optional("topic", |r| &mut r.topic, &TOPIC_IDS),
    Field::flag("private", |r| &mut r.private),
    Field::extras("extras", |r| &mut r.extras),
    Field::time("archived", |r| &mut r.archived),
    Field::time("deleted", |r| &mut r.deleted),
];

/// A body that creates or changes a reuse.
pub(super) struct ReuseForm {
    body: Map<String, Value>,
    creates: bool,
}

impl ReuseForm {
    pub(super) const fn create(body: Map<String, Value>) -> Self {
        Self { body, creates: true }
    }

    pub(super) const fn update(body: Map<String, Value>) -> Self {
        Self { body, creates: false }
    }
}

impl Form<Reuse> for ReuseForm {
    fn check(&self) -> Result<(), AppError> {
        fields::check_ids(FIELDS, &self.body).map_err(|message| AppError::body(Reuse::CLASS, message))
    }

    fn apply(&self, reuse: &mut Reuse) -> Result<(), Vec<FieldError>> {
        let mut errors = fields::applied(FIELDS, &self.body, reuse, self.creates).err().unwrap_or_default();
        // The address and what is made of it are told together.
        if let Some(at) = errors.iter().position(|error| error.path == "url" && error.message == REQUIRED) {
            errors.insert(at + 1, FieldError::stored("urlhash", REQUIRED));
        }
        // A topic may be missing in older reuses, and may not be taken away.
        if reuse.topic.is_none() && (self.creates || self.body.contains_key("topic")) {
            let told = errors.iter().any(|error| error.path == "topic");
            if !told {
                errors.push(FieldError::stored("topic", REQUIRED));
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn restores(&self) -> bool {
        self.body.get("deleted").is_some_and(Value::is_null)
    }

    fn owner(&self) -> Result<OwnerWish, AppError> {
        fields::owner_wish(&self.body)
    }
}

pub(super) fn schema(_generator: &mut SchemaGenerator) -> Schema {
    let mut schema = fields::schema(FIELDS);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.extend(owner_schema());
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_chosen_is_what_the_lists_tell() {
        assert_eq!(basalt_domain::reuse::TYPES.map(|(id, _label)| id), TYPE_IDS);
        assert_eq!(basalt_domain::reuse::TOPICS.map(|(id, _label)| id), TOPIC_IDS);
    }
}
