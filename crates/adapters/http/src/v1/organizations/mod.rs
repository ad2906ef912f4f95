//! `/api/1/organizations/`.

mod badges;
mod datasets;
mod forms;
mod handlers;
mod members;
mod membership;
mod pictures;
pub mod views;

pub(super) use handlers::narrowed;

use basalt_domain::policy::portal::Access;

use self::views::{MemberView, OrganizationView};
use crate::{
    Operation,
    operation::{PAGING, QueryParam},
    paging::PageView,
    upload::UploadedImage,
    v1::{
        contacts,
        datasets::{filters, views::DatasetView},
        followers,
    },
};

const ORGS: &str = "/api/1/organizations/";
const ORG: &str = "/api/1/organizations/{org}/";

const SORTS: [&str; 14] = [
    "reuses",
    "datasets",
    "followers",
    "views",
    "created",
    "last_modified",
    "name",
    "-reuses",
    "-datasets",
    "-followers",
    "-views",
    "-created",
    "-last_modified",
    "-name",
];

pub(super) fn operations() -> Vec<Operation> {
    let mut all = vec![
        Operation::get("list_organizations", ORGS, handlers::list)
            .query(&PAGING)
            .query(&[QueryParam::text("q"), QueryParam::choice("sort", &SORTS), QueryParam::text("badge")])
            .query(&[QueryParam::text("name"), QueryParam::text("business_number_id")])
            .answers::<PageView<OrganizationView<'static>>>(200)
            .summary("Lists organisations, newest first"),
        Operation::post("create_organization", ORGS, handlers::create)
            .reads(forms::schema)
            .answers::<OrganizationView<'static>>(201)
            .summary("Creates an organisation; the caller administers it"),
        Operation::get("get_organization", ORG, handlers::show)
            .answers::<OrganizationView<'static>>(200)
            .summary("Reads an organisation"),
        Operation::put("update_organization", ORG, handlers::update)
            .reads(forms::schema)
            .answers::<OrganizationView<'static>>(200)
            .summary("Changes an organisation; absent fields stay"),
        Operation::delete("delete_organization", ORG, handlers::delete)
            .query(&[QueryParam::flag("send_legal_notice")])
            .answers_plain(204)
            .summary("Marks an organisation as deleted"),
        Operation::get("suggest_organizations", "/api/1/organizations/suggest/", handlers::suggest)
            .query(&[QueryParam::required("q"), QueryParam::number("size")])
            .answers::<Vec<views::Suggestion<'static>>>(200)
            .summary("Finds organisations by a part of their name"),
        Operation::get("available_organization_badges", "/api/1/organizations/badges/", badges::available)
            .answers_plain(200)
            .summary("Lists the kinds of badges"),
        Operation::post("add_organization_badge", "/api/1/organizations/{org}/badges/", badges::add)
            .access(Access::Sysadmin)
            .reads(badges::schema)
            .answers_plain(200)
            .answers_plain(201)
            .summary("Gives a badge"),
        Operation::delete(
            "delete_organization_badge",
            "/api/1/organizations/{org}/badges/{badge_kind}/",
            badges::remove,
        )
        .access(Access::Sysadmin)
        .answers_plain(204)
        .summary("Takes a badge"),
        Operation::get("org_roles", "/api/1/organizations/roles/", members::roles)
            .answers_plain(200)
            .summary("Lists the roles of members"),
        Operation::post("organization_logo", "/api/1/organizations/{org}/logo/", pictures::set_logo)
            .reads_picture()
            .answers::<UploadedImage>(200)
            .summary("Replaces the logo"),
        Operation::put("resize_organization_logo", "/api/1/organizations/{org}/logo/", pictures::set_logo)
            .reads_picture()
            .answers::<UploadedImage>(200)
            .summary("Replaces the logo, as POST does"),
        Operation::post("organization_banner_upload", "/api/1/organizations/{org}/banner/", pictures::set_banner)
            .reads_picture()
            .answers::<UploadedImage>(200)
            .summary("Replaces the banner"),
        Operation::delete("organization_banner_delete", "/api/1/organizations/{org}/banner/", pictures::remove_banner)
            .answers_plain(204)
            .summary("Removes the banner"),
        Operation::get("list_organization_datasets", "/api/1/organizations/{org}/datasets/", datasets::list)
            .query(&PAGING)
            .query(&filters::PARAMETERS)
            .answers::<PageView<DatasetView<'static>>>(200)
            .summary("Lists the datasets of an organisation that the caller sees, newest first"),
        Operation::get(
            "get_organization_contact_point",
            "/api/1/organizations/{org}/contacts/",
            contacts::of_organization,
        )
        .query(&PAGING)
        .answers::<PageView<contacts::ContactPointView<'static>>>(200)
        .summary("Lists the contact points of an organisation"),
        Operation::get("list_organization_reuses", "/api/1/organizations/{org}/reuses/", handlers::reuses)
            .answers::<Vec<crate::v1::reuses::views::ReuseView<'static>>>(200)
            .summary("Lists the reuses of an organisation, newest first"),
        Operation::get("suggest_org_contact_points", "/api/1/organizations/{org}/contacts/suggest/", contacts::suggest)
            .query(&[QueryParam::required("q"), QueryParam::number("size")])
            .answers::<Vec<contacts::ContactPointView<'static>>>(200)
            .summary("Finds contact points of an organisation"),
    ];
    all.extend(membership_operations());
    all.extend(followers::operations(&followers::ORGANIZATIONS));
    all
}

