//! `/api/1/organizations/{org}/logo/`.

use image::GenericImageView;
use serde_json::json;

use super::{at, stored, told};
use crate::support::{SERVER, TestApp, a_picture, an_organization};

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(width, height).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

async fn size(app: &TestApp, address: &serde_json::Value) -> (u32, u32) {
    let answer = app.get(address.as_str().unwrap().strip_prefix(SERVER).unwrap()).send().await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "image/png"));
    image::load_from_memory(&answer.body).unwrap().dimensions()
}

#[actix_web::test]
async fn a_logo_is_reduced_and_served() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let answer = app.post(&format!("{}logo/", at(&insee))).key(&olga).file("a.png", &png(800, 400), "").send().await;
    let shown = app.get(&at(&insee)).send().await.json();
    answer.is(200, json!({"image": shown["logo"], "success": true}));
    assert_eq!(size(&app, &shown["logo"]).await, (500, 250));
    assert_eq!(size(&app, &shown["logo_thumbnail"]).await, (100, 100));
    assert_eq!(told(&app, insee.id).await, [["logo"]]);
}

#[actix_web::test]
async fn a_new_logo_takes_the_place_of_the_old_one() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let path = format!("{}logo/", at(&insee));
    let first = app.post(&path).key(&olga).file("a.png", &a_picture(), "").send().await.json();
    let second = app.put(&path).key(&olga).file("a.png", &a_picture(), "0,0,10,10").send().await.json();
    assert_ne!(first["image"], second["image"]);
    assert_eq!(app.get(&at(&insee)).send().await.json()["logo"], second["image"]);
    let old = first["image"].as_str().unwrap().strip_prefix(SERVER).unwrap();
    assert_eq!(app.get(old).send().await.status, 404, "nobody shows it any more");
    assert_eq!(stored(&app, insee.id).await.logo.unwrap().bbox, Some(vec![0, 0, 10, 10]));
}

#[actix_web::test]
async fn what_is_no_picture_or_has_no_place_is_refused() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let path = format!("{}logo/", at(&insee));
    let picture = a_picture();
    let extensions = format!(
        "This file type is not allowed.The allowed file type list is available at {SERVER}/api/1/datasets/extensions/"
    );
    for (name, content, bbox, message) in [
        ("a.png", &b"no picture"[..], "", "Unsupported image format"),
        ("a.png", b"", "", "Unsupported image format"),
        ("a.svg", b"<svg/>", "", "Unsupported image format"),
        ("a.exe", &picture, "", extensions.as_str()),
        ("noext", &picture, "", extensions.as_str()),
        ("a.png", &picture, "nope", "Invalid bounding box"),
        ("a.png", &picture, "1,2,3", "Invalid bounding box"),
        ("a.png", &picture, "-5,-5,9999,9999", "Bounding box outside of the image"),
    ] {
        app.post(&path).key(&olga).file(name, content, bbox).send().await.refuses(400, message);
    }
    let missing = "The image to upload Missing required parameter in an uploaded file";
    app.post(&path)
        .key(&olga)
        .json(&json!({}))
        .send()
        .await
        .is(400, json!({"errors": {"file": missing}, "message": "Input payload validation failed", "status": 400}));
    assert_eq!(stored(&app, insee.id).await, insee);
}

#[actix_web::test]
async fn only_admins_replace_the_logo() {
    let app = TestApp::new().await;
    let eddy = app.user("Eddy Editor").await;
    let insee = an_organization().with_editor(&eddy).stored(&app).await;
    let path = format!("{}logo/", at(&insee));
    app.post(&path).file("a.png", &a_picture(), "").send().await.refuses(401, "Unauthorized");
    let refused = "You do not have the permission to modify that object.";
    app.post(&path).key(&eddy).file("a.png", &a_picture(), "").send().await.refuses(403, refused);
}

#[actix_web::test]
async fn a_deleted_organization_gets_no_logo() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).deleted().stored(&app).await;
    let answer = app.post(&format!("{}logo/", at(&insee))).key(&olga).file("a.png", &a_picture(), "").send().await;
    answer.refuses(410, "Organization has been deleted");
}

#[actix_web::test]
async fn served_pictures_do_nothing_but_show() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let body = app.post(&format!("{}logo/", at(&insee))).key(&olga).file("a.png", &a_picture(), "").send().await.json();
    let path = body["image"].as_str().unwrap().strip_prefix(SERVER).unwrap().to_owned();
    let answer = app.get(&path).send().await;
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("content-security-policy"), "default-src 'none'; sandbox");
    assert!(answer.header("content-disposition").starts_with("inline; filename="));
    let known = app.get(&path).header("if-none-match", answer.header("etag")).send().await;
    known.is_empty(304);
}
