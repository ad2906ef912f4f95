//! Many at once on one dataset.

use futures_util::future::join_all;
use serde_json::json;

use super::{a_dataset, remote, stored, titles};
use crate::support::TestApp;

#[actix_web::test]
async fn resources_that_are_added_at_once_are_all_there() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({})).await;
    let path = format!("{at}resources/");
    let add = |number: usize| app.post(&path).key(&ulysse).json(&remote(&format!("r{number}"))).send();
    let answers = join_all((0..6).map(add)).await;
    assert!(answers.iter().all(|answer| answer.status == 201), "{answers:?}");
    let mut found = titles(&app, &at).await;
    found.sort_unstable();
    assert_eq!(found, ["r0", "r1", "r2", "r3", "r4", "r5"]);
}

#[actix_web::test]
async fn two_files_of_one_name_in_one_second_are_both_kept() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({})).await;
    let path = format!("{at}upload/");
    let send = |content: &'static str| app.post(&path).key(&ulysse).file("a.csv", content.as_bytes(), "").send();
    let answers = join_all([send("one"), send("two")]).await;
    assert!(answers.iter().all(|answer| answer.status == 201), "{answers:?}");
    let mut contents = Vec::new();
    for resource in stored(&app, &at).await.resources {
        let file = resource.url.strip_prefix(crate::support::SERVER).unwrap().to_owned();
        contents.push(app.get(&file).send().await.body);
    }
    contents.sort_unstable();
    assert_eq!(contents, ["one", "two"]);
}
