//! Listing, creating and changing accounts.

use serde_json::{Value, json};

use crate::support::{Account, TestApp, a_picture, an_organization};

const FORBIDDEN: &str = "You do not have the permission to modify that object.";

fn page(data: &[Value]) -> Value {
    let total = data.len();
    json!({"data": data, "next_page": null, "page": 1, "page_size": 20, "previous_page": null, "total": total})
}

fn as_admin(ada: &Account) -> Value {
    let mut shown = ada.shown_whole();
    shown["roles"] = json!(["admin"]);
    shown
}

#[actix_web::test]
async fn only_administrators_with_a_key_for_everything_manage_accounts() {
    let app = TestApp::new().await;
    let (ada, ulysse) = (app.admin().await, app.user("Ulysse User").await);
    let narrow = app.key_for(ada.id, &["write"]).await;
    let requests = || {
        [
            app.get("/api/1/users/"),
            app.post("/api/1/users/").json(&json!({})),
            app.put("/api/1/users/ulysse-user/").json(&json!({"about": "x"})),
            app.delete("/api/1/users/ulysse-user/"),
            app.post("/api/1/users/ulysse-user/avatar/").file("a.png", &a_picture(), ""),
            app.post("/api/1/users/ulysse-user/rotate_password/"),
        ]
    };
    for request in requests() {
        request.send().await.refuses(401, "Unauthorized");
    }
    for request in requests() {
        request.key(&ulysse).send().await.refuses(403, FORBIDDEN);
    }
    for request in requests() {
        request.plain_key(&narrow).send().await.refuses(403, FORBIDDEN);
    }
}

#[actix_web::test]
async fn accounts_are_listed_newest_first_without_the_deleted() {
    let app = TestApp::new().await;
    let ada = app.admin().await;
    app.clock.advance_millis(1000);
    let ulysse = app.user("Ulysse User").await;
    let gone = app.user("Gone Person").await;
    app.change_user(gone.id, |user| user.deleted = Some(user.created_at)).await;
    let mut newest = ulysse.shown_whole();
    newest["since"] = "2026-01-02T03:04:06.678000+00:00".into();
    app.get("/api/1/users/").key(&ada).send().await.is(200, page(&[newest, as_admin(&ada)]));
}

#[actix_web::test]
async fn accounts_are_found_by_every_word_and_sorted_as_asked() {
    let app = TestApp::new().await;
    let ada = app.admin().await;
    let (bea, abel) = (app.user("Bea Zola").await, app.user("Abel Zola").await);
    let found = app.get("/api/1/users/?q=zola&sort=first_name").key(&ada).send().await;
    found.is(200, page(&[abel.shown_whole(), bea.shown_whole()]));
    let found = app.get("/api/1/users/?q=zola%20BEA").key(&ada).send().await;
    found.is(200, page(&[bea.shown_whole()]));
    app.get("/api/1/users/?q=zola%20ada").key(&ada).send().await.is(200, page(&[]));
    let refused = app.get("/api/1/users/?sort=nope").key(&ada).send().await;
    let said = "The field (and direction) on which sorting apply The value 'nope' is not a valid choice for 'sort'.";
    refused.is(400, json!({"errors": {"sort": said}, "message": "Input payload validation failed", "status": 400}));
}

#[actix_web::test]
async fn a_page_of_accounts_costs_the_same_number_of_queries_whatever_its_size() {
    let app = TestApp::uncached().await;
    let ada = app.admin().await;
    for number in 0..25 {
        let user = app.user(&format!("User{number} Tester")).await;
        an_organization().named(&format!("Organisation {number}")).with_admin(&user).stored(&app).await;
    }
    app.settle().await;
    let mut costs = Vec::new();
    for size in [1, 20] {
        app.storage.take();
        let answer = app.get(&format!("/api/1/users/?page_size={size}")).key(&ada).send().await;
        assert_eq!(answer.json()["data"].as_array().unwrap().len(), size);
        costs.push(app.storage.take().reads());
    }
    // Key, its user, the role of administrators; the page, its total, names of roles, organisations.
    assert!(costs[0] == costs[1] && costs[1] <= 7, "{costs:?}");
}

