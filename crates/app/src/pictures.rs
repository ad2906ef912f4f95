//! Uploaded pictures: rendered off the async threads, stored, named in the document.

use std::sync::Arc;

use basalt_domain::{Document, Image};
use basalt_ports::{
    files::FilePath,
    pictures::{BoundingBox, PictureError, PictureSpec},
};
use bytes::Bytes;

use crate::{AppError, Context};

/// Renders an uploaded picture and stores its files; the document that names them is not stored yet.
///
/// Errors: `Invalid` with the contract's sentence, `TooLarge`.
pub async fn keep(
    context: &Context,
    spec: &'static PictureSpec,
    uploaded: Bytes,
    bbox: Option<BoundingBox>,
) -> Result<Image, AppError> {
    let pictures = Arc::clone(&context.pictures);
    let rendered = tokio::task::spawn_blocking(move || pictures.render(&uploaded, spec, bbox)).await;
    let picture = rendered.map_err(AppError::internal)?.map_err(refused)?;
    let names = picture.names(context.uuid());
    let bbox = picture.bbox.map(|bbox| bbox.to_array().to_vec());
    let folder = FilePath::parse(spec.folder).map_err(AppError::internal)?;
    for file in picture.into_files(&names) {
        let path = folder.join(&file.name).map_err(AppError::internal)?;
        context.files.put(&path, file.bytes, file.content_type).await?;
    }
    let thumbnails: Document = names.thumbnails.iter().map(|(size, name)| (size.to_string(), name.clone())).collect();
    Ok(Image {
        filename: Some(names.filename),
        original: Some(names.original),
        bbox,
        thumbnails: (!thumbnails.is_empty()).then_some(thumbnails),
        rest: Document::new(),
    })
}

/// Removes the files of a picture that no document names any more. Failures are noted only: the
/// files are then waste, not harm.
pub async fn discard(context: &Context, folder: &str, image: &Image) {
    for file in image.files() {
        let Ok(path) = FilePath::parse(format!("{folder}/{file}")) else { continue };
        if let Err(error) = context.files.delete(&path).await {
            tracing::warn!(%error, file = %path, "file of a former picture not removed");
        }
    }
}

fn refused(error: PictureError) -> AppError {
    match error {
        PictureError::TooLarge => AppError::TooLarge("Image exceeds the maximum allowed size"),
        error => AppError::message(error.to_string()),
    }
}
