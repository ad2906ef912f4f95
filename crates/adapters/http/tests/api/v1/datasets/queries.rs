//! How often storage is asked, whatever the size of what is asked for.

use basalt_domain::ContactPoint;
use basalt_ports::ChangeSet;
use serde_json::json;

use super::{DATASETS, created, remote};
use crate::support::{TestApp, an_organization};

/// Number, page, contact points and what others made, organisations and users.
const READS_OF_A_LIST: u64 = 4;

/// Datasets of as many organisations and users, every second one with a contact point: the last one.
async fn with_datasets(app: &TestApp, number: usize) -> String {
    let mut last = String::new();
    for at in 0..number {
        let user = app.user(&format!("U{at} User")).await;
        let insee = an_organization().named(&format!("Org {at}")).with_admin(&user).stored(app).await;
        let mut fields = json!({"title": format!("Set {at}"), "resources": [remote("one"), remote("two")]});
        if at % 2 == 0 {
            let contact: ContactPoint = serde_json::from_value(json!({
                "_id": {"$oid": app.services.context.id().to_string()}, "name": "Desk", "role": "contact",
                "organization": {"$oid": insee.id.to_string()}
            }))
            .unwrap();
            app.store().commit(ChangeSet::new().insert(&contact)).await.unwrap();
            fields["organization"] = json!(insee.id.to_string());
            fields["contact_points"] = json!([contact.id.to_string()]);
        }
        let answer = created(app, &user, fields).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        last = answer.json()["id"].as_str().unwrap().into();
    }
    app.settle().await;
    last
}

#[actix_web::test]
async fn a_list_takes_as_many_queries_whatever_its_page_size() {
    let app = TestApp::uncached().await;
    with_datasets(&app, 20).await;
    for path in [DATASETS, "/api/2/datasets/"] {
        for size in [2, 10, 20] {
            for query in [format!("page_size={size}"), format!("page_size={size}&sort=-followers&q=set")] {
                app.storage.take();
                let answer = app.get(&format!("{path}?{query}")).send().await;
                let calls = app.storage.take();
                assert_eq!(answer.json()["data"].as_array().unwrap().len(), size);
                assert!(calls.reads() <= READS_OF_A_LIST && calls.commit == 0, "{path}?{query}: {calls:?}");
            }
        }
    }
}

#[actix_web::test]
async fn one_dataset_takes_three_queries_at_most() {
    let app = TestApp::uncached().await;
    let id = with_datasets(&app, 2).await;
    let resource = app.get(&format!("{DATASETS}{id}/")).send().await.json()["resources"][0]["id"].clone();
    let resource = resource.as_str().unwrap();
    for path in [
        format!("{DATASETS}{id}/"),
        format!("/api/2/datasets/{id}/"),
        format!("/api/2/datasets/{id}/resources/"),
        format!("{DATASETS}r/{resource}"),
        format!("/api/2/datasets/resources/{resource}/"),
    ] {
        app.storage.take();
        let answer = app.get(&path).send().await;
        let calls = app.storage.take();
        assert!(answer.status < 400 && calls.reads() <= 3 && calls.commit == 0, "{path}: {calls:?}");
    }
}
