//! What a deletion does to others: notices that speak of what is gone, letters to whom it belonged.

use basalt_domain::Filter;
use serde_json::{Value, json};

use crate::support::{Account, TestApp, an_organization};

async fn created(app: &TestApp, by: &Account, family: &str, body: Value) -> String {
    let answer = app.post(&format!("/api/1/{family}/")).key(by).json(&body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["id"].as_str().unwrap().to_owned()
}

async fn notices(app: &TestApp) -> usize {
    app.store().notifications.list(Filter::always(), &[], u64::MAX).await.unwrap().len()
}

/// A dataset of Olga's organisation, which Ulysse uses in a reuse and serves by a dataservice.
async fn used(app: &TestApp, olga: &Account, ulysse: &Account) -> [String; 3] {
    let insee = an_organization().with_admin(olga).stored(app).await.id.to_string();
    let dataset = json!({"title": "Stops", "description": "d", "organization": insee});
    let dataset = created(app, olga, "datasets", dataset).await;
    let reuse = json!({
        "title": "App", "description": "d", "type": "api", "topic": "health", "url": "https://example.org/",
        "datasets": [dataset]
    });
    let reuse = created(app, ulysse, "reuses", reuse).await;
    let dataservice = created(app, ulysse, "dataservices", json!({"title": "Api", "datasets": [dataset]})).await;
    [dataset, reuse, dataservice]
}

#[actix_web::test]
async fn notices_go_with_what_they_speak_of() {
    let app = TestApp::new().await;
    let (olga, ulysse) = (app.user("Olga Owner").await, app.user("Ulysse User").await);
    let [dataset, reuse, dataservice] = used(&app, &olga, &ulysse).await;
    assert_eq!(notices(&app).await, 2);
    app.delete(&format!("/api/1/reuses/{reuse}/")).key(&ulysse).send().await;
    assert_eq!(notices(&app).await, 1, "that of the dataservice");
    app.delete(&format!("/api/1/dataservices/{dataservice}/")).key(&ulysse).send().await;
    assert_eq!(notices(&app).await, 0);
    let other = json!({"title": "Other", "datasets": [dataset]});
    created(&app, &ulysse, "dataservices", other).await;
    assert_eq!(notices(&app).await, 1);
    app.delete(&format!("/api/1/datasets/{dataset}/")).key(&olga).send().await;
    assert_eq!(notices(&app).await, 0, "they speak of the dataset too");
}

#[actix_web::test]
async fn owners_get_a_formal_notice_where_an_administrator_wishes_it() {
    let app = TestApp::new().await;
    let ada = app.admin().await;
    let (olga, ulysse) = (app.user("Olga Owner").await, app.user("Ulysse User").await);
    let [dataset, reuse, _dataservice] = used(&app, &olga, &ulysse).await;
    let delete = async |path: String, by: &Account| {
        let before = app.outbox.mails().len();
        assert_eq!(app.delete(&path).key(by).send().await.status, 204, "{path}");
        app.outbox.mails().split_off(before)
    };
    // Whoever deletes what is theirs is told nothing.
    assert!(delete(format!("/api/1/reuses/{reuse}/?send_legal_notice=true"), &ulysse).await.is_empty());
    let sent = delete(format!("/api/1/datasets/{dataset}/?send_legal_notice=true"), &ada).await;
    assert_eq!(sent.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["olga@example.org"]);
    assert!(sent[0].subject.ends_with(": Stops") && sent[0].text.contains("contest"), "{}", sent[0].text);
    let sent = delete("/api/1/organizations/insee/?send_legal_notice=true".into(), &ada).await;
    assert_eq!(sent.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["olga@example.org"]);
    let sent = delete(format!("/api/1/users/{}/?send_legal_notice=true", ulysse.id), &ada).await;
    assert_eq!(sent.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["ulysse@example.org"], "one mail");
}
