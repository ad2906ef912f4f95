//! Orders results by a number or by title.

use basalt_ports::search::{SearchOrder, SearchQuery};
use tantivy::{
    SegmentReader,
    columnar::{Column, StrColumn},
};

use crate::schema::TITLE_ORDER;

/// Results that are not ordered by score.
pub(crate) struct Sorted {
    order: SearchOrder,
    column: Option<Column<i64>>,
    titles: Option<StrColumn>,
    segment: u32,
    numbers: Vec<(Option<i64>, u32, u32)>,
    texts: Vec<(String, u32, u32)>,
}

impl Sorted {
    /// None where the query asks for the best.
    pub(crate) fn new(query: &SearchQuery) -> Option<Self> {
        (query.order != SearchOrder::Best).then(|| Self {
            order: query.order,
            column: None,
            titles: None,
            segment: 0,
            numbers: Vec::new(),
            texts: Vec::new(),
        })
    }

    pub(crate) fn begin(&mut self, reader: &SegmentReader, segment: u32) -> tantivy::Result<()> {
        self.segment = segment;
        match self.order {
            SearchOrder::By(number, _descending) => self.column = Some(reader.fast_fields().i64(number.name())?),
            SearchOrder::ByTitle(_descending) => self.titles = reader.fast_fields().str(TITLE_ORDER)?,
            SearchOrder::Best => {}
        }
        Ok(())
    }

    pub(crate) fn add(&mut self, doc: u32) {
        if let Some(column) = &self.column {
            self.numbers.push((column.first(doc), self.segment, doc));
        } else if let Some(titles) = &self.titles {
            let mut text = String::new();
            if let Some(ord) = titles.term_ords(doc).next() {
                // A title that cannot be read sorts first.
                let _read = titles.ord_to_str(ord, &mut text);
            }
            self.texts.push((text, self.segment, doc));
        }
    }

    /// Segment and document of each result on the page.
    pub(crate) fn page(self, query: &SearchQuery) -> Vec<(u32, u32)> {
        match self.order {
            SearchOrder::By(_number, descending) => cut(self.numbers, query, descending),
            SearchOrder::ByTitle(descending) => cut(self.texts, query, descending),
            SearchOrder::Best => Vec::new(),
        }
    }
}

fn cut<T: Ord>(mut all: Vec<(T, u32, u32)>, query: &SearchQuery, descending: bool) -> Vec<(u32, u32)> {
    let compare = |one: &(T, u32, u32), other: &(T, u32, u32)| {
        let by_value = if descending { other.0.cmp(&one.0) } else { one.0.cmp(&other.0) };
        by_value.then_with(|| (one.1, one.2).cmp(&(other.1, other.2)))
    };
    let needed = query.offset.saturating_add(query.limit);
    if needed > 0 && needed < all.len() {
        all.select_nth_unstable_by(needed - 1, compare);
        all.truncate(needed);
    }
    all.sort_unstable_by(compare);
    all.into_iter().skip(query.offset).take(query.limit).map(|(_value, segment, doc)| (segment, doc)).collect()
}