fn membership_operations() -> Vec<Operation> {
    vec![
        Operation::post("invite_organization_member", "/api/1/organizations/{org}/member/", membership::invite)
            .reads(forms::invitation_schema)
            .answers::<views::MembershipRequestView<'static>>(201)
            .summary("Invites a user or an address"),
        Operation::put("update_organization_member", "/api/1/organizations/{org}/member/{user}/", members::set_role)
            .reads(forms::role_schema)
            .answers::<MemberView<'static>>(200)
            .summary("Changes the role of a member"),
        Operation::delete("delete_organization_member", "/api/1/organizations/{org}/member/{user}/", members::remove)
            .answers_plain(204)
            .summary("Removes a member"),
        Operation::put(
            "sync_member_assignments",
            "/api/1/organizations/{org}/member/{user}/assignments/",
            members::assign,
        )
        .reads_json(forms::assignments_schema)
        .answers::<Vec<views::AssignmentView<'static>>>(200)
        .summary("Replaces what a partial editor may edit"),
        Operation::get(
            "list_organization_assignments",
            "/api/1/organizations/{org}/assignments/",
            members::assignments,
        )
        .access(Access::UserReads)
        .answers::<Vec<views::AssignmentView<'static>>>(200)
        .summary("Lists what partial editors may edit"),
        Operation::get("list_membership_requests", "/api/1/organizations/{org}/membership/", membership::list)
            .access(Access::UserReads)
            .query(&[QueryParam::text("status"), QueryParam::text("user")])
            .answers::<Vec<views::MembershipRequestView<'static>>>(200)
            .summary("Lists requests and invitations"),
        Operation::post(
            "post_membership_request_api_/organizations/<org:org>/membership/",
            "/api/1/organizations/{org}/membership/",
            membership::ask,
        )
        .reads(forms::request_schema)
        .answers::<views::MembershipRequestView<'static>>(201)
        .answers::<views::MembershipRequestView<'static>>(200)
        .summary("Asks to join an organisation"),
        Operation::post("accept_membership", "/api/1/organizations/{org}/membership/{id}/accept/", membership::accept)
            .answers::<MemberView<'static>>(200)
            .summary("Accepts a request"),
        Operation::post("refuse_membership", "/api/1/organizations/{org}/membership/{id}/refuse/", membership::refuse)
            .reads(forms::request_schema)
            .answers_plain(200)
            .summary("Refuses a request"),
        Operation::post("cancel_membership", "/api/1/organizations/{org}/membership/{id}/cancel/", membership::cancel)
            .answers_plain(200)
            .summary("Takes back an invitation"),
    ]
}
