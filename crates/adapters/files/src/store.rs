//! A file store on any `object_store`.
//!
//! Writing in one piece and in parts is atomic there: a folder writes `name#1` beside the file and renames it, S3 shows an object when its
//! upload is complete. The suite in `basalt-contract` checks that it stays so.

use std::sync::Arc;

use async_trait::async_trait;
use basalt_ports::files::{ByteRange, Cause, FileError, FileMeta, FilePath, FileRead, FileStore, Upload};
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::{
    Attribute, Attributes, GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt as _, PutMultipartOptions,
    PutOptions, PutPayload, WriteMultipart, path::Path,
};

/// The size of a part. S3 wants 5 MiB at least and 10,000 parts at most: files may have 80 GB.
const PART_BYTES: usize = 8 * 1024 * 1024;
/// Parts in flight per upload; with the one being filled they bound its memory to 40 MiB.
const PARTS_IN_FLIGHT: usize = 4;

/// Files in an `object_store`.
#[derive(Clone, Debug)]
pub struct ObjectFiles {
    store: Arc<dyn ObjectStore>,
    keeps_types: bool,
}

impl ObjectFiles {
    /// On a store that keeps content types: S3, memory.
    pub fn typed(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, keeps_types: true }
    }

    /// On a store that keeps nothing but bytes: a folder. Types are told by extensions.
    pub fn untyped(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, keeps_types: false }
    }

    fn attributes(&self, content_type: &str) -> Attributes {
        let mut attributes = Attributes::new();
        if self.keeps_types {
            attributes.insert(Attribute::ContentType, content_type.to_owned().into());
        }
        attributes
    }

    async fn read(&self, path: &FilePath, options: GetOptions) -> object_store::Result<FileRead> {
        let result = self.store.get_opts(&location(path)?, options).await?;
        Ok(FileRead {
            meta: meta(path, &result.meta, &result.attributes),
            range: result.range.clone(),
            body: result.into_stream().map_err(meaning).boxed(),
        })
    }
}

#[async_trait]
impl FileStore for ObjectFiles {
    #[tracing::instrument(name = "files.put", skip_all, fields(file.path = %path, file.size_bytes = bytes.len()))]
    async fn put(&self, path: &FilePath, bytes: Bytes, content_type: &str) -> Result<FileMeta, FileError> {
        let options = PutOptions { attributes: self.attributes(content_type), ..PutOptions::default() };
        self.store
            .put_opts(&location(path).map_err(meaning)?, PutPayload::from(bytes), options)
            .await
            .map_err(meaning)?;
        self.head(path).await
    }

    #[tracing::instrument(name = "files.get", skip_all, fields(file.path = %path))]
    async fn get(&self, path: &FilePath, range: Option<ByteRange>) -> Result<FileRead, FileError> {
        let asked = range.clone().map(|range| match range {
            ByteRange::Between(range) => GetRange::Bounded(range),
            ByteRange::From(start) => GetRange::Offset(start),
            ByteRange::Last(count) => GetRange::Suffix(count),
        });
        let error = match self.read(path, GetOptions { range: asked, ..GetOptions::default() }).await {
            // The last zero bytes are a range that some stores find.
            Ok(read) if range.is_some() && read.range.is_empty() => {
                return Err(FileError::OutOfRange { size_bytes: read.meta.size_bytes });
            }
            Ok(read) => return Ok(read),
            Err(error) => meaning(error),
        };
        // Each store words "no such range" differently, and some only as text: the size decides.
        if let (Some(range), FileError::Unavailable(_)) = (range, &error) {
            let size_bytes = self.head(path).await?.size_bytes;
            if range.within(size_bytes).is_none() {
                return Err(FileError::OutOfRange { size_bytes });
            }
        }
        Err(error)
    }

    #[tracing::instrument(name = "files.head", skip_all, fields(file.path = %path))]
    async fn head(&self, path: &FilePath) -> Result<FileMeta, FileError> {
        // Not `ObjectStoreExt::head`, which drops the content type.
        Ok(self.read(path, GetOptions { head: true, ..GetOptions::default() }).await.map_err(meaning)?.meta)
    }

