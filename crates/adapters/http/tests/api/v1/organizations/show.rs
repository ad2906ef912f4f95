//! `GET /api/1/organizations/{org}/`.

use serde_json::json;

use super::{at, member, organization, seen};
use crate::support::{TestApp, an_organization};

#[actix_web::test]
async fn anybody_reads_an_organization_by_id_and_by_slug() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let expected = organization(&insee, &[member(&olga, "Administrator", "admin")], false);
    app.get(&at(&insee)).send().await.is(200, expected.clone());
    app.get("/api/1/organizations/insee/").send().await.is(200, expected);
}

#[actix_web::test]
async fn its_admin_sees_all_rights_and_half_of_the_addresses() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let olga_seen = seen(member(&olga, "Administrator", "admin"), "ol**@example.org");
    app.get(&at(&insee)).key(&olga).send().await.is(200, organization(&insee, &[olga_seen], true));
}

#[actix_web::test]
async fn an_editor_may_only_see_what_is_private() {
    let app = TestApp::new().await;
    let eddy = app.user("Eddy Editor").await;
    let insee = an_organization().with_editor(&eddy).stored(&app).await;
    let mut expected = organization(&insee, &[seen(member(&eddy, "Editor", "editor"), "ed**@example.org")], false);
    expected["permissions"]["private"] = json!(true);
    app.get(&at(&insee)).key(&eddy).send().await.is(200, expected);
}

#[actix_web::test]
async fn an_administrator_of_the_portal_sees_whole_addresses() {
    let app = TestApp::new().await;
    let (ada, olga) = (app.admin().await, app.user("Olga Owner").await);
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let olga_seen = seen(member(&olga, "Administrator", "admin"), "olga@example.org");
    app.get(&at(&insee)).key(&ada).send().await.is(200, organization(&insee, &[olga_seen], true));
}

#[actix_web::test]
async fn a_deleted_organization_is_gone_for_strangers_and_there_for_its_members() {
    let app = TestApp::new().await;
    let (ada, olga, ulysse) = (app.admin().await, app.user("Olga Owner").await, app.user("Ulysse User").await);
    let insee = an_organization().with_admin(&olga).deleted().stored(&app).await;
    app.get(&at(&insee)).send().await.refuses(410, "Organization has been deleted");
    app.get(&at(&insee)).key(&ulysse).send().await.refuses(410, "Organization has been deleted");
    assert_eq!(app.get(&at(&insee)).key(&olga).send().await.status, 200);
    assert_eq!(app.get(&at(&insee)).key(&ada).send().await.status, 200);
}

#[actix_web::test]
async fn what_is_not_there_is_not_found() {
    let app = TestApp::new().await;
    for reference in ["nope", "000000000000000000000000", "5"] {
        let answer = app.get(&format!("/api/1/organizations/{reference}/")).send().await;
        answer.refuses(404, basalt_http::problem::NOT_FOUND);
    }
}

#[actix_web::test]
async fn the_key_of_a_deactivated_user_is_refused() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    app.change_user(olga.id, |user| user.active = false).await;
    app.get(&at(&insee)).key(&olga).send().await.refuses(401, "Invalid API Key");
}

#[actix_web::test]
async fn a_wrong_key_is_refused_even_to_read() {
    let app = TestApp::new().await;
    let insee = an_organization().stored(&app).await;
    app.get(&at(&insee)).plain_key("wrong").send().await.refuses(401, "Invalid API Key");
}
