//! Short forms of objects inside others, and values shared by many answers.

use basalt_domain::{
    Badge, Document, Image, ObjectId, Organization, OrganizationRole, Timestamp, User, Value,
    policy::{
        Viewer,
        organization::{Permissions, permissions},
    },
    time::Iso,
};
use basalt_ports::pictures::PictureSpec;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::links::Links;

/// A time as the interface writes it.
#[derive(Clone, Copy, Serialize)]
#[serde(transparent)]
pub struct Time(Iso);

impl From<Timestamp> for Time {
    fn from(time: Timestamp) -> Self {
        Self(time.iso())
    }
}

impl JsonSchema for Time {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "DateTime".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date-time"})
    }

    fn inline_schema() -> bool {
        true
    }
}

/// An id as the interface writes it: 24 hexadecimal digits.
#[derive(Clone, Copy)]
pub struct Id(pub ObjectId);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.hex().as_str())
    }
}

impl JsonSchema for Id {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ObjectId".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[0-9a-f]{24}$"})
    }

    fn inline_schema() -> bool {
        true
    }
}

/// A stored map as plain JSON: ids as digits, times as text.
#[derive(Clone, Copy)]
pub struct Plain<'a>(pub &'a Document);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0.iter() {
            map.serialize_entry(name, &PlainValue(value))?;
        }
        map.end()
    }
}

impl JsonSchema for Plain<'_> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Object".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "object"})
    }

    fn inline_schema() -> bool {
        true
    }
}

/// A stored value as plain JSON.
pub struct PlainValue<'a>(pub &'a Value);

impl Serialize for PlainValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Id(id) => Id(*id).serialize(serializer),
            Value::Time(time) => time.iso().serialize(serializer),
            Value::List(items) => serializer.collect_seq(items.iter().map(PlainValue)),
            Value::Map(map) => Plain(map).serialize(serializer),
            other => other.serialize(serializer),
        }
    }
}

impl JsonSchema for PlainValue<'_> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Any".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({})
    }

    fn inline_schema() -> bool {
        true
    }
}

/// Metrics of an object: every declared name in order, 0 where it is not counted.
pub struct Metrics<'a> {
    stored: &'a Document,
    names: &'static [&'static str],
}

impl<'a> Metrics<'a> {
    /// Of these names, as stored.
    pub const fn new(stored: &'a Document, names: &'static [&'static str]) -> Self {
        Self { stored, names }
    }
}

impl Serialize for Metrics<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.names.len()))?;
        for name in self.names {
            match self.stored.get(name) {
                Some(value) if !value.is_null() => map.serialize_entry(name, &PlainValue(value))?,
                _ => map.serialize_entry(name, &0)?,
            }
        }
        map.end()
    }
}

impl JsonSchema for Metrics<'_> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Metrics".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "object"})
    }

    fn inline_schema() -> bool {
        true
    }
}

/// A mark of an object.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Badge")]
pub struct BadgeView<'a> {
    /// Which mark.
    pub kind: &'a str,
}

impl<'a> BadgeView<'a> {
    /// All marks of an object.
    pub fn all(badges: &'a [Badge]) -> Vec<Self> {
        badges.iter().map(|badge| Self { kind: &badge.kind }).collect()
    }
}

/// What a viewer may do with an organisation.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OrganizationPermissions")]
#[expect(clippy::struct_excessive_bools, reason = "the contract shows each of them")]
pub struct PermissionsView {
    delete: bool,
    edit: bool,
    harvest: bool,
    members: bool,
    private: bool,
}

impl PermissionsView {
    /// Of this viewer on this organisation.
    pub fn new(viewer: &Viewer, organization: &Organization) -> Self {
        let Permissions { delete, edit, harvest, members, private } = permissions(viewer, organization);
        Self { delete, edit, harvest, members, private }
    }
}

/// A list that is told elsewhere: where, and how long it is.
#[derive(Serialize, JsonSchema)]
pub struct Subsection {
    href: String,
    rel: &'static str,
    total: u64,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl Subsection {
    /// At this address, with this many items.
    pub const fn new(href: String, total: u64) -> Self {
        Self { href, rel: "subsection", total, kind: "GET" }
    }
}

/// An organisation inside another object.
#[derive(Serialize, JsonSchema)]
pub struct OrganizationReference<'a> {
    acronym: Option<&'a str>,
    badges: Vec<BadgeView<'a>>,
    class: &'static str,
    id: Id,
    logo: Option<String>,
    logo_thumbnail: Option<String>,
    name: &'a str,
    page: Option<String>,
    permissions: PermissionsView,
    slug: &'a str,
    uri: String,
}

impl<'a> OrganizationReference<'a> {
    /// What it is called.
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// Its address in the front end.
    pub fn page(&self) -> Option<&str> {
        self.page.as_deref()
    }

    /// This organisation as this viewer sees it.
    pub fn new(organization: &'a Organization, viewer: &Viewer, links: &Links) -> Self {
        Self {
            acronym: organization.acronym.as_deref(),
            badges: BadgeView::all(&organization.badges),
            class: "Organization",
            id: Id(organization.id),
            logo: logo(organization, links),
            logo_thumbnail: logo_thumbnail(organization, links),
            name: &organization.name,
            page: links.page("organizations", &organization.slug),
            permissions: PermissionsView::new(viewer, organization),
            slug: &organization.slug,
            uri: links.api(1, "organizations", &organization.slug),
        }
    }
}

/// Address of an organisation's logo.
pub fn logo(organization: &Organization, links: &Links) -> Option<String> {
    picture(organization.logo.as_ref(), &PictureSpec::ORGANIZATION_LOGO, links)
}

