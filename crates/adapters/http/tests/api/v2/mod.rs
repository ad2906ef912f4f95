mod datasets;
mod organizations;
mod search;
mod topics;
