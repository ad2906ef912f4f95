//! `/api/1/organizations/{org}/banner/`.

use serde_json::json;

use super::{at, stored, told};
use crate::support::{SERVER, TestApp, a_picture, an_organization};

#[actix_web::test]
async fn a_banner_is_set_and_removed() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let path = format!("{}banner/", at(&insee));
    let answer = app.post(&path).key(&olga).file("a.png", &a_picture(), "0,0,5,5").send().await;
    let shown = app.get(&at(&insee)).send().await.json()["banner_image"].clone();
    answer.is(200, json!({"image": shown, "success": true}));
    let file = shown.as_str().unwrap().strip_prefix(SERVER).unwrap().to_owned();
    assert!(file.starts_with("/images/"));
    assert_eq!(app.get(&file).send().await.status, 200);
    assert_eq!(stored(&app, insee.id).await.banner_image.unwrap().bbox, None, "a banner is shown whole");
    app.delete(&path).key(&olga).send().await.is_empty(204);
    assert_eq!(app.get(&at(&insee)).send().await.json()["banner_image"], json!(null));
    assert_eq!(app.get(&file).send().await.status, 404);
    assert_eq!(told(&app, insee.id).await, [["banner_image"], ["banner_image"]]);
}

#[actix_web::test]
async fn removing_a_banner_that_is_not_there_is_fine() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    app.delete(&format!("{}banner/", at(&insee))).key(&olga).send().await.is_empty(204);
}

#[actix_web::test]
async fn only_admins_touch_the_banner() {
    let app = TestApp::new().await;
    let eddy = app.user("Eddy Editor").await;
    let insee = an_organization().with_editor(&eddy).stored(&app).await;
    let path = format!("{}banner/", at(&insee));
    let refused = "You do not have the permission to modify that object.";
    app.post(&path).key(&eddy).file("a.png", &a_picture(), "").send().await.refuses(403, refused);
    app.delete(&path).key(&eddy).send().await.refuses(403, refused);
    app.delete(&path).send().await.refuses(401, "Unauthorized");
}
