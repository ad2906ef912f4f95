mod datasets;
mod organizations;
mod search;
mod search_visibility;
mod topics;
