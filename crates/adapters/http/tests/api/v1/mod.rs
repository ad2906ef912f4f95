mod activity;
mod avatars;
mod datasets;
mod exports;
mod me;
mod notifications;
mod organizations;
mod users;
