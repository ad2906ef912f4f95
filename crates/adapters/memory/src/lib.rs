//! Storage in memory: the definition of what storage does, and the double in tests.

mod search;

use std::{
    cmp::Ordering,
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use basalt_domain::{Collection, Condition, Document, Value, condition::compare_at};
use basalt_ports::{Change, ChangeSet, Query, Raw, Storage, StorageError, Stored, Version, change::check_id};

pub use search::MemorySearch;

type Records = HashMap<Value, Stored<Arc<Document>>>;

/// Keeps documents in memory, under one lock.
#[derive(Default)]
pub struct MemoryStorage {
    tables: Mutex<Tables>,
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
        let found = self.select(query).into_iter();
        Ok(found.map(|(_id, stored)| Stored { value: Raw::Tree(stored.value), version: stored.version }).collect())
    }

    async fn ids(&self, query: &Query) -> Result<Vec<Value>, StorageError> {
        Ok(self.select(query).into_iter().map(|(id, _stored)| id).collect())
    }

    async fn count(&self, of: &'static Collection, condition: &Condition) -> Result<u64, StorageError> {
        let tables = self.tables();
        let records = tables.records.get(of.name).into_iter().flatten();
        Ok(records.filter(|(_id, stored)| condition.matches(&stored.value)).count() as u64)
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
            Change::Update { version, document, .. } => {
                if current.is_none_or(|stored| stored.version != *version) {
                    return Err(stale(of, id));
                }
                self.write(of, id, document.clone())
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
