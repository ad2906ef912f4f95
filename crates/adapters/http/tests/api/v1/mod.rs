mod activity;
mod avatars;
mod exports;
mod me;
mod notifications;
mod organizations;
mod users;
