//! Pages of lists.

/// Which page of which size. Pages are counted from 1, as udata counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    page: u64,
    page_size: u64,
}

impl PageRequest {
    /// Page 1 at least, 1 item at least; anything less is taken for 1. Bounds that a client is told
    /// about are checked where the request is read.
    pub fn new(page: u64, page_size: u64) -> Self {
        Self { page: page.max(1), page_size: page_size.max(1) }
    }

    /// Number of the page, from 1.
    pub const fn page(self) -> u64 {
        self.page
    }

    /// Items on a page.
    pub const fn page_size(self) -> u64 {
        self.page_size
    }

    /// Items before the page.
    pub const fn offset(self) -> u64 {
        (self.page - 1).saturating_mul(self.page_size)
    }
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items on it.
    pub items: Vec<T>,
    /// Items on all pages.
    pub total: u64,
    /// Number of the page, from 1.
    pub page: u64,
    /// Items a page has, the last one perhaps less.
    pub page_size: u64,
}

impl<T> Page<T> {
    /// Is there a page after this one?
    pub const fn has_next(&self) -> bool {
        self.page.saturating_mul(self.page_size) < self.total
    }

    /// Is it a page that a list has: the first, or one with items on it?
    pub const fn exists(&self) -> bool {
        self.page == 1 || !self.items.is_empty()
    }

    /// The same page with other items.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            total: self.total,
            page: self.page,
            page_size: self.page_size,
        }
    }
}
