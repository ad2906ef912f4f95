mod organizations;
mod topics;
