//! Answers about organisations.

use std::collections::HashMap;

use basalt_domain::{
    Assignment, Member, MembershipRequest, ObjectId, Organization, User, Value, organization::METRICS,
    policy::organization::Relation,
};
use basalt_ports::{Row, pictures::PictureSpec};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    blocs::view::{Blocs, Cards},
    context::Ctx,
    v1::references::{
        BadgeView, GenericReference, Id, Metrics, OrganizationReference, PermissionsView, Plain, PlainValue, Sight,
        Time, UserReference, UserReferenceWithEmail, logo, logo_thumbnail, picture, role_label,
    },
};

/// Users by id, read once for a whole answer.
pub type Users = HashMap<ObjectId, Row<User>>;

/// An organisation.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Organization")]
pub struct OrganizationView<'a> {
    acronym: Option<&'a str>,
    badges: Vec<BadgeView<'a>>,
    banner_color: Option<&'a str>,
    banner_image: Option<String>,
    banner_image_position: i64,
    business_number_id: Option<&'a str>,
    created_at: Time,
    deleted: Option<Time>,
    description: &'a str,
    ext: Plain<'a>,
    extras: Plain<'a>,
    id: Id,
    image_url: Option<&'a str>,
    last_modified: Time,
    logo: Option<String>,
    logo_thumbnail: Option<String>,
    members: Vec<MemberView<'a>>,
    metrics: Metrics<'a>,
    name: &'a str,
    page: Option<String>,
    permissions: PermissionsView,
    #[serde(skip_serializing_if = "Option::is_none")]
    presentation_blocs: Option<Blocs>,
    presentation_blocs_published_at: Option<Time>,
    slug: &'a str,
    teams: Vec<PlainValue<'a>>,
    uri: String,
    url: Option<&'a str>,
    zone: Option<&'a str>,
}

impl<'a> OrganizationView<'a> {
    /// This organisation as the caller sees it; with its blocks where cards for them are there.
    pub fn new(ctx: &Ctx, organization: &'a Organization, users: &'a Users, cards: Option<&Cards>) -> Self {
        let viewer = &ctx.caller.viewer;
        let links = &ctx.links;
        let sight = Sight::on_members(viewer, organization);
        let members = organization.members.iter();
        Self {
            acronym: organization.acronym.as_deref(),
            badges: BadgeView::all(&organization.badges),
            banner_color: organization.banner_color.as_deref(),
            banner_image: picture(organization.banner_image.as_ref(), &PictureSpec::BANNER, links),
            banner_image_position: organization.banner_image_position.unwrap_or(50),
            business_number_id: organization.business_number_id.as_deref(),
            created_at: organization.created_at.into(),
            deleted: organization.deleted.map(Time::from),
            description: &organization.description,
            ext: Plain(&organization.ext),
            extras: Plain(&organization.extras),
            id: Id(organization.id),
            image_url: organization.image_url.as_deref(),
            last_modified: organization.last_modified.into(),
            logo: logo(organization, links),
            logo_thumbnail: logo_thumbnail(organization, links),
            members: members.filter_map(|member| MemberView::new(ctx, member, users, sight)).collect(),
            metrics: Metrics::new(&organization.metrics, &METRICS),
            name: &organization.name,
            page: links.page("organizations", &organization.slug),
            permissions: PermissionsView::new(viewer, organization),
            presentation_blocs: cards.map(|cards| shown_blocs(ctx, organization, cards)),
            presentation_blocs_published_at: organization.presentation_blocs_published_at.map(Time::from),
            slug: &organization.slug,
            teams: organization.teams.iter().map(PlainValue).collect(),
            uri: links.api(1, "organizations", &organization.slug),
            url: organization.url.as_deref(),
            zone: organization.zone.as_deref(),
        }
    }
}

/// The blocks of the page: before publication only for admins.
fn shown_blocs(ctx: &Ctx, organization: &Organization, cards: &Cards) -> Blocs {
    let published = organization.presentation_blocs_published_at.is_some_and(|at| at <= ctx.services().context.now());
    let shown = published || Relation::between(&ctx.caller.viewer, organization).administers();
    let blocs: &[Value] = if shown { &organization.presentation_blocs } else { &[] };
    cards.show(blocs)
}

/// A member of an organisation.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Member")]
pub struct MemberView<'a> {
    label: &'static str,
    role: &'static str,
    since: Time,
    user: UserReferenceWithEmail<'a>,
}

impl<'a> MemberView<'a> {
    /// This member; `None` if the account is not there any more.
    pub fn new(ctx: &Ctx, member: &'a Member, users: &'a Users, sight: Sight) -> Option<Self> {
        let user = &users.get(&member.user)?.value;
        Some(Self {
            label: role_label(member.role),
            role: member.role.as_str(),
            since: member.since.into(),
            user: UserReferenceWithEmail::new(user, sight, &ctx.links),
        })
    }
}

/// A request to join, or an invitation.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MembershipRequest")]
pub struct MembershipRequestView<'a> {
    assignments: Vec<GenericReference<'a>>,
    comment: Option<&'a str>,
    created: Time,
    email: Option<&'a str>,
    id: uuid::Uuid,
    kind: &'static str,
    role: &'static str,
    status: &'static str,
    user: Option<UserReferenceWithEmail<'a>>,
}

impl<'a> MembershipRequestView<'a> {
    /// This request or invitation as the caller sees it.
    pub fn new(ctx: &Ctx, request: &'a MembershipRequest, users: &'a Users, sight: Sight) -> Self {
        let user = request.user.and_then(|id| users.get(&id));
        Self {
            assignments: GenericReference::all(&request.assignments),
            comment: request.comment.as_deref(),
            created: request.created.into(),
            email: request.email.as_deref(),
            id: request.id,
            kind: request.kind.as_str(),
            role: request.role.as_str(),
            status: request.status.as_str(),
            user: user.map(|user| UserReferenceWithEmail::new(&user.value, sight, &ctx.links)),
        }
    }
}

/// An object that a partial editor may edit.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Assignment")]
pub struct AssignmentView<'a> {
    created_at: Time,
    id: Id,
    organization: OrganizationReference<'a>,
    subject: GenericReference<'a>,
    user: Option<UserReference<'a>>,
}

impl<'a> AssignmentView<'a> {
    /// This assignment as the caller sees it.
    pub fn new(ctx: &Ctx, assignment: &'a Assignment, organization: &'a Organization, users: &'a Users) -> Self {
        let user = users.get(&assignment.user);
        Self {
            created_at: assignment.created_at.into(),
            id: Id(assignment.id),
            organization: OrganizationReference::new(organization, &ctx.caller.viewer, &ctx.links),
            subject: (&assignment.subject).into(),
            user: user.map(|user| UserReference::new(&user.value, &ctx.links)),
        }
    }
}

/// An organisation found by a part of its name.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OrganizationSuggestion")]
pub struct Suggestion<'a> {
    acronym: Option<&'a str>,
    id: Id,
    image_url: Option<String>,
    name: &'a str,
    page: Option<String>,
    slug: &'a str,
}

impl<'a> Suggestion<'a> {
    /// This organisation.
    pub fn new(ctx: &Ctx, organization: &'a Organization) -> Self {
        Self {
            acronym: organization.acronym.as_deref(),
            id: Id(organization.id),
            image_url: logo_thumbnail(organization, &ctx.links),
            name: &organization.name,
            page: ctx.links.page("organizations", &organization.slug),
            slug: &organization.slug,
        }
    }
}
