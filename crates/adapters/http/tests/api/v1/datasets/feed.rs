//! `GET /api/1/datasets/recent.atom`.

use serde_json::json;

use super::a_dataset;
use crate::support::{TestApp, an_organization};

#[actix_web::test]
async fn the_feed_tells_of_certified_organizations_and_takes_nothing_for_markup() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).with_badge("certified").stored(&app).await;
    let organization = insee.id.to_string();
    let hostile =
        json!({"title": "A & <b>", "description": "<script>x</script>\n\nMore", "organization": organization});
    a_dataset(&app, &olga, hostile).await;
    a_dataset(&app, &olga, json!({"title": "Of somebody"})).await;
    let answer = app.get("/api/1/datasets/recent.atom?tag=").send().await;
    assert_eq!(answer.header("content-type"), "application/atom+xml; charset=utf-8");
    assert!(!String::from_utf8_lossy(&answer.body).contains("<entry>"), "an empty tag is one that none has");
    let answer = app.get("/api/1/datasets/recent.atom").send().await;
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    assert!(text.contains("<title>Latest datasets</title>"), "{text}");
    assert_eq!(text.matches("<entry>").count(), 1, "{text}");
    assert!(text.contains("<title>A &amp; &lt;b&gt;</title>"), "{text}");
    assert!(text.contains("&lt;p&gt;&amp;lt;script&amp;gt;x&amp;lt;/script&amp;gt;&lt;/p&gt;"), "{text}");
    assert!(text.contains("<author><name>INSEE</name>"), "{text}");
}
