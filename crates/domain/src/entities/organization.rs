//! Organisations: those who publish.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Image, Member, MembershipRequest, OrganizationRole,
    fields::{or_default, whole_number},
};
use crate::{Collection, Document, Entity, Field, Filter, Kind, ObjectId, Path, Sort, Timestamp, Total, Value};

/// Kinds of badges an organisation can have, in the order of the interface.
///
/// Source: udata 17, `GET /api/1/organizations/badges/`.
pub const BADGES: [(&str, &str); 5] = [
    ("public-service", "Public Service"),
    ("certified", "Certified"),
    ("association", "Association"),
    ("company", "Company"),
    ("local-authority", "Local authority"),
];

/// Names of the metrics shown for every organisation, 0 when not counted.
pub const METRICS: [&str; 12] = [
    "dataservices",
    "dataservices_by_months",
    "datasets",
    "datasets_by_months",
    "datasets_followers_by_months",
    "datasets_reuses_by_months",
    "followers",
    "members",
    "reuses",
    "reuses_by_months",
    "reuses_followers_by_months",
    "views",
];

/// A mark given to an object by the portal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Badge {
    /// Class name of the badge, e.g. `OrganizationBadge`.
    #[serde(rename = "_cls", default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Which mark.
    pub kind: String,
    /// When it was given.
    #[serde(default, deserialize_with = "or_default")]
    pub created: Timestamp,
    /// Who gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<ObjectId>,
    /// What else was stored.
    #[serde(flatten)]
    pub rest: Document,
}

/// An organisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Organization {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: ObjectId,
    /// What it is called.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Its name in addresses; unique.
    #[serde(default, deserialize_with = "or_default")]
    pub slug: String,
    /// Its short name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acronym: Option<String>,
    /// What it is, in Markdown.
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    /// Its own site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Address of a picture elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Its uploaded logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Image>,
    /// Colour of its banner, `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub banner_color: Option<String>,
    /// Its uploaded banner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub banner_image: Option<Image>,
    /// Vertical position of the banner in percent; 50 when absent.
    #[serde(default, deserialize_with = "whole_number", skip_serializing_if = "Option::is_none")]
    pub banner_image_position: Option<i64>,
    /// Its number in the register of businesses (France: SIRET, 14 digits).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_number_id: Option<String>,
    /// Id of the zone it governs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Its members.
    #[serde(default, deserialize_with = "or_default")]
    pub members: Vec<Member>,
    /// Its teams, a feature of former versions.
    #[serde(default, deserialize_with = "or_default")]
    pub teams: Vec<Value>,
    /// Requests to join and invitations, answered ones included.
    #[serde(default, deserialize_with = "or_default")]
    pub requests: Vec<MembershipRequest>,
    /// Marks given by the portal.
    #[serde(default, deserialize_with = "or_default")]
    pub badges: Vec<Badge>,
    /// Numbers, see [`METRICS`].
    #[serde(default, deserialize_with = "or_default")]
    pub metrics: Document,
    /// What plugins stored.
    #[serde(default, deserialize_with = "or_default")]
    pub ext: Document,
    /// What clients stored.
    #[serde(default, deserialize_with = "or_default")]
    pub extras: Document,
    /// Blocks of its page.
    #[serde(default, deserialize_with = "or_default")]
    pub presentation_blocs: Vec<Value>,
    /// When its page was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presentation_blocs_published_at: Option<Timestamp>,
    /// When it was created.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[serde(default, deserialize_with = "or_default")]
    pub last_modified: Timestamp,
    /// When it was deleted, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Timestamp>,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

/// Its slug.
pub const SLUG: Field<Organization, String> = Field::one("slug");
/// Its name.
pub const NAME: Field<Organization, String> = Field::one("name");
/// Its short name.
pub const ACRONYM: Field<Organization, String> = Field::one("acronym");
/// Its business number.
pub const BUSINESS_NUMBER: Field<Organization, String> = Field::one("business_number_id");
/// When it was created.
pub const CREATED_AT: Field<Organization, Timestamp> = Field::one("created_at");
/// When it was last changed.
pub const LAST_MODIFIED: Field<Organization, Timestamp> = Field::one("last_modified");
/// When it was deleted.
pub const DELETED: Field<Organization, Timestamp> = Field::one("deleted");
/// Ids of its members.
pub const MEMBER: Field<Organization, ObjectId> = Field::many("members.user");
/// Ids of those who asked to join or were invited.
pub const REQUESTER: Field<Organization, ObjectId> = Field::many("requests.user");
/// Addresses that were invited.
pub const INVITED_EMAIL: Field<Organization, String> = Field::many("requests.email");
/// Kinds of its badges.
pub const BADGE: Field<Organization, String> = Field::many("badges.kind");
/// Number of its datasets.
pub const DATASETS: Field<Organization, i64> = Field::one("metrics.datasets");
/// Number of its reuses.
pub const REUSES: Field<Organization, i64> = Field::one("metrics.reuses");
/// Number of its dataservices.
pub const DATASERVICES: Field<Organization, i64> = Field::one("metrics.dataservices");
/// Number of its followers.
pub const FOLLOWERS: Field<Organization, i64> = Field::one("metrics.followers");
/// Number of views of its page.
pub const VIEWS: Field<Organization, i64> = Field::one("metrics.views");

