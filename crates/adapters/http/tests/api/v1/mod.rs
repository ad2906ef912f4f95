mod activity;
mod avatars;
mod me;
mod notifications;
mod users;
mod organizations;
