//! Pages of lists in the contract's shape.

use basalt_ports::Page;
use schemars::JsonSchema;
use serde::Serialize;

use crate::context::Ctx;

/// A page of a list: `{data, next_page, page, page_size, previous_page, total}`.
#[derive(Serialize, JsonSchema)]
pub struct PageView<T> {
    /// The items on this page.
    pub data: Vec<T>,
    /// Address of the page after this one.
    pub next_page: Option<String>,
    /// Number of this page, from 1.
    pub page: u64,
    /// Items a page has.
    pub page_size: u64,
    /// Address of the page before this one.
    pub previous_page: Option<String>,
    /// Items on all pages.
    pub total: u64,
}

impl<T> PageView<T> {
    /// A page with the addresses of its neighbours.
    pub fn new(ctx: &Ctx, page: Page<T>) -> Self {
        let address = |number| ctx.links.neighbour(ctx.request.path(), &ctx.params, number);
        Self {
            next_page: page.has_next().then(|| address(page.page + 1)),
            previous_page: (page.page > 1).then(|| address(page.page - 1)),
            page: page.page,
            page_size: page.page_size,
            total: page.total,
            data: page.items,
        }
    }
}
