//! `/api/1/me/`: the caller's own account.

mod api_tokens;
mod datasets;
mod handlers;
mod org_invitations;
mod reuses;

use basalt_domain::policy::portal::Access;

use crate::{Operation, upload::UploadedImage, v1::users::forms, v1::users::views::UserView};

const ME: &str = "/api/1/me/";

pub(super) fn operations() -> Vec<Operation> {
    let mut all = vec![
        Operation::get("get_me", ME, handlers::show)
            .access(Access::UserReads)
            .answers::<UserView<'static>>(200)
            .summary("Reads one's own account"),
        Operation::put("update_me", ME, handlers::update)
            .reads(forms::own_schema)
            .answers::<UserView<'static>>(200)
            .summary("Changes one's own account; absent fields stay"),
        Operation::delete("delete_me", ME, handlers::delete)
            .access(Access::UserWithFullKey)
            .answers_plain(204)
            .summary("Deletes one's own account"),
        Operation::post("my_avatar", "/api/1/me/avatar/", handlers::set_avatar)
            .reads_picture()
            .answers::<UploadedImage>(200)
            .summary("Replaces one's own picture"),
        Operation::get("my_metrics", "/api/1/me/metrics/", handlers::metrics)
            .access(Access::UserReads)
            .answers::<handlers::MetricsView>(200)
            .summary("Counts what is one's own and one's organisations'"),
        Operation::get("list_api_tokens", "/api/1/me/api_tokens/", api_tokens::list)
            .access(Access::UserWithFullKey)
            .answers::<Vec<api_tokens::TokenView<'static>>>(200)
            .summary("Lists one's own keys that were not revoked, newest first"),
        Operation::post("create_api_token", "/api/1/me/api_tokens/", api_tokens::create)
            .access(Access::UserWithFullKey)
            .reads(api_tokens::schema)
            .answers::<api_tokens::NewTokenView<'static>>(201)
            .summary("Makes a key; it is shown this once"),
        Operation::delete("revoke_api_token", "/api/1/me/api_tokens/{api_token}/", api_tokens::revoke)
            .access(Access::UserWithFullKey)
            .answers_plain(204)
            .summary("Revokes a key"),
        Operation::get("list_org_invitations", "/api/1/me/org_invitations/", org_invitations::list)
            .access(Access::UserReads)
            .answers::<Vec<org_invitations::InvitationView<'static>>>(200)
            .summary("Lists invitations to organisations that wait for an answer"),
        Operation::post("accept_org_invitation", "/api/1/me/org_invitations/{id}/accept/", org_invitations::accept)
            .answers_plain(200)
            .summary("Joins the organisation that invites"),
        Operation::post("refuse_org_invitation", "/api/1/me/org_invitations/{id}/refuse/", org_invitations::refuse)
            .answers_plain(200)
            .summary("Refuses an invitation"),
    ];
    all.extend(reuses::operations());
    all.extend(datasets::operations());
    all
}
