//! `GET /api/1/datasets/`.

use serde_json::json;

use super::{DATASETS, a_dataset, remote};
use crate::support::{TestApp, an_organization};

async fn slugs(app: &TestApp, query: &str, key: &str) -> Vec<String> {
    let mut request = app.get(&format!("{DATASETS}?{query}"));
    if !key.is_empty() {
        request = request.plain_key(key);
    }
    let answer = request.send().await;
    assert_eq!(answer.status, 200, "{query}: {answer:?}");
    let data = answer.json()["data"].clone();
    data.as_array().unwrap().iter().map(|one| one["slug"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn everybody_sees_what_is_public_and_their_own() {
    let app = TestApp::new().await;
    let (ulysse, olga) = (app.user("Ulysse User").await, app.user("Olga Owner").await);
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let organization = insee.id.to_string();
    a_dataset(&app, &ulysse, json!({"title": "Public"})).await;
    app.clock.advance_millis(1000);
    a_dataset(&app, &ulysse, json!({"title": "Notes", "private": true})).await;
    app.clock.advance_millis(1000);
    a_dataset(&app, &olga, json!({"title": "Draft", "private": true, "organization": organization})).await;
    assert_eq!(slugs(&app, "", "").await, ["public"]);
    assert_eq!(slugs(&app, "", &ulysse.key).await, ["notes", "public"]);
    assert_eq!(slugs(&app, "", &olga.key).await, ["draft", "public"]);
    assert_eq!(slugs(&app, "private=true", &olga.key).await, ["draft"]);
    app.get(&format!("{DATASETS}?private=true")).send().await.refuses(401, "Unauthorized");
}

#[actix_web::test]
async fn filters_narrow_and_stand_together() {
    filters_narrow(TestApp::new().await).await;
}

/// Filters that storage has no index for are answered by the search index, and alike.
#[actix_web::test]
async fn filters_narrow_and_stand_together_beside_an_index() {
    filters_narrow(TestApp::new().await.searching().await).await;
}

async fn filters_narrow(app: TestApp) {
    let ulysse = app.user("Ulysse User").await;
    let town = an_organization().with_admin(&ulysse).with_badge("local-authority").stored(&app).await;
    let schema = json!({"title": "r", "url": "https://example.org/r", "filetype": "remote", "format": "csv",
        "schema": {"name": "etalab/x", "version": "1.0"}});
    let first = json!({"title": "One bus", "tags": ["bus", "transport"], "resources": [schema],
        "temporal_coverage": {"start": "2024-01-01", "end": "2024-12-31"}});
    a_dataset(&app, &ulysse, first).await;
    app.clock.advance_millis(1000);
    a_dataset(
        &app,
        &ulysse,
        json!({"title": "Two trains", "tags": ["transport"], "access_type": "restricted",
        "resources": [remote("x")]}),
    )
    .await;
    app.clock.advance_millis(1000);
    let third = json!({"title": "Three trams", "organization": town.id.to_string(),
        "temporal_coverage": {"start": "2010-01-01", "end": "2025-01-01"}});
    a_dataset(&app, &ulysse, third).await;
    for (query, expected) in [
        ("tag=transport", vec!["two-trains", "one-bus"]),
        ("tag=transport&tag=bus", vec!["one-bus"]),
        ("q=bus", vec!["one-bus"]),
        ("format=csv", vec!["one-bus"]),
        ("format=CSV", vec![]),
        ("schema=etalab/x", vec!["one-bus"]),
        ("schema=etalab/x&schema_version=2.0", vec![]),
        ("schema_version=1.0", vec!["one-bus"]),
        ("access_type=open", vec!["three-trams", "one-bus"]),
        ("access_type=restricted", vec!["two-trains"]),
        ("temporal_coverage=2023-01-01-2024-06-01", vec!["one-bus"]),
        ("temporal_coverage=2024-02-01-2024-06-01", vec![]),
        ("temporal_coverage=2024-12-31-2024-12-31", vec!["one-bus"]),
        ("temporal_coverage=2023-01-01-2025-06-01", vec!["three-trams", "one-bus"]),
        ("temporal_coverage=2023-01-01-2025-06-01&page_size=1", vec!["three-trams"]),
        ("temporal_coverage=2023-01-01-2025-06-01&page_size=1&page=2", vec!["one-bus"]),
        ("temporal_coverage=2023-01-01-2025-06-01&sort=created", vec!["one-bus", "three-trams"]),
        ("temporal_coverage=2023-01-01-2025-06-01&tag=bus", vec!["one-bus"]),
        ("temporal_coverage=2023-01-01-2025-06-01&schema_version=1.0", vec!["one-bus"]),
        ("temporal_coverage=nope", vec![]),
        ("temporal_coverage=2024-01-01-nope", vec![]),
        ("organization_badge=local-authority", vec!["three-trams"]),
        ("organization_badge=local-authority&tag=bus", vec![]),
        ("organization_badge=certified", vec![]),
        ("sort=title", vec!["one-bus", "three-trams", "two-trains"]),
        ("topic=000000000000000000000000", vec![]),
        ("credit=x&unknown=1", vec!["three-trams", "two-trains", "one-bus"]),
    ] {
        assert_eq!(slugs(&app, query, "").await, expected, "{query}");
    }
    let nope = app.get(&format!("{DATASETS}?organization_badge=nope")).send().await;
    assert_eq!(nope.status, 400);
    let said = "The value 'nope' is not a valid choice for 'organization_badge'.";
    assert_eq!(nope.json()["errors"]["organization_badge"], said);
    for (query, told) in
        [("organization=nope", "Organization"), ("owner=x", "Owner"), ("followed_by=x", "`followed_by`")]
    {
        let answer = app.get(&format!("{DATASETS}?{query}")).send().await;
        answer.refuses(400, &format!("{told} arg must be an identifier"));
    }
}
