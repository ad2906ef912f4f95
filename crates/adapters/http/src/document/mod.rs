//! The documentation of the interface, made from the declared operations: `swagger.json` with the
//! reference's ids for its clients, and OpenAPI 3.1 with request bodies.

mod openapi;
mod swagger;

use std::{fmt::Write as _, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse, Resource,
    web::{self, ServiceConfig},
};
use bytes::Bytes;
use serde_json::Value;

use crate::{Operation, Portal, cors, links::Links, operations, router};

pub use openapi::openapi;
pub use swagger::swagger;

/// Registers `/api/{1,2}/swagger.json`, `/api/{1,2}/openapi.json` and the pages that show them.
pub fn configure(config: &mut ServiceConfig, portal: &Portal) {
    type Made = fn(&[Operation], u8, &str, &str) -> Value;
    let documents: [(&str, Made); 2] = [("swagger.json", swagger), ("openapi.json", openapi)];
    for version in [1, 2] {
        let of_version: Arc<Vec<Operation>> =
            Arc::new(operations().into_iter().filter(|operation| operation.version() == version).collect());
        for (name, make) in documents {
            let (of_version, settings) = (Arc::clone(&of_version), portal.settings().clone());
            let shown = read_only(vec![format!("/api/{version}/{name}")], move |request| {
                let links = Links::new(request, &settings);
                json(&make(&of_version, version, &settings.site_title, links.base()))
            });
            config.service(shown.wrap(cors::headers(portal)));
        }
        let page = page(version, &portal.settings().site_title);
        let shown = read_only(vec![format!("/api/{version}/"), format!("/api/{version}")], move |_request| {
            HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page.clone())
        });
        config.service(shown.wrap(cors::headers(portal)));
    }
}

/// What is shown under these paths, and only read.
fn read_only(paths: Vec<String>, show: impl Fn(&HttpRequest) -> HttpResponse + Clone + 'static) -> Resource {
    let shown = move |request: HttpRequest| {
        let answer = show(&request);
        async move { answer }
    };
    let others = |request: HttpRequest| async move { router::other_method(&request, "GET, HEAD, OPTIONS") };
    let read = web::resource(paths).route(web::get().to(shown.clone())).route(web::head().to(shown));
    read.default_service(web::to(others))
}

fn json(document: &Value) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(document.to_string())
}

/// A list of the operations for people.
fn page(version: u8, title: &str) -> Bytes {
    let mut rows = String::new();
    for operation in operations().iter().filter(|operation| operation.version() == version) {
        let Operation { method, path, summary, id, .. } = operation;
        // Writing to a String cannot fail.
        let _written = writeln!(
            rows,
            "<tr><td>{method}</td><td><code>{path}</code></td><td>{summary}</td><td><code>{}</code></td></tr>",
            escaped(id)
        );
    }
    let title = escaped(title);
    Bytes::from(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}: API {version}</title>\
         <style>body{{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}}\
         table{{border-collapse:collapse;width:100%}}td{{border-top:1px solid #ccc;padding:.3rem .6rem;vertical-align:top}}</style>\
         <h1>{title}: API {version}</h1>\
         <p><a href=\"openapi.json\">OpenAPI 3.1</a> · <a href=\"swagger.json\">Swagger 2.0</a></p>\
         <table>{rows}</table></html>"
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Names of the variables in a path.
pub(crate) fn path_variables(path: &str) -> impl Iterator<Item = &str> {
    path.split(['/', '.']).filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}
