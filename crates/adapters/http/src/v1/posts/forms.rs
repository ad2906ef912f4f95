//! Bodies of requests about posts.

use basalt_app::{AppError, Form, posts::CLASS};
use basalt_domain::{
    FieldError, Post, Value as Stored,
    post::{BODY_TYPES, KINDS},
};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::fields::{self, FormField};

type Field = FormField<Post>;

const FIELDS: &[Field] = &[
    Field::required("name", |p| &mut p.name).max(255),
    Field::text("headline", |p| &mut p.headline),
    Field::text("content", |p| &mut p.content),
    Field::text("image_url", |p| &mut p.image_url),
    Field::text("credit_to", |p| &mut p.credit_to),
    Field::url("credit_url", |p| &mut p.credit_url),
    Field::texts("tags", |p| &mut p.tags),
    Field::ids("datasets", |p| &mut p.datasets),
    Field::ids("reuses", |p| &mut p.reuses),
    Field::pick_optional("body_type", |p| &mut p.body_type, &BODY_TYPES),
    Field::pick_optional("kind", |p| &mut p.kind, &KINDS),
    Field::flag("sidemenu", |p| &mut p.sidemenu),
    Field::id("parent", |p| &mut p.parent),
];

/// A body that creates or changes a post, its blocks already read.
pub(super) struct PostForm {
    pub(super) body: Map<String, Value>,
    pub(super) creates: bool,
    pub(super) blocs: Option<Vec<Stored>>,
}

impl Form<Post> for PostForm {
    fn check(&self) -> Result<(), AppError> {
        fields::check_ids(FIELDS, &self.body).map_err(|message| AppError::body(CLASS, message))
    }

    fn apply(&self, post: &mut Post) -> Result<(), Vec<FieldError>> {
        let mut errors = fields::applied(FIELDS, &self.body, post, self.creates).err().unwrap_or_default();
        if let Some(blocs) = &self.blocs {
            post.blocs.clone_from(blocs);
        }
        post.body_type.get_or_insert_with(|| "markdown".into());
        post.kind.get_or_insert_with(|| "news".into());
        match self.body.get("slug") {
            None | Some(Value::Null) => {}
            Some(Value::String(slug)) if slug.is_empty() => {}
            Some(Value::String(slug)) => post.slug.clone_from(slug),
            Some(_other) => errors.push(FieldError::stored("slug", fields::NOT_TEXT)),
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

pub(super) fn schema(_generator: &mut SchemaGenerator) -> Schema {
    let mut schema = fields::schema(FIELDS);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.insert("slug".into(), json!({"type": ["string", "null"]}));
        properties.insert("blocs".into(), json!({"type": ["array", "null"], "items": {"type": "object"}}));
    }
    schema
}
