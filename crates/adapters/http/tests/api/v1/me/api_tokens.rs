//! `/api/1/me/api_tokens/`.

use serde_json::{Value, json};

use crate::support::{Account, NOW, TestApp};

const PATH: &str = "/api/1/me/api_tokens/";

async fn created(app: &TestApp, account: &Account, body: &Value) -> Value {
    let answer = app.post(PATH).key(account).json(body).send().await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    answer.json()
}

#[actix_web::test]
async fn a_new_key_is_shown_once_and_works() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let body = json!({"name": "mine", "expires_at": "2099-05-06T07:08:09.123+02:00", "scopes": ["read", "write"]});
    let answer = app.post(PATH).key(&ulysse).json(&body).send().await;
    let made = answer.json();
    let (id, key) = (made["id"].as_str().unwrap().to_owned(), made["token"].as_str().unwrap().to_owned());
    assert!(key.len() == 70 && key.starts_with("udata_"), "{key}");
    let mut shown = json!({
        "created_at": NOW, "expires_at": "2099-05-06T05:08:09.123000+00:00", "id": id, "kind": "api_key",
        "last_used_at": null, "name": "mine", "revoked_at": null, "scopes": ["read", "write"], "token": key,
        "token_prefix": key[..14], "user_agents": [],
    });
    answer.is(201, shown.clone());
    let used = app.get("/api/1/me/").plain_key(&key).header("user-agent", "curl/8").send().await;
    assert_eq!(used.status, 200);
    app.settle().await;
    shown.as_object_mut().unwrap().remove("token");
    (shown["last_used_at"], shown["user_agents"]) = (NOW.into(), json!(["curl/8"]));
    let listed = app.get(PATH).key(&ulysse).send().await.json();
    let listed = listed.as_array().unwrap().iter().find(|token| token["id"] == shown["id"]);
    assert_eq!(listed, Some(&shown));
}

#[actix_web::test]
async fn a_key_for_which_nothing_is_said_is_for_everything_and_for_ever() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    for body in
        [json!({}), json!({"scopes": []}), json!({"scopes": null, "name": null, "expires_at": null, "kind": "x"})]
    {
        let made = created(&app, &ulysse, &body).await;
        assert_eq!(
            json!([made["scopes"], made["expires_at"], made["name"], made["kind"]]),
            json!([["admin"], null, null, "api_key"])
        );
    }
    let made = created(&app, &ulysse, &json!({"expires_at": "2099-05-06"})).await;
    assert_eq!(made["expires_at"], json!("2099-05-06T00:00:00+00:00"));
}

#[actix_web::test]
async fn wishes_that_cannot_be_met_are_told() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let scopes = "Value must be one of ['read', 'write', 'admin']";
    let list = "Only lists and tuples may be used in a list field";
    let text = "StringField only accepts string values";
    let second = format!("1.{scopes}");
    for (field, value, errors, said) in [
        ("name", json!(5), json!(text), text),
        ("name", json!("x".repeat(256)), json!("String value is too long"), "String value is too long"),
        ("scopes", json!(["nope"]), json!({"0": scopes}), scopes),
        ("scopes", json!(["read", {"$gt": ""}]), json!({"1": scopes}), second.as_str()),
        ("scopes", json!("admin"), json!(list), list),
    ] {
        let answer = app.post(PATH).key(&ulysse).json(&json!({field: value})).send().await;
        let message = format!("ValidationError (ApiToken:None) ({said}: ['{field}'])");
        answer.is(400, json!({"errors": {field: errors}, "message": message, "status": 400}));
    }
    for (end, said) in [
        (json!("nope"), "Invalid expires_at format"),
        (json!(5), "Invalid expires_at format"),
        (json!("2020-01-01"), "expires_at must be in the future"),
    ] {
        app.post(PATH).key(&ulysse).json(&json!({"expires_at": end})).send().await.refuses(400, said);
    }
}

#[actix_web::test]
async fn a_key_ends_when_it_says_and_is_listed_still() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let made = created(&app, &ulysse, &json!({"expires_at": "2026-01-02T03:05:00Z"})).await;
    let key = made["token"].as_str().unwrap();
    assert_eq!(app.get("/api/1/me/").plain_key(key).send().await.status, 200);
    app.clock.advance_millis(60_000);
    app.get("/api/1/me/").plain_key(key).send().await.refuses(401, "Expired API token");
    let listed = app.get(PATH).key(&ulysse).send().await.json();
    assert!(listed.as_array().unwrap().iter().any(|token| token["id"] == made["id"]));
}

#[actix_web::test]
async fn a_revoked_key_no_longer_works_nor_is_it_listed() {
    let app = TestApp::new().await;
    let (ulysse, otto) = (app.user("Ulysse User").await, app.user("Otto Other").await);
    let made = created(&app, &ulysse, &json!({})).await;
    let path = format!("{PATH}{}/", made["id"].as_str().unwrap());
    app.delete(&path).send().await.refuses(401, "Unauthorized");
    app.delete(&path).key(&otto).send().await.refuses(404, "Token not found");
    app.delete(&path).key(&ulysse).send().await.is_empty(204);
    app.delete(&path).key(&ulysse).send().await.refuses(410, "Token already revoked");
    app.get("/api/1/me/").plain_key(made["token"].as_str().unwrap()).send().await.refuses(401, "Revoked API token");
    let listed = app.get(PATH).key(&ulysse).send().await.json();
    assert_eq!(listed.as_array().unwrap().len(), 1, "the key that asks");
}

#[actix_web::test]
async fn it_is_not_told_whether_another_has_a_key_of_this_id() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let answer = app.delete(&format!("{PATH}000000000000000000000000/")).key(&ulysse).send().await;
    answer.refuses(404, "Token not found");
    let answer = app.get(&format!("{PATH}000000000000000000000000/")).key(&ulysse).send().await;
    assert_eq!((answer.status, answer.header("allow")), (405, "DELETE, OPTIONS"));
    assert_eq!(app.delete(&format!("{PATH}nope/")).key(&ulysse).send().await.status, 404);
}
