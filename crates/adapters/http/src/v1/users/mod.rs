//! `/api/1/users/`.

pub mod forms;
pub(super) mod handlers;
pub mod views;

use basalt_domain::policy::portal::Access;

use self::views::{RoleView, Suggestion, UserView};
use crate::{
    Operation,
    operation::{PAGING, QueryParam},
    paging::PageView,
    upload::UploadedImage,
    v1::{contacts, followers},
};

const USERS: &str = "/api/1/users/";
const USER: &str = "/api/1/users/{user}/";

const SORTS: [&str; 14] = [
    "last_name",
    "first_name",
    "datasets",
    "reuses",
    "followers",
    "views",
    "created",
    "-last_name",
    "-first_name",
    "-datasets",
    "-reuses",
    "-followers",
    "-views",
    "-created",
];

pub(super) fn operations() -> Vec<Operation> {
    let mut all = vec![
        Operation::get("list_users", USERS, handlers::list)
            .access(Access::Sysadmin)
            .query(&PAGING)
            .query(&[QueryParam::text("q"), QueryParam::choice("sort", &SORTS)])
            .answers::<PageView<UserView<'static>>>(200)
            .summary("Lists the accounts that were not deleted, newest first"),
        Operation::post("create_user", USERS, handlers::create)
            .access(Access::Sysadmin)
            .reads(forms::account_schema)
            .answers::<UserView<'static>>(201)
            .summary("Creates an account without password"),
        Operation::get("user_roles", "/api/1/users/roles/", handlers::roles)
            .answers::<Vec<RoleView>>(200)
            .summary("Lists the roles on the whole portal"),
        Operation::get("suggest_users", "/api/1/users/suggest/", handlers::suggest)
            .query(&[QueryParam::required("q"), QueryParam::number("size")])
            .answers::<Vec<Suggestion<'static>>>(200)
            .summary("Finds users by a part of their name"),
        Operation::get("get_user", USER, handlers::show).answers::<UserView<'static>>(200).summary("Reads a user"),
        Operation::put("update_user", USER, handlers::update)
            .access(Access::Sysadmin)
            .reads(forms::account_schema)
            .answers::<UserView<'static>>(200)
            .summary("Changes an account; absent fields stay"),
        Operation::delete("delete_user", USER, handlers::delete)
            .access(Access::Sysadmin)
            .query(&[
                QueryParam::flag("delete_comments"),
                QueryParam::flag("no_mail"),
                QueryParam::flag("send_legal_notice"),
            ])
            .answers_plain(204)
            .summary("Deletes an account and what tells who it was"),
        Operation::post("user_avatar", "/api/1/users/{user}/avatar/", handlers::set_avatar)
            .access(Access::Sysadmin)
            .reads_picture()
            .answers::<UploadedImage>(200)
            .summary("Replaces the picture of a user"),
        Operation::get("get_user_contact_point", "/api/1/users/{user}/contacts/", contacts::of_user)
            .query(&PAGING)
            .answers::<PageView<contacts::ContactPointView<'static>>>(200)
            .summary("Lists the contact points of a user"),
        Operation::post("rotate_user_password", "/api/1/users/{user}/rotate_password/", handlers::rotate_password)
            .access(Access::Sysadmin)
            .answers_plain(204)
            .summary("Asks a user for a new password and ends their sessions"),
    ];
    all.extend(followers::operations(&followers::USERS));
    all
}
