//! `/api/1/dataservices/`.

use basalt_domain::{Field, Notification};
use serde_json::{Value, json};

use crate::support::{Account, FRONT, NOW, SERVER, TestApp, an_organization, organization_reference};

const DATASERVICES: &str = "/api/1/dataservices/";
const BUS: &str = "/api/1/dataservices/bus-api/";

async fn created(app: &TestApp, by: &Account, body: &Value) -> Value {
    let answer = app.post(DATASERVICES).key(by).json(body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    // What is created next is newer.
    app.clock.advance_millis(1000);
    answer.json()
}

async fn a_dataset(app: &TestApp, by: &Account, more: &Value) -> String {
    let mut body = json!({"title": "Bus stops", "description": "d"});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let answer = app.post("/api/1/datasets/").key(by).json(&body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_dataservice_is_shown_whole() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let org = insee.id.to_string();
    let desk = json!({"name": "Desk", "email": "desk@example.org", "role": "contact", "organization": org});
    let desk = app.post("/api/1/contacts/").key(&olga).json(&desk).send().await.json();
    let body = json!({"title": "Bus API", "organization": org, "contact_points": [desk["id"]], "availability": 99.5});
    let made = created(&app, &olga, &body).await;
    let id = made["id"].as_str().unwrap();
    let nothing = Value::Null;
    app.get(BUS).send().await.is(
        200,
        json!({
            "access_audiences": [],
            "access_type": "open",
            "access_type_reason": null,
            "access_type_reason_category": null,
            "acronym": null,
            "archived_at": null,
            "authorization_request_url": null,
            "availability": 99.5,
            "availability_url": null,
            "badges": [],
            "base_api_url": null,
            "business_documentation_url": null,
            "contact_points": [{
                "contact_form": null,
                "email": "desk@example.org",
                "id": desk["id"],
                "name": "Desk",
                "organization": organization_reference(&insee, false),
                "owner": null,
                "role": "contact"
            }],
            "created_at": NOW,
            "datasets": {
                "href": format!("{SERVER}/api/1/datasets/?dataservice={id}"),
                "rel": "subsection",
                "total": 0,
                "type": "GET"
            },
            "deleted_at": null,
            "description": "",
            "extras": {},
            "featured": null,
            "format": null,
            "harvest": {
                "archived_at": nothing, "archived_reason": nothing, "backend": nothing, "created_at": nothing,
                "domain": nothing, "issued_at": nothing, "last_update": nothing, "modified_at": nothing,
                "remote_id": nothing, "remote_url": nothing, "source_id": nothing, "source_url": nothing,
                "uri": nothing
            },
            "id": id,
            "license": null,
            "machine_documentation_url": null,
            "metadata_modified_at": NOW,
            "metrics": {
                "discussions": 0, "discussions_open": 0, "followers": 0, "followers_by_months": 0, "reuses": 0,
                "views": 0
            },
            "organization": organization_reference(&insee, false),
            "owner": null,
            "permissions": {"delete": false, "edit": false},
            "private": false,
            "rate_limiting": null,
            "rate_limiting_url": null,
            "self_api_url": format!("{SERVER}/api/1/dataservices/bus-api/"),
            "self_web_url": format!("{FRONT}/dataservices/bus-api"),
            "slug": "bus-api",
            "tags": [],
            "technical_documentation_url": null,
            "title": "Bus API",
        }),
    );
}

#[actix_web::test]
async fn a_dataset_counts_the_dataservices_that_everybody_sees() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let dataset = a_dataset(&app, &ulysse, &json!({})).await;
    created(&app, &ulysse, &json!({"title": "Bus API"})).await;
    let count = async || {
        let shown = app.get(&format!("/api/1/datasets/{dataset}/")).send().await.json();
        shown["metrics"]["dataservices"].as_i64().unwrap()
    };
    assert_eq!(count().await, 0);
    let add = app.post("/api/1/dataservices/bus-api/datasets/").key(&ulysse).json(&json!([{"id": dataset}]));
    assert_eq!(add.send().await.status, 201);
    assert_eq!(count().await, 1);
    app.patch(BUS).key(&ulysse).json(&json!({"private": true})).send().await;
    assert_eq!(count().await, 0);
    app.patch(BUS).key(&ulysse).json(&json!({"private": false})).send().await;
    app.delete(BUS).key(&ulysse).send().await.is_empty(204);
    assert_eq!(count().await, 0);
    app.patch(BUS).key(&ulysse).json(&json!({"deleted_at": null})).send().await;
    assert_eq!(count().await, 1);
    let remove = app.delete(&format!("{BUS}datasets/{dataset}/")).key(&ulysse);
    remove.send().await.is_empty(204);
    assert_eq!(count().await, 0);
    let again = app.delete(&format!("{BUS}datasets/{dataset}/")).key(&ulysse);
    again.send().await.refuses(404, "Dataset not found in dataservice");
}

#[actix_web::test]
async fn admins_of_an_organisation_hear_of_a_dataservice_with_its_datasets_until_it_is_deleted() {
    const KIND: Field<Notification, String> = Notification::KIND;
    let app = TestApp::new().await;
    let (olga, ulysse) = (app.user("Olga Owner").await, app.user("Ulysse User").await);
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let dataset = a_dataset(&app, &olga, &json!({"organization": insee.id.to_string()})).await;
    let heard = async || {
        let told = KIND.eq("dataservice.created").and(Notification::USER.eq(olga.id));
        app.store().notifications.count(&told).await.unwrap()
    };
    created(&app, &ulysse, &json!({"title": "Bus API", "datasets": [dataset]})).await;
    assert_eq!(heard().await, 1);
    app.delete(BUS).key(&ulysse).send().await.is_empty(204);
    assert_eq!(heard().await, 0);
}

#[actix_web::test]
async fn what_is_wrong_is_told() {
    let app = TestApp::new().await;
    let (ulysse, otto) = (app.user("Ulysse User").await, app.user("Otto Other").await);
    created(&app, &ulysse, &json!({"title": "Bus API"})).await;
    let theirs = json!({"name": "Desk", "email": "desk@example.org", "role": "contact"});
    let theirs = app.post("/api/1/contacts/").key(&otto).json(&theirs).send().await.json()["id"].clone();
    let not_theirs = format!("Contact point {} does not belong to the owner of this object", theirs.as_str().unwrap());
    for (body, field, message) in [
        (json!({"contact_points": [theirs]}), "contact_points", not_theirs.as_str()),
        (json!({"license": "nope"}), "license", "Unknown reference 'nope'"),
        (json!({"access_audiences": "x"}), "access_audiences", "Expected a list"),
        (
            json!({"access_audiences": [{"role": "private", "condition": "yes"}, {"role": "private"}]}),
            "access_audiences",
            "You can only set one condition for a given access audience role",
        ),
    ] {
        let answer = app.patch(BUS).key(&ulysse).json(&body).send().await;
        answer.is(400, json!({"errors": {field: message}, "message": message, "status": 400}));
    }
    let malformed = app.patch(BUS).key(&ulysse).json(&json!({"datasets": ["nope"]})).send().await;
    let message = "'nope' is not a valid ObjectId, it must be a 12-byte input or a 24-character hex string";
    malformed.is(400, json!({"errors": {}, "message": message, "status": 400}));
    let post = |body: Value| app.post(&format!("{BUS}datasets/")).key(&ulysse).json(&body).send();
    post(json!({})).await.refuses(400, "Expecting a list");
    post(json!([{}])).await.refuses(400, "Expecting a list of dicts with id attribute");
    post(json!([{"id": "nope"}])).await.refuses(400, "Malformed object id(s) in request");
}

#[actix_web::test]
async fn a_list_is_narrowed_by_everything_it_is_asked_for() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let dataset = a_dataset(&app, &ulysse, &json!({})).await;
    let bus = created(&app, &ulysse, &json!({"title": "Bus API", "datasets": [dataset], "tags": ["bus"]})).await;
    created(&app, &ulysse, &json!({"title": "Tram API", "access_type": "restricted"})).await;
    let reuse = json!({
        "title": "Next bus", "description": "d", "type": "api", "topic": "health", "url": "https://example.org/bus",
        "dataservices": [bus["id"]], "private": true
    });
    let reuse = app.post("/api/1/reuses/").key(&ulysse).json(&reuse).send().await.json();
    let topic = json!({"name": "Mobility", "elements": [{"element": {"class": "Dataservice", "id": bus["id"]}}]});
    let topic = app.post("/api/2/topics/").key(&ulysse).json(&topic).send().await.json();
    let (reuse, topic) = (reuse["id"].as_str().unwrap(), topic["id"].as_str().unwrap());
    for (query, expected) in [
        (String::new(), vec!["Tram API", "Bus API"]),
        ("q=tram".into(), vec!["Tram API"]),
        ("tag=bus".into(), vec!["Bus API"]),
        ("access_type=restricted".into(), vec!["Tram API"]),
        (format!("dataset={dataset}"), vec!["Bus API"]),
        (format!("topic={topic}"), vec!["Bus API"]),
        // The reuse is private: what it uses is not told.
        (format!("reuse={reuse}"), vec![]),
        ("sort=title".into(), vec!["Bus API", "Tram API"]),
    ] {
        let shown = app.get(&format!("{DATASERVICES}?{query}")).send().await.json();
        let titles: Vec<&str> =
            shown["data"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect();
        assert_eq!(titles, expected, "{query}");
    }
}

#[actix_web::test]
async fn a_page_costs_the_same_number_of_queries_whatever_its_size() {
    let app = TestApp::uncached().await;
    let ulysse = app.user("Ulysse User").await;
    for number in 0..12 {
        created(&app, &ulysse, &json!({"title": format!("API {number}")})).await;
    }
    for size in [2, 12] {
        app.storage.take();
        app.get(&format!("{DATASERVICES}?page_size={size}")).send().await;
        // The page, its total, owners.
        assert_eq!(app.storage.take().reads(), 3);
    }
}
