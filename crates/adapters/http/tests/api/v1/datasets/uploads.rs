//! `POST /api/1/datasets/{dataset}/upload/` and what is served of it.

use basalt_ports::files::FilePath;
use serde_json::json;

use super::{a_dataset, remote, stored, titles};
use crate::support::{Account, Answer, SERVER, TestApp};

const UPLOAD: &str = "6a2f41a3-c54c-4f3e-9c1e-1d2b0ad90a01";

/// A form of these texts, and of this file where there is one, in this order.
fn form(fields: &[(&str, &str)], file: Option<&str>, file_first: bool) -> String {
    let part = |(name, value): &(&str, &str)| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let texts: Vec<String> = fields.iter().map(part).collect();
    let texts = texts.concat();
    let file = file.map_or_else(String::new, |content| {
        format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"blob\"\r\n\r\n{content}\r\n")
    });
    if file_first { format!("{file}{texts}--x--\r\n") } else { format!("{texts}{file}--x--\r\n") }
}

async fn send(app: &TestApp, by: &Account, at: &str, body: String) -> Answer {
    app.post(&format!("{at}upload/")).key(by).raw("multipart/form-data; boundary=x", body).send().await
}

async fn part(app: &TestApp, by: &Account, at: &str, index: usize, content: &str, file_first: bool) -> Answer {
    let (index, size) = (index.to_string(), content.len().to_string());
    let fields = [
        ("uuid", UPLOAD),
        ("filename", "Big File.csv"),
        ("partindex", index.as_str()),
        ("totalparts", "3"),
        ("chunksize", size.as_str()),
    ];
    send(app, by, at, form(&fields, Some(content), file_first)).await
}

async fn join(app: &TestApp, by: &Account, at: &str) -> Answer {
    let fields = [("uuid", UPLOAD), ("filename", "Big File.csv"), ("totalparts", "3")];
    send(app, by, at, form(&fields, None, false)).await
}

async fn kept(app: &TestApp, folder: &str) -> usize {
    app.services.context.files.list(&FilePath::parse(folder).unwrap()).await.unwrap().len()
}

#[actix_web::test]
async fn a_file_becomes_a_resource_and_is_served() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({"resources": [remote("one")]})).await;
    let answer = app.post(&format!("{at}upload/")).key(&ulysse).file("My File (é).CSV", b"a,b\n1,2\n", "").send().await;
    let shown = answer.json();
    assert_eq!((answer.status, &shown["success"]), (201, &json!(true)));
    assert_eq!(titles(&app, &at).await, ["my-file-e-.csv", "one"]);
    for (name, expected) in [
        ("filetype", json!("file")),
        ("type", json!("main")),
        ("format", json!("csv")),
        ("mime", json!("text/csv")),
        ("filesize", json!(8)),
        ("checksum", json!({"type": "sha1", "value": "2aa26ec98d674d5160b612c7edad7172d85c9df7"})),
    ] {
        assert_eq!(shown[name], expected, "{name}");
    }
    let file = shown["url"].as_str().unwrap().strip_prefix(SERVER).unwrap().to_owned();
    assert!(file.starts_with("/resources/bus-stops/") && file.ends_with("/my-file-e-.csv"), "{file}");
    let served = app.get(&file).send().await;
    assert_eq!((served.status, served.body.as_ref()), (200, b"a,b\n1,2\n".as_slice()));
    assert_eq!(served.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(served.header("content-disposition"), "inline; filename=my-file-e-.csv");
    assert_eq!(served.header("x-content-type-options"), "nosniff");
    let tag = served.header("etag").to_owned();
    app.get(&file).header("if-none-match", &tag).send().await.is_empty(304);
    let id = shown["id"].as_str().unwrap();
    app.delete(&format!("{at}resources/{id}/")).key(&ulysse).send().await.is_empty(204);
    assert_eq!(app.get(&file).send().await.status, 404);
}

