//! Users: persons with an account.

use serde::{Deserialize, Serialize};

use super::{Image, fields::or_default};
use crate::{Collection, Document, Entity, Field, Filter, Kind, ObjectId, Path, Sort, Timestamp, Total};

/// Names of the metrics shown for every user, 0 when not counted.
pub const METRICS: [&str; 5] = ["dataservices", "datasets", "followers", "following", "reuses"];

/// How often mails may be sent.
pub const MAIL_CADENCES: [&str; 3] = ["immediate", "daily", "weekly"];

/// A user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Their id.
    #[serde(rename = "_id")]
    pub id: ObjectId,
    /// Their name in addresses; unique.
    #[serde(default, deserialize_with = "or_default")]
    pub slug: String,
    /// Their address; unique.
    #[serde(default, deserialize_with = "or_default")]
    pub email: String,
    /// Hash of their password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Given name.
    #[serde(default, deserialize_with = "or_default")]
    pub first_name: String,
    /// Family name.
    #[serde(default, deserialize_with = "or_default")]
    pub last_name: String,
    /// May they sign in?
    #[serde(default, deserialize_with = "or_default")]
    pub active: bool,
    /// Ids of their roles on the whole portal.
    #[serde(default, deserialize_with = "or_default")]
    pub roles: Vec<ObjectId>,
    /// Their uploaded picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<Image>,
    /// Address of a picture elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// Their own site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Who they are, in Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Their language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefered_language: Option<String>,
    /// Their only key in versions before 16.0.0: a compact JWS, in the clear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apikey: Option<String>,
    /// When the account was made.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: Timestamp,
    /// When they confirmed their address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Timestamp>,
    /// When they signed in the time before the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login_at: Option<Timestamp>,
    /// When they last signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_login_at: Option<Timestamp>,
    /// When the account was deleted, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Timestamp>,
    /// When they were asked for a new password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_rotation_demanded: Option<Timestamp>,
    /// When they gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_rotation_performed: Option<Timestamp>,
    /// Part of their sessions: a new one ends all sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fs_uniquifier: Option<String>,
    /// One of [`MAIL_CADENCES`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_cadence: Option<String>,
    /// No mails at all for now?
    #[serde(default, deserialize_with = "or_default")]
    pub notifications_paused: bool,
    /// Numbers, see [`METRICS`].
    #[serde(default, deserialize_with = "or_default")]
    pub metrics: Document,
    /// What plugins stored.
    #[serde(default, deserialize_with = "or_default")]
    pub ext: Document,
    /// What clients stored.
    #[serde(default, deserialize_with = "or_default")]
    pub extras: Document,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

/// Their slug.
pub const SLUG: Field<User, String> = Field::one("slug");
/// Their address.
pub const EMAIL: Field<User, String> = Field::one("email");
/// Given name.
pub const FIRST_NAME: Field<User, String> = Field::one("first_name");
/// Family name.
pub const LAST_NAME: Field<User, String> = Field::one("last_name");
/// May they sign in?
pub const ACTIVE: Field<User, bool> = Field::one("active");
/// When the account was made.
pub const CREATED_AT: Field<User, Timestamp> = Field::one("created_at");
/// When the account was deleted.
pub const DELETED: Field<User, Timestamp> = Field::one("deleted");
/// Ids of their roles.
pub const ROLE: Field<User, ObjectId> = Field::many("roles");
/// Their only key in former versions.
pub const APIKEY: Field<User, String> = Field::one("apikey");
/// Number of their datasets.
pub const DATASETS: Field<User, i64> = Field::one("metrics.datasets");
/// Number of their reuses.
pub const REUSES: Field<User, i64> = Field::one("metrics.reuses");
/// Number of their followers.
pub const FOLLOWERS: Field<User, i64> = Field::one("metrics.followers");
/// Number of views of their page.
pub const VIEWS: Field<User, i64> = Field::one("metrics.views");

impl Entity for User {
    type Id = ObjectId;
    const COLLECTION: &'static Collection = &Collection {
        name: "user",
        id: Kind::Id,
        fields: &[
            SLUG.path,
            EMAIL.path,
            FIRST_NAME.path,
            LAST_NAME.path,
            ACTIVE.path,
            CREATED_AT.path,
            DELETED.path,
            ROLE.path,
            APIKEY.path,
            DATASETS.path,
            REUSES.path,
            FOLLOWERS.path,
            VIEWS.path,
        ],
        unique: &[&["slug"], &["email"]],
        indexes: &[&["deleted", "created_at"], &["deleted", "last_name"], &["deleted", "first_name"], &["apikey"]],
        totals: &[Total { name: "present", condition: || present().into_condition(), by: &[], order: None }],
        followed: true,
        parts: None,
    };

    fn id(&self) -> &ObjectId {
        &self.id
    }
}

/// Those whose account was not deleted.
pub fn present() -> Filter<User> {
    DELETED.absent()
}

/// The order of lists that name none: newest first.
pub const NEWEST_FIRST: Sort<User> = CREATED_AT.descending();

/// The sort key of this name in the interface, without sign.
pub fn sort_field(name: &str) -> Option<Path> {
    Some(match name {
        "last_name" => LAST_NAME.path,
        "first_name" => FIRST_NAME.path,
        "datasets" => DATASETS.path,
        "reuses" => REUSES.path,
        "followers" => FOLLOWERS.path,
        "views" => VIEWS.path,
        "created" => CREATED_AT.path,
        _ => return None,
    })
}

impl User {
    /// A new, active account. The address is kept in lower case.
    pub fn new(id: ObjectId, email: &str, first_name: &str, last_name: &str, now: Timestamp) -> Self {
        Self {
            id,
            slug: String::new(),
            email: email.to_lowercase(),
            password: None,
            first_name: first_name.into(),
            last_name: last_name.into(),
            active: true,
            roles: Vec::new(),
            avatar: None,
            avatar_url: None,
            website: None,
            about: None,
            prefered_language: None,
            apikey: None,
            created_at: now,
            confirmed_at: None,
            last_login_at: None,
            current_login_at: None,
            deleted: None,
            password_rotation_demanded: None,
            password_rotation_performed: None,
            fs_uniquifier: None,
            mail_cadence: None,
            notifications_paused: false,
            metrics: Document::new(),
            ext: Document::new(),
            extras: Document::new(),
            rest: Document::new(),
        }
    }

    /// Given name and family name.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }

    /// Does the account exist and is it not blocked?
    pub const fn is_usable(&self) -> bool {
        self.active && self.deleted.is_none()
    }
}
