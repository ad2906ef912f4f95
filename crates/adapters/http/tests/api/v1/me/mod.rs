//! `/api/1/me/`.

use crate::support::TestApp;

#[actix_web::test]
async fn nobody_is_asked_to_sign_in() {
    let app = TestApp::new().await;
    app.get("/api/1/me/").send().await.refuses(401, "Unauthorized");
}