impl Entity for Organization {
    type Id = ObjectId;
    const COLLECTION: &'static Collection = &Collection {
        name: "organization",
        id: Kind::Id,
        fields: &[
            SLUG.path,
            NAME.path,
            ACRONYM.path,
            BUSINESS_NUMBER.path,
            CREATED_AT.path,
            LAST_MODIFIED.path,
            DELETED.path,
            MEMBER.path,
            REQUESTER.path,
            INVITED_EMAIL.path,
            BADGE.path,
            DATASETS.path,
            REUSES.path,
            FOLLOWERS.path,
            VIEWS.path,
        ],
        unique: &[&["slug"]],
        indexes: &[
            &["deleted", "created_at"],
            &["deleted", "last_modified"],
            &["deleted", "name"],
            &["deleted", "metrics.datasets"],
            &["deleted", "metrics.reuses"],
            &["deleted", "metrics.followers"],
            &["deleted", "metrics.views"],
            &["business_number_id"],
        ],
        totals: &[Total { name: "visible", condition: || visible().into_condition(), by: &[], order: None }],
        followed: true,
        parts: None,
    };

    fn id(&self) -> &ObjectId {
        &self.id
    }
}

/// Those that everybody may see: all but the deleted ones.
pub fn visible() -> Filter<Organization> {
    DELETED.absent()
}

/// Those this user is a member of.
pub fn joined_by(user: ObjectId) -> Filter<Organization> {
    visible().and(MEMBER.eq(user))
}

/// The order of lists that name none: newest first.
pub const NEWEST_FIRST: Sort<Organization> = CREATED_AT.descending();

/// The sort key of this name in the interface, without sign.
pub fn sort_field(name: &str) -> Option<Path> {
    Some(match name {
        "name" => NAME.path,
        "created" => CREATED_AT.path,
        "last_modified" => LAST_MODIFIED.path,
        "datasets" => DATASETS.path,
        "reuses" => REUSES.path,
        "followers" => FOLLOWERS.path,
        "views" => VIEWS.path,
        _ => return None,
    })
}

impl Organization {
    /// A new one with its creator as admin.
    pub fn new(id: ObjectId, name: &str, description: &str, creator: Option<ObjectId>, now: Timestamp) -> Self {
        let members: Vec<Member> =
            creator.into_iter().map(|user| Member::new(user, OrganizationRole::Admin, now)).collect();
        let count = i64::try_from(members.len()).unwrap_or(0);
        Self {
            id,
            name: name.into(),
            slug: String::new(),
            acronym: None,
            description: description.into(),
            url: None,
            image_url: None,
            logo: None,
            banner_color: None,
            banner_image: None,
            banner_image_position: None,
            business_number_id: None,
            zone: None,
            members,
            teams: Vec::new(),
            requests: Vec::new(),
            badges: Vec::new(),
            metrics: Document::new().with("members", count),
            ext: Document::new(),
            extras: Document::new(),
            presentation_blocs: Vec::new(),
            presentation_blocs_published_at: None,
            created_at: now,
            last_modified: now,
            deleted: None,
            rest: Document::new(),
        }
    }

    /// Was it deleted?
    pub const fn is_deleted(&self) -> bool {
        self.deleted.is_some()
    }

    /// The member with this user id.
    pub fn member(&self, user: ObjectId) -> Option<&Member> {
        self.members.iter().find(|member| member.user == user)
    }

    /// The member with this user id, to change it.
    pub fn member_mut(&mut self, user: ObjectId) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.user == user)
    }

    /// Ids of its admins.
    pub fn admins(&self) -> impl Iterator<Item = ObjectId> + '_ {
        self.members.iter().filter(|member| member.role == OrganizationRole::Admin).map(|member| member.user)
    }

    /// The request or invitation of this id.
    pub fn request(&self, id: Uuid) -> Option<&MembershipRequest> {
        self.requests.iter().find(|request| request.id == id)
    }

    /// The request or invitation of this id, to change it.
    pub fn request_mut(&mut self, id: Uuid) -> Option<&mut MembershipRequest> {
        self.requests.iter_mut().find(|request| request.id == id)
    }

    /// The unanswered request or invitation of this user.
    pub fn pending_of(&self, user: ObjectId) -> Option<&MembershipRequest> {
        self.requests.iter().find(|request| request.is_pending() && request.user == Some(user))
    }

    /// Adds a member unless they are one already; the count follows.
    pub fn add_member(&mut self, user: ObjectId, role: OrganizationRole, now: Timestamp) {
        if self.member(user).is_none() {
            self.members.push(Member::new(user, role, now));
            self.count_members();
        }
    }

    /// Removes a member; false when there was none. The count follows.
    pub fn remove_member(&mut self, user: ObjectId) -> bool {
        let before = self.members.len();
        self.members.retain(|member| member.user != user);
        self.count_members();
        self.members.len() < before
    }

    fn count_members(&mut self) {
        self.metrics.insert("members", i64::try_from(self.members.len()).unwrap_or(i64::MAX));
    }

    /// Has it a badge of this kind?
    pub fn has_badge(&self, kind: &str) -> bool {
        self.badges.iter().any(|badge| badge.kind == kind)
    }
}
