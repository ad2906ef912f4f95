//! A search index in memory, for tests: what a search means, without speed and without ranking by words.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use basalt_domain::ObjectId;
use basalt_ports::search::{
    Counted, Facet, Found, Number, Position, Rebuild, SearchChange, SearchDocument, SearchError, SearchFilter,
    SearchIndex, SearchKind, SearchOrder, SearchQuery, SeenBy,
};

/// Letters with accents, and the letters they count as.
const FOLDED: [(&str, char); 6] = [("àâä", 'a'), ("éèêë", 'e'), ("îï", 'i'), ("ôö", 'o'), ("ùûü", 'u'), ("ç", 'c')];

/// A search index in memory.
#[derive(Clone, Default)]
pub struct MemorySearch(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    documents: BTreeMap<(SearchKind, ObjectId), SearchDocument>,
    position: Option<Position>,
}

impl MemorySearch {
    /// An empty one, to be built first.
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The words of a text, folded, without elided articles and signs of the plural.
fn words(text: &str) -> Vec<String> {
    let fold = |letter: char| {
        let lower = letter.to_lowercase().next().unwrap_or(letter);
        FOLDED.iter().find(|(accented, _plain)| accented.contains(lower)).map_or(lower, |(_accented, plain)| *plain)
    };
    let folded: String = text.chars().map(fold).collect();
    let apostrophe = |letter: char| matches!(letter, '\'' | '\u{2019}');
    let words = folded.split(|letter: char| !letter.is_alphanumeric() && !apostrophe(letter));
    let bare = words.filter_map(|word| word.trim_end_matches(apostrophe).rsplit(apostrophe).next());
    bare.filter(|word| !word.is_empty() && *word != "of")
        .map(|word| word.trim_end_matches('s').to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

impl Looked for SearchDocument {
    fn all_words(&self) -> Vec<String> {
        let texts = [&self.title, &self.text];
        let texts = texts.into_iter().chain(&self.acronyms).chain(&self.producers).chain(&self.tags);
        texts.flat_map(|text| words(text)).collect()
    }

    fn number(&self, number: Number) -> Option<i64> {
        self.numbers.iter().find(|(of, _value)| *of == number).map(|(_of, value)| *value)
    }

    fn has(&self, name: &str, value: &str) -> bool {
        (name == "id" && self.id.to_string() == value)
            || self.keys.iter().chain(&self.facets).any(|(of, has)| *of == name && has == value)
    }

    fn shows_to(&self, seen_by: &SeenBy) -> bool {
        match seen_by {
            _ if !self.hidden => true,
            SeenBy::Everybody => false,
            SeenBy::Owner { owner, organizations } => {
                self.has("owner", owner) || organizations.iter().any(|one| self.has("organization", one))
            }
            SeenBy::Administrator => true,
        }
    }

    fn passes(&self, filter: &SearchFilter) -> bool {
        match filter {
            SearchFilter::Any(name, values) => values.iter().any(|value| self.has(name, value)),
            SearchFilter::Not(name, values) => !values.iter().any(|value| self.has(name, value)),
            SearchFilter::AtLeast(number, least) => self.number(*number).is_some_and(|value| value >= *least),
            SearchFilter::AtMost(number, most) => self.number(*number).is_some_and(|value| value <= *most),
            SearchFilter::OneWithin(numbers, least, most) => {
                let within = |value: i64| (*least..=*most).contains(&value);
                numbers.iter().any(|number| self.number(*number).is_some_and(within))
            }
        }
    }
}

/// What is asked of documents here.
trait Looked {
    fn all_words(&self) -> Vec<String>;
    fn number(&self, number: Number) -> Option<i64>;
    fn has(&self, name: &str, value: &str) -> bool;
    fn shows_to(&self, seen_by: &SeenBy) -> bool;
    fn passes(&self, filter: &SearchFilter) -> bool;
}

fn count(facet: &Facet, found: &[&SearchDocument]) -> Counted {
    match facet {
        Facet::Values(name) => {
            let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
            for (_name, value) in found.iter().flat_map(|one| &one.facets).filter(|(of, _value)| of == name) {
                *counts.entry(value).or_default() += 1;
            }
            let mut values: Vec<(String, u64)> =
                counts.into_iter().map(|(value, count)| (value.to_owned(), count)).collect();
            values.sort_by_key(|(_value, count)| std::cmp::Reverse(*count));
            Counted { name, values }
        }
        Facet::Since(name, number, labels) => {
            let since =
                |least: i64| found.iter().filter(move |one| one.number(*number).is_some_and(|has| has >= least));
            let counts = labels.iter().map(|(label, least)| ((*label).to_owned(), since(*least).count() as u64));
            Counted { name, values: counts.filter(|(_label, count)| *count > 0).collect() }
        }
    }
}

fn sort(found: &mut [&SearchDocument], order: SearchOrder) {
    match order {
        SearchOrder::Best => found.sort_by(|one, other| other.importance.total_cmp(&one.importance)),
        SearchOrder::By(number, false) => found.sort_by_key(|one| one.number(number)),
        SearchOrder::By(number, true) => found.sort_by_key(|one| std::cmp::Reverse(one.number(number))),
        SearchOrder::ByTitle(descending) => {
            found.sort_by_key(|one| words(&one.title));
            if descending {
                found.reverse();
            }
        }
    }
}

#[async_trait]
impl SearchIndex for MemorySearch {
    async fn apply(&self, changes: Vec<SearchChange>, position: Option<Position>) -> Result<(), SearchError> {
        let mut state = self.state();
        for change in changes {
            match change {
                SearchChange::Put(document) => state.documents.insert((document.kind, document.id), *document),
                SearchChange::Remove(kind, id) => state.documents.remove(&(kind, id)),
            };
        }
        state.position = position.or(state.position);
        Ok(())
    }

    async fn search(&self, query: &SearchQuery) -> Result<Found, SearchError> {
        let state = self.state();
        let wanted = words(&query.text);
        let mut found: Vec<&SearchDocument> = state
            .documents
            .values()
            .filter(|document| document.kind == query.kind && document.shows_to(&query.seen_by))
            .filter(|document| query.filters.iter().all(|filter| document.passes(filter)))
            .filter(|document| {
                let has = document.all_words();
                wanted.iter().all(|word| has.contains(word)) && (!wanted.is_empty() || query.text.trim().is_empty())
            })
            .collect();
        sort(&mut found, query.order);
        let ids = found.iter().skip(query.offset).take(query.limit).map(|document| document.id).collect();
        let facets = query.facets.iter().map(|facet| count(facet, &found)).collect();
        Ok(Found { ids, total: found.len() as u64, facets })
    }

    async fn suggest(&self, kind: SearchKind, text: &str, size: usize) -> Result<Vec<ObjectId>, SearchError> {
        let state = self.state();
        let wanted = words(text);
        let begins = |document: &&SearchDocument| {
            // Also as if there were no apostrophes.
            let joined = document.title.replace(['\'', '\u{2019}'], "");
            let titles = [&document.title, &joined].into_iter().chain(&document.acronyms);
            let has: Vec<String> = titles.flat_map(|title| words(title)).collect();
            wanted.iter().all(|beginning| has.iter().any(|word| word.starts_with(beginning)))
                && (!wanted.is_empty() || text.trim().is_empty())
        };
        let mut found: Vec<&SearchDocument> =
            state.documents.values().filter(|one| one.kind == kind && !one.hidden).filter(begins).collect();
        sort(&mut found, SearchOrder::Best);
        Ok(found.into_iter().take(size).map(|document| document.id).collect())
    }

    async fn values(
        &self,
        kind: SearchKind,
        name: &'static str,
        text: &str,
        size: usize,
    ) -> Result<Vec<(String, u64)>, SearchError> {
        let state = self.state();
        let wanted = words(text);
        let fits = |value: &str| {
            let has = words(value);
            wanted.iter().all(|beginning| has.iter().any(|word| word.starts_with(beginning)))
                && (!wanted.is_empty() || text.trim().is_empty())
        };
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for document in state.documents.values().filter(|one| one.kind == kind && !one.hidden) {
            let own: BTreeSet<&str> =
                document.keys.iter().filter(|(of, _value)| *of == name).map(|(_of, value)| value.as_str()).collect();
            for value in own.into_iter().filter(|value| fits(value)) {
                *counts.entry(value).or_default() += 1;
            }
        }
        let mut counted: Vec<(String, u64)> =
            counts.into_iter().map(|(value, count)| (value.to_owned(), count)).collect();
        counted.sort_by_key(|(_value, count)| std::cmp::Reverse(*count));
        counted.truncate(size);
        Ok(counted)
    }

    async fn position(&self) -> Result<Option<Position>, SearchError> {
        Ok(self.state().position)
    }

    async fn rebuild(&self) -> Result<Box<dyn Rebuild>, SearchError> {
        Ok(Box::new(MemoryRebuild { of: self.clone(), documents: Vec::new() }))
    }
}

struct MemoryRebuild {
    of: MemorySearch,
    documents: Vec<SearchDocument>,
}

#[async_trait]
impl Rebuild for MemoryRebuild {
    async fn add(&mut self, documents: Vec<SearchDocument>) -> Result<(), SearchError> {
        self.documents.extend(documents);
        Ok(())
    }

    async fn finish(self: Box<Self>, position: Position) -> Result<(), SearchError> {
        let documents = self.documents.into_iter().map(|document| ((document.kind, document.id), document)).collect();
        *self.of.state() = State { documents, position: Some(position) };
        Ok(())
    }
}
