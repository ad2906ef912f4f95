//! Lists of reuses.

use serde_json::json;

use super::{a_dataset, body, body_with, created};
use crate::support::{TestApp, an_organization};

fn titles(shown: &serde_json::Value) -> Vec<&str> {
    let items = shown.get("data").unwrap_or(shown);
    items.as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn a_list_is_narrowed_by_everything_it_is_asked_for() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let dataset = a_dataset(&app, &ulysse, &json!({})).await;
    let insee = an_organization().with_admin(&ulysse).with_badge("certified").stored(&app).await;
    let theirs = json!({"organization": insee.id.to_string(), "tags": ["tram"]});
    created(&app, &ulysse, &body_with("Next bus", &json!({"datasets": [&dataset], "tags": ["bus"]}))).await;
    created(&app, &ulysse, &body_with("Last tram", &theirs)).await;
    created(&app, &ulysse, &body_with("Hidden", &json!({"private": true, "type": "idea"}))).await;
    for (query, expected) in [
        (String::new(), vec!["Last tram", "Next bus"]),
        ("q=bus".into(), vec!["Next bus"]),
        ("tag=tram".into(), vec!["Last tram"]),
        ("tag=tram&tag=bus".into(), vec![]),
        (format!("dataset={dataset}"), vec!["Next bus"]),
        (format!("organization={}", insee.id), vec!["Last tram"]),
        ("organization_badge=certified".into(), vec!["Last tram"]),
        (format!("owner={}", ulysse.id), vec!["Next bus"]),
        ("private=true".into(), vec![]),
        ("type=idea".into(), vec![]),
        ("topic=health&sort=title".into(), vec!["Last tram", "Next bus"]),
        ("featured=true".into(), vec![]),
        ("featured=false".into(), vec!["Last tram", "Next bus"]),
    ] {
        let shown = app.get(&format!("/api/1/reuses/?{query}")).send().await.json();
        assert_eq!(titles(&shown), expected, "{query}");
        let shown = app.get(&format!("/api/2/reuses/?{query}")).send().await.json();
        assert_eq!(titles(&shown), expected, "v2 {query}");
    }
    let own = app.get("/api/1/reuses/?private=true").key(&ulysse).send().await.json();
    assert_eq!(titles(&own), ["Hidden"]);
    let mine = app.get("/api/1/me/reuses/").key(&ulysse).send().await.json();
    assert_eq!(titles(&mine), ["Next bus", "Hidden"]);
    let ours = app.get("/api/1/me/org_reuses/?q=tram").key(&ulysse).send().await.json();
    assert_eq!(titles(&ours), ["Last tram"]);
    let theirs = app.get(&format!("/api/1/organizations/{}/reuses/", insee.slug)).send().await.json();
    assert_eq!(titles(&theirs), ["Last tram"]);
}

#[actix_web::test]
async fn wishes_that_make_no_sense_are_refused() {
    let app = TestApp::new().await;
    for (query, said) in [
        ("organization=nope", "`organization` must be an identifier"),
        ("dataset=nope", "`dataset` must be an identifier"),
    ] {
        app.get(&format!("/api/1/reuses/?{query}")).send().await.refuses(400, said);
    }
    let answer = app.get("/api/1/reuses/?topic=nope").send().await;
    let said = "The value 'nope' is not a valid choice for 'topic'.";
    answer.is(400, json!({"errors": {"topic": said}, "message": "Input payload validation failed", "status": 400}));
}

#[actix_web::test]
async fn a_page_costs_the_same_number_of_queries_whatever_its_size() {
    let app = TestApp::uncached().await;
    let ulysse = app.user("Ulysse User").await;
    let dataset = a_dataset(&app, &ulysse, &json!({})).await;
    for number in 0..12 {
        let with_dataset = json!({"datasets": [&dataset]});
        created(&app, &ulysse, &body_with(&format!("Reuse {number}"), &with_dataset)).await;
    }
    for (path, most) in [("/api/1/reuses/", 5), ("/api/2/reuses/", 4)] {
        let mut costs = Vec::new();
        for size in [2, 12] {
            app.storage.take();
            let shown = app.get(&format!("{path}?page_size={size}")).send().await.json();
            assert_eq!(shown["data"].as_array().unwrap().len(), size);
            costs.push(app.storage.take().reads());
        }
        assert_eq!(costs[0], costs[1], "{path}");
        assert!(costs[0] <= most, "{path} {costs:?}");
    }
    created(&app, &ulysse, &body("One more")).await;
}
