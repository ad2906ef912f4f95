//! Keys of the HTTP interface.

use serde::{Deserialize, Serialize};

use super::fields::or_default;
use crate::{Collection, Document, Entity, Field, Filter, Kind, ObjectId, Timestamp};

/// The scope that allows everything its user may do.
pub const DEFAULT_SCOPE: &str = "admin";

/// How many different user agents are remembered.
pub const MAX_USER_AGENTS: usize = 20;

/// A key of the HTTP interface; only its hash is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApiToken {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: ObjectId,
    /// Lower-case hex of HMAC-SHA256(`auth.api_token_secret`, whole plain key); unique.
    pub token_hash: String,
    /// The first characters of the plain key, to recognise it by.
    #[serde(default, deserialize_with = "or_default")]
    pub token_prefix: String,
    /// Whose key.
    pub user: ObjectId,
    /// What its user calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it may be used for; none stored means [`DEFAULT_SCOPE`].
    #[serde(default, deserialize_with = "or_default")]
    pub scopes: Vec<String>,
    /// Always `api_key`.
    #[serde(default, deserialize_with = "or_default")]
    pub kind: String,
    /// When it was made.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: Timestamp,
    /// When it ends, if ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// When it was last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// Programs that used it, [`MAX_USER_AGENTS`] at most.
    #[serde(default, deserialize_with = "or_default")]
    pub user_agents: Vec<String>,
    /// What else was stored.
    #[serde(flatten)]
    pub rest: Document,
}

impl ApiToken {
    /// Its hash.
    pub const HASH: Field<Self, String> = Field::one("token_hash");
    /// Whose key.
    pub const USER: Field<Self, ObjectId> = Field::one("user");
    /// When it was revoked.
    pub const REVOKED_AT: Field<Self, Timestamp> = Field::one("revoked_at");
    /// When it was made.
    pub const CREATED_AT: Field<Self, Timestamp> = Field::one("created_at");

    /// Those of this user that were not revoked.
    pub fn kept_by(user: ObjectId) -> Filter<Self> {
        Self::USER.eq(user).and(Self::REVOKED_AT.absent())
    }
}

impl Entity for ApiToken {
    type Id = ObjectId;
    const COLLECTION: &'static Collection = &Collection {
        name: "api_token",
        id: Kind::Id,
        fields: &[Self::HASH.path, Self::USER.path, Self::REVOKED_AT.path, Self::CREATED_AT.path],
        unique: &[&["token_hash"]],
        indexes: &[&["user", "created_at"]],
        totals: &[],
        followed: false,
        parts: None,
    };

    fn id(&self) -> &ObjectId {
        &self.id
    }
}