/// Address of an organisation's small logo.
pub fn logo_thumbnail(organization: &Organization, links: &Links) -> Option<String> {
    thumbnail(organization.logo.as_ref(), &PictureSpec::ORGANIZATION_LOGO, links)
}

/// Address of a picture in full.
pub fn picture(image: Option<&Image>, spec: &PictureSpec, links: &Links) -> Option<String> {
    let file = image?.filename.as_deref()?;
    Some(links.file(spec.folder, file))
}

/// Address of a picture in the largest of its small sizes.
pub fn thumbnail(image: Option<&Image>, spec: &PictureSpec, links: &Links) -> Option<String> {
    let largest = spec.thumbnails.iter().copied().max()?;
    Some(links.file(spec.folder, image?.thumbnail(largest)?))
}

/// A user inside another object.
#[derive(Serialize, JsonSchema)]
pub struct UserReference<'a> {
    avatar: Option<String>,
    avatar_thumbnail: Option<String>,
    class: &'static str,
    deleted: Option<Time>,
    first_name: &'a str,
    id: Id,
    last_name: &'a str,
    page: Option<String>,
    slug: &'a str,
    uri: String,
}

impl<'a> UserReference<'a> {
    /// What they are called, in full.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }

    /// Their address in the front end.
    pub fn page(&self) -> Option<&str> {
        self.page.as_deref()
    }

    /// This user.
    pub fn new(user: &'a User, links: &Links) -> Self {
        Self {
            avatar: picture(user.avatar.as_ref(), &PictureSpec::USER_AVATAR, links),
            avatar_thumbnail: thumbnail(user.avatar.as_ref(), &PictureSpec::USER_AVATAR, links),
            class: "User",
            deleted: user.deleted.map(Time::from),
            first_name: &user.first_name,
            id: Id(user.id),
            last_name: &user.last_name,
            page: links.page("users", &user.slug),
            slug: &user.slug,
            uri: links.api(1, "users", &user.slug),
        }
    }
}

/// A user inside an organisation, with as much of the address as the viewer may see.
#[derive(Serialize, JsonSchema)]
pub struct UserReferenceWithEmail<'a> {
    avatar: Option<String>,
    avatar_thumbnail: Option<String>,
    class: &'static str,
    deleted: Option<Time>,
    email: String,
    first_name: &'a str,
    id: Id,
    last_login_at: Option<Time>,
    last_name: &'a str,
    page: Option<String>,
    slug: &'a str,
    uri: String,
}

/// How much of an address a viewer may see; each shows more than the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// Only the host.
    Host,
    /// Two letters and the host.
    Hint,
    /// All of it.
    Whole,
}

impl Sight {
    /// Of this viewer on the members of an organisation.
    pub fn on_members(viewer: &Viewer, organization: &Organization) -> Self {
        if viewer.sysadmin {
            return Self::Whole;
        }
        let member = viewer.user.is_some_and(|user| organization.member(user).is_some());
        if member { Self::Hint } else { Self::Host }
    }

    /// What is shown of an address.
    pub fn show(self, email: &str) -> String {
        let (name, host) = email.rsplit_once('@').unwrap_or((email, ""));
        match self {
            Self::Whole => email.to_owned(),
            Self::Host => format!("***@{host}"),
            Self::Hint => {
                let shown: String = name.chars().take(2).collect();
                let hidden = name.chars().count().saturating_sub(2);
                format!("{shown}{}@{host}", "*".repeat(hidden))
            }
        }
    }
}

impl<'a> UserReferenceWithEmail<'a> {
    /// This user as far as the viewer may see.
    pub fn new(user: &'a User, sight: Sight, links: &Links) -> Self {
        let UserReference { avatar, avatar_thumbnail, class, deleted, first_name, id, last_name, page, slug, uri } =
            UserReference::new(user, links);
        let last_login_at = user.current_login_at.filter(|_time| sight != Sight::Host).map(Time::from);
        let email = sight.show(&user.email);
        Self {
            avatar,
            avatar_thumbnail,
            class,
            deleted,
            email,
            first_name,
            id,
            last_login_at,
            last_name,
            page,
            slug,
            uri,
        }
    }
}

/// A reference to an object of one of several classes.
#[derive(Serialize, JsonSchema)]
pub struct GenericReference<'a> {
    /// Class of the object.
    pub class: &'a str,
    /// Its id.
    pub id: Id,
}

impl<'a> GenericReference<'a> {
    /// All of these.
    pub fn all(references: &'a [basalt_domain::GenericReference]) -> Vec<Self> {
        references.iter().map(Self::from).collect()
    }
}

impl<'a> From<&'a basalt_domain::GenericReference> for GenericReference<'a> {
    fn from(reference: &'a basalt_domain::GenericReference) -> Self {
        Self { class: &reference.class, id: Id(reference.id()) }
    }
}

/// Name of a role in the interface's language.
pub const fn role_label(role: OrganizationRole) -> &'static str {
    match role {
        OrganizationRole::Admin => "Administrator",
        OrganizationRole::Editor => "Editor",
        OrganizationRole::PartialEditor => "Partial editor",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_as_far_as_the_viewer_may_see() {
        assert_eq!(Sight::Host.show("orgadmin@example.org"), "***@example.org");
        assert_eq!(Sight::Hint.show("orgadmin@example.org"), "or******@example.org");
        assert_eq!(Sight::Whole.show("orgadmin@example.org"), "orgadmin@example.org");
    }
}
