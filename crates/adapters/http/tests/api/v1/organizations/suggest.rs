//! `GET /api/1/organizations/suggest/`.

use serde_json::{Value, json};

use crate::support::{FRONT, TestApp, an_organization};

fn suggestion(id: &str, name: &str, slug: &str, acronym: &Value) -> Value {
    json!({
        "acronym": acronym, "id": id, "image_url": null, "name": name,
        "page": format!("{FRONT}/organizations/{slug}"), "slug": slug,
    })
}

#[actix_web::test]
async fn a_part_of_name_or_acronym_is_enough_and_the_most_followed_comes_first() {
    let app = TestApp::new().await;
    let arles = an_organization().named("Ville d'Arles").stored(&app).await;
    let paris = an_organization().named("Paris").but(|it| {
        it.acronym = Some("ARL".into());
        it.metrics.insert("followers", 3_i64);
    });
    let paris = paris.stored(&app).await;
    an_organization().named("Arles gone").deleted().stored(&app).await;
    let arles = suggestion(&arles.id.to_string(), "Ville d'Arles", "ville-darles", &json!(null));
    let paris = suggestion(&paris.id.to_string(), "Paris", "paris", &json!("ARL"));
    app.get("/api/1/organizations/suggest/?q=aRL").send().await.is(200, json!([paris, arles]));
    app.get("/api/1/organizations/suggest/?q=ville+arles").send().await.is(200, json!([]));
    app.get("/api/1/organizations/suggest/?q=").send().await.is(200, json!([paris, arles]));
    app.get("/api/1/organizations/suggest/?q=arl&size=1").send().await.is(200, json!([paris]));
}

#[actix_web::test]
async fn a_text_to_look_for_is_required_and_a_size_is_a_number() {
    let app = TestApp::new().await;
    let missing = "The string to autocomplete/suggest Missing required parameter in the query string";
    app.get("/api/1/organizations/suggest/")
        .send()
        .await
        .is(400, json!({"errors": {"q": missing}, "message": "Input payload validation failed", "status": 400}));
    let bad = "The amount of suggestion to fetch invalid literal for int() with base 10: 'abc'";
    app.get("/api/1/organizations/suggest/?q=a&size=abc")
        .send()
        .await
        .is(400, json!({"errors": {"size": bad}, "message": "Input payload validation failed", "status": 400}));
}
