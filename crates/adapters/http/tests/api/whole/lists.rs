//! How often lists of the catalogue ask the storage: the same, whatever their page size.

use basalt_domain::ContactPoint;
use basalt_ports::ChangeSet;
use serde_json::{Value, json};

use crate::support::{Account, TestApp, an_organization};

const OBJECTS: usize = 12;

/// Lists, and how often each asks at most without a cache: number, page, whom and what the page belongs to.
/// Between them contact points, and what is referred to: all collections at once, once for each step.
const LISTS: [(&str, u64); 9] = [
    ("/api/1/datasets/", 4),
    ("/api/2/datasets/", 4),
    ("/api/1/dataservices/", 4),
    ("/api/1/reuses/", 5),
    ("/api/2/reuses/", 3),
    ("/api/2/topics/", 5),
    ("/api/1/visualizations/", 4),
    ("/api/1/posts/", 5),
    ("/api/1/datasets/community_resources/", 5),
];

async fn created(app: &TestApp, by: &Account, path: &str, body: Value) -> String {
    let answer = app.post(path).key(by).json(&body).send().await;
    assert_eq!(answer.status, 201, "{path} {answer:?}");
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// Some of everything, each second one of an organisation of its own with a contact point, the others
/// of users.
async fn full(app: &TestApp) {
    let ada = app.admin().await;
    for at in 0..OBJECTS {
        let user = app.user(&format!("U{at} User")).await;
        let insee = an_organization().named(&format!("Org {at}")).with_admin(&user).stored(app).await;
        let contact: ContactPoint = serde_json::from_value(json!({
            "_id": {"$oid": app.services.context.id().to_string()}, "name": "Desk", "role": "contact",
            "organization": {"$oid": insee.id.to_string()}
        }))
        .unwrap();
        app.store().commit(ChangeSet::new().insert(&contact)).await.unwrap();
        let owned = |mut body: Value, with_contact: bool| {
            if at % 2 == 0 {
                body["organization"] = json!(insee.id.to_string());
                if with_contact {
                    body["contact_points"] = json!([contact.id.to_string()]);
                }
            }
            body
        };
        let title = format!("Set {at}");
        let dataset = owned(json!({"title": title, "description": "d"}), true);
        let dataset = created(app, &user, "/api/1/datasets/", dataset).await;
        let dataservice = owned(json!({"title": title, "datasets": [dataset]}), true);
        let dataservice = created(app, &user, "/api/1/dataservices/", dataservice).await;
        let url = format!("https://example.org/{at}");
        let reuse = json!({
            "title": title, "description": "d", "type": "api", "topic": "health", "url": url,
            "datasets": [dataset], "dataservices": [dataservice]
        });
        let reuse = created(app, &user, "/api/1/reuses/", owned(reuse, false)).await;
        let elements = json!([{"element": {"class": "Dataset", "id": dataset}}]);
        let topic = json!({"name": title, "description": "d", "tags": ["abc"], "elements": elements});
        created(app, &user, "/api/2/topics/", owned(topic, false)).await;
        let chart = json!({
            "title": title, "description": "d", "x_axis": {"column_x": "a", "type": "discrete"},
            "series": [{"resource_id": "00000000-0000-4000-8000-000000000000", "type": "line", "column_y": "b"}]
        });
        created(app, &user, "/api/1/visualizations/", owned(chart, false)).await;
        let made = json!({"title": title, "dataset": dataset, "filetype": "remote", "type": "main", "url": url});
        created(app, &user, "/api/1/datasets/community_resources/", owned(made, false)).await;
        let above =
            created(app, &ada, "/api/1/posts/", json!({"name": format!("Above {at}"), "content": "c", "kind": "page"}))
                .await;
        let post = json!({"name": title, "content": "c", "kind": "page", "datasets": [dataset], "reuses": [reuse], "parent": above});
        let post = created(app, &ada, "/api/1/posts/", post).await;
        app.post(&format!("/api/1/posts/{post}/publish/")).key(&ada).send().await;
    }
    app.settle().await;
}

#[actix_web::test]
async fn a_list_of_the_catalogue_takes_as_many_queries_whatever_its_page_size() {
    let app = TestApp::uncached().await;
    full(&app).await;
    let mut told = Vec::new();
    for (path, most) in LISTS {
        for size in [2, OBJECTS] {
            app.storage.take();
            let answer = app.get(&format!("{path}?page_size={size}")).send().await;
            let calls = app.storage.take();
            assert_eq!(answer.json()["data"].as_array().map(Vec::len), Some(size), "{path} {answer:?}");
            if calls.reads() > most || calls.commit > 0 {
                told.push(format!("{path}?page_size={size}: {calls:?}"));
            }
        }
    }
    assert!(told.is_empty(), "{told:#?}");
}

#[actix_web::test]
async fn what_a_list_refers_to_is_not_read_again_where_the_storage_tells_of_writes() {
    let app = TestApp::new().await;
    full(&app).await;
    for (path, _most) in LISTS {
        app.get(path).send().await;
        app.storage.take();
        app.get(path).send().await;
        assert_eq!(app.storage.take().reads(), 0, "{path}");
        // Another page: only which ones are on it.
        let answer = app.get(&format!("{path}?page_size=3&page=2")).send().await;
        let calls = app.storage.take();
        assert!(answer.status == 200 && calls.reads() <= 2, "{path}: {calls:?}");
    }
}
