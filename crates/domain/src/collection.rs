//! What a kind of record is to storage: declared once, read by every adapter.

use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{Condition, ObjectId, Parts, Path, Value, entities, parts::PartChange};

/// The kind of values of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Text, compared by bytes.
    Text,
    /// Whole number.
    Int,
    /// Number.
    Float,
    /// True or false.
    Bool,
    /// Reference to a record.
    Id,
    /// Point in time.
    Time,
}

/// A field that may be filtered and sorted on; all else of a document is opaque to storage.
pub type FieldSpec = Path;

/// A number of records that is kept exact with every write, so that asking for it scans nothing.
#[derive(Clone, Copy, Debug)]
pub struct Total {
    /// Its name within the collection.
    pub name: &'static str,
    /// Which records it counts.
    pub condition: fn() -> Condition,
    /// Fields for each value of which a number of its own is kept as well: of those records, how
    /// many have this value there.
    pub by: &'static [FieldSpec],
    /// The field, a time or a whole number, that lists of these records are ordered by unless they
    /// are asked for another order. A storage may keep those of one value of `by` in this order.
    pub order: Option<FieldSpec>,
}

/// A collection (table) of records.
#[derive(Debug)]
pub struct Collection {
    /// udata's name of the MongoDB collection; also the SQL table.
    pub name: &'static str,
    /// Kind of `_id`: [`Kind::Id`] or [`Kind::Text`].
    pub id: Kind,
    /// Fields that may be filtered and sorted on. `_id` always may.
    pub fields: &'static [FieldSpec],
    /// Fields whose values, taken together, occur once. Records that lack one of them are free.
    pub unique: &'static [&'static [&'static str]],
    /// Orders and filters that lists use: each becomes an index, the id appended.
    pub indexes: &'static [&'static [&'static str]],
    /// Numbers kept exact with every write.
    pub totals: &'static [Total],
    /// Is every change of its records noted in the feed of changes?
    pub followed: bool,
    /// A list of its records that may be long.
    pub parts: Option<&'static Parts>,
}

// A collection is known by its name; each is declared once.
impl PartialEq for Collection {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Collection {}

impl std::hash::Hash for Collection {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl Collection {
    /// The field of this dotted name.
    pub fn field(&self, name: &str) -> Option<&'static FieldSpec> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The path of the id itself.
    pub const fn id_path(&self) -> Path {
        Path { name: "_id", kind: self.id, many: false }
    }

    /// The total that counts exactly the records of this condition.
    pub fn total(&self, condition: &Condition) -> Option<&'static Total> {
        self.totals.iter().find(|total| (total.condition)() == *condition)
    }
}

/// Something that is stored: its serde form is the document.
pub trait Entity: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// Type of its id.
    type Id: EntityId;
    /// Where it is stored.
    const COLLECTION: &'static Collection;
    /// Its id.
    fn id(&self) -> &Self::Id;
    /// Was it read without its parts? See [`Collection::parts`].
    fn is_head(&self) -> bool {
        false
    }
    /// What is to become of parts that were not read with it.
    fn part_changes(&self) -> &[PartChange] {
        &[]
    }
}

/// What can be the id of an entity: an [`ObjectId`] or text.
pub trait EntityId: Clone + Eq + std::hash::Hash + Send + Sync + std::fmt::Display + Into<Value> + 'static {
    /// Reads it back from a value.
    fn from_value(value: &Value) -> Option<Self>;
}

impl EntityId for ObjectId {
    fn from_value(value: &Value) -> Option<Self> {
        value.as_id()
    }
}

impl EntityId for Uuid {
    fn from_value(value: &Value) -> Option<Self> {
        value.as_text().and_then(|text| Self::parse_str(text).ok())
    }
}

impl EntityId for String {
    fn from_value(value: &Value) -> Option<Self> {
        value.as_text().map(str::to_owned)
    }
}

/// Every collection, in the order in which a copy writes them: what is referred to comes first.
pub const COLLECTIONS: &[&Collection] = &[
    entities::Role::COLLECTION,
    entities::User::COLLECTION,
    entities::Organization::COLLECTION,
    entities::ApiToken::COLLECTION,
    entities::Assignment::COLLECTION,
    entities::ContactPoint::COLLECTION,
    entities::License::COLLECTION,
    entities::GeoLevel::COLLECTION,
    entities::GeoZone::COLLECTION,
    entities::Dataset::COLLECTION,
    entities::CommunityResource::COLLECTION,
    entities::Dataservice::COLLECTION,
    entities::Reuse::COLLECTION,
    entities::Topic::COLLECTION,
    entities::TopicElement::COLLECTION,
    entities::Chart::COLLECTION,
    entities::Post::COLLECTION,
    entities::Site::COLLECTION,
    entities::Follow::COLLECTION,
    entities::SlugFollow::COLLECTION,
    entities::Activity::COLLECTION,
    entities::Notification::COLLECTION,
    entities::ChangeEvent::COLLECTION,
    entities::Task::COLLECTION,
];

/// The collection of this name.
pub fn collection(name: &str) -> Option<&'static Collection> {
    COLLECTIONS.iter().find(|collection| collection.name == name).copied()
}
