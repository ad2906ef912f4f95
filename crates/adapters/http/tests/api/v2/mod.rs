mod datasets;
mod organizations;
mod search;
mod search_following;
mod search_visibility;
mod topics;
