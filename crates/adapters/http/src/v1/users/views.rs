//! Answers about users.

use std::collections::HashMap;

use basalt_domain::{
    ObjectId, Organization, User,
    policy::user::{Action, verdict},
    user::METRICS,
};
use basalt_ports::{Row, pictures::PictureSpec};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    context::Ctx,
    problem::Problem,
    v1::references::{Id, Metrics, OrganizationReference, Sight, Time, picture, thumbnail},
};

/// How often mails are sent to who never said.
const DEFAULT_CADENCE: &str = "immediate";

/// A user.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "User")]
pub struct UserView<'a> {
    about: Option<&'a str>,
    active: bool,
    avatar: Option<String>,
    avatar_thumbnail: Option<String>,
    deleted: Option<Time>,
    email: Option<&'a str>,
    first_name: &'a str,
    id: Id,
    last_login_at: Option<Time>,
    last_name: &'a str,
    mail_cadence: Option<&'a str>,
    metrics: Metrics<'a>,
    notifications_paused: Option<bool>,
    organizations: Vec<OrganizationReference<'a>>,
    page: Option<String>,
    password_rotation_demanded: Option<Time>,
    password_rotation_performed: Option<Time>,
    roles: Vec<&'a str>,
    since: Time,
    slug: &'a str,
    uri: String,
    website: Option<&'a str>,
}

/// How much of an account is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// Under `/me/`: everything.
    Own,
    /// Under `/users/`: address, settings and times to administrators only.
    Public,
}

/// What accounts are shown with: their roles and organisations, read once for all of them.
pub struct Surroundings {
    role_names: HashMap<ObjectId, String>,
    organizations: Vec<Row<Organization>>,
    /// By user, places in `organizations`, newest first.
    joined: HashMap<ObjectId, Vec<usize>>,
}

impl Surroundings {
    /// Of these users: two reads at most.
    pub async fn of(ctx: &Ctx, users: impl IntoIterator<Item = &User> + Clone) -> Result<Self, Problem> {
        let service = &ctx.services().users;
        let anybody_has_a_role = users.clone().into_iter().any(|user| !user.roles.is_empty());
        let role_names = if anybody_has_a_role { service.role_names().await? } else { HashMap::new() };
        let ids: Vec<ObjectId> = users.into_iter().map(|user| user.id).collect();
        let organizations = service.organizations_of(&ids).await?;
        let mut joined: HashMap<ObjectId, Vec<usize>> = ids.into_iter().map(|id| (id, Vec::new())).collect();
        for (place, organization) in organizations.iter().enumerate() {
            for member in &organization.value.members {
                if let Some(places) = joined.get_mut(&member.user) {
                    places.push(place);
                }
            }
        }
        Ok(Self { role_names, organizations, joined })
    }

    fn organizations_of(&self, user: ObjectId) -> impl Iterator<Item = &Organization> {
        let places = self.joined.get(&user).into_iter().flatten();
        places.filter_map(|place| self.organizations.get(*place)).map(|row| &row.value)
    }
}

impl<'a> UserView<'a> {
    /// This account as the caller sees it.
    pub fn new(ctx: &Ctx, user: &'a User, around: &'a Surroundings, face: Face) -> Self {
        let viewer = &ctx.caller.viewer;
        let links = &ctx.links;
        let personal = match face {
            Face::Own => verdict(viewer, user, Action::ReadPersonal).allows(),
            Face::Public => viewer.sysadmin,
        };
        let organizations = around.organizations_of(user.id);
        Self {
            about: user.about.as_deref(),
            active: user.active,
            avatar: picture(user.avatar.as_ref(), &PictureSpec::USER_AVATAR, links),
            avatar_thumbnail: thumbnail(user.avatar.as_ref(), &PictureSpec::USER_AVATAR, links),
            deleted: user.deleted.map(Time::from),
            email: personal.then_some(&user.email),
            first_name: &user.first_name,
            id: Id(user.id),
            last_login_at: user.current_login_at.filter(|_time| personal).map(Time::from),
            last_name: &user.last_name,
            mail_cadence: personal.then(|| user.mail_cadence.as_deref().unwrap_or(DEFAULT_CADENCE)),
            metrics: Metrics::new(&user.metrics, &METRICS),
            notifications_paused: personal.then_some(user.notifications_paused),
            organizations: organizations.map(|joined| OrganizationReference::new(joined, viewer, links)).collect(),
            page: links.page("users", &user.slug),
            password_rotation_demanded: user.password_rotation_demanded.map(Time::from),
            password_rotation_performed: user.password_rotation_performed.map(Time::from),
            roles: user.roles.iter().filter_map(|id| around.role_names.get(id)).map(String::as_str).collect(),
            since: user.created_at.into(),
            slug: &user.slug,
            uri: links.api(1, "users", &user.slug),
            website: user.website.as_deref(),
        }
    }
}

/// A role on the whole portal.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "UserRole")]
pub struct RoleView {
    /// Its name.
    pub name: String,
}

/// A user found by a part of their name.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "UserSuggestion")]
pub struct Suggestion<'a> {
    avatar_url: Option<String>,
    email: String,
    first_name: &'a str,
    id: Id,
    last_name: &'a str,
    slug: &'a str,
}

impl<'a> Suggestion<'a> {
    /// This user, with as much of the address as the caller may see.
    pub fn new(ctx: &Ctx, user: &'a User) -> Self {
        let sight = if ctx.caller.viewer.sysadmin { Sight::Whole } else { Sight::Host };
        Self {
            avatar_url: thumbnail(user.avatar.as_ref(), &PictureSpec::USER_AVATAR, &ctx.links),
            email: sight.show(&user.email),
            first_name: &user.first_name,
            id: Id(user.id),
            last_name: &user.last_name,
            slug: &user.slug,
        }
    }
}
