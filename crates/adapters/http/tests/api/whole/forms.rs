//! What every form does alike with values that look right and are not.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Account, TestApp};

/// Objects whose extras udata checks: their family, how they are changed, what a new one needs.
fn families() -> [(&'static str, Method, Value); 4] {
    let reuse = json!({
        "title": "R", "description": "d", "type": "api", "topic": "health", "url": "https://example.org/"
    });
    let chart = json!({
        "title": "C", "description": "d", "x_axis": {"column_x": "a", "type": "discrete"},
        "series": [{"resource_id": "00000000-0000-4000-8000-000000000000", "type": "line", "column_y": "b"}]
    });
    [
        ("/api/1/reuses/", Method::PUT, reuse),
        ("/api/1/dataservices/", Method::PATCH, json!({"title": "D", "description": "d"})),
        ("/api/1/visualizations/", Method::PATCH, chart),
        ("/api/2/topics/", Method::PUT, json!({"name": "T", "description": "d"})),
    ]
}

async fn created(app: &TestApp, by: &Account, family: &str, body: &Value) -> String {
    let answer = app.post(family).key(by).json(body).send().await;
    assert_eq!(answer.status, 201, "{family}: {answer:?}");
    format!("{family}{}/", answer.json()["id"].as_str().unwrap())
}

/// udata cannot store it, and would refuse every later change of the object.
#[actix_web::test]
async fn an_extra_that_is_null_is_refused_and_one_deeper_is_kept() {
    const TOLD: &str = "Value should be an instance of: str, int, float, bool, datetime, date, list, dict";
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    for (family, method, body) in families() {
        let at = created(&app, &ulysse, family, &body).await;
        let change = async |extras: Value| {
            app.request(method.clone(), &at).key(&ulysse).json(&json!({"extras": extras})).send().await
        };
        let kept = json!({"a": {"b": null}, "c": 1});
        assert_eq!(change(kept.clone()).await.json()["extras"], kept, "{family}");
        let answer = change(json!({"c": 2, "n": null})).await;
        assert_eq!((answer.status, &answer.json()["errors"]), (400, &json!({"extras": {"n": TOLD}})), "{family}");
        assert_eq!(app.get(&at).key(&ulysse).send().await.json()["extras"], kept, "{family}");
    }
}

#[actix_web::test]
async fn a_blank_text_is_none() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let service = created(&app, &ulysse, "/api/1/dataservices/", &json!({"title": "D", "acronym": "A"})).await;
    let answer = app.patch(&service).key(&ulysse).json(&json!({"acronym": " \t"})).send().await;
    assert_eq!((answer.status, &answer.json()["acronym"]), (200, &Value::Null));
    let answer = app.put("/api/1/me/").key(&ulysse).json(&json!({"about": " ", "website": " "})).send().await;
    assert_eq!((&answer.json()["about"], &answer.json()["website"]), (&Value::Null, &Value::Null));
}

#[actix_web::test]
async fn null_and_a_blank_text_clear_a_list() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let [(family, method, mut body), ..] = families();
    let dataset = created(&app, &ulysse, "/api/1/datasets/", &json!({"title": "D", "description": "d"})).await;
    body["tags"] = json!(["bus"]);
    body["datasets"] = json!([dataset.trim_end_matches('/').rsplit('/').next().unwrap()]);
    for empty in [json!(null), json!(""), json!(" ")] {
        body["url"] = json!(format!("https://example.org/{empty}").replace([' ', '"'], "x"));
        let at = created(&app, &ulysse, family, &body).await;
        let change = json!({"tags": empty, "datasets": empty});
        let answer = app.request(method.clone(), &at).key(&ulysse).json(&change).send().await;
        assert_eq!((&answer.json()["tags"], &answer.json()["datasets"]), (&json!([]), &json!([])), "{empty}");
    }
}

#[actix_web::test]
async fn blanks_around_an_address_are_left_out() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let answer = app.put("/api/1/me/").key(&ulysse).json(&json!({"website": " https://example.org/ "})).send().await;
    assert_eq!((answer.status, &answer.json()["website"]), (200, &json!("https://example.org/")));
    for wrong in ["https://exa mple.org/", "//example.org/x", "example.org"] {
        let answer = app.put("/api/1/me/").key(&ulysse).json(&json!({"website": wrong})).send().await;
        assert_eq!(answer.json()["errors"]["website"], format!("Invalid URL \"{wrong}\""));
    }
}

#[actix_web::test]
async fn a_number_with_more_digits_than_have_a_place_is_refused() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let topic = created(&app, &ulysse, "/api/2/topics/", &json!({"name": "T", "color": 7})).await;
    for number in [json!(1e30), json!(-1e30), json!(u64::MAX)] {
        let answer = app.put(&topic).key(&ulysse).json(&json!({"color": number})).send().await;
        assert_eq!(answer.json()["errors"]["color"], "Integer value is too large", "{number}");
    }
    assert_eq!(app.get(&topic).send().await.json()["color"], 7);
}
