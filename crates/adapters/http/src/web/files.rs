//! `/avatars/…`, `/images/…`, `/resources/…`: stored files, streamed, whole or a part of them.

use std::time::SystemTime;

use actix_web::{
    HttpRequest, HttpResponse, Resource,
    http::{
        StatusCode,
        header::{self, HeaderMap, HttpDate},
    },
    web::{self, Data, ServiceConfig},
};
use basalt_ports::files::{ByteRange, FileError, FileMeta, FilePath, OCTET_STREAM, content_type_of};

use crate::{Portal, etag, problem::Problem};

/// Folders whose files are served.
const FOLDERS: [&str; 3] = ["avatars", "images", "resources"];
/// Types that a browser runs, or opens with what could run something: these are only downloaded.
const ACTIVE: [&str; 8] = ["html", "htm", "xhtml", "svg", "svgz", "js", "mjs", "swf"];
/// Types that are downloaded as what they are: browsers would show them with styles of their own.
const MARKUP: [&str; 6] = ["xml", "xsd", "rdf", "owl", "gml", "kml"];

/// Registers the folders.
pub(super) fn configure(config: &mut ServiceConfig, portal: &Portal) {
    for folder in FOLDERS {
        config.service(resource(folder, portal));
    }
}

fn resource(folder: &'static str, portal: &Portal) -> Resource {
    let answer = move |request: HttpRequest, portal: Data<Portal>| async move {
        match file(&portal, folder, &request).await {
            Ok(response) => response,
            Err(problem) => problem.response(),
        }
    };
    web::resource(format!("/{folder}/{{name:.*}}"))
        .app_data(Data::new(portal.clone()))
        .route(web::get().to(answer))
        .route(web::head().to(answer))
}

async fn file(portal: &Portal, folder: &str, request: &HttpRequest) -> Result<HttpResponse, Problem> {
    let name = request.match_info().get("name").unwrap_or_default();
    let path = FilePath::parse(format!("{folder}/{name}")).map_err(|_error| Problem::not_found())?;
    let files = &portal.services().context.files;
    let wished = wished_range(request.headers());
    let read = match files.get(&path, wished.clone()).await {
        Ok(read) => read,
        Err(FileError::NotFound) => return Err(Problem::not_found()),
        Err(FileError::OutOfRange { size_bytes }) => return Ok(beyond(size_bytes)),
        Err(error) => return Err(basalt_app::AppError::from(error).into()),
    };
    let tag = tag_of(&read.meta);
    if etag::listed(request.headers(), "if-none-match", &tag) == Some(true) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    // A part of what it was is no part of what it is.
    if wished.is_some() && !is_still(request.headers(), &tag, read.meta.last_modified) {
        let whole = files.get(&path, None).await.map_err(basalt_app::AppError::from)?;
        return Ok(answer(&path, folder, whole, &tag, false));
    }
    Ok(answer(&path, folder, read, &tag, wished.is_some()))
}

fn answer(path: &FilePath, folder: &str, read: basalt_ports::files::FileRead, tag: &str, part: bool) -> HttpResponse {
    let (content_type, disposition) = shown_as(path, folder);
    let (range, size) = (read.range.clone(), read.meta.size_bytes);
    let mut response = HttpResponse::build(if part { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK });
    if part {
        let (first, last) = (range.start, range.end.saturating_sub(1));
        response.insert_header((header::CONTENT_RANGE, format!("bytes {first}-{last}/{size}")));
    }
    if part || folder == "resources" {
        // Offsets are those of the file: nothing on the way may compress it.
        response.insert_header(header::ContentEncoding::Identity);
    }
    // Names of pictures change with the picture; those of resources with every upload.
    let kept = "public, max-age=604800, immutable";
    response
        .content_type(content_type)
        .insert_header((header::CONTENT_DISPOSITION, format!("{disposition}; filename={}", path.file_name())))
        .insert_header((header::CACHE_CONTROL, kept))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::LAST_MODIFIED, HttpDate::from(read.meta.last_modified)))
        .insert_header((header::ETAG, tag))
        .no_chunking(range.end.saturating_sub(range.start));
    response.body(actix_web::body::SizedStream::new(
        range.end.saturating_sub(range.start),
        futures_util::StreamExt::map(read.body, |chunk| {
            chunk.map_err(|error| Box::new(error) as Box<dyn std::error::Error>)
        }),
    ))
}

