//! Things to be there before a request: defaults are valid, each test names what matters to it.

use basalt_domain::{Badge, Document, Member, ObjectId, Organization, OrganizationRole};
use basalt_ports::ChangeSet;
use serde_json::{Value, json};

use super::{FRONT, SERVER, TestApp};

/// A user with a key.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: ObjectId,
    pub(crate) slug: String,
    pub(crate) email: String,
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) key: String,
}

impl Account {
    /// How they are shown inside other objects.
    pub(crate) fn reference(&self) -> Value {
        json!({
            "avatar": null,
            "avatar_thumbnail": null,
            "class": "User",
            "deleted": null,
            "first_name": self.first,
            "id": self.id.to_string(),
            "last_name": self.last,
            "page": format!("{FRONT}/users/{}", self.slug),
            "slug": self.slug,
            "uri": format!("{SERVER}/api/1/users/{}/", self.slug),
        })
    }
}

/// An organisation in the making: `INSEE`, without members.
pub(crate) struct OrganizationBuilder {
    name: String,
    members: Vec<(ObjectId, OrganizationRole)>,
    badges: Vec<String>,
    deleted: bool,
    change: Box<dyn FnOnce(&mut Organization)>,
}

/// An organisation in the making: `INSEE`, without members.
pub(crate) fn an_organization() -> OrganizationBuilder {
    OrganizationBuilder {
        name: "INSEE".into(),
        members: Vec::new(),
        badges: Vec::new(),
        deleted: false,
        change: Box::new(|_organization| {}),
    }
}

impl OrganizationBuilder {
    /// With this name.
    pub(crate) fn named(mut self, name: &str) -> Self {
        self.name = name.into();
        self
    }

    /// With this user as a member of this role.
    pub(crate) fn with(mut self, account: &Account, role: OrganizationRole) -> Self {
        self.members.push((account.id, role));
        self
    }

    /// With this user as admin.
    pub(crate) fn with_admin(self, account: &Account) -> Self {
        self.with(account, OrganizationRole::Admin)
    }

    /// With this user as editor.
    pub(crate) fn with_editor(self, account: &Account) -> Self {
        self.with(account, OrganizationRole::Editor)
    }

    /// With a badge of this kind.
    pub(crate) fn with_badge(mut self, kind: &str) -> Self {
        self.badges.push(kind.into());
        self
    }

    /// Deleted.
    pub(crate) fn deleted(mut self) -> Self {
        self.deleted = true;
        self
    }

    /// Changed so.
    pub(crate) fn but(mut self, change: impl FnOnce(&mut Organization) + 'static) -> Self {
        self.change = Box::new(change);
        self
    }

    /// Stores it.
    pub(crate) async fn stored(self, app: &TestApp) -> Organization {
        let context = &app.services.context;
        let now = context.now();
        let mut organization = Organization::new(context.id(), &self.name, "An organisation.", None, now);
        organization.slug = basalt_domain::slug::slugify(&self.name);
        organization.members = self.members.iter().map(|(user, role)| Member::new(*user, *role, now)).collect();
        organization.metrics.insert("members", i64::try_from(self.members.len()).unwrap());
        organization.badges = self.badges.into_iter().map(|kind| badge(kind, now)).collect();
        organization.deleted = self.deleted.then_some(now);
        (self.change)(&mut organization);
        context.store.commit(ChangeSet::new().insert(&organization)).await.unwrap();
        organization
    }
}

fn badge(kind: String, created: basalt_domain::Timestamp) -> Badge {
    Badge { class: Some("OrganizationBadge".into()), kind, created, created_by: None, rest: Document::new() }
}

/// How an organisation without logo, acronym and badges is shown inside other objects, to somebody
/// who may do with it what `rights` says: all or nothing.
pub(crate) fn organization_reference(organization: &Organization, rights: bool) -> Value {
    json!({
        "acronym": null,
        "badges": [],
        "class": "Organization",
        "id": organization.id.to_string(),
        "logo": null,
        "logo_thumbnail": null,
        "name": organization.name,
        "page": format!("{FRONT}/organizations/{}", organization.slug),
        "permissions": {"delete": rights, "edit": rights, "harvest": rights, "members": rights, "private": rights},
        "slug": organization.slug,
        "uri": format!("{SERVER}/api/1/organizations/{}/", organization.slug),
    })
}