#[actix_web::test]
async fn a_part_of_a_file_can_be_asked_for() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({})).await;
    let sent = app.post(&format!("{at}upload/")).key(&ulysse).file("a.csv", b"0123456789", "").send().await;
    let file = sent.json()["url"].as_str().unwrap().strip_prefix(SERVER).unwrap().to_owned();
    for (range, status, body, told) in [
        ("bytes=2-4", 206, "234", "bytes 2-4/10"),
        ("bytes=7-", 206, "789", "bytes 7-9/10"),
        ("bytes=-2", 206, "89", "bytes 8-9/10"),
        ("bytes=10-", 416, "", "bytes */10"),
        ("bytes=0-1,3-4", 200, "0123456789", ""),
    ] {
        let answer = app.get(&file).header("range", range).send().await;
        assert_eq!((answer.status, answer.body.as_ref()), (status, body.as_bytes()), "{range}");
        assert_eq!(answer.header("content-range"), told, "{range}");
    }
    let other = app.get(&file).header("range", "bytes=2-4").header("if-range", "\"another\"").send().await;
    assert_eq!((other.status, other.body.len()), (200, 10));
}

#[actix_web::test]
async fn what_a_browser_would_run_is_only_downloaded() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({})).await;
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let sent = app.post(&format!("{at}upload/")).key(&ulysse).file("x.svg", svg, "").send().await;
    let file = sent.json()["url"].as_str().unwrap().strip_prefix(SERVER).unwrap().to_owned();
    let served = app.get(&file).send().await;
    assert_eq!(served.header("content-type"), "application/octet-stream");
    assert_eq!(served.header("content-disposition"), "attachment; filename=x.svg");
    assert_eq!(served.header("content-security-policy"), "default-src 'none'; sandbox");
}

#[actix_web::test]
async fn files_of_other_kinds_are_refused_and_nothing_is_kept() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({})).await;
    for name in ["a.exe", "noext", ".csv", "a.html"] {
        let answer = app.post(&format!("{at}upload/")).key(&ulysse).file(name, b"x", "").send().await;
        let list = format!("{SERVER}/api/1/datasets/extensions/");
        answer
            .refuses(400, &format!("This file type is not allowed.The allowed file type list is available at {list}"));
    }
    let missing = send(&app, &ulysse, &at, form(&[], None, false)).await;
    let expected = json!({"error": "Missing file parameter", "message": "Missing file parameter", "status": 400, "success": false});
    missing.is(400, expected);
    assert_eq!(kept(&app, "resources").await, 0);
}

#[actix_web::test]
async fn parts_come_in_any_order_and_are_joined() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({})).await;
    // Fields may stand before the file or after it.
    for (index, content, file_first) in [(0, "abc\n", false), (2, "gh\n", true), (1, "def\n", false)] {
        part(&app, &ulysse, &at, index, content, file_first)
            .await
            .is(200, json!({"error": null, "message": "", "success": true}));
    }
    assert_eq!((kept(&app, "chunks").await, kept(&app, "resources").await), (3, 0));
    let answer = join(&app, &ulysse, &at).await;
    assert_eq!(
        (answer.status, &answer.json()["filesize"], &answer.json()["title"]),
        (201, &json!(11), &json!("big-file.csv"))
    );
    let file = answer.json()["url"].as_str().unwrap().strip_prefix(SERVER).unwrap().to_owned();
    assert_eq!(app.get(&file).send().await.body, "abc\ndef\ngh\n");
    assert_eq!(kept(&app, "chunks").await, 0);
    assert_eq!(app.get(&format!("/chunks/{}/{UPLOAD}/0", ulysse.id)).send().await.status, 404);
}