/// Type and disposition. Pictures of objects are shown, whatever else came in their folders is only
/// ever downloaded; files of resources are what their names tell, and nothing that runs is shown.
fn shown_as(path: &FilePath, folder: &str) -> (String, &'static str) {
    let extension = path.extension().map(str::to_ascii_lowercase).unwrap_or_default();
    let known = content_type_of(&extension);
    let picture = known.starts_with("image/") && known != "image/svg+xml";
    if folder != "resources" {
        return if picture { (known.into(), "inline") } else { (OCTET_STREAM.into(), "attachment") };
    }
    if ACTIVE.contains(&extension.as_str()) {
        return (OCTET_STREAM.into(), "attachment");
    }
    let disposition =
        if MARKUP.contains(&extension.as_str()) || known == OCTET_STREAM { "attachment" } else { "inline" };
    let charset = if known.starts_with("text/") { "; charset=utf-8" } else { "" };
    (format!("{known}{charset}"), disposition)
}

fn tag_of(meta: &FileMeta) -> String {
    if let Some(tag) = &meta.etag {
        return format!("\"{tag}\"");
    }
    let changed = meta.last_modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    format!("\"{:x}-{:x}\"", meta.size_bytes, changed.as_millis())
}

/// The one range that is asked for; what is malformed, or several ranges, asks for the whole file.
fn wished_range(headers: &HeaderMap) -> Option<ByteRange> {
    let text = headers.get(header::RANGE)?.to_str().ok()?.trim().strip_prefix("bytes=")?;
    let (first, last) = text.split_once('-')?;
    match (first.trim(), last.trim()) {
        ("", last) => last.parse().ok().map(ByteRange::Last),
        (first, "") => first.parse().ok().map(ByteRange::From),
        (first, last) => {
            let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
            (first <= last).then(|| ByteRange::Between(first..last.saturating_add(1)))
        }
    }
}

/// Is the file the one that the client has a part of? Yes where it did not ask.
fn is_still(headers: &HeaderMap, tag: &str, changed: SystemTime) -> bool {
    let Some(known) = headers.get(header::IF_RANGE).and_then(|value| value.to_str().ok()) else { return true };
    known == tag || known == HttpDate::from(changed).to_string()
}

fn beyond(size: u64) -> HttpResponse {
    HttpResponse::RangeNotSatisfiable().insert_header((header::CONTENT_RANGE, format!("bytes */{size}"))).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wished(text: &str) -> Option<ByteRange> {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, header::HeaderValue::from_str(text).unwrap());
        wished_range(&headers)
    }

    #[test]
    fn one_range_is_read_and_anything_else_is_the_whole_file() {
        assert_eq!(wished("bytes=0-0"), Some(ByteRange::Between(0..1)));
        assert_eq!(wished("bytes=5-"), Some(ByteRange::From(5)));
        assert_eq!(wished("bytes=-5"), Some(ByteRange::Last(5)));
        for text in ["bytes=5-2", "bytes=", "bytes=a-b", "bytes=0-1,3-4", "lines=0-1", "bytes=-"] {
            assert_eq!(wished(text), None, "{text}");
        }
    }

    #[test]
    fn what_runs_in_browsers_is_only_downloaded() {
        let shown = |path: &str| shown_as(&FilePath::parse(path).unwrap(), path.split('/').next().unwrap());
        assert_eq!(shown("resources/a/b.csv"), ("text/csv; charset=utf-8".into(), "inline"));
        assert_eq!(shown("resources/a/b.SVG"), (OCTET_STREAM.into(), "attachment"));
        assert_eq!(shown("resources/a/b.html"), (OCTET_STREAM.into(), "attachment"));
        assert_eq!(shown("resources/a/b.xml"), ("application/xml".into(), "attachment"));
        assert_eq!(shown("resources/a/b.png"), ("image/png".into(), "inline"));
        assert_eq!(shown("images/b.png"), ("image/png".into(), "inline"));
        assert_eq!(shown("images/b.csv"), (OCTET_STREAM.into(), "attachment"));
    }
}
