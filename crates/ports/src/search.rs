//! The port for full text: finding what people type.
//!
//! The index holds a copy of what can be listed, made of [`SearchDocument`]s, and follows the feed of changes. What not everybody
//! may see is marked as hidden there, and is found only by queries of those it belongs to. It answers ids; the records themselves
//! are read from storage, which decides once more who sees what. An index may be lost at any time: it is
//! built again from the storage.

use async_trait::async_trait;
use basalt_domain::{ObjectId, Timestamp};

use crate::files::Cause;

/// What can be searched for. Kinds do not mix: each search is about one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SearchKind {
    /// Datasets.
    Dataset,
    /// Organisations.
    Organization,
    /// Reuses.
    Reuse,
    /// Dataservices.
    Dataservice,
    /// Topics.
    Topic,
    /// Posts.
    Post,
}

impl SearchKind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Dataset, Self::Organization, Self::Reuse, Self::Dataservice, Self::Topic, Self::Post];

    /// The collection its records are in.
    pub const fn collection(self) -> &'static str {
        match self {
            Self::Dataset => "dataset",
            Self::Organization => "organization",
            Self::Reuse => "reuse",
            Self::Dataservice => "dataservice",
            Self::Topic => "topic",
            Self::Post => "post",
        }
    }

    /// The kind whose records are in this collection.
    pub fn of_collection(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.collection() == name)
    }
}

/// A number of a document that results can be sorted by and limited by. Times are milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Number {
    /// When it was created.
    Created,
    /// When the portal came to have it, which is later for what was harvested.
    Entered,
    /// When its content was last updated.
    Updated,
    /// When it was published.
    Published,
    /// How many reuses it has.
    Reuses,
    /// How many datasets it has.
    Datasets,
    /// How many follow it.
    Followers,
    /// How often it was looked at.
    Views,
    /// The first moment it is about.
    CoversFrom,
    /// The last moment it is about.
    CoversTo,
}

impl Number {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Created,
        Self::Entered,
        Self::Updated,
        Self::Published,
        Self::Reuses,
        Self::Datasets,
        Self::Followers,
        Self::Views,
        Self::CoversFrom,
        Self::CoversTo,
    ];

    /// Its name in an index.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Entered => "entered",
            Self::Updated => "updated",
            Self::Published => "published",
            Self::Reuses => "reuses",
            Self::Datasets => "datasets",
            Self::Followers => "followers",
            Self::Views => "views",
            Self::CoversFrom => "covers_from",
            Self::CoversTo => "covers_to",
        }
    }
}

/// What an index knows of one object.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchDocument {
    /// What it is.
    pub kind: SearchKind,
    /// Its id.
    pub id: ObjectId,
    /// What it is called.
    pub title: String,
    /// Its short names.
    pub acronyms: Vec<String>,
    /// Names of whom it belongs to.
    pub producers: Vec<String>,
    /// Its tags and other words chosen for it.
    pub tags: Vec<String>,
    /// What it is, in Markdown or plain text.
    pub text: String,
    /// Exact values it can be filtered by: name and value, a name any number of times.
    pub keys: Vec<(&'static str, String)>,
    /// Exact values it can be filtered by and that are counted; few different ones.
    pub facets: Vec<(&'static str, String)>,
    /// What it can be sorted by. Absent sorts first.
    pub numbers: Vec<(Number, i64)>,
    /// How much it matters compared with others of its kind whatever is searched for: 0 not at all, 1 most.
    pub importance: f32,
    /// Is it only for those it belongs to? Then only queries that look so far find it ([`SeenBy`]), and it is never suggested.
    pub hidden: bool,
}

impl SearchDocument {
    /// One that has a title and nothing else.
    pub fn titled(kind: SearchKind, id: ObjectId, title: impl Into<String>) -> Self {
        Self {
            kind,
            id,
            title: title.into(),
            acronyms: Vec::new(),
            producers: Vec::new(),
            tags: Vec::new(),
            text: String::new(),
            keys: Vec::new(),
            facets: Vec::new(),
            numbers: Vec::new(),
            importance: 0.0,
            hidden: false,
        }
    }
}

/// A change of the index.
#[derive(Clone, Debug, PartialEq)]
pub enum SearchChange {
    /// Adds a document, in the place of the one of the same kind and id.
    Put(Box<SearchDocument>),
    /// Removes the document of this kind and id, if there is one.
    Remove(SearchKind, ObjectId),
}

/// How far the feed of changes was followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Time of the last event.
    pub at: Timestamp,
    /// Its id.
    pub id: ObjectId,
}

