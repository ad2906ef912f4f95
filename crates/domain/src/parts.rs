//! Lists within records whose items, parts, are also looked at and changed one by one.
//!
//! A dataset may have fifteen thousand resources. A storage may keep the parts of such a record apart
//! from it, and return its *head*: the record with an empty list, and what is known of the parts
//! ([`Apart`]). Only who asks for heads gets them.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::{Collection, Document, Kind, Value};

/// The field of a head that tells of its parts; no stored document of udata may have such a name.
pub const APART: &str = "$apart";

/// Records with more parts are read as heads by those who ask for heads.
pub const MANY: usize = 100;

/// The longest id of a part that may be kept apart, in bytes.
const ID_BYTES: usize = 64;

/// A list of a collection's records whose items can be asked for one by one.
#[derive(Debug)]
pub struct Parts {
    /// The field of the record: a list of maps.
    pub list: &'static str,
    /// The field of a part that identifies it within the record: text.
    pub id: &'static str,
    /// The field of a part that tells its kind.
    pub kind: &'static str,
    /// The field of a part that people look for it by.
    pub title: &'static str,
    /// How new a part is: the newest has the largest number.
    pub stamp: fn(&Document) -> i64,
    /// The fields that `stamp` looks at: dates.
    pub stamped_by: &'static [&'static str],
    /// Names of what is true of a part and counted of all: see [`Apart::marks`].
    pub marks: fn(&Document) -> Vec<&'static str>,
    /// The fields that `marks` looks at, but for texts that it only asks to be there.
    pub marked_by: &'static [&'static str],
    /// Texts that `marks` only asks to be there.
    pub marked_by_any: &'static [&'static str],
}

impl Parts {
    /// The parts of a record with their ids, if each has one of its own; otherwise they cannot be
    /// told from each other, and stay with the record.
    pub fn of<'a>(&self, document: &'a Document) -> Option<Vec<(&'a str, &'a Document)>> {
        let list = document.get(self.list)?.as_list()?;
        let mut seen = HashSet::with_capacity(list.len());
        let mut parts = Vec::with_capacity(list.len());
        for item in list {
            let part = item.as_map()?;
            let id = part.get(self.id)?.as_text().filter(|id| !id.is_empty() && id.len() <= ID_BYTES)?;
            if !seen.insert(id) {
                return None;
            }
            parts.push((id, part));
        }
        Some(parts)
    }

    /// The fields of a part whose texts are counted: those that are declared of the collection, the id left out.
    pub fn counted_fields(&self, collection: &Collection) -> impl Iterator<Item = &'static str> {
        let texts = collection.fields.iter().filter(|path| path.many && path.kind == Kind::Text);
        let fields = texts.filter_map(|path| path.name.strip_prefix(self.list)?.strip_prefix('.'));
        fields.filter(|field| *field != self.id)
    }

    /// The kind of a part.
    pub fn kind_of<'a>(&self, part: &'a Document) -> &'a str {
        part.get(self.kind).and_then(Value::as_text).unwrap_or_default()
    }

    /// What people look for a part by, without differences of case.
    pub fn folded_title_of(&self, part: &Document) -> String {
        part.get(self.title).and_then(Value::as_text).unwrap_or_default().to_lowercase()
    }
}

/// What a head tells of the parts that were not read with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Apart {
    /// How many there are.
    pub count: u64,
    /// How many have each text in each declared field: `format`, `csv`, 12.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "triples")]
    pub values: BTreeMap<String, BTreeMap<String, u64>>,
    /// Of how many each mark is true; `None` in a head that is only to be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marks: Option<BTreeMap<String, u64>>,
    /// The newest [`Parts::stamp`], where somebody asked for it; not stored.
    #[serde(skip)]
    pub newest: Option<i64>,
    /// What is to become of single parts when the head is written; not stored.
    #[serde(skip)]
    pub changes: Vec<PartChange>,
}

/// A change of one part of a record that was read as a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartChange {
    /// A new part, before all others.
    First(Document),
    /// In the place of the part that has the same id.
    Replace(Document),
    /// The part of this id is removed.
    Remove(String),
}

