//! `/api/1/posts/`.

use serde_json::{Value, json};

use crate::support::{Account, FRONT, NOW, SERVER, TestApp};

const POSTS: &str = "/api/1/posts/";

async fn created(app: &TestApp, ada: &Account, body: &Value) -> Value {
    let answer = app.post(POSTS).key(ada).json(body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

#[actix_web::test]
async fn a_post_is_a_draft_until_it_is_published() {
    let app = TestApp::new().await;
    let ada = app.admin().await;
    let ulysse = app.user("Ulysse User").await;
    let made = created(&app, &ada, &json!({"name": "Hello", "content": "c", "tags": ["Ab C"]})).await;
    for request in [app.get("/api/1/posts/hello/"), app.get("/api/1/posts/hello/").key(&ulysse)] {
        assert_eq!(request.send().await.status, 404);
    }
    let list = async |path: &str, key: &Account| app.get(path).key(key).send().await.json()["total"].clone();
    assert_eq!(list(POSTS, &ada).await, 0);
    assert_eq!(list("/api/1/posts/?with_drafts=true", &ada).await, 1);
    assert_eq!(list("/api/1/posts/?with_drafts=true", &ulysse).await, 0);
    assert_eq!(app.post("/api/1/posts/hello/publish/").key(&ulysse).send().await.status, 403);
    assert_eq!(app.post("/api/1/posts/hello/publish/").key(&ada).send().await.status, 200);
    app.get("/api/1/posts/hello/").send().await.is(
        200,
        json!({
            "ancestors": [],
            "blocs": [],
            "body_type": "markdown",
            "content": "c",
            "created_at": NOW,
            "credit_to": null,
            "credit_url": null,
            "datasets": [],
            "headline": null,
            "id": made["id"],
            "image": null,
            "image_thumbnail": null,
            "image_url": null,
            "kind": "news",
            "last_modified": NOW,
            "name": "Hello",
            "owner": ada.reference(),
            "page": format!("{FRONT}/posts/hello"),
            "parent": null,
            "published": NOW,
            "reuses": [],
            "sidemenu": false,
            "slug": "hello",
            "tags": ["Ab C"],
            "uri": format!("{SERVER}/api/1/posts/hello/"),
        }),
    );
    assert_eq!(app.delete("/api/1/posts/hello/publish/").key(&ada).send().await.json()["published"], Value::Null);
}

#[actix_web::test]
async fn text_is_needed_unless_there_are_blocks() {
    let app = TestApp::new().await;
    let ada = app.admin().await;
    let message = "content is required when body_type is 'markdown' or 'html'";
    app.post(POSTS).key(&ada).json(&json!({"name": "Hello"})).send().await.is(
        400,
        json!({
            "errors": {"__all__": message},
            "message": format!("ValidationError (Post:None) ({message}: ['__all__'])"),
            "status": 400
        }),
    );
    created(&app, &ada, &json!({"name": "Hello", "body_type": "blocs"})).await;
}

#[actix_web::test]
async fn a_slug_is_kept_when_the_name_changes_and_leads_on_when_it_changes_itself() {
    let app = TestApp::new().await;
    let ada = app.admin().await;
    created(&app, &ada, &json!({"name": "Hello", "content": "c"})).await;
    created(&app, &ada, &json!({"name": "Other", "content": "c"})).await;
    let put = |path: &str, body: Value| app.put(path).key(&ada).json(&body).send();
    assert_eq!(put("/api/1/posts/hello/", json!({"name": "New"})).await.json()["slug"], "hello");
    let taken = put("/api/1/posts/hello/", json!({"slug": "Other!"})).await;
    assert_eq!(taken.json()["errors"], json!({"slug": "This slug is already used by another post"}));
    assert_eq!(put("/api/1/posts/hello/", json!({"slug": "Own Slug!"})).await.json()["slug"], "own-slug");
    let moved = app.get("/api/1/posts/hello/").key(&ada).send().await;
    assert_eq!((moved.status, moved.header("location")), (308, "/api/1/posts/own-slug/"));
    app.delete("/api/1/posts/own-slug/").key(&ada).send().await.is_empty(204);
    assert_eq!(app.get("/api/1/posts/hello/").key(&ada).send().await.status, 404);
}

#[actix_web::test]
async fn pages_stand_below_pages_and_never_below_themselves() {
    let app = TestApp::new().await;
    let ada = app.admin().await;
    let page = |name: &str| json!({"name": name, "content": "c", "kind": "page"});
    let above = created(&app, &ada, &page("Above")).await["id"].clone();
    let below = created(&app, &ada, &page("Below")).await["id"].clone();
    let news = created(&app, &ada, &json!({"name": "News", "content": "c"})).await["id"].clone();
    let put = |slug: &str, parent: &Value| {
        app.put(&format!("{POSTS}{slug}/")).key(&ada).json(&json!({"parent": parent})).send()
    };
    let shown = put("below", &above).await.json();
    assert_eq!(shown["parent"]["id"], above);
    assert_eq!(shown["ancestors"][0]["name"], "Above");
    let only_pages = "Only a page can have a parent, and its parent must be a page";
    for (slug, parent, message) in [
        ("above", &below, "A page cannot be its own ancestor"),
        ("below", &below, "A page cannot be its own ancestor"),
        ("below", &news, only_pages),
        ("news", &above, only_pages),
    ] {
        assert_eq!(put(slug, parent).await.json()["errors"], json!({"__all__": message}), "{slug}");
    }
}

#[actix_web::test]
async fn a_block_shows_a_private_dataset_to_those_only_who_may_see_it() {
    let app = TestApp::new().await;
    let (ada, ulysse) = (app.admin().await, app.user("Ulysse User").await);
    let hidden = json!({"title": "Draft", "description": "d", "private": true});
    let hidden = app.post("/api/1/datasets/").key(&ulysse).json(&hidden).send().await.json()["id"].clone();
    let blocs = json!([{"class": "SectionBloc", "blocs": [
        {"class": "TitleBloc", "title": "T"}, {"class": "DatasetBloc", "dataset": hidden}
    ]}]);
    created(&app, &ada, &json!({"name": "Page", "body_type": "blocs", "blocs": blocs, "datasets": [hidden]})).await;
    app.post("/api/1/posts/page/publish/").key(&ada).send().await;
    let shown = app.get("/api/1/posts/page/").send().await.json();
    assert_eq!(shown["datasets"], json!([]));
    assert_eq!(shown["blocs"][0]["blocs"][0]["title"], "T");
    assert_eq!(shown["blocs"][0]["blocs"][1]["dataset"], Value::Null);
    let shown = app.get("/api/1/posts/page/").key(&ulysse).send().await.json();
    assert_eq!(shown["blocs"][0]["blocs"][1]["dataset"]["title"], "Draft");
    assert_eq!(shown["datasets"][0]["title"], "Draft");
}

#[actix_web::test]
async fn blocks_stand_where_they_may() {
    let app = TestApp::new().await;
    let ada = app.admin().await;
    created(&app, &ada, &json!({"name": "Page", "body_type": "blocs"})).await;
    for (blocs, message) in [
        (json!("x"), "Expected a list"),
        (json!([{}]), "Expected an object with a `class` key"),
        (
            json!([{"class": "TitleBloc", "title": "T"}]),
            "TitleBloc is not allowed here, expected one of ['SectionBloc']",
        ),
        (
            json!([{"class": "SectionBloc", "blocs": [{"class": "MarkdownBloc", "content": "c", "title": "t"}]}]),
            "MarkdownBloc cannot have title, use a TitleBloc",
        ),
    ] {
        let answer = app.put("/api/1/posts/page/").key(&ada).json(&json!({"blocs": blocs})).send().await;
        answer.is(400, json!({"errors": {"blocs": message}, "message": message, "status": 400}));
    }
    let bare = json!({"blocs": [{"class": "SectionBloc", "blocs": [{"class": "TitleBloc"}]}]});
    let answer = app.put("/api/1/posts/page/").key(&ada).json(&bare).send().await;
    let told = json!({"blocs": {"0": {"blocs": {"0": {"title": "Field is required"}}}}});
    assert_eq!((answer.status, answer.json()["errors"].clone()), (400, told));
}
