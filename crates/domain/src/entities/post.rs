//! Posts: news and pages of the portal.

use serde::{Deserialize, Serialize};

use super::{Image, fields::or_default};
use crate::{Collection, Document, Entity, Field, Filter, Kind, ObjectId, Path, Sort, Timestamp, Total, Value};

/// Kinds of posts.
pub const KINDS: [&str; 2] = ["news", "page"];
/// How the text of a post can be written.
pub const BODY_TYPES: [&str; 3] = ["markdown", "html", "blocs"];

/// A post: news or a page of the portal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Post {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: ObjectId,
    /// What it is called.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Its name in addresses; unique.
    #[serde(default, deserialize_with = "or_default")]
    pub slug: String,
    /// What it is about, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// Its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// How the text is written: `markdown` when absent, `html`, `blocs`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_type: Option<String>,
    /// Its text in blocks.
    #[serde(default, deserialize_with = "or_default")]
    pub blocs: Vec<Value>,
    /// `news` when absent, or `page`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Address of a picture elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Its uploaded picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// Who made the picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_to: Option<String>,
    /// Where that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_url: Option<String>,
    /// Its tags.
    #[serde(default, deserialize_with = "or_default")]
    pub tags: Vec<String>,
    /// The datasets it tells of.
    #[serde(default, deserialize_with = "or_default")]
    pub datasets: Vec<ObjectId>,
    /// The reuses it tells of.
    #[serde(default, deserialize_with = "or_default")]
    pub reuses: Vec<ObjectId>,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<ObjectId>,
    /// The page it is below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ObjectId>,
    /// Is it in the menu beside pages?
    #[serde(default, deserialize_with = "or_default")]
    pub sidemenu: bool,
    /// When it was created.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[serde(default, deserialize_with = "or_default")]
    pub last_modified: Timestamp,
    /// When it was published, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Timestamp>,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

/// Its slug.
pub const SLUG: Field<Post, String> = Field::one("slug");
/// What it is called.
pub const NAME: Field<Post, String> = Field::one("name");
/// What it is about.
pub const HEADLINE: Field<Post, String> = Field::one("headline");
/// News or page.
pub const KIND: Field<Post, String> = Field::one("kind");
/// Its tags.
pub const TAG: Field<Post, String> = Field::many("tags");
/// The page it is below.
pub const PARENT: Field<Post, ObjectId> = Field::one("parent");
/// When it was created.
pub const CREATED_AT: Field<Post, Timestamp> = Field::one("created_at");
/// When it was last changed.
pub const LAST_MODIFIED: Field<Post, Timestamp> = Field::one("last_modified");
/// When it was published.
pub const PUBLISHED: Field<Post, Timestamp> = Field::one("published");

impl Entity for Post {
    type Id = ObjectId;
    const COLLECTION: &'static Collection = &Collection {
        name: "post",
        id: Kind::Id,
        fields: &[
            SLUG.path,
            NAME.path,
            HEADLINE.path,
            KIND.path,
            TAG.path,
            PARENT.path,
            CREATED_AT.path,
            LAST_MODIFIED.path,
            PUBLISHED.path,
        ],
        unique: &[&["slug"]],
        indexes: &[&["published"], &["created_at"], &["parent"]],
        totals: &[Total { name: "visible", condition: || published().into_condition(), by: &[], order: None }],
        followed: true,
        parts: None,
    };

    fn id(&self) -> &ObjectId {
        &self.id
    }
}

/// Those that everybody may see: the published ones.
pub fn published() -> Filter<Post> {
    PUBLISHED.present()
}

/// The order of lists that name none.
pub const NEWEST_FIRST: Sort<Post> = PUBLISHED.descending();

/// The sort key of this name in the interface, without sign.
pub fn sort_field(name: &str) -> Option<Path> {
    Some(match name {
        "created_at" | "created" => CREATED_AT.path,
        "modified" | "last_modified" => LAST_MODIFIED.path,
        "name" => NAME.path,
        "headline" => HEADLINE.path,
        "published" => PUBLISHED.path,
        _ => return None,
    })
}
