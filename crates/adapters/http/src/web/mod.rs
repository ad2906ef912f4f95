//! What is not the API: health, metrics, stored pictures.

mod files;
mod health;

use actix_web::web::{self, ServiceConfig};

use crate::Portal;

/// Registers these routes.
pub fn configure(config: &mut ServiceConfig, portal: &Portal) {
    config
        .route("/health/live", web::get().to(health::live))
        .service(web::resource("/health/ready").app_data(web::Data::new(portal.clone())).get(health::ready))
        .service(web::resource("/metrics").app_data(web::Data::new(portal.clone())).get(health::metrics));
    files::configure(config, portal);
}