    #[tracing::instrument(name = "files.delete", skip_all, fields(file.path = %path))]
    async fn delete(&self, path: &FilePath) -> Result<(), FileError> {
        match self.store.delete(&location(path).map_err(meaning)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(meaning(error)),
        }
    }

    #[tracing::instrument(name = "files.list", skip_all, fields(file.path = %folder))]
    async fn list(&self, folder: &FilePath) -> Result<Vec<(FilePath, FileMeta)>, FileError> {
        let below = location(folder).map_err(meaning)?;
        let objects: Vec<ObjectMeta> = self.store.list(Some(&below)).try_collect().await.map_err(meaning)?;
        // What is no path of ours is the temporary file of a write.
        let named = objects.iter().filter_map(|object| Some((FilePath::parse(object.location.as_ref()).ok()?, object)));
        Ok(named.map(|(path, object)| (path.clone(), meta(&path, object, &Attributes::new()))).collect())
    }

    #[tracing::instrument(name = "files.begin", skip_all, fields(file.path = %path))]
    async fn begin(&self, path: &FilePath, content_type: &str) -> Result<Box<dyn Upload>, FileError> {
        let options =
            PutMultipartOptions { attributes: self.attributes(content_type), ..PutMultipartOptions::default() };
        let parts = self.store.put_multipart_opts(&location(path).map_err(meaning)?, options).await.map_err(meaning)?;
        Ok(Box::new(PartUpload {
            parts: Some(WriteMultipart::new_with_chunk_size(parts, PART_BYTES)),
            path: path.clone(),
            files: self.clone(),
        }))
    }
}

/// A file being written in parts.
struct PartUpload {
    /// Taken by `finish`, `abort` and `drop`, whichever comes first.
    parts: Option<WriteMultipart>,
    path: FilePath,
    files: ObjectFiles,
}

#[async_trait]
impl Upload for PartUpload {
    async fn write(&mut self, chunk: Bytes) -> Result<(), FileError> {
        let Some(parts) = &mut self.parts else { return Ok(()) };
        // Copied into the part, because small slices of large network buffers would keep these alive.
        for piece in chunk.chunks(PART_BYTES) {
            parts.wait_for_capacity(PARTS_IN_FLIGHT).await.map_err(meaning)?;
            parts.write(piece);
        }
        Ok(())
    }

    async fn finish(mut self: Box<Self>) -> Result<FileMeta, FileError> {
        if let Some(parts) = self.parts.take() {
            parts.finish().await.map_err(meaning)?;
        }
        self.files.head(&self.path).await
    }

    async fn abort(mut self: Box<Self>) -> Result<(), FileError> {
        match self.parts.take() {
            Some(parts) => parts.abort().await.map_err(meaning),
            None => Ok(()),
        }
    }
}

/// A client that goes away drops the future that writes; parts left in S3 would cost money for ever.
impl Drop for PartUpload {
    fn drop(&mut self) {
        let Some(parts) = self.parts.take() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let path = self.path.clone();
        runtime.spawn(async move {
            if let Err(error) = parts.abort().await {
                tracing::warn!(error = &error as &dyn std::error::Error, file.path = %path, "abandoned upload not cleaned up");
            }
        });
    }
}

fn location(path: &FilePath) -> object_store::Result<Path> {
    Ok(Path::parse(path.as_str())?)
}

fn meta(path: &FilePath, object: &ObjectMeta, attributes: &Attributes) -> FileMeta {
    let content_type = attributes
        .get(&Attribute::ContentType)
        .map_or_else(|| path.content_type().to_owned(), |own| own.as_ref().to_owned());
    FileMeta {
        size_bytes: object.size,
        content_type,
        last_modified: object.last_modified.into(),
        etag: object.e_tag.as_deref().map(|etag| etag.trim_start_matches("W/").trim_matches('"').to_owned()),
    }
}

fn meaning(error: object_store::Error) -> FileError {
    match error {
        object_store::Error::NotFound { .. } => FileError::NotFound,
        other => FileError::Unavailable(Cause::from(other)),
    }
}
