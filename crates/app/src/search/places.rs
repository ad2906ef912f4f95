//! Completes names of places.
//!
//! Places come with the vocabulary of a portal and hardly ever change: their names are read once, kept folded, and read anew after
//! [`KEPT_MS`]. What is shown is read from storage.

use std::{
    cmp::Reverse,
    collections::HashMap,
    sync::{Arc, PoisonError},
};

use basalt_domain::{Filter, GeoZone, Timestamp, Value};
use basalt_ports::Row;

use super::Search;
use crate::{
    AppError,
    folding::{begins_words, folded, known_as},
};

/// How long names are kept.
const KEPT_MS: i64 = 60_000;
/// More words than this are not looked at.
const MAX_WORDS: usize = 8;
/// Levels that do not say how large they are.
const SMALL: i64 = 100;

/// Names of places, to be looked up by the beginnings of their words.
pub(super) struct Gazetteer {
    read: Timestamp,
    /// The most important first.
    places: Vec<Place>,
    /// Each word of each place, as its number and where it begins, in the order of the words.
    words: Vec<(u32, u16)>,
}

struct Place {
    id: Box<str>,
    /// Its name as words: folded, a space between them; then other words by which it is known.
    names: Box<str>,
    /// Where its name ends.
    name: u16,
}

impl Place {
    fn from(&self, at: u16) -> &str {
        self.names.get(usize::from(at)..).unwrap_or_default()
    }

    fn name(&self) -> &str {
        self.names.get(..usize::from(self.name)).unwrap_or_default()
    }
}

impl Gazetteer {
    /// Of places with the sizes of their levels, the largest smallest.
    fn new(read: Timestamp, zones: &[Row<GeoZone>], sizes: &HashMap<String, i64>) -> Self {
        let mut ranked: Vec<(_, Place)> = zones
            .iter()
            .map(|row| {
                let zone = &row.value;
                let name = folded(&zone.name);
                let datasets = zone.metrics.get("datasets").and_then(Value::as_int).unwrap_or(0);
                let rank = (sizes.get(&zone.level).copied().unwrap_or(SMALL), Reverse(datasets), name.clone());
                (rank, Place::new(zone, &name))
            })
            .collect();
        ranked.sort_by(|(one, _place), (other, _other)| one.cmp(other));
        let places: Vec<Place> = ranked.into_iter().map(|(_rank, place)| place).collect();
        let mut words = Vec::new();
        for (number, place) in (0..).zip(&places) {
            let begins = place.names.match_indices(' ').map(|(at, _space)| at + 1);
            words.extend(std::iter::once(0).chain(begins).filter_map(|at| Some((number, u16::try_from(at).ok()?))));
        }
        let mut made = Self { read, places, words: Vec::new() };
        words.sort_unstable_by(|one, other| made.text(*one).cmp(made.text(*other)));
        made.words = words;
        made
    }

    fn text(&self, (place, at): (u32, u16)) -> &str {
        self.places.get(place as usize).map_or("", |place| place.from(at))
    }

    /// Ids of places: what is called so first, then what begins so, then the rest; the largest first.
    fn complete(&self, text: &str, size: usize) -> Vec<String> {
        let typed = folded(text);
        let mut wanted: Vec<&str> = typed.split(' ').filter(|word| !word.is_empty()).take(MAX_WORDS).collect();
        // Long words are few.
        wanted.sort_by_key(|word| Reverse(word.len()));
        let mut found: Vec<u32> = if let Some((longest, others)) = wanted.split_first() {
            let first = self.words.partition_point(|word| self.text(*word) < *longest);
            let begun = self.words.iter().skip(first).take_while(|word| self.text(**word).starts_with(longest));
            let fits = |number: &u32| {
                self.places
                    .get(*number as usize)
                    .is_some_and(|place| others.iter().all(|word| begins_words(&place.names, word)))
            };
            begun.map(|(number, _at)| *number).filter(fits).collect()
        } else if text.trim().is_empty() {
            (0..).take(self.places.len().min(size)).collect()
        } else {
            Vec::new()
        };
        found.sort_unstable();
        found.dedup();
        let place = |number: &u32| self.places.get(*number as usize);
        found.sort_by_key(|number| match place(number).map(Place::name) {
            Some(name) if name == typed => 0,
            Some(name) if name.starts_with(&typed) => 1,
            _ => 2,
        });
        found.iter().take(size).filter_map(place).map(|place| place.id.to_string()).collect()
    }
}

impl Place {
    fn new(zone: &GeoZone, name: &str) -> Self {
        let names = format!("{} {}", known_as(&zone.name), folded(&zone.code));
        let end = u16::try_from(name.len()).unwrap_or(0);
        Self { id: zone.id.clone().into(), names: names.trim().into(), name: end }
    }
}

impl Search {
    /// Places of whose names, or codes, words begin like those of the text: in any order, without accents.
    pub async fn places(&self, text: &str, size: usize) -> Result<Vec<Row<GeoZone>>, AppError> {
        let ids = self.gazetteer().await?.complete(text, size);
        let mut rows = self.context.store.geo_zones.by_ids(&ids).await?;
        Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
    }

    /// This place and those that it is in.
    pub async fn with_ancestors(&self, place: &str) -> Result<Vec<String>, AppError> {
        let found = self.context.store.geo_zones.get(&place.to_owned()).await?;
        let ancestors = found.map(|row| row.value.ancestors.clone()).unwrap_or_default();
        Ok(std::iter::once(place.to_owned()).chain(ancestors).collect())
    }

    async fn gazetteer(&self) -> Result<Arc<Gazetteer>, AppError> {
        let now = self.context.now();
        let is_fresh = |known: &&Arc<Gazetteer>| (0..KEPT_MS).contains(&(now.millis() - known.read.millis()));
        let known = self.places.lock().unwrap_or_else(PoisonError::into_inner).as_ref().filter(is_fresh).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let store = &self.context.store;
        let levels = store.geo_levels.list(Filter::always(), &[], u64::MAX).await?;
        let sizes = levels.iter().map(|row| (row.value.id.clone(), row.value.admin_level.unwrap_or(SMALL))).collect();
        let zones = store.geo_zones.list(Filter::always(), &[], u64::MAX).await?;
        let made = Arc::new(Gazetteer::new(now, &zones, &sizes));
        // A portal without places is about to get some.
        let kept = (!zones.is_empty()).then(|| Arc::clone(&made));
        *self.places.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        Ok(made)
    }
}
