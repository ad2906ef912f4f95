//! Pictures uploaded as multipart forms.

use actix_multipart::Multipart;
use actix_web::{HttpRequest, http::StatusCode, web::Payload};
use basalt_ports::pictures::BoundingBox;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use schemars::JsonSchema;
use serde::Serialize;

use crate::problem::Problem;

/// Extensions of names of pictures. What the file is, its content tells: some of these are refused then.
const EXTENSIONS: [&str; 9] = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "svg"];
/// The longest value of a form field that is no file, in bytes.
const FIELD_LIMIT: usize = 1024;

/// An uploaded picture.
pub struct UploadedPicture {
    /// Its bytes, not looked at yet.
    pub bytes: Bytes,
    /// The wished crop.
    pub bbox: Option<BoundingBox>,
}

/// The answer to an upload.
#[derive(Serialize, JsonSchema)]
pub struct UploadedImage {
    /// Address of the picture.
    pub image: String,
    /// Always true.
    pub success: bool,
}

/// Reads the form: `file`, and `bbox` where given. 400 without file, 413 beyond the limit.
pub async fn picture(
    request: &HttpRequest,
    payload: Payload,
    limit: usize,
    base: &str,
) -> Result<UploadedPicture, Problem> {
    let missing = || Problem::parameter("file", "The image to upload Missing required parameter in an uploaded file");
    let mut form = Multipart::new(request.headers(), payload);
    let (mut file, mut file_name, mut bbox) = (None, String::new(), String::new());
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|_error| missing())?;
        let name = field.name().unwrap_or_default().to_owned();
        let sent_name = field.content_disposition().and_then(|sent| sent.get_filename()).map(str::to_owned);
        let limit = if sent_name.is_some() { limit } else { FIELD_LIMIT };
        let mut bytes = BytesMut::new();
        while let Some(chunk) = field.next().await {
            let chunk = chunk.map_err(|_error| missing())?;
            if bytes.len() + chunk.len() > limit {
                return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "Image exceeds the maximum allowed size"));
            }
            bytes.extend_from_slice(&chunk);
        }
        match (name.as_str(), sent_name) {
            ("file", Some(sent)) if !sent.is_empty() => {
                file = Some(bytes.freeze());
                file_name = sent;
            }
            ("bbox", _) => bbox = String::from_utf8_lossy(&bytes).into_owned(),
            _ => {}
        }
    }
    let bytes = file.ok_or_else(missing)?;
    let extension = file_name.rsplit_once('.').map(|(_stem, extension)| extension.to_ascii_lowercase());
    if !extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str())) {
        return Err(Problem::bad_request(format!(
            "This file type is not allowed.The allowed file type list is available at {base}/api/1/datasets/extensions/"
        )));
    }
    let bbox = BoundingBox::parse(&bbox).map_err(|error| Problem::bad_request(error.to_string()))?;
    Ok(UploadedPicture { bytes, bbox })
}
