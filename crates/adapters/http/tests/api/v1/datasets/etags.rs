//! `If-Match` on datasets and resources.

use basalt_app::{AppError, Caller, Form};
use basalt_domain::{FieldError, ObjectId, Resource, policy::Viewer};
use serde_json::json;

use super::{a_dataset, remote, titles};
use crate::support::TestApp;

const CHANGED: &str = "The object was changed since it was read";

#[actix_web::test]
async fn a_change_of_what_has_changed_meanwhile_is_refused() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({"resources": [remote("one")]})).await;
    let tag = app.get(&at).key(&ulysse).send().await.header("etag").to_owned();
    let put = |tag: &str| app.put(&at).key(&ulysse).header("if-match", tag).json(&json!({"acronym": "X"})).send();
    assert_eq!(put(&tag).await.status, 200);
    put(&tag).await.refuses(412, CHANGED);
}

#[actix_web::test]
async fn the_same_goes_for_a_resource() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({"resources": [remote("one")]})).await;
    let id = app.get(&at).send().await.json()["resources"][0]["id"].as_str().unwrap().to_owned();
    let resource = format!("{at}resources/{id}/");
    let tag = app.get(&resource).send().await.header("etag").to_owned();
    app.clock.advance_millis(1000);
    let put = |tag: &str, title: &str| {
        app.put(&resource).key(&ulysse).header("if-match", tag).json(&json!({"title": title})).send()
    };
    assert_eq!(put(&tag, "two").await.status, 200);
    put(&tag, "three").await.refuses(412, CHANGED);
    assert_eq!(titles(&app, &at).await, ["two"]);
}

/// Gives a resource this title.
struct Titled(&'static str);

impl Form<Resource> for Titled {
    fn apply(&self, resource: &mut Resource) -> Result<(), Vec<FieldError>> {
        self.0.clone_into(&mut resource.title);
        Ok(())
    }
}

#[actix_web::test]
async fn a_resource_that_changed_after_it_was_compared_is_not_written() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({"resources": [remote("one")]})).await;
    let dataset = ObjectId::parse(app.get(&at).send().await.json()["id"].as_str().unwrap()).unwrap();
    let caller = Caller { viewer: Viewer::user(ulysse.id), user: None, token: None };
    let resources = &app.services.resources;
    let known = app.store().datasets.get(&dataset).await.unwrap().unwrap().value.resources[0].clone();
    // What two handlers do that both compared the tag with the same resource.
    let first = resources.update(&caller, dataset, known.id, &Titled("two"), Some(&known)).await.unwrap();
    let second = resources.update(&caller, dataset, known.id, &Titled("three"), Some(&known)).await;
    assert!(matches!(second, Err(AppError::Precondition)), "{second:?}");
    let removed = resources.remove(&caller, dataset, known.id, Some(&known)).await;
    assert!(matches!(removed, Err(AppError::Precondition)), "{removed:?}");
    assert_eq!(titles(&app, &at).await, ["two"]);
    resources.remove(&caller, dataset, known.id, Some(&first)).await.unwrap();
}
