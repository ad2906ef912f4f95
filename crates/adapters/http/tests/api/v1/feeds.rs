//! `recent.atom` of reuses, dataservices and posts.

use serde_json::{Value, json};

use crate::support::{Account, TestApp, an_organization};

async fn created(app: &TestApp, by: &Account, family: &str, body: Value) -> String {
    let answer = app.post(&format!("/api/1/{family}/")).key(by).json(&body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    app.clock.advance_millis(1000);
    answer.json()["id"].as_str().unwrap().to_owned()
}

async fn feed(app: &TestApp, path: &str) -> String {
    let answer = app.get(path).send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/atom+xml; charset=utf-8");
    String::from_utf8(answer.body.to_vec()).unwrap()
}

#[actix_web::test]
async fn the_feed_of_reuses_tells_of_those_of_organisations_that_use_data() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await.id.to_string();
    let dataset = created(&app, &olga, "datasets", json!({"title": "Stops", "description": "d"})).await;
    let reuse = |title: &str, more: Value| {
        let url = format!("https://example.org/{title}");
        let mut body = json!({"title": title, "description": "<b>d</b>", "type": "api", "topic": "health", "url": url});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    created(&app, &olga, "reuses", reuse("Of-a-person", json!({"datasets": [dataset]}))).await;
    created(&app, &olga, "reuses", reuse("Of-nothing", json!({"organization": insee}))).await;
    let hidden = json!({"organization": insee, "datasets": [dataset], "private": true});
    created(&app, &olga, "reuses", reuse("Private", hidden)).await;
    let told = json!({"organization": insee, "datasets": [dataset]});
    let id = created(&app, &olga, "reuses", reuse("Told", told)).await;
    let text = feed(&app, "/api/1/reuses/recent.atom?x=1&y=2").await;
    assert!(text.contains("<title>Latests reuses</title>"), "{text}");
    assert!(text.contains("/api/1/reuses/recent.atom?x=1&amp;y=2\" rel=\"self\"/>"), "{text}");
    assert_eq!(text.matches("<entry>").count(), 1, "{text}");
    assert!(text.contains("<title>Told</title>") && text.contains(&format!("/reuses/{id}</id>")), "{text}");
    assert!(text.contains("<author><name>INSEE</name><uri>"), "{text}");
    assert!(text.contains("&lt;p&gt;&amp;lt;b&amp;gt;d&amp;lt;/b&amp;gt;&lt;/p&gt;"), "{text}");
}

#[actix_web::test]
async fn the_feed_of_dataservices_tells_of_all_that_everybody_sees() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await.id.to_string();
    created(&app, &olga, "dataservices", json!({"title": "Of a person"})).await;
    created(&app, &olga, "dataservices", json!({"title": "Of INSEE", "organization": insee})).await;
    created(&app, &olga, "dataservices", json!({"title": "Private", "private": true})).await;
    let text = feed(&app, "/api/1/dataservices/recent.atom").await;
    assert!(text.contains("<title>Latest APIs</title>"), "{text}");
    let told: Vec<usize> = ["Of INSEE</title>", "Of a person</title>"].map(|title| text.find(title).unwrap()).into();
    assert!(told.is_sorted() && text.matches("<entry>").count() == 2, "newest first, {text}");
    assert!(text.contains("<name>Olga Owner</name>") && text.contains("<name>INSEE</name>"), "{text}");
}

#[actix_web::test]
async fn the_feed_of_posts_tells_of_those_that_are_published() {
    let app = TestApp::new().await;
    let ada = app.admin().await;
    created(&app, &ada, "posts", json!({"name": "Draft", "content": "c"})).await;
    let hello = json!({"name": "Hello", "headline": "First & last", "content": "<i>c</i>\n\nMore"});
    let hello = created(&app, &ada, "posts", hello).await;
    let page = json!({"name": "Page", "content": "<i>c</i>", "kind": "page", "body_type": "html"});
    let page = created(&app, &ada, "posts", page).await;
    for id in [&hello, &page] {
        app.post(&format!("/api/1/posts/{id}/publish/")).key(&ada).send().await;
    }
    let text = feed(&app, "/api/1/posts/recent.atom").await;
    assert!(text.contains("<title>Latests posts</title>"), "{text}");
    assert_eq!(text.matches("<entry>").count(), 2, "{text}");
    assert!(text.contains("<summary type=\"html\">First &amp;amp; last</summary>"), "{text}");
    assert!(
        text.contains("&lt;p&gt;&amp;lt;i&amp;gt;c&amp;lt;/i&amp;gt;&lt;/p&gt;\n&lt;p&gt;More&lt;/p&gt;"),
        "{text}"
    );
    assert!(text.contains("<content type=\"html\">&lt;i&gt;c&lt;/i&gt;</content>"), "{text}");
    assert!(text.contains(&format!("/pages/{page}</id>")), "{text}");
}
