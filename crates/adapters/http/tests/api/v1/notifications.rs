//! `/api/1/notifications/`.

use serde_json::{Value, json};

use crate::support::{Account, NOW, TestApp, an_organization, organization_reference};

const PATH: &str = "/api/1/notifications/";

fn page(data: &[Value]) -> Value {
    json!({
        "data": data, "next_page": null, "page": 1, "page_size": 20, "previous_page": null, "total": data.len(),
    })
}

/// Asks to join `insee`.
async fn asked(app: &TestApp, by: &Account) {
    let answer = app.post("/api/1/organizations/insee/membership/").key(by).json(&json!({"comment": "x"})).send().await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
}

#[actix_web::test]
async fn a_request_to_join_is_told_to_the_admins_with_who_and_where() {
    let app = TestApp::new().await;
    let (olga, ulysse) = (app.user("Olga Owner").await, app.user("Ulysse User").await);
    let organization = an_organization().with_admin(&olga).stored(&app).await;
    asked(&app, &ulysse).await;
    let answer = app.get(PATH).key(&olga).send().await;
    let id = answer.json()["data"][0]["id"].clone();
    let notice = json!({
        "created_at": NOW,
        "details": {
            "class": "MembershipRequestNotificationDetails",
            "request_organization": organization_reference(&organization, true),
            "request_user": ulysse.reference(),
        },
        "handled_at": null, "id": id, "last_modified": NOW, "reasons": ["organization.admin"],
        "requires_action": true, "type": "organization.membership.requested", "user": olga.reference(),
    });
    answer.is(200, page(&[notice]));
    app.get(PATH).key(&ulysse).send().await.is(200, page(&[]));
    app.get(PATH).send().await.refuses(401, "Unauthorized");
}

#[actix_web::test]
async fn the_answer_to_a_request_and_a_badge_are_told_with_the_organization() {
    let app = TestApp::new().await;
    let (ada, olga, ulysse) = (app.admin().await, app.user("Olga Owner").await, app.user("Ulysse User").await);
    an_organization().with_admin(&olga).stored(&app).await;
    asked(&app, &ulysse).await;
    let requests = app.get("/api/1/organizations/insee/membership/").key(&olga).send().await.json();
    let accept = format!("/api/1/organizations/insee/membership/{}/accept/", requests[0]["id"].as_str().unwrap());
    assert_eq!(app.post(&accept).key(&olga).send().await.status, 200);
    app.clock.advance_millis(1000);
    let badge = app.post("/api/1/organizations/insee/badges/").key(&ada).json(&json!({"kind": "company"}));
    assert_eq!(badge.send().await.status, 201);
    let told = app.get(PATH).key(&ulysse).send().await.json();
    let kinds: Vec<Value> = told["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|notice| {
            let details = &notice["details"];
            json!([
                notice["type"],
                notice["reasons"],
                notice["requires_action"],
                details["class"],
                details["organization"]["name"]
            ])
        })
        .collect();
    assert_eq!(
        kinds,
        [
            json!([
                "organization.badge.company",
                ["organization.editor"],
                false,
                "NewBadgeNotificationDetails",
                "INSEE"
            ]),
            json!([
                "organization.membership.accepted",
                ["requester"],
                false,
                "MembershipAcceptedNotificationDetails",
                "INSEE"
            ]),
        ]
    );
}

#[actix_web::test]
async fn notices_are_marked_as_dealt_with_by_who_got_them() {
    let app = TestApp::new().await;
    let (olga, ulysse) = (app.user("Olga Owner").await, app.user("Ulysse User").await);
    an_organization().with_admin(&olga).stored(&app).await;
    asked(&app, &ulysse).await;
    let mut notice = app.get(PATH).key(&olga).send().await.json()["data"][0].clone();
    app.get(&format!("{PATH}?handled=false")).key(&olga).send().await.is(200, page(&[notice.clone()]));
    let read = format!("{PATH}{}/read/", notice["id"].as_str().unwrap());
    app.clock.advance_millis(1000);
    app.post(&read).send().await.refuses(401, "Unauthorized");
    let forbidden = "You do not have the permission to modify that object.";
    app.post(&read).key(&ulysse).send().await.refuses(403, forbidden);
    let later = "2026-01-02T03:04:06.678000+00:00";
    (notice["handled_at"], notice["last_modified"]) = (later.into(), later.into());
    app.post(&read).key(&olga).send().await.is(200, notice.clone());
    app.get(&format!("{PATH}?handled=true")).key(&olga).send().await.is(200, page(&[notice]));
    app.get(&format!("{PATH}?handled=false")).key(&olga).send().await.is(200, page(&[]));
    assert_eq!(app.post(&format!("{PATH}nope/read/")).key(&olga).send().await.status, 404);
}

