//! `/api/1/users/suggest/`.

use serde_json::{Value, json};

use crate::support::{Account, TestApp};

fn suggestion(account: &Account, email: &str) -> Value {
    json!({
        "avatar_url": null,
        "email": email,
        "first_name": account.first,
        "id": account.id.to_string(),
        "last_name": account.last,
        "slug": account.slug,
    })
}

#[actix_web::test]
async fn users_are_found_by_every_part_of_their_name_and_never_by_their_address() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    for q in ["user", "ULYSSE", "ulysse-", "ulysse%20user", "user%20uly", ""] {
        let answer = app.get(&format!("/api/1/users/suggest/?q={q}")).send().await;
        answer.is(200, json!([suggestion(&ulysse, "***@example.org")]));
    }
    for q in ["example", "@", "ulysse%20ada"] {
        app.get(&format!("/api/1/users/suggest/?q={q}")).send().await.is(200, json!([]));
    }
}

#[actix_web::test]
async fn accents_do_not_matter_and_the_most_followed_come_first() {
    let app = TestApp::new().await;
    let (plain, accented) = (app.user("Helene Dupre").await, app.user("Hélène Dupré").await);
    app.change_user(plain.id, |user| _ = user.metrics.insert("followers", 2)).await;
    // As slugs are in storage.
    app.change_user(accented.id, |user| user.slug = "helene-dupre-1".into()).await;
    for q in ["helene", "H%C3%A9l%C3%A8ne", "dupre%20hel"] {
        let shown = app.get(&format!("/api/1/users/suggest/?q={q}")).send().await.json();
        let ids: Vec<&Value> = shown.as_array().unwrap().iter().map(|user| &user["id"]).collect();
        assert_eq!(ids, [&plain.id.to_string(), &accented.id.to_string()], "{q}");
    }
}

#[actix_web::test]
async fn administrators_see_the_whole_address() {
    let app = TestApp::new().await;
    let (ada, ulysse) = (app.admin().await, app.user("Ulysse User").await);
    let answer = app.get("/api/1/users/suggest/?q=ulysse").key(&ada).send().await;
    answer.is(200, json!([suggestion(&ulysse, "ulysse@example.org")]));
}

#[actix_web::test]
async fn as_many_are_suggested_as_were_asked_for_newest_first_without_the_deleted() {
    let app = TestApp::new().await;
    let mut users = Vec::new();
    for name in ["Anna Ember", "Emil Ember", "Olaf Ember", "Gone Ember"] {
        users.push(app.user(name).await);
        app.clock.advance_millis(1000);
    }
    app.change_user(users[3].id, |user| user.deleted = Some(user.created_at)).await;
    let answer = app.get("/api/1/users/suggest/?q=ember&size=2").send().await;
    answer.is(200, json!([suggestion(&users[2], "***@example.org"), suggestion(&users[1], "***@example.org")]));
    let said = "The amount of suggestion to fetch (between 1 and 20) The size must be an integer between 1 and 20.";
    let refusal = json!({"errors": {"size": said}, "message": "Input payload validation failed", "status": 400});
    for size in ["0", "21", "-1", "abc", ""] {
        app.get(&format!("/api/1/users/suggest/?q=e&size={size}")).send().await.is(400, refusal.clone());
    }
}

#[actix_web::test]
async fn a_text_to_look_for_is_needed() {
    let app = TestApp::new().await;
    let said = "The string to autocomplete/suggest Missing required parameter in the query string";
    let refusal = json!({"errors": {"q": said}, "message": "Input payload validation failed", "status": 400});
    app.get("/api/1/users/suggest/").send().await.is(400, refusal);
}
