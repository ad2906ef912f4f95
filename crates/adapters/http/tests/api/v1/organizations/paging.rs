//! Pages of `/api/1/organizations/`.

use serde_json::{Value, json};

use crate::support::{SERVER, TestApp, an_organization};

async fn with(number: usize) -> TestApp {
    let app = TestApp::new().await;
    for at in 0..number {
        an_organization().named(&format!("Org {at}")).stored(&app).await;
        app.clock.advance_millis(1000);
    }
    app
}

async fn page(app: &TestApp, query: &str) -> Value {
    let mut body = app.get(&format!("/api/1/organizations/?{query}")).send().await.json();
    let data = body["data"].take();
    body["data"] = data.as_array().unwrap().iter().map(|organization| organization["slug"].clone()).collect();
    body
}

fn neighbour(query: &str) -> String {
    format!("{SERVER}/api/1/organizations/?{query}")
}

#[actix_web::test]
async fn pages_know_their_neighbours() {
    let app = with(5).await;
    let first = json!({
        "data": ["org-4", "org-3"], "next_page": neighbour("page_size=2&page=2"), "page": 1, "page_size": 2,
        "previous_page": null, "total": 5
    });
    assert_eq!(page(&app, "page_size=2").await, first);
    let second = json!({
        "data": ["org-2", "org-1"], "next_page": neighbour("page=3&page_size=2"), "page": 2, "page_size": 2,
        "previous_page": neighbour("page=1&page_size=2"), "total": 5
    });
    assert_eq!(page(&app, "page=2&page_size=2").await, second);
    let last = json!({
        "data": ["org-0"], "next_page": null, "page": 3, "page_size": 2,
        "previous_page": neighbour("page=2&page_size=2"), "total": 5
    });
    assert_eq!(page(&app, "page=3&page_size=2").await, last);
}

#[actix_web::test]
async fn neighbours_keep_the_query() {
    let app = with(2).await;
    let body = page(&app, "q=org&sort=name&page_size=1&x=a+b").await;
    assert_eq!(body["next_page"], neighbour("q=org&sort=name&page_size=1&x=a+b&page=2"));
}

#[actix_web::test]
async fn following_next_page_shows_everything_once() {
    let app = with(7).await;
    let mut seen = Vec::new();
    let mut path = "/api/1/organizations/?page_size=3".to_owned();
    loop {
        let body = app.get(&path).send().await.json();
        seen.extend(body["data"].as_array().unwrap().iter().map(|found| found["slug"].as_str().unwrap().to_owned()));
        let Some(next) = body["next_page"].as_str() else { break };
        path = next.strip_prefix(SERVER).unwrap().to_owned();
    }
    assert_eq!(seen, ["org-6", "org-5", "org-4", "org-3", "org-2", "org-1", "org-0"]);
}

#[actix_web::test]
async fn a_page_beyond_the_last_is_not_found() {
    let app = with(2).await;
    app.get("/api/1/organizations/?page=2").send().await.refuses(404, basalt_http::problem::NOT_FOUND);
    app.get("/api/1/organizations/?page=3&page_size=1").send().await.refuses(404, basalt_http::problem::NOT_FOUND);
}

#[actix_web::test]
async fn a_page_is_no_larger_than_the_portal_allows() {
    let app = with(2).await;
    assert_eq!(page(&app, "page_size=100000").await["page_size"], 1000);
}

#[actix_web::test]
async fn the_total_is_right_after_each_write() {
    let app = with(2).await;
    let ada = app.admin().await;
    let total = async || page(&app, "").await["total"].as_u64().unwrap();
    assert_eq!(total().await, 2);
    let new = json!({"name": "New", "description": "d"});
    app.post("/api/1/organizations/").key(&ada).json(&new).send().await;
    assert_eq!(total().await, 3);
    app.delete("/api/1/organizations/new/").key(&ada).send().await;
    assert_eq!(total().await, 2);
    app.put("/api/1/organizations/new/").key(&ada).json(&json!({"deleted": null})).send().await;
    assert_eq!(total().await, 3);
}

#[actix_web::test]
async fn numbers_of_pages_are_read_with_a_sign_and_blanks() {
    let app = with(3).await;
    for number in ["2", "%2B2", "+2", "%202%20"] {
        assert_eq!(page(&app, &format!("page={number}&page_size=2")).await["data"], json!(["org-0"]), "{number}");
    }
    for number in ["", "%20", "-", "1.5", "2+2"] {
        assert_eq!(app.get(&format!("/api/1/organizations/?page={number}")).send().await.status, 400, "{number}");
    }
}
