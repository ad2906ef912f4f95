//! What is not the API: health, metrics, stored pictures.

mod files;
mod health;

use actix_web::web::{self, ServiceConfig};

use crate::Portal;

/// Registers these routes.
pub fn configure(config: &mut ServiceConfig, portal: &Portal) {
    // Some who watch portals ask for the head alone.
    let ready = web::resource("/health/ready").app_data(web::Data::new(portal.clone()));
    config
        .route("/health/live", web::get().to(health::live))
        .route("/health/live", web::head().to(health::live))
        .service(ready.route(web::get().to(health::ready)).route(web::head().to(health::ready)))
        .service(web::resource("/metrics").app_data(web::Data::new(portal.clone())).get(health::metrics));
    files::configure(config, portal);
}