#[actix_web::test]
async fn a_new_account_is_active_and_has_the_wished_roles() {
    let app = TestApp::new().await;
    let ada = app.admin().await;
    let body = json!({
        "email": "Nina@Example.org", "first_name": "Nina", "last_name": "New", "about": "hi", "roles": ["admin"],
        "slug": "x", "password": "Password-123", "unknown": 1,
    });
    let answer = app.post("/api/1/users/").key(&ada).json(&body).send().await;
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let nina = Account {
        id: basalt_domain::ObjectId::parse(&id).unwrap(),
        slug: "nina-new".into(),
        email: "nina@example.org".into(),
        first: "Nina".into(),
        last: "New".into(),
        key: String::new(),
    };
    let mut shown = nina.shown_whole();
    shown["about"] = "hi".into();
    shown["roles"] = json!(["admin"]);
    answer.is(201, shown);
    assert_eq!(app.stored_user(nina.id).await.value.password, None, "passwords are never set by this");
    let again = json!({"email": "nina2@example.org", "first_name": "Nina", "last_name": "New", "active": false});
    let second = app.post("/api/1/users/").key(&ada).json(&again).send().await.json();
    assert_eq!(
        (&second["slug"], &second["active"], &second["roles"]),
        (&json!("nina-new-1"), &json!(false), &json!([]))
    );
}

#[actix_web::test]
async fn what_a_new_account_lacks_is_told_in_the_order_of_the_fields() {
    let app = TestApp::new().await;
    let ada = app.admin().await;
    app.post("/api/1/users/").key(&ada).json(&json!({})).send().await.is(
        400,
        json!({
            "errors": {
                "email": "Field is required", "first_name": "Field is required", "last_name": "Field is required"
            },
            "message": "ValidationError (User:None) (Field is required: ['email', 'first_name', 'last_name'])",
            "status": 400,
        }),
    );
}

/// A field, a value, and what is said about it; the summary of failed checks is the same text.
async fn refused(app: &TestApp, ada: &Account, ulysse: &Account, field: &str, value: Value, said: &str, check: bool) {
    let answer = app.put("/api/1/users/ulysse-user/").key(ada).json(&json!({field: value})).send().await;
    let summary = format!("ValidationError (User:{}) ({said}: ['{field}'])", ulysse.id);
    let message = if check { said.to_owned() } else { summary };
    answer.is(400, json!({"errors": {field: said}, "message": message, "status": 400}));
}

#[actix_web::test]
async fn fields_that_are_not_acceptable_are_told() {
    const NO_TEXT: &str = "StringField only accepts string values";
    let app = TestApp::new().await;
    let (ada, ulysse) = (app.admin().await, app.user("Ulysse User").await);
    for (field, value, said, check) in [
        ("email", json!(null), "Field is required", false),
        ("email", json!("nope"), "Invalid email address", true),
        ("email", json!("ada@example.org"), "This email is already used", true),
        ("email", json!("ADA@example.org"), "This email is already used", true),
        ("email", json!({"$gt": ""}), NO_TEXT, false),
        ("first_name", json!(null), "Field is required", false),
        ("first_name", json!("  "), "Field is required", false),
        ("first_name", json!("see www.example.org now"), "URLs not allowed in this field", true),
        ("first_name", json!("x".repeat(256)), "String value is too long", false),
        ("last_name", json!(5), NO_TEXT, false),
        ("last_name", json!("example.org"), "URLs not allowed in this field", true),
        ("about", json!(5), NO_TEXT, false),
        ("website", json!("nope"), "Invalid URL \"nope\"", false),
        ("website", json!("javascript:alert(1)"), "Invalid URL \"javascript:alert(1)\"", false),
        ("mail_cadence", json!("nope"), "Value must be one of ['immediate', 'daily', 'weekly']", false),
        ("notifications_paused", json!("x"), "BooleanField only accepts boolean values", false),
        ("active", json!("x"), "BooleanField only accepts boolean values", false),
        ("roles", json!("admin"), "Only lists and tuples may be used in a list field", false),
        ("roles", json!(["nope"]), "Unknown role 'nope'", true),
    ] {
        refused(&app, &ada, &ulysse, field, value, said, check).await;
    }
    app.get("/api/1/users/ulysse-user/").key(&ada).send().await.is(200, ulysse.shown_whole());
}

#[actix_web::test]
async fn the_first_field_that_fails_a_check_is_told() {
    let app = TestApp::new().await;
    let (ada, _ulysse) = (app.admin().await, app.user("Ulysse User").await);
    let body = json!({"first_name": "x.org", "last_name": "x.fr"});
    let said = "URLs not allowed in this field";
    app.put("/api/1/users/ulysse-user/")
        .key(&ada)
        .json(&body)
        .send()
        .await
        .is(400, json!({"errors": {"first_name": said}, "message": said, "status": 400}));
}

