mod datasets;
mod organizations;
mod topics;