#[actix_web::test]
async fn a_list_is_narrowed_and_sorted_as_asked() {
    let app = TestApp::new().await;
    let (olga, ulysse, otto) =
        (app.user("Olga Owner").await, app.user("Ulysse User").await, app.user("Otto Other").await);
    an_organization().with_admin(&olga).stored(&app).await;
    asked(&app, &ulysse).await;
    app.clock.advance_millis(1000);
    asked(&app, &otto).await;
    let both = app.get(PATH).key(&olga).send().await.json()["data"].as_array().unwrap().clone();
    let names: Vec<&Value> = both.iter().map(|notice| &notice["details"]["request_user"]["first_name"]).collect();
    assert_eq!(names, ["Otto", "Ulysse"], "newest first");
    let oldest = app.get(&format!("{PATH}?sort=created&page_size=1")).key(&olga).send().await;
    oldest.is(
        200,
        json!({
            "data": [both[1]], "next_page": "http://data.test/api/1/notifications/?sort=created&page_size=1&page=2",
            "page": 1, "page_size": 1, "previous_page": null, "total": 2,
        }),
    );
    for (query, expected) in [
        ("type=organization.membership.requested".to_owned(), both.as_slice()),
        ("type=organization.membership.invited".to_owned(), &[]),
        ("type=discussion.new".to_owned(), &[]),
        (format!("user={}", olga.id), both.as_slice()),
        (format!("user={}", ulysse.id), &[]),
    ] {
        app.get(&format!("{PATH}?{query}")).key(&olga).send().await.is(200, page(expected));
    }
}

#[actix_web::test]
async fn wishes_that_make_no_sense_are_refused() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let sort = "The field (and direction) on which sorting apply The value 'nope' is not a valid choice for 'sort'.";
    for (name, value, said) in [
        ("handled", "maybe", "Invalid literal for boolean(): maybe"),
        ("type", "nope", "The value 'nope' is not a valid choice for 'type'."),
        ("sort", "nope", sort),
    ] {
        let answer = app.get(&format!("{PATH}?{name}={value}")).key(&ulysse).send().await;
        answer.is(400, json!({"errors": {name: said}, "message": "Input payload validation failed", "status": 400}));
    }
    app.get(&format!("{PATH}?user=nope")).key(&ulysse).send().await.refuses(400, "`user` must be an identifier");
    assert_eq!(app.get(&format!("{PATH}?page=99")).key(&ulysse).send().await.status, 404);
}

#[actix_web::test]
async fn admins_of_an_organisation_hear_of_a_new_reuse_of_its_datasets() {
    let app = TestApp::new().await;
    let (olga, ulysse) = (app.user("Olga Owner").await, app.user("Ulysse User").await);
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let dataset = json!({"title": "Bus stops", "description": "d", "organization": insee.id.to_string()});
    let dataset = app.post("/api/1/datasets/").key(&olga).json(&dataset).send().await.json()["id"].clone();
    for (title, private) in [("Next bus", false), ("Draft", true)] {
        let reuse = json!({
            "title": title, "description": "d", "type": "api", "topic": "health",
            "url": format!("https://example.org/{private}"), "datasets": [dataset], "private": private
        });
        assert_eq!(app.post("/api/1/reuses/").key(&ulysse).json(&reuse).send().await.status, 201);
    }
    let told = app.get("/api/1/notifications/").key(&olga).send().await.json();
    assert_eq!(told["total"], 1);
    assert_eq!(told["data"][0]["type"], "reuse.created");
    let details = &told["data"][0]["details"];
    assert_eq!((&details["reuse"]["title"], &details["dataset"]["title"]), (&json!("Next bus"), &json!("Bus stops")));
}