impl Position {
    /// That of an index made of what is stored from now on, when so many events of the minute before are stored. Such an id no
    /// event has: theirs begin with the time.
    pub fn of_build(now: Timestamp, stored: u64) -> Self {
        let mut id = [0; 12];
        id[4..].copy_from_slice(&stored.to_be_bytes());
        Self { at: now, id: ObjectId::from_bytes(id) }
    }

    /// The number that [`Position::of_build`] was told; nothing where an event was followed since.
    pub fn stored(self) -> Option<u64> {
        let bytes = self.id.bytes();
        let (time, number) = bytes.split_first_chunk::<4>()?;
        number.try_into().ok().filter(|_number| *time == [0; 4]).map(u64::from_be_bytes)
    }

    /// As it is kept beside an index.
    pub fn text(self) -> String {
        format!("{} {}", self.at.millis(), self.id)
    }

    /// Reads [`Position::text`].
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once(' ')?;
        Some(Self { at: Timestamp(at.parse().ok()?), id: ObjectId::parse(id).ok()? })
    }
}

/// What a result must have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SearchFilter {
    /// One of these values under this name, among its keys or facets; every document has its id under `id`.
    Any(&'static str, Vec<String>),
    /// None of these values under this name.
    Not(&'static str, Vec<String>),
    /// This number, and it is this at least.
    AtLeast(Number, i64),
    /// This number, and it is this at most.
    AtMost(Number, i64),
    /// One of these numbers, and it lies between these two or is one of them.
    OneWithin(&'static [Number], i64, i64),
}

/// Who asks: what is hidden from the others may be found by those it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum SeenBy {
    /// Anybody: nothing that is hidden.
    #[default]
    Everybody,
    /// Somebody: also what has this `owner`, or one of these values under `organization`, among its keys.
    Owner {
        /// The user.
        owner: String,
        /// Organisations they belong to.
        organizations: Vec<String>,
    },
    /// Administrators of the portal: everything.
    Administrator,
}

/// The order of results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SearchOrder {
    /// The best first; without a text the most important first.
    #[default]
    Best,
    /// By this number, the largest first where the flag is set.
    By(Number, bool),
    /// By title, the last first where the flag is set.
    ByTitle(bool),
}

/// What to count among the results.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Facet {
    /// The values of the facet of this name.
    Values(&'static str),
    /// How many have a number that is at least this, for each label.
    Since(&'static str, Number, Vec<(&'static str, i64)>),
}

const HOUR_MS: i64 = 3_600_000;

/// A search.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SearchQuery {
    /// For what.
    pub kind: SearchKind,
    /// What was typed; empty finds everything. There is no syntax: every text is good.
    pub text: String,
    /// What results must have: all of these.
    pub filters: Vec<SearchFilter>,
    /// Who asks.
    pub seen_by: SeenBy,
    /// What to count.
    pub facets: Vec<Facet>,
    /// In which order.
    pub order: SearchOrder,
    /// Results to leave out at the beginning.
    pub offset: usize,
    /// Results at most.
    pub limit: usize,
    /// The hour of asking: what is fresh comes first. No more than the hour, so that who asks the same asks with the same query.
    pub now: Timestamp,
}

impl SearchQuery {
    /// The best twenty, asked for at this time.
    pub fn new(kind: SearchKind, text: impl Into<String>, now: Timestamp) -> Self {
        Self {
            kind,
            text: text.into(),
            filters: Vec::new(),
            seen_by: SeenBy::Everybody,
            facets: Vec::new(),
            order: SearchOrder::Best,
            offset: 0,
            limit: 20,
            now: Timestamp(now.millis() - now.millis().rem_euclid(HOUR_MS)),
        }
    }
}

/// Counts of the values of one facet, the most frequent first; of ranges, in the order they were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Name of the facet.
    pub name: &'static str,
    /// Values and how many results have them; none that no result has.
    pub values: Vec<(String, u64)>,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Ids on this page, in order.
    pub ids: Vec<ObjectId>,
    /// How many there are in all.
    pub total: u64,
    /// Counts over all of them, in the order they were asked for.
    pub facets: Vec<Counted>,
}

