//! Blocks of pages: posts and the pages of the portal are made of them.

pub mod form;
pub mod view;
