//! `/api/1/activity/`.

use basalt_domain::{Activity, ActivityKey, ObjectId};
use basalt_ports::ChangeSet;
use serde_json::{Value, json};

use crate::support::{Account, FRONT, NOW, TestApp, an_organization, organization_reference};

fn page(data: &[Value]) -> Value {
    json!({
        "data": data, "next_page": null, "page": 1, "page_size": 20, "previous_page": null, "total": data.len(),
    })
}

/// What `actor` did to this object just now.
async fn done(app: &TestApp, actor: &Account, key: ActivityKey, object: ObjectId) -> Activity {
    let context = &app.services.context;
    let activity = Activity::by_user(context.id(), key, actor.id, object, context.now());
    context.store.commit(ChangeSet::new().insert(&activity)).await.unwrap();
    activity
}

#[actix_web::test]
async fn a_change_of_an_organization_is_told_with_what_changed() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let organization = an_organization().with_admin(&olga).stored(&app).await;
    let path = format!("/api/1/organizations/{}/", organization.id);
    assert_eq!(app.put(&path).key(&olga).json(&json!({"acronym": "IN", "url": null})).send().await.status, 200);
    let answer = app.get("/api/1/activity/").send().await;
    let id = answer.json()["data"][0]["id"].clone();
    let mut reference = organization_reference(&organization, false);
    reference["acronym"] = "IN".into();
    let told = json!({
        "actor": olga.reference(), "changes": ["acronym"], "created_at": NOW, "extras": {}, "icon": "fa fa-pencil",
        "id": id, "key": "organization:updated", "label": "updated an organization", "organization": reference,
        "related_to": "INSEE", "related_to_id": organization.id.to_string(), "related_to_kind": "Organization",
        "related_to_url": format!("{FRONT}/organizations/insee"),
    });
    answer.is(200, page(&[told]));
}

#[actix_web::test]
async fn following_is_told_newest_first() {
    let app = TestApp::new().await;
    let (ulysse, otto) = (app.user("Ulysse User").await, app.user("Otto Other").await);
    let organization = an_organization().stored(&app).await;
    let organization_followed = done(&app, &ulysse, ActivityKey::OrganizationFollowed, organization.id).await;
    app.clock.advance_millis(1000);
    let user_followed = done(&app, &ulysse, ActivityKey::UserFollowed, otto.id).await;
    let older = json!({
        "actor": ulysse.reference(), "changes": [], "created_at": NOW, "extras": {}, "icon": "fa fa-eye",
        "id": organization_followed.id.to_string(), "key": "organization:followed",
        "label": "followed an organization", "organization": null, "related_to": "INSEE",
        "related_to_id": organization.id.to_string(), "related_to_kind": "Organization",
        "related_to_url": format!("{FRONT}/organizations/insee"),
    });
    let newer = json!({
        "actor": ulysse.reference(), "changes": [], "created_at": "2026-01-02T03:04:06.678000+00:00", "extras": {},
        "icon": "fa fa-eye", "id": user_followed.id.to_string(), "key": "user:followed", "label": "followed a user",
        "organization": null, "related_to": "Otto Other", "related_to_id": otto.id.to_string(),
        "related_to_kind": "User", "related_to_url": format!("{FRONT}/users/otto-other"),
    });
    app.get("/api/1/activity/").send().await.is(200, page(&[newer.clone(), older.clone()]));
    app.get("/api/1/activity/?sort=created_at").send().await.is(200, page(&[older.clone(), newer.clone()]));
    for (query, expected) in [
        (format!("user={}", ulysse.id), vec![newer.clone(), older.clone()]),
        (format!("user={}", otto.id), vec![]),
        (format!("related_to={}", otto.id), vec![newer.clone()]),
        (format!("organization={}", organization.id), vec![older.clone()]),
        ("key=user:followed".into(), vec![newer.clone()]),
        ("key=user:followed&key=organization:followed".into(), vec![newer.clone(), older.clone()]),
        ("key=dataset:created".into(), vec![]),
    ] {
        app.get(&format!("/api/1/activity/?{query}")).send().await.is(200, page(&expected));
    }
}

