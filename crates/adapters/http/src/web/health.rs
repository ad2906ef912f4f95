//! For those who watch over the portal.

use actix_web::{HttpResponse, web::Data};
use serde_json::json;

use crate::Portal;

/// The process runs.
pub(super) async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "live"}))
}

/// It can serve: storage answers and has the tables of this version.
pub(super) async fn ready(portal: Data<Portal>) -> HttpResponse {
    match portal.services().context.store.storage().ready().await {
        Ok(()) => HttpResponse::Ok().json(json!({"status": "ready"})),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            HttpResponse::ServiceUnavailable().json(json!({"status": "unavailable"}))
        }
    }
}

/// Counters in Prometheus' text format.
pub(super) async fn metrics(portal: Data<Portal>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(portal.metrics().text())
}