#[actix_web::test]
async fn exactly_the_sent_fields_are_changed_and_the_slug_stays() {
    let app = TestApp::new().await;
    let (ada, ulysse) = (app.admin().await, app.user("Ulysse User").await);
    let changes = json!({
        "first_name": "Uma", "about": "hi", "website": "https://example.org", "mail_cadence": "daily",
        "notifications_paused": true, "email": "uma@example.org", "roles": ["admin"], "slug": "x",
        "id": "x", "deleted": "2020-01-01", "password": "x",
    });
    let mut shown = ulysse.shown_whole();
    for (name, value) in changes.as_object().unwrap() {
        if !["slug", "id", "deleted", "password"].contains(&name.as_str()) {
            shown[name] = value.clone();
        }
    }
    let path = "/api/1/users/ulysse-user/";
    app.put(path).key(&ada).json(&changes).send().await.is(200, shown.clone());
    let cleared =
        json!({"about": null, "website": null, "mail_cadence": null, "notifications_paused": null, "roles": null});
    for (name, value) in [("about", json!(null)), ("website", json!(null)), ("mail_cadence", json!("immediate"))] {
        shown[name] = value;
    }
    (shown["notifications_paused"], shown["roles"]) = (false.into(), json!([]));
    app.put(path).key(&ada).json(&cleared).send().await.is(200, shown.clone());
    app.put(path).key(&ada).json(&json!({})).send().await.is(200, shown);
}

#[actix_web::test]
async fn a_change_of_what_is_no_longer_as_it_was_read_is_refused() {
    let app = TestApp::new().await;
    let (ada, _ulysse) = (app.admin().await, app.user("Ulysse User").await);
    let path = "/api/1/users/ulysse-user/";
    let tag = app.get(path).key(&ada).send().await.header("etag").to_owned();
    let change = |about: &str| app.put(path).key(&ada).header("if-match", &tag).json(&json!({"about": about}));
    assert_eq!(change("first").send().await.status, 200);
    change("second").send().await.refuses(412, "The object was changed since it was read");
}

#[actix_web::test]
async fn a_picture_is_stored_and_served_in_its_place() {
    let app = TestApp::new().await;
    let (ada, ulysse) = (app.admin().await, app.user("Ulysse User").await);
    let path = "/api/1/users/ulysse-user/avatar/";
    let answer = app.post(path).key(&ada).file("me.png", &a_picture(), "0,0,32,32").send().await;
    let image = answer.json()["image"].as_str().unwrap().to_owned();
    answer.is(200, json!({"image": image, "success": true}));
    let user = app.get("/api/1/users/ulysse-user/").send().await.json();
    assert_eq!(user["avatar"], json!(image));
    assert_eq!(user["avatar_thumbnail"], json!(image.replace(".png", "-500.png")));
    let file = app.get(image.strip_prefix("http://data.test").unwrap()).send().await;
    assert_eq!((file.status, file.header("content-type")), (200, "image/png"));
    assert_eq!(app.stored_user(ulysse.id).await.value.avatar.as_ref().unwrap().bbox, Some(vec![0, 0, 32, 32]));
    let missing = "The image to upload Missing required parameter in an uploaded file";
    let body = json!({"errors": {"file": missing}, "message": "Input payload validation failed", "status": 400});
    app.post(path).key(&ada).json(&json!({})).send().await.is(400, body);
    app.post(path).key(&ada).file("me.png", b"junk", "").send().await.refuses(400, "Unsupported image format");
}

#[actix_web::test]
async fn a_new_password_is_asked_for_and_all_sessions_end() {
    let app = TestApp::new().await;
    let (ada, ulysse) = (app.admin().await, app.user("Ulysse User").await);
    let before = app.stored_user(ulysse.id).await.value.fs_uniquifier.clone();
    app.post("/api/1/users/ulysse-user/rotate_password/").key(&ada).send().await.is_empty(204);
    let user = app.stored_user(ulysse.id).await;
    assert!(user.value.password_rotation_demanded.is_some() && user.value.fs_uniquifier != before);
    assert_eq!(app.post("/api/1/users/nope/rotate_password/").key(&ada).send().await.status, 404);
}
