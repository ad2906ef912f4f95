//! Parts of one record, page by page: resources of a dataset.

use basalt_domain::{Apart, Collection, Document, Value};

use crate::Raw;

/// Does a reader want records whole?
///
/// A storage returns a head only of a record with many parts, and may always return the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Heads {
    /// Whole records.
    #[default]
    No,
    /// Heads will do: nothing is written.
    ToShow,
    /// Heads will do, and are written back: they tell all that [`Apart`] can tell.
    ToEdit,
}

/// Which parts of which record, from where, how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartsQuery {
    /// The collection of the record, which declares its parts.
    pub of: &'static Collection,
    /// The id of the record.
    pub record: Value,
    /// Only the part of this id.
    pub id: Option<String>,
    /// Only those of this kind.
    pub kind: Option<String>,
    /// Only those whose title contains this text, whatever the case.
    pub title: Option<String>,
    /// The newest first, instead of the order of the record.
    pub newest_first: bool,
    /// How many to leave out first.
    pub offset: u64,
    /// How many at most.
    pub limit: u64,
}

/// Some parts of a record.
#[derive(Clone, Debug, Default)]
pub struct PartsPage {
    /// The parts of the page.
    pub parts: Vec<Raw>,
    /// How many there are on all pages.
    pub total: u64,
}

impl PartsQuery {
    /// All parts of this record.
    pub fn all(of: &'static Collection, record: impl Into<Value>) -> Self {
        let record = record.into();
        Self { of, record, id: None, kind: None, title: None, newest_first: false, offset: 0, limit: u64::MAX }
    }

    /// The part of this id of this record.
    pub fn one(of: &'static Collection, record: impl Into<Value>, id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), limit: 1, ..Self::all(of, record) }
    }

    /// What a part's title must contain, as [`basalt_domain::Parts::folded_title_of`] has it.
    pub fn folded_title(&self) -> Option<String> {
        self.title.as_ref().map(|title| title.to_lowercase()).filter(|title| !title.is_empty())
    }

    /// The answer for a record that is at hand: the definition for all storages.
    pub fn answer(&self, record: &Document) -> PartsPage {
        let Some(parts) = self.of.parts else { return PartsPage::default() };
        let title = self.folded_title();
        let fits = |part: &&Document| {
            self.id.as_ref().is_none_or(|id| part.get(parts.id).and_then(Value::as_text) == Some(id))
                && self.kind.as_ref().is_none_or(|kind| parts.kind_of(part) == kind)
                && title.as_ref().is_none_or(|title| parts.folded_title_of(part).contains(title.as_str()))
        };
        let list = record.get(parts.list).and_then(Value::as_list).unwrap_or_default();
        let mut found: Vec<&Document> = list.iter().filter_map(Value::as_map).filter(fits).collect();
        if self.newest_first {
            found.sort_by_key(|part| std::cmp::Reverse((parts.stamp)(part)));
        }
        let total = found.len() as u64;
        let (offset, limit) = (index(self.offset), index(self.limit));
        let page = found.into_iter().skip(offset).take(limit);
        PartsPage { parts: page.map(|part| Raw::Tree(part.clone().into())).collect(), total }
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Does this document leave the parts of its record as they are?
pub fn is_head(document: &Document) -> bool {
    document.get(basalt_domain::parts::APART).is_some()
}

/// What a head tells of its parts, without what is only known to who reads it.
pub fn apart(document: &Document) -> Apart {
    Apart::in_head(document).unwrap_or_default()
}