/// Why an index did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The index cannot be read or written now.
    #[error("search index unavailable")]
    Unavailable(#[source] Cause),
}

impl SearchError {
    /// It failed for this reason.
    pub fn unavailable(cause: impl Into<Cause>) -> Self {
        Self::Unavailable(cause.into())
    }
}

/// An index.
#[async_trait]
pub trait SearchIndex: Send + Sync {
    /// Makes all changes or none, keeps how far the feed was followed, and shows both to the next search. Doing it twice does
    /// no harm. Without changes it tells that nothing is left to be told. Errors: `Unavailable`.
    async fn apply(&self, changes: Vec<SearchChange>, position: Option<Position>) -> Result<(), SearchError>;

    /// Finds documents whose words are those of the text: in any case, with or without accents, singular or plural. A text of
    /// several words finds what has all of them, or most of them where nothing has all. Errors: `Unavailable`.
    async fn search(&self, query: &SearchQuery) -> Result<Found, SearchError>;

    /// The most important documents in whose titles or acronyms each word of the text begins a word, in any order; none that is
    /// hidden. Errors: `Unavailable`.
    async fn suggest(&self, kind: SearchKind, text: &str, size: usize) -> Result<Vec<ObjectId>, SearchError>;

    /// The values under this name, among the keys of documents that are not hidden, in which each word of the text begins a word, in
    /// any order and without accents; and how many of those documents have each. The most frequent first. Errors: `Unavailable`.
    async fn values(
        &self,
        kind: SearchKind,
        name: &'static str,
        text: &str,
        size: usize,
    ) -> Result<Vec<(String, u64)>, SearchError>;

    /// How far the feed was followed; none where the index is to be built first. Errors: `Unavailable`.
    async fn position(&self) -> Result<Option<Position>, SearchError>;

    /// Begins a new index in the place of this one, which answers until the new one is finished. Errors: `Unavailable`.
    async fn rebuild(&self) -> Result<Box<dyn Rebuild>, SearchError>;
}

/// A new index that is being built. Dropped unfinished, it leaves nothing.
#[async_trait]
pub trait Rebuild: Send {
    /// Adds documents. Errors: `Unavailable`.
    async fn add(&mut self, documents: Vec<SearchDocument>) -> Result<(), SearchError>;

    /// Puts the new index in the place of the old one, to be told what was written since this position. It answers at once, or as
    /// soon as it was told as much as the old one, or that nothing is left. Errors: `Unavailable`.
    async fn finish(self: Box<Self>, position: Position) -> Result<(), SearchError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_it_was_written() {
        let position = Position { at: Timestamp(1_704_110_400_000), id: ObjectId::from_bytes([7; 12]) };
        assert_eq!(Position::parse(&position.text()), Some(position));
        assert_eq!(Position::parse(""), None);
        assert_eq!(Position::parse("1 x"), None);
    }

    #[test]
    fn a_new_index_keeps_how_many_events_were_stored() {
        let position = Position::of_build(Timestamp(1_704_110_400_000), 123_456);
        assert_eq!(Position::parse(&position.text()).and_then(Position::stored), Some(123_456));
        assert_eq!(Position { id: ObjectId::from_bytes([7; 12]), ..position }.stored(), None);
    }

    #[test]
    fn who_asks_the_same_within_an_hour_asks_with_the_same_query() {
        let asked = |now| SearchQuery::new(SearchKind::Dataset, "roads", Timestamp(now));
        assert_eq!(asked(1_704_110_400_000), asked(1_704_113_999_999));
        assert_eq!(asked(1_704_110_400_000).now, Timestamp(1_704_110_400_000));
        assert_ne!(asked(1_704_110_400_000), asked(1_704_110_399_999));
        assert_eq!(asked(-1).now, Timestamp(-HOUR_MS));
    }

    #[test]
    fn kinds_are_known_by_their_collection() {
        for kind in SearchKind::ALL {
            assert_eq!(SearchKind::of_collection(kind.collection()), Some(kind));
        }
        assert_eq!(SearchKind::of_collection("user"), None);
    }
}
