//! Users who follow something.

use serde::{Deserialize, Serialize};

use super::{GenericReference, fields::or_default};
use crate::{Collection, Document, Entity, Field, Filter, Kind, ObjectId, Timestamp};

/// A user who follows an object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Follow {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: ObjectId,
    /// Who follows.
    pub follower: ObjectId,
    /// What is followed.
    pub following: GenericReference,
    /// Since when. udata 17 does not store it; the id then tells the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Until when; absent while it lasts.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// What else was stored.
    #[serde(flatten)]
    pub rest: Document,
}

impl Follow {
    /// Who follows.
    pub const FOLLOWER: Field<Self, ObjectId> = Field::one("follower");
    /// Id of what is followed.
    pub const FOLLOWING: Field<Self, ObjectId> = Field::one("following._ref.$id");
    /// Until when.
    pub const UNTIL: Field<Self, Timestamp> = Field::one("until");

    /// Those who follow this object now.
    pub fn of(object: ObjectId) -> Filter<Self> {
        Self::FOLLOWING.eq(object).and(Self::UNTIL.absent())
    }

    /// What this user follows now.
    pub fn by(user: ObjectId) -> Filter<Self> {
        Self::FOLLOWER.eq(user).and(Self::UNTIL.absent())
    }

    /// Since when, from the id where it was not stored.
    pub fn since(&self) -> Timestamp {
        self.since.unwrap_or_else(|| {
            let [a, b, c, d, ..] = self.id.bytes();
            Timestamp(i64::from(u32::from_be_bytes([a, b, c, d])) * 1000)
        })
    }
}

impl Entity for Follow {
    type Id = ObjectId;
    const COLLECTION: &'static Collection = &Collection {
        name: "follow",
        id: Kind::Id,
        fields: &[Self::FOLLOWER.path, Self::FOLLOWING.path, Self::UNTIL.path],
        unique: &[],
        indexes: &[&["follower", "until"], &["following._ref.$id", "until"]],
        totals: &[],
        followed: false,
        parts: None,
    };

    fn id(&self) -> &ObjectId {
        &self.id
    }
}
