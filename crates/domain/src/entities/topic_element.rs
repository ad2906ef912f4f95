//! Elements of topics.

use serde::{Deserialize, Serialize};

use super::{GenericReference, fields::or_default};
use crate::{Collection, Document, Entity, Field, Kind, ObjectId};

/// One thing in a topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TopicElement {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: ObjectId,
    /// What it is called here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Why it is here, in Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its tags.
    #[serde(default, deserialize_with = "or_default")]
    pub tags: Vec<String>,
    /// The dataset, reuse or dataservice it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<GenericReference>,
    /// What clients stored.
    #[serde(default, deserialize_with = "or_default")]
    pub extras: Document,
    /// The topic it is in.
    pub topic: ObjectId,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

impl TopicElement {
    /// The topic it is in.
    pub const TOPIC: Field<Self, ObjectId> = Field::one("topic");
    /// Id of what it stands for.
    pub const ELEMENT: Field<Self, ObjectId> = Field::one("element._ref.$id");
    /// Class of what it stands for.
    pub const CLASS: Field<Self, String> = Field::one("element._cls");
    /// What it is called here.
    pub const TITLE: Field<Self, String> = Field::one("title");
    /// Its tags.
    pub const TAG: Field<Self, String> = Field::many("tags");
}

impl Entity for TopicElement {
    type Id = ObjectId;
    const COLLECTION: &'static Collection = &Collection {
        name: "topic_element",
        id: Kind::Id,
        fields: &[Self::TOPIC.path, Self::ELEMENT.path, Self::CLASS.path, Self::TITLE.path, Self::TAG.path],
        unique: &[],
        indexes: &[&["topic"], &["element._ref.$id"]],
        totals: &[],
        followed: false,
        parts: None,
    };

    fn id(&self) -> &ObjectId {
        &self.id
    }
}
