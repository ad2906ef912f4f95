//! The resources of a dataset: read with it, or known of only.

use super::{Dataset, Resource};
use crate::{Document, Entity, Timestamp};

impl Dataset {
    /// How many resources it has, read with it or not.
    pub fn resource_count(&self) -> u64 {
        self.apart.as_ref().map_or(self.resources.len() as u64, |apart| apart.count)
    }

    /// The formats of its resources, each once, read with it or not.
    pub fn formats(&self) -> Vec<&str> {
        let read = self.resources.iter().filter_map(|resource| resource.format.as_deref());
        self.texts_of("format", read)
    }

    /// The names of the schemas of its resources, each once, read with it or not.
    pub fn schema_names(&self) -> Vec<&str> {
        let read = self.resources.iter().filter_map(|resource| resource.schema.as_ref()?.name.as_deref());
        self.texts_of("schema.name", read)
    }

    fn texts_of<'a>(&'a self, field: &str, read: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
        let mut texts: Vec<&str> = read.chain(self.apart.iter().flat_map(|apart| apart.texts_of(field))).collect();
        texts.sort_unstable();
        texts.dedup();
        texts
    }

    /// Adds a resource before all others. `others` is when the newest of these was changed: it
    /// matters where they were not read.
    pub fn put_first(&mut self, resource: Resource, others: Option<Timestamp>) {
        match &mut self.apart {
            Some(apart) => apart.put_first(Self::COLLECTION, stored(&resource), others.map(Timestamp::millis)),
            None => self.resources.insert(0, resource),
        }
    }

    /// Puts a resource in the place of what it was. `others`: see [`Self::put_first`].
    pub fn replace(&mut self, old: &Resource, new: Resource, others: Option<Timestamp>) {
        match &mut self.apart {
            Some(apart) => {
                apart.replace(Self::COLLECTION, &stored(old), stored(&new), others.map(Timestamp::millis));
            }
            None => {
                if let Some(present) = self.resource_mut(old.id) {
                    *present = new;
                }
            }
        }
    }

    /// Removes a resource. `others`: see [`Self::put_first`].
    pub fn remove(&mut self, old: &Resource, others: Option<Timestamp>) {
        match &mut self.apart {
            Some(apart) => {
                let id = old.id.to_string();
                apart.remove(Self::COLLECTION, &id, &stored(old), others.map(Timestamp::millis));
            }
            None => {
                if let Some(at) = self.resources.iter().position(|resource| resource.id == old.id) {
                    self.resources.remove(at);
                }
            }
        }
    }

    /// One of its resources.
    pub fn resource(&self, id: uuid::Uuid) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.id == id)
    }

    /// One of its resources, to be changed.
    pub fn resource_mut(&mut self, id: uuid::Uuid) -> Option<&mut Resource> {
        self.resources.iter_mut().find(|resource| resource.id == id)
    }
}

/// The stored form of a resource.
fn stored(resource: &Resource) -> Document {
    // A plain struct: serialising it has no way to fail.
    Document::of(resource).unwrap_or_default()
}
