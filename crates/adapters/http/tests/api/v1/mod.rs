mod activity;
mod avatars;
mod me;
mod notifications;
mod organizations;
mod users;