impl Apart {
    /// Of these parts.
    pub fn of<'a>(collection: &Collection, parts: impl IntoIterator<Item = &'a Document>) -> Self {
        let mut apart = Self { marks: Some(BTreeMap::new()), ..Self::default() };
        for part in parts {
            apart.add(collection, part);
        }
        apart
    }

    /// One more.
    pub fn add(&mut self, collection: &Collection, part: &Document) {
        self.add_alike(collection, part, 1);
    }

    /// So many more that are like this one in all that is counted.
    pub fn add_alike(&mut self, collection: &Collection, part: &Document, count: u64) {
        let Some(parts) = collection.parts else { return };
        self.count += count;
        for (field, text) in texts(collection, part) {
            *self.values.entry(field.to_owned()).or_default().entry(text.to_owned()).or_default() += count;
        }
        for mark in (parts.marks)(part) {
            *self.marks.get_or_insert_default().entry(mark.to_owned()).or_default() += count;
        }
    }

    /// One less.
    pub fn take(&mut self, collection: &Collection, part: &Document) {
        let Some(parts) = collection.parts else { return };
        self.count = self.count.saturating_sub(1);
        for (field, text) in texts(collection, part) {
            if let Some(counts) = self.values.get_mut(field) {
                less(counts, text);
                if counts.is_empty() {
                    self.values.remove(field);
                }
            }
        }
        for mark in (parts.marks)(part) {
            less(self.marks.get_or_insert_default(), mark);
        }
    }

    /// The texts that parts have in a field.
    pub fn texts_of(&self, field: &str) -> impl Iterator<Item = &str> {
        self.values.get(field).into_iter().flat_map(BTreeMap::keys).map(String::as_str)
    }

    /// Is there a part of which this is true? `None` where marks were not counted.
    pub fn has_mark(&self, mark: &str) -> Option<bool> {
        self.marks.as_ref().map(|marks| marks.contains_key(mark))
    }

    /// The record with few parts that have the same texts as all of them: what conditions on it
    /// find, but for the ids of parts.
    pub fn with_stand_ins(&self, parts: &Parts, head: &Document) -> Document {
        let mut stand_ins = Vec::new();
        for (field, counts) in &self.values {
            for text in counts.keys() {
                let mut part = Document::new();
                part.set_at(field, Value::Text(text.clone()));
                stand_ins.push(Value::Map(part));
            }
        }
        let mut record = head.clone();
        record.remove(APART);
        record.insert(parts.list, Value::List(stand_ins));
        record
    }
}

fn less(counts: &mut BTreeMap<String, u64>, name: &str) {
    if let Some(count) = counts.get_mut(name) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(name);
        }
    }
}

fn stamp(collection: &Collection, part: &Document) -> Option<i64> {
    collection.parts.map(|parts| (parts.stamp)(part))
}

