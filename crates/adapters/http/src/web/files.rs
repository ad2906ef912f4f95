//! `/avatars/…`, `/images/…`: stored pictures.

use actix_web::{
    HttpRequest, HttpResponse, Resource,
    http::header,
    web::{self, Data, ServiceConfig},
};
use basalt_ports::files::{FileError, FilePath, content_type_of};

use crate::{Portal, etag, problem::Problem};

/// Folders whose files are served.
const FOLDERS: [&str; 2] = ["avatars", "images"];

/// Registers the folders.
pub(super) fn configure(config: &mut ServiceConfig, portal: &Portal) {
    for folder in FOLDERS {
        config.service(resource(folder, portal));
    }
}

fn resource(folder: &'static str, portal: &Portal) -> Resource {
    web::resource(format!("/{folder}/{{name:.*}}")).app_data(Data::new(portal.clone())).get(
        move |request: HttpRequest, portal: Data<Portal>| async move {
            match file(&portal, folder, &request).await {
                Ok(response) => response,
                Err(problem) => problem.response(),
            }
        },
    )
}

async fn file(portal: &Portal, folder: &str, request: &HttpRequest) -> Result<HttpResponse, Problem> {
    let name = request.match_info().get("name").unwrap_or_default();
    let path = FilePath::parse(format!("{folder}/{name}")).map_err(|_error| Problem::not_found())?;
    let read = portal.services().context.files.get(&path, None).await.map_err(|error| match error {
        FileError::NotFound => Problem::not_found(),
        error => basalt_app::AppError::from(error).into(),
    })?;
    let limit = read.meta.size_bytes;
    let bytes = read.into_bytes(limit).await.map_err(basalt_app::AppError::from)?;
    let tag = etag::of(&bytes);
    if etag::listed(request.headers(), "if-none-match", &tag) == Some(true) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    // Only pictures are shown in place; whatever else came here is only ever downloaded.
    let content_type = path.extension().map_or("application/octet-stream", content_type_of);
    let shown = content_type.starts_with("image/") && content_type != "image/svg+xml";
    let disposition = if shown { "inline" } else { "attachment" };
    Ok(HttpResponse::Ok()
        .content_type(if shown { content_type } else { "application/octet-stream" })
        .insert_header((header::CONTENT_DISPOSITION, format!("{disposition}; filename={}", path.file_name())))
        .insert_header((header::CACHE_CONTROL, "public, max-age=604800, immutable"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((header::ETAG, tag))
        .body(bytes))
}
