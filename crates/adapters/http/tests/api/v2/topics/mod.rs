//! `/api/2/topics/`.

use basalt_domain::OrganizationRole;
use serde_json::{Value, json};

use crate::support::{Account, FRONT, NOW, SERVER, TestApp, an_organization};

const TOPICS: &str = "/api/2/topics/";
const TOPIC: &str = "/api/2/topics/mobility/";
const ELEMENTS: &str = "/api/2/topics/mobility/elements/";

async fn created(app: &TestApp, by: &Account, body: &Value) -> Value {
    let answer = app.post(TOPICS).key(by).json(body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

#[actix_web::test]
async fn a_topic_is_created_with_its_elements() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let elements = json!([{"title": "One", "tags": ["bus"]}, {"title": "Two"}]);
    let made = created(&app, &ulysse, &json!({"name": "Mobility", "tags": ["ab"], "elements": elements})).await;
    let id = made["id"].as_str().unwrap();
    app.get(TOPIC).send().await.is(
        200,
        json!({
            "id": id,
            "owner": ulysse.reference(),
            "organization": null,
            "created_at": NOW,
            "last_modified": NOW,
            "name": "Mobility",
            "slug": "mobility",
            "description": null,
            "tags": ["ab"],
            "color": null,
            "featured": false,
            "private": null,
            "extras": {},
            "spatial": null,
            "page": format!("{FRONT}/topics/mobility"),
            "uri": format!("{SERVER}/api/2/topics/mobility/"),
            "elements": {
                "rel": "subsection",
                "href": format!("{SERVER}/api/2/topics/{id}/elements/?page=1&page_size=20"),
                "type": "GET",
                "total": 2
            }
        }),
    );
    let shown = app.get(&format!("{ELEMENTS}?tag=bus")).send().await.json();
    assert_eq!(shown["total"], 1);
    assert_eq!(shown["data"][0]["title"], "One");
}

#[actix_web::test]
async fn a_topic_with_a_wrong_element_is_not_stored() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    for elements in [json!("x"), json!([{}]), json!([{"element": {"class": "Nope", "id": "x"}}])] {
        let body = json!({"name": "Mobility", "elements": elements});
        assert_eq!(app.post(TOPICS).key(&ulysse).json(&body).send().await.status, 400);
    }
    assert_eq!(app.get(TOPICS).key(&ulysse).send().await.json()["total"], 0);
    assert_eq!(app.get("/api/1/activity/").key(&ulysse).send().await.json()["total"], 0);
}

#[actix_web::test]
async fn a_private_topic_and_its_elements_are_not_there_for_strangers() {
    let app = TestApp::new().await;
    let (ulysse, otto) = (app.user("Ulysse User").await, app.user("Otto Other").await);
    created(&app, &ulysse, &json!({"name": "Mobility", "private": true, "elements": [{"title": "x"}]})).await;
    for path in [TOPIC, ELEMENTS] {
        assert_eq!(app.get(path).send().await.status, 404);
        assert_eq!(app.get(path).key(&otto).send().await.status, 404);
        assert_eq!(app.get(path).key(&ulysse).send().await.status, 200);
    }
    assert_eq!(app.get(TOPICS).key(&otto).send().await.json()["total"], 0);
    assert_eq!(app.get(TOPICS).key(&ulysse).send().await.json()["total"], 1);
    assert_eq!(app.get("/api/2/topics/?private=true").send().await.status, 401);
}

#[actix_web::test]
async fn elements_are_added_changed_and_removed_and_each_is_told() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let dataset = json!({"title": "Bus stops", "description": "d"});
    let dataset = app.post("/api/1/datasets/").key(&ulysse).json(&dataset).send().await.json()["id"].clone();
    created(&app, &ulysse, &json!({"name": "Mobility"})).await;
    let sent = json!([{"element": {"class": "Dataset", "id": dataset}}, {"title": "Two"}]);
    let added = app.post(ELEMENTS).key(&ulysse).json(&sent).send().await;
    assert_eq!(added.status, 201, "{added:?}");
    let added = added.json();
    assert_eq!(
        added[0],
        json!({
            "id": added[0]["id"], "title": null, "description": null, "tags": [], "extras": {},
            "element": {"class": "Dataset", "id": dataset}
        })
    );
    let path = format!("{ELEMENTS}{}/", added[1]["id"].as_str().unwrap());
    let changed = app.put(&path).key(&ulysse).json(&json!({"title": "Three"})).send().await;
    assert_eq!(changed.json()["title"], "Three");
    let refused = app.put(&path).key(&ulysse).json(&json!({"title": null})).send().await;
    assert_eq!(refused.json()["errors"], json!({"element": "A topic element must have a title or an element."}));
    app.delete(&path).key(&ulysse).send().await.is_empty(204);
    assert_eq!(app.delete(&path).key(&ulysse).send().await.status, 404);
    let with_dataset = format!("{TOPICS}?dataset={}", dataset.as_str().unwrap());
    assert_eq!(app.get(&with_dataset).send().await.json()["total"], 1);
    app.delete(ELEMENTS).key(&ulysse).send().await.is_empty(204);
    assert_eq!(app.get(&with_dataset).send().await.json()["total"], 0);
    let told = app.get("/api/1/activity/?key=topic:element:deleted").send().await.json();
    assert_eq!(told["total"], 2);
    assert_eq!(told["data"][0]["related_to"], "Mobility");
    assert!(told["data"][0]["extras"]["element_id"].is_string());
}

