//! Storage in memory: the definition of what storage does, and the double in tests.

mod search;

use std::{
    cmp::Ordering,
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use basalt_domain::{
    Collection, Condition, Document, Parts, Value,
    condition::compare_at,
    parts::{self, APART, PartChange},
};
use basalt_ports::{
    Change, ChangeSet, Heads, PartsPage, PartsQuery, Query, Raw, Storage, StorageError, Stored, Version,
    change::check_id, parts::is_head,
};

pub use search::MemorySearch;

type Records = HashMap<Value, Stored<Arc<Document>>>;

/// Keeps documents in memory, under one lock.
pub struct MemoryStorage {
    tables: Mutex<Tables>,
    many: usize,
}

impl Default for MemoryStorage {
    fn default() -> Self {
        Self { tables: Mutex::default(), many: parts::MANY }
    }
}

#[derive(Clone, Default)]
struct Tables {
    records: HashMap<&'static str, Records>,
    last_version: u64,
}

impl MemoryStorage {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty one, where more parts than these are many.
    #[must_use]
    pub fn with_many(many: usize) -> Self {
        Self { many, ..Self::default() }
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn select(&self, query: &Query) -> Vec<(Value, Stored<Arc<Document>>)> {
        let tables = self.tables();
        let mut found: Vec<(Value, Stored<Arc<Document>>)> = tables
            .records
            .get(query.of.name)
            .into_iter()
            .flatten()
            .filter(|(_id, stored)| query.condition.matches(&stored.value))
            .map(|(id, stored)| (id.clone(), stored.clone()))
            .collect();
        drop(tables);
        found.sort_by(|(a_id, a), (b_id, b)| {
            let by_keys = query.sort.iter().fold(Ordering::Equal, |so_far, key| {
                so_far.then_with(|| directed(compare_at(key.path.name, &a.value, &b.value), key.descending))
            });
            by_keys.then_with(|| directed(a_id.compare(b_id).unwrap_or(Ordering::Equal), query.id_descends()))
        });
        let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        found.into_iter().skip(offset).take(limit).collect()
    }
}

const fn directed(order: Ordering, descending: bool) -> Ordering {
    if descending { order.reverse() } else { order }
}

#[async_trait]
impl Storage for MemoryStorage {
    async fn fetch(&self, query: &Query) -> Result<Vec<Stored<Raw>>, StorageError> {
        let found = self.select(query).into_iter().map(|(_id, Stored { value, version })| {
            let head = if query.heads == Heads::No { None } else { parts::head(query.of, &value, self.many) };
            Stored { value: Raw::Tree(head.map_or(value, Arc::new)), version }
        });
        Ok(found.collect())
    }

    async fn parts(&self, query: &PartsQuery) -> Result<Option<PartsPage>, StorageError> {
        let tables = self.tables();
        let record = tables.records.get(query.of.name).and_then(|records| records.get(&query.record)).cloned();
        drop(tables);
        Ok(record.map(|record| query.answer(&record.value)))
    }

    async fn ids(&self, query: &Query) -> Result<Vec<Value>, StorageError> {
        Ok(self.select(query).into_iter().map(|(id, _stored)| id).collect())
    }

    async fn count(&self, of: &'static Collection, condition: &Condition) -> Result<u64, StorageError> {
        let tables = self.tables();
        let records = tables.records.get(of.name).into_iter().flatten();
        Ok(records.filter(|(_id, stored)| condition.matches(&stored.value)).count() as u64)
    }

    async fn count_parts(&self, of: &'static Collection, condition: &Condition) -> Result<Option<u64>, StorageError> {
        let tables = self.tables();
        let records = tables.records.get(of.name).into_iter().flatten();
        let having = records.filter(|(_id, stored)| condition.matches(&stored.value));
        let length = |document: &Document| document.get(of.parts?.list)?.as_list().map(<[Value]>::len);
        let count: usize = having.filter_map(|(_id, stored)| length(&stored.value)).sum();
        Ok(Some(count as u64))
    }

    async fn commit(&self, changes: &ChangeSet) -> Result<(), StorageError> {
        let mut tables = self.tables();
        // All or nothing: the changes are made on a copy, which then takes the place.
        let mut next = tables.clone();
        for change in changes.changes() {
            next.apply(change)?;
        }
        *tables = next;
        Ok(())
    }

    async fn migrate(&self) -> Result<(), StorageError> {
        Ok(())
    }

    async fn ready(&self) -> Result<(), StorageError> {
        Ok(())
    }

    fn epoch(&self) -> Option<u64> {
        Some(0)
    }
}

impl Tables {
    fn apply(&mut self, change: &Change) -> Result<(), StorageError> {
        let (of, id) = change.record();
        let current = self.records.get(of.name).and_then(|records| records.get(id));
        match change {
            Change::Insert { document, .. } => {
                if current.is_some() {
                    return Err(StorageError::Conflict { collection: of.name, field: "_id".into() });
                }
                self.write(of, id, document.clone())
            }
            Change::Update { version, document, parts, .. } => {
                let Some(stored) = current.filter(|stored| stored.version == *version) else {
                    return Err(stale(of, id));
                };
                let document = whole(of, document, &stored.value, parts).ok_or_else(|| stale(of, id))?;
                self.write(of, id, document)
            }
            Change::Put { document, .. } => self.write(of, id, document.clone()),
            Change::Delete { version, .. } => {
                if version.is_some_and(|version| current.is_none_or(|stored| stored.version != version)) {
                    return Err(stale(of, id));
                }
                self.records.entry(of.name).or_default().remove(id);
                Ok(())
            }
            Change::Add { path, by, .. } => {
                let Some(stored) = current else { return Ok(()) };
                let mut document = Document::clone(&stored.value);
                let number = document.at(path).and_then(Value::as_int).unwrap_or(0);
                document.set_at(path, Value::Int(number.saturating_add(*by)));
                self.write(of, id, document)
            }
        }
    }

    fn write(&mut self, of: &'static Collection, id: &Value, document: Document) -> Result<(), StorageError> {
        check_id(of, id, &document)?;
        let records = self.records.entry(of.name).or_default();
        for fields in of.unique {
            let key = unique_key(fields, &document);
            if key.is_some()
                && records.iter().any(|(other, stored)| other != id && unique_key(fields, &stored.value) == key)
            {
                return Err(StorageError::Conflict { collection: of.name, field: fields.join(",") });
            }
        }
        self.last_version += 1;
        let version = Version(self.last_version);
        records.insert(id.clone(), Stored { value: Arc::new(document), version });
        Ok(())
    }
}

/// The values that occur once, taken together; `None` if one is absent.
fn unique_key(fields: &[&str], document: &Document) -> Option<Vec<Value>> {
    fields.iter().map(|field| document.at(field).filter(|value| !value.is_null()).cloned()).collect()
}

fn stale(of: &'static Collection, id: &Value) -> StorageError {
    let id = id.as_id().map_or_else(|| format!("{id:?}"), |id| id.to_string());
    StorageError::Stale { collection: of.name, id }
}

/// The record that a head stands for: with the parts there are, changed; `None` where a part that is
/// to be changed is missing. What is no head is whole already.
fn whole(of: &Collection, document: &Document, stored: &Document, changes: &[PartChange]) -> Option<Document> {
    let Some(parts) = of.parts.filter(|_parts| is_head(document)) else {
        return changes.is_empty().then(|| document.clone());
    };
    let mut list = stored.get(parts.list).and_then(Value::as_list).unwrap_or_default().to_vec();
    let has = |part: &Value, id: &str| part.as_map().and_then(|part| id_of(parts, part)) == Some(id);
    for change in changes {
        match change {
            PartChange::First(part) => list.insert(0, Value::Map(part.clone())),
            PartChange::Replace(part) => {
                let id = id_of(parts, part)?;
                *list.iter_mut().find(|old| has(old, id))? = Value::Map(part.clone());
            }
            PartChange::Remove(id) => {
                let at = list.iter().position(|old| has(old, id))?;
                list.remove(at);
            }
        }
    }
    let mut whole = document.clone();
    whole.remove(APART);
    whole.insert(parts.list, list);
    Some(whole)
}

fn id_of<'a>(parts: &Parts, part: &'a Document) -> Option<&'a str> {
    part.get(parts.id)?.as_text()
}