/// The texts of a part in the fields that are declared of it, its id left out; each once.
fn texts<'a>(collection: &Collection, part: &'a Document) -> Vec<(&'static str, &'a str)> {
    let Some(parts) = collection.parts else { return Vec::new() };
    let mut found = Vec::new();
    for field in parts.counted_fields(collection) {
        found.extend(part.values_at(field).into_iter().filter_map(|value| Some((field, value.as_text()?))));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The head of a record with more than so many parts; `None` for all others.
pub fn head(collection: &Collection, document: &Document, more_than: usize) -> Option<Document> {
    let parts = collection.parts?;
    let all = parts.of(document).filter(|all| all.len() > more_than)?;
    let apart = Apart::of(collection, all.iter().map(|(_id, part)| *part));
    let mut head = document.clone();
    head.insert(parts.list, Value::List(Vec::new()));
    head.insert(APART, apart.document());
    Some(head)
}

impl Apart {
    /// Adds a part before all others. `others` is the newest stamp among these.
    pub fn put_first(&mut self, collection: &Collection, part: Document, others: Option<i64>) {
        self.add(collection, &part);
        self.newest = stamp(collection, &part).max(others);
        self.changes.push(PartChange::First(part));
    }

    /// Puts a part in the place of one with the same id. `others` is the newest stamp among the rest.
    pub fn replace(&mut self, collection: &Collection, old: &Document, new: Document, others: Option<i64>) {
        self.take(collection, old);
        self.add(collection, &new);
        self.newest = stamp(collection, &new).max(others);
        self.changes.push(PartChange::Replace(new));
    }

    /// Removes a part. `others` is the newest stamp among the rest.
    pub fn remove(&mut self, collection: &Collection, id: &str, old: &Document, others: Option<i64>) {
        self.take(collection, old);
        self.newest = others;
        self.changes.push(PartChange::Remove(id.to_owned()));
    }

    /// As a head has it.
    pub fn document(&self) -> Document {
        Document::of(self).unwrap_or_default()
    }

    /// What a head tells; `None` for a record that is none.
    pub fn in_head(document: &Document) -> Option<Self> {
        document.get(APART)?.as_map()?.decode().ok()
    }
}

/// Counts as a list of field, text, number: texts of users are no names in a stored document.
mod triples {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    type Counts = BTreeMap<String, BTreeMap<String, u64>>;

    pub(super) fn serialize<S: Serializer>(counts: &Counts, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = counts.iter();
        serializer
            .collect_seq(fields.flat_map(|(field, texts)| texts.iter().map(move |(text, count)| (field, text, count))))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Counts, D::Error> {
        let mut counts = Counts::new();
        for (field, text, count) in Vec::<(String, String, u64)>::deserialize(deserializer)? {
            counts.entry(field).or_default().insert(text, count);
        }
        Ok(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dataset, Entity, ObjectId, Resource, Schema, Timestamp, dataset::quality::Quality};

    const NOW: Timestamp = Timestamp(1_704_110_400_000);

    fn resource(number: u8) -> Resource {
        let mut resource = Resource::blank(uuid::Uuid::from_bytes([number; 16]), NOW.plus_millis(i64::from(number)));
        resource.format = Some(if number.is_multiple_of(2) { "csv" } else { "$date" }.into());
        resource.schema = Some(Schema { name: Some("a/b".into()), ..Schema::default() });
        resource.extras.insert("check:available", number != 3);
        resource
    }

    fn dataset(resources: u8) -> Dataset {
        let mut dataset = Dataset::blank(ObjectId::from_bytes([1; 12]), NOW);
        dataset.resources = (1..=resources).map(resource).collect();
        dataset
    }

    fn head_of(dataset: &Dataset) -> Dataset {
        head(Dataset::COLLECTION, &Document::of(dataset).unwrap(), 0).unwrap().decode().unwrap()
    }

    #[test]
    fn a_head_tells_what_the_whole_would() {
        for resources in 1..6 {
            let whole = dataset(resources);
            let head = head_of(&whole);
            assert!(head.resources.is_empty() && head.is_head() && !whole.is_head());
            assert_eq!(head.resource_count(), whole.resource_count());
            assert_eq!(head.formats(), whole.formats());
            assert_eq!(head.schema_names(), whole.schema_names());
            assert_eq!(Quality::of(&head, NOW), Quality::of(&whole, NOW));
        }
    }

    #[test]
    fn changes_of_parts_are_counted_as_if_all_were_counted_again() {
        let of = Dataset::COLLECTION;
        let part = |number| Document::of(&resource(number)).unwrap();
        let mut apart = Apart::of(of, &[part(1), part(2), part(3)]);
        apart.put_first(of, part(4), Some(3));
        let mut other = part(5);
        other.insert("_id", part(2).get("_id").cloned().unwrap_or_default());
        apart.replace(of, &part(2), other.clone(), Some(9));
        apart.remove(of, "3", &part(3), Some(7));
        let again = Apart::of(of, &[part(4), part(1), other]);
        assert_eq!((apart.count, &apart.values, &apart.marks), (again.count, &again.values, &again.marks));
        assert_eq!((apart.newest, apart.changes.len()), (Some(7), 3));
    }

    #[test]
    fn parts_without_an_id_of_their_own_stay_with_the_record() {
        let mut twice = dataset(3);
        twice.resources[2].id = twice.resources[0].id;
        assert!(head(Dataset::COLLECTION, &Document::of(&twice).unwrap(), 0).is_none());
        assert!(head(Dataset::COLLECTION, &Document::of(&dataset(3)).unwrap(), 3).is_none());
    }
}