#[actix_web::test]
async fn elements_that_are_wrong_are_refused_all_together() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    created(&app, &ulysse, &json!({"name": "Mobility"})).await;
    let post = |body: Value| app.post(ELEMENTS).key(&ulysse).json(&body).send();
    post(json!({})).await.refuses(400, "Expecting a list");
    post(json!([{"title": "good"}, {}])).await.is(
        400,
        json!({
            "errors": [{"element": ["A topic element must have a title or an element."]}],
            "message": "Input payload validation failed",
            "status": 400
        }),
    );
    assert_eq!(app.get(ELEMENTS).send().await.json()["total"], 0);
}

#[actix_web::test]
async fn elements_go_with_their_topic() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    created(&app, &ulysse, &json!({"name": "Mobility", "elements": [{"title": "x"}]})).await;
    app.delete(TOPIC).key(&ulysse).send().await.is_empty(204);
    assert_eq!(app.get(TOPIC).key(&ulysse).send().await.status, 404);
    assert_eq!(app.store().topic_elements.count(&basalt_domain::Filter::always()).await.unwrap(), 0);
}

#[actix_web::test]
async fn new_elements_replace_those_there_were() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    created(&app, &ulysse, &json!({"name": "Mobility", "elements": [{"title": "a"}, {"title": "b"}]})).await;
    let put = |body: Value| app.put(TOPIC).key(&ulysse).json(&body).send();
    assert_eq!(put(json!({"description": "d"})).await.json()["elements"]["total"], 2);
    assert_eq!(put(json!({"elements": [{"title": "c"}]})).await.json()["elements"]["total"], 1);
    assert_eq!(put(json!({"elements": []})).await.json()["elements"]["total"], 0);
    put(json!([])).await.refuses(400, "Expected a JSON object");
}

#[actix_web::test]
async fn a_partial_editor_makes_topics_but_does_not_edit_them() {
    let app = TestApp::new().await;
    let (olga, paula) = (app.user("Olga Owner").await, app.user("Paula Partial").await);
    let insee = an_organization().with_admin(&olga).with(&paula, OrganizationRole::PartialEditor).stored(&app).await;
    created(&app, &paula, &json!({"name": "Mobility", "organization": insee.id.to_string()})).await;
    let change = json!({"description": "x"});
    assert_eq!(app.put(TOPIC).key(&paula).json(&change).send().await.status, 403);
    assert_eq!(app.put(TOPIC).key(&olga).json(&change).send().await.status, 200);
    let mine = app.get("/api/2/me/org_topics/").key(&paula).send().await.json();
    assert_eq!(mine["total"], 1);
}

#[actix_web::test]
async fn a_topic_keeps_the_geometry_it_is_given() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    created(&app, &ulysse, &json!({"name": "Mobility"})).await;
    let geom = json!({"type": "MultiPolygon", "coordinates": [[[[0, 0], [0, 1], [1, 1], [0, 0]]]]});
    let put = async |spatial: Value| app.put(TOPIC).key(&ulysse).json(&json!({"spatial": spatial})).send().await;
    let answer = put(json!({"geom": geom})).await;
    assert_eq!(answer.json()["spatial"], json!({"geom": geom, "zones": [], "granularity": "other"}));
    for (spatial, at, told) in [
        (json!({"geom": {"type": "Point"}}), "geom", "MultiPolygonField type must be \"MultiPolygon\""),
        (
            json!({"geom": geom, "zones": ["fr:commune:13004"]}),
            "__all__",
            "The spatial coverage cannot contains a Geozone and a Geometry",
        ),
    ] {
        let answer = put(spatial).await;
        assert_eq!((answer.status, &answer.json()["errors"]), (400, &json!({"spatial": {at: told}})));
    }
    assert_eq!(app.get(TOPIC).send().await.json()["spatial"]["geom"], geom);
}

#[actix_web::test]
async fn only_who_asks_for_private_topics_must_say_who_they_are() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    created(&app, &ulysse, &json!({"name": "Open"})).await;
    created(&app, &ulysse, &json!({"name": "Closed", "private": true})).await;
    app.get(&format!("{TOPICS}?private=true")).send().await.refuses(401, "Unauthorized");
    let slugs = async |query: &str, by: Option<&Account>| {
        let request = app.get(&format!("{TOPICS}?{query}"));
        let request = if let Some(account) = by { request.key(account) } else { request };
        let shown = request.send().await.json();
        shown["data"].as_array().unwrap().iter().map(|topic| topic["slug"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(slugs("private=false", None).await, ["open"]);
    assert_eq!(slugs("private=false", Some(&ulysse)).await, ["open"]);
    assert_eq!(slugs("private=true", Some(&ulysse)).await, ["closed"]);
}
