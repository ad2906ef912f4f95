//! `/api/1/posts/`: news and pages of the portal.

mod atom;
mod forms;
mod handlers;
pub mod views;

use basalt_domain::{policy::portal::Access, post::KINDS};

use self::views::PostView;
use crate::{
    Operation,
    operation::{PAGING, QueryParam},
    paging::PageView,
    upload::UploadedImage,
};

const POSTS: &str = "/api/1/posts/";
const POST: &str = "/api/1/posts/{post}/";
const IMAGE: &str = "/api/1/posts/{post}/image/";
const PUBLISH: &str = "/api/1/posts/{post}/publish/";

const SORTS: [&str; 14] = [
    "created_at",
    "modified",
    "created",
    "last_modified",
    "name",
    "headline",
    "published",
    "-created_at",
    "-modified",
    "-created",
    "-last_modified",
    "-name",
    "-headline",
    "-published",
];

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("list_posts", POSTS, handlers::list)
            .query(&PAGING)
            .query(&[
                QueryParam::text("q"),
                QueryParam::choice("kind", &KINDS),
                QueryParam::text("with_drafts"),
                QueryParam::choice("sort", &SORTS),
            ])
            .answers::<PageView<PostView<'static>>>(200)
            .summary("Lists posts, last published first"),
        Operation::post("create_post", POSTS, handlers::create)
            .access(Access::Sysadmin)
            .reads(forms::schema)
            .answers::<PostView<'static>>(201)
            .summary("Creates a post; it is not published yet"),
        Operation::get("get_post", POST, handlers::show).answers::<PostView<'static>>(200).summary("Reads a post"),
        Operation::put("update_post", POST, handlers::update)
            .access(Access::Sysadmin)
            .reads(forms::schema)
            .answers::<PostView<'static>>(200)
            .summary("Changes a post; absent fields stay"),
        Operation::delete("delete_post", POST, handlers::delete)
            .access(Access::Sysadmin)
            .query(&[QueryParam::flag("send_legal_notice")])
            .answers_plain(204)
            .summary("Removes a post"),
        Operation::post("publish_post", PUBLISH, handlers::publish)
            .access(Access::Sysadmin)
            .answers::<PostView<'static>>(200)
            .summary("Publishes a post now"),
        Operation::delete("unpublish_post", PUBLISH, handlers::unpublish)
            .access(Access::Sysadmin)
            .answers::<PostView<'static>>(200)
            .summary("Makes a post a draft again"),
        Operation::post("post_image", IMAGE, handlers::set_image)
            .access(Access::Sysadmin)
            .reads_picture()
            .answers::<UploadedImage>(200)
            .summary("Replaces the picture"),
        Operation::put("resize_post_image", IMAGE, handlers::set_image)
            .access(Access::Sysadmin)
            .reads_picture()
            .answers::<UploadedImage>(200)
            .summary("Replaces the picture, as POST does"),
        Operation::get("recent_posts_atom_feed", "/api/1/posts/recent.atom", atom::recent)
            .answers_plain(200)
            .summary("Tells of the last posts, as a feed"),
    ]
}
