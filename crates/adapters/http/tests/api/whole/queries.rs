//! How often storage is asked, whatever the size of what is asked for.

use basalt_domain::OrganizationRole;

use crate::support::{TestApp, an_organization};

const READS_OF_ONE: u64 = 2;
const READS_OF_A_LIST: u64 = 4;

/// As many organisations, each with three members of its own.
async fn with_organizations(app: &TestApp, number: usize) -> String {
    let mut last = String::new();
    for at in 0..number {
        let admin = app.user(&format!("A{at} Admin")).await;
        let editor = app.user(&format!("E{at} Editor")).await;
        let partial = app.user(&format!("P{at} Partial")).await;
        let organization = an_organization().named(&format!("Org {at}")).with_admin(&admin).with_editor(&editor);
        let organization = organization.with(&partial, OrganizationRole::PartialEditor).stored(app).await;
        last = organization.id.to_string();
    }
    last
}

#[actix_web::test]
async fn one_organization_takes_two_queries() {
    let app = TestApp::uncached().await;
    let id = with_organizations(&app, 3).await;
    for path in [format!("/api/1/organizations/{id}/"), "/api/1/organizations/org-1/".into()] {
        app.storage.take();
        let answer = app.get(&path).send().await;
        let calls = app.storage.take();
        assert_eq!(answer.json()["members"].as_array().unwrap().len(), 3);
        // By slug there is one more: the text might be an id.
        assert!(
            calls.reads() <= READS_OF_ONE + u64::from(!path.contains(&id)) && calls.commit == 0,
            "{path}: {calls:?}"
        );
    }
}

#[actix_web::test]
async fn a_list_takes_four_queries_whatever_its_page_size() {
    let app = TestApp::uncached().await;
    with_organizations(&app, 40).await;
    for size in [1, 20, 40] {
        for query in [format!("page_size={size}"), format!("page_size={size}&sort=-followers&q=org")] {
            app.storage.take();
            let answer = app.get(&format!("/api/1/organizations/?{query}")).send().await;
            let calls = app.storage.take();
            assert_eq!(answer.json()["data"].as_array().unwrap().len(), size);
            assert!(calls.reads() <= READS_OF_A_LIST && calls.commit == 0, "{query}: {calls:?}");
        }
    }
}

#[actix_web::test]
async fn lists_around_an_organization_take_four_queries_beside_finding_it() {
    let app = TestApp::uncached().await;
    let id = with_organizations(&app, 2).await;
    for at in 0..10 {
        let follower = app.user(&format!("F{at} Follower")).await;
        app.post(&format!("/api/1/organizations/{id}/followers/")).key(&follower).send().await;
    }
    app.settle().await;
    for path in ["followers/", "contacts/", "contacts/suggest/?q="] {
        app.storage.take();
        let answer = app.get(&format!("/api/1/organizations/{id}/{path}")).send().await;
        let calls = app.storage.take();
        assert!(answer.status == 200 && calls.reads() <= READS_OF_A_LIST, "{path}: {calls:?}");
    }
}

#[actix_web::test]
async fn what_was_read_is_not_asked_for_again() {
    let app = TestApp::new().await.searching().await;
    let id = with_organizations(&app, 3).await;
    let path = format!("/api/1/organizations/{id}/");
    let first = app.get(&path).send().await;
    app.storage.take();
    let second = app.get(&path).send().await;
    assert_eq!((app.storage.take().reads(), second.body), (0, first.body));
}

#[actix_web::test]
async fn what_was_read_is_forgotten_when_it_changes() {
    let app = TestApp::new().await.searching().await;
    let admin = app.user("Olga Owner").await;
    let organization = an_organization().with_admin(&admin).stored(&app).await;
    let path = format!("/api/1/organizations/{}/", organization.id);
    app.get(&path).send().await;
    app.put(&path).key(&admin).json(&serde_json::json!({"acronym": "NEW"})).send().await;
    assert_eq!(app.get(&path).send().await.json()["acronym"], "NEW");
}