#[actix_web::test]
async fn what_was_done_to_who_is_gone_names_nobody() {
    let app = TestApp::new().await;
    let (ada, ulysse, otto) = (app.admin().await, app.user("Ulysse User").await, app.user("Otto Other").await);
    done(&app, &ulysse, ActivityKey::UserFollowed, otto.id).await;
    app.change_user(otto.id, |user| user.active = false).await;
    done(&app, &ulysse, ActivityKey::OrganizationFollowed, ObjectId::from_bytes([7; 12])).await;
    let shown = app.get("/api/1/activity/?sort=created_at").send().await.json();
    for place in [0, 1] {
        let activity = &shown["data"][place];
        assert_eq!(json!([activity["related_to"], activity["related_to_url"]]), json!([null, null]));
    }
    let shown = app.get("/api/1/activity/?sort=created_at").key(&ada).send().await.json();
    assert_eq!(shown["data"][0]["related_to"], json!("Otto Other"), "administrators see blocked accounts");
}

#[actix_web::test]
async fn activities_of_a_deleted_organization_are_still_told() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let organization = an_organization().with_admin(&olga).stored(&app).await;
    let path = format!("/api/1/organizations/{}/", organization.id);
    app.delete(&path).key(&olga).send().await.is_empty(204);
    let shown = app.get(&format!("/api/1/activity/?organization={}", organization.id)).send().await.json();
    assert_eq!((&shown["total"], &shown["data"][0]["changes"]), (&json!(1), &json!(["deleted"])));
    assert_eq!(shown["data"][0]["related_to"], json!("INSEE"));
}

#[actix_web::test]
async fn what_cannot_be_shown_is_left_out_as_the_reference_does_but_counted() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    done(&app, &ulysse, ActivityKey::DatasetCreated, ObjectId::from_bytes([7; 12])).await;
    let mut expected = page(&[]);
    expected["total"] = 1.into();
    app.get("/api/1/activity/").send().await.is(200, expected);
}

#[actix_web::test]
async fn what_happens_to_a_private_reuse_is_told_to_those_only_who_may_see_it() {
    let app = TestApp::new().await;
    let (ulysse, otto) = (app.user("Ulysse User").await, app.user("Otto Other").await);
    let reuse = json!({
        "title": "Next bus", "description": "d", "type": "api", "topic": "health", "url": "https://example.org/bus",
        "private": true
    });
    assert_eq!(app.post("/api/1/reuses/").key(&ulysse).json(&reuse).send().await.status, 201);
    let told = app.get("/api/1/activity/").key(&ulysse).send().await.json();
    assert_eq!(told["data"][0]["related_to"], "Next bus");
    assert_eq!(told["data"][0]["key"], "reuse:created");
    for other in [app.get("/api/1/activity/"), app.get("/api/1/activity/").key(&otto)] {
        assert_eq!(other.send().await.json()["data"], json!([]));
    }
}

#[actix_web::test]
async fn wishes_that_make_no_sense_are_refused() {
    let app = TestApp::new().await;
    for (query, said) in [
        ("key=nope&key=user:followed&key=x", "Unknown activity key(s): nope, x"),
        ("organization=nope", "`organization` must be an identifier"),
        ("user=nope", "`user` must be an identifier"),
        ("related_to=nope", "`related_to` must be an identifier"),
    ] {
        app.get(&format!("/api/1/activity/?{query}")).send().await.refuses(400, said);
    }
    assert_eq!(app.get("/api/1/activity/?sort=key").send().await.status, 400);
    assert_eq!(app.get("/api/1/activity/?page=99").send().await.status, 404);
}

#[actix_web::test]
async fn a_page_costs_the_same_number_of_queries_whatever_its_size() {
    let app = TestApp::uncached().await;
    for number in 0..25 {
        let user = app.user(&format!("User{number} Tester")).await;
        let organization = an_organization().named(&format!("Organisation {number}")).stored(&app).await;
        done(&app, &user, ActivityKey::OrganizationFollowed, organization.id).await;
        done(&app, &user, ActivityKey::UserFollowed, user.id).await;
    }
    let mut costs = Vec::new();
    for size in [2, 50] {
        app.storage.take();
        let shown = app.get(&format!("/api/1/activity/?page_size={size}")).send().await.json();
        assert_eq!(shown["data"].as_array().unwrap().len(), size);
        costs.push(app.storage.take().reads());
    }
    // The page, its total, users, organisations.
    assert_eq!(costs, [4, 4]);
}

#[actix_web::test]
async fn an_empty_key_asks_for_every_kind() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    done(&app, &olga, ActivityKey::OrganizationUpdated, an_organization().stored(&app).await.id).await;
    assert_eq!(app.get("/api/1/activity/?key=").send().await.json()["total"], 1);
    assert_eq!(app.get("/api/1/activity/?key=&key=dataset:created").send().await.json()["total"], 0);
    app.get("/api/1/activity/?key=&key=nope").send().await.refuses(400, "Unknown activity key(s): nope");
}
