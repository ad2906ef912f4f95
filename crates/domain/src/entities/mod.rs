//! The entities: each file one kind of record, its fields, and the rules that need nothing else.

mod activity;
mod api_token;
mod assignment;
mod contact_point;
mod follow;
mod image;
mod membership;
mod notification;
pub mod organization;
mod reference;
mod role;
mod slug_follow;
pub mod user;

pub mod fields;

pub use activity::{Activity, ActivityKey};
pub use api_token::{ApiToken, DEFAULT_SCOPE, MAX_USER_AGENTS};
pub use assignment::Assignment;
pub use contact_point::ContactPoint;
pub use follow::Follow;
pub use image::Image;
pub use membership::{Member, MembershipKind, MembershipRequest, MembershipStatus, OrganizationRole};
pub use notification::{Notification, NotificationType};
pub use organization::{Badge, Organization};
pub use reference::{DbRef, GenericReference};
pub use role::{ADMIN_ROLE, Role};
pub use slug_follow::SlugFollow;
pub use user::User;