#[actix_web::test]
async fn a_broken_part_is_sent_again_and_the_upload_goes_on() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({})).await;
    part(&app, &ulysse, &at, 0, "abc\n", false).await;
    part(&app, &ulysse, &at, 1, "def\n", false).await;
    let fields = [("uuid", UPLOAD), ("partindex", "2"), ("totalparts", "3"), ("chunksize", "3")];
    let broken = send(&app, &ulysse, &at, form(&fields, Some("g"), false)).await;
    let told =
        json!({"error": "Chunk size mismatch", "message": "Chunk size mismatch", "status": 400, "success": false});
    broken.is(400, told);
    let cut = form(&fields, Some("gh\n"), false);
    let cut = cut.get(..cut.len() - 12).unwrap().to_owned();
    assert_eq!(send(&app, &ulysse, &at, cut).await.status, 400);
    join(&app, &ulysse, &at).await.refuses(400, "Part 2 of the file is missing, send it again");
    part(&app, &ulysse, &at, 2, "gh\n", false).await;
    assert_eq!(join(&app, &ulysse, &at).await.json()["filesize"], 11);
    assert_eq!(stored(&app, &at).await.resources.len(), 1);
    assert_eq!(kept(&app, "resources").await, 1);
}

#[actix_web::test]
async fn nobody_joins_the_parts_of_another() {
    let app = TestApp::new().await;
    let (ulysse, otto) = (app.user("Ulysse User").await, app.user("Otto Other").await);
    let at = a_dataset(&app, &ulysse, json!({})).await;
    let other = a_dataset(&app, &otto, json!({"title": "Other"})).await;
    for index in 0..3 {
        part(&app, &ulysse, &at, index, "abc\n", false).await;
    }
    join(&app, &otto, &other).await.refuses(400, "Part 0 of the file is missing, send it again");
    for upload in ["../../x", "", "a/b", &"x".repeat(65)] {
        let fields = [("uuid", upload), ("partindex", "0"), ("totalparts", "3"), ("chunksize", "1")];
        assert_eq!(send(&app, &ulysse, &at, form(&fields, Some("x"), false)).await.status, 400, "{upload}");
    }
}

#[actix_web::test]
async fn parts_that_nobody_joins_are_removed_after_a_day() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({})).await;
    part(&app, &ulysse, &at, 0, "abc\n", false).await;
    let files = app.services.context.files.list(&FilePath::parse("chunks").unwrap()).await.unwrap();
    let since = files[0].1.last_modified.duration_since(std::time::UNIX_EPOCH).unwrap();
    let put = basalt_domain::Timestamp(i64::try_from(since.as_millis()).unwrap());
    app.services.uploads.clean(put.plus_millis(23 * 3_600_000)).await.unwrap();
    assert_eq!(kept(&app, "chunks").await, 1);
    app.services.uploads.clean(put.plus_millis(25 * 3_600_000)).await.unwrap();
    assert_eq!(kept(&app, "chunks").await, 0);
}

#[actix_web::test]
async fn a_new_version_takes_the_place_of_the_file() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({"resources": [remote("one")]})).await;
    let sent = app.post(&format!("{at}upload/")).key(&ulysse).file("a.csv", b"one", "").send().await.json();
    let id = sent["id"].as_str().unwrap();
    let again = format!("{at}resources/{id}/upload/");
    let answer = app.post(&again).key(&ulysse).file("b.json", b"{}", "").send().await;
    assert_eq!((answer.status, &answer.json()["id"], &answer.json()["format"]), (200, &sent["id"], &json!("json")));
    assert_eq!(kept(&app, "resources").await, 1, "the former file is gone");
    let elsewhere = stored(&app, &at).await.resources[1].id;
    let refused =
        app.post(&format!("{at}resources/{elsewhere}/upload/")).key(&ulysse).file("a.csv", b"x", "").send().await;
    refused.refuses(400, "A file cannot replace a resource that is stored elsewhere");
    assert_eq!(kept(&app, "resources").await, 1);
}

#[actix_web::test]
async fn strangers_upload_nothing() {
    let app = TestApp::new().await;
    let (ulysse, otto) = (app.user("Ulysse User").await, app.user("Otto Other").await);
    let at = a_dataset(&app, &ulysse, json!({})).await;
    let path = format!("{at}upload/");
    app.post(&path).file("a.csv", b"x", "").send().await.refuses(401, "Unauthorized");
    let refused = app.post(&path).key(&otto).file("a.csv", b"x", "").send().await;
    refused.refuses(403, "You do not have the permission to modify that object.");
    assert_eq!((kept(&app, "resources").await, kept(&app, "chunks").await), (0, 0));
}
