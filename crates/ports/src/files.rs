//! The port for stored files: pictures, uploaded resources, exports.
//!
//! A file is a run of bytes under a [`FilePath`] that we made ourselves. It appears as a whole or not at all, it never changes in
//! place (a second `put` replaces it), and reading is by stream so that 2 GB need no more memory than 2 KB.

use std::{fmt, ops::Range, str::FromStr, time::SystemTime};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, stream, stream::BoxStream};

/// Any error of a lower layer, kept as the source of a meaning.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The bytes of a file as they come, in chunks of any size.
pub type ByteStream = BoxStream<'static, Result<Bytes, FileError>>;

/// Makes a stream of chunks that are already in memory.
pub fn stream_of(chunks: impl IntoIterator<Item = Result<Bytes, FileError>>) -> ByteStream {
    let chunks: Vec<_> = chunks.into_iter().collect();
    stream::iter(chunks).boxed()
}

/// What can go wrong with stored files.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is no file at that path.
    #[error("file not found")]
    NotFound,
    /// The path is none that we make; see [`FilePath`].
    #[error(transparent)]
    InvalidPath(#[from] InvalidPath),
    /// More bytes came than the caller allows. Nothing was stored.
    #[error("file larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit that was given.
        limit_bytes: u64,
    },
    /// The asked range starts behind the end of the file (HTTP 416).
    #[error("range outside of the file of {size_bytes} bytes")]
    OutOfRange {
        /// The size of the whole file.
        size_bytes: u64,
    },
    /// The source of an upload broke off, as when a client goes away. Nothing was stored.
    #[error("upload interrupted")]
    Interrupted(#[source] Cause),
    /// The store did not answer, refused us, or has no space left.
    #[error("file store unavailable")]
    Unavailable(#[source] Cause),
}

/// Why a text is not a [`FilePath`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid file path: {reason}")]
pub struct InvalidPath {
    reason: &'static str,
}

/// Where a file lies in the store: `avatars/c3/26febb.png`.
///
/// Relative, with `/` between segments. Refused: the empty text, an absolute path, empty segments, `.` and `..`, control characters, and
/// the characters `\ # ? % : * " < > |`, which mean something to a file system, a URL or the store. At most 900 bytes, 200 a segment, so
/// that a prefix or the suffix of a temporary file still fits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FilePath(String);

impl FilePath {
    /// The longest path, in bytes.
    pub const MAX_BYTES: usize = 900;
    /// The longest segment, in bytes.
    pub const MAX_SEGMENT_BYTES: usize = 200;

    /// Checks a path.
    ///
    /// ```
    /// use basalt_ports::files::FilePath;
    /// assert!(FilePath::parse("avatars/c3/26febb.png").is_ok());
    /// assert!(FilePath::parse("avatars/../secret").is_err());
    /// ```
    pub fn parse(path: impl Into<String>) -> Result<Self, InvalidPath> {
        let path = path.into();
        let refuse = |reason| Err(InvalidPath { reason });
        if path.is_empty() {
            return refuse("empty");
        }
        if path.len() > Self::MAX_BYTES {
            return refuse("too long");
        }
        if path.starts_with('/') {
            return refuse("absolute");
        }
        for segment in path.split('/') {
            match segment {
                "" => return refuse("empty segment"),
                "." | ".." => return refuse("relative segment"),
                long if long.len() > Self::MAX_SEGMENT_BYTES => return refuse("segment too long"),
                _ => {}
            }
        }
        if path.chars().any(|c| c.is_control() || r#"\#?%:*"<>|"#.contains(c)) {
            return refuse("forbidden character");
        }
        Ok(Self(path))
    }

    /// The path of something in this folder. Errors like [`FilePath::parse`].
    pub fn join(&self, below: &str) -> Result<Self, InvalidPath> {
        Self::parse(format!("{}/{below}", self.0))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last segment.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// What comes behind the last dot of the file name; none for `.hidden` and `plain`.
    pub fn extension(&self) -> Option<&str> {
        let (stem, extension) = self.file_name().rsplit_once('.')?;
        (!stem.is_empty() && !extension.is_empty()).then_some(extension)
    }

    /// The content type that the extension tells, `application/octet-stream` when it tells none.
    pub fn content_type(&self) -> &'static str {
        self.extension().map_or(OCTET_STREAM, content_type_of)
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for FilePath {
    type Err = InvalidPath;

    fn from_str(text: &str) -> Result<Self, InvalidPath> {
        Self::parse(text)
    }
}

/// The content type of bytes about which nothing is known.
pub const OCTET_STREAM: &str = "application/octet-stream";

/// The content type of a file extension (without dot, in any case), [`OCTET_STREAM`] when unknown.
pub fn content_type_of(extension: &str) -> &'static str {
    match extension.to_ascii_lowercase().as_str() {
        "csv" => "text/csv",
        "tsv" => "text/tab-separated-values",
        "txt" | "md" => "text/plain",
        "html" | "htm" => "text/html",
        "ics" => "text/calendar",
        "json" => "application/json",
        "geojson" => "application/geo+json",
        "jsonl" | "ndjson" => "application/x-ndjson",
        "xml" | "xsd" => "application/xml",
        "rdf" => "application/rdf+xml",
        "gml" => "application/gml+xml",
        "ttl" => "text/turtle",
        "n3" => "text/n3",
        "pdf" => "application/pdf",
        "zip" | "shz" => "application/zip",
        "gz" => "application/gzip",
        "tar" => "application/x-tar",
        "bz2" => "application/x-bzip2",
        "7z" => "application/x-7z-compressed",
        "xz" => "application/x-xz",
        "kml" => "application/vnd.google-earth.kml+xml",
        "kmz" => "application/vnd.google-earth.kmz",
        "parquet" => "application/vnd.apache.parquet",
        "gpkg" => "application/geopackage+sqlite3",
        "xls" => "application/vnd.ms-excel",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "doc" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        "odt" => "application/vnd.oasis.opendocument.text",
        "rtf" => "application/rtf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "tif" | "tiff" => "image/tiff",
        _ => OCTET_STREAM,
    }
}

/// What is known of a file without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileMeta {
    /// Size of the whole file.
    pub size_bytes: u64,
    /// The type given at `put`. A store that keeps no types (a folder) answers [`FilePath::content_type`].
    pub content_type: String,
    /// When the file was put.
    pub last_modified: SystemTime,
    /// Changes when the file does; without quotes. None when the store has no such thing.
    pub etag: Option<String>,
}

/// Which bytes of a file are wanted; all ends are cut to the size of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ByteRange {
    /// From the first, up to and without the second offset.
    Between(Range<u64>),
    /// From an offset to the end.
    From(u64),
    /// The last so many bytes.
    Last(u64),
}

impl ByteRange {
    /// The offsets in a file of this size; none when there is no such byte.
    pub fn within(&self, size_bytes: u64) -> Option<Range<u64>> {
        let range = match self {
            Self::Between(range) => range.start..range.end.min(size_bytes),
            Self::From(start) => *start..size_bytes,
            Self::Last(count) => size_bytes.saturating_sub(*count)..size_bytes,
        };
        (range.start < range.end).then_some(range)
    }
}

/// An open file.
pub struct FileRead {
    /// Of the whole file, also when a range was asked for.
    pub meta: FileMeta,
    /// The offsets that `body` covers.
    pub range: Range<u64>,
    /// The bytes. An error in the middle means that the store went away; what came before is right.
    pub body: ByteStream,
}

impl FileRead {
    /// Reads everything into memory. Error: `TooLarge` when that is more than `limit_bytes`.
    pub async fn into_bytes(self, limit_bytes: u64) -> Result<Bytes, FileError> {
        let Self { range, mut body, .. } = self;
        if range.end - range.start > limit_bytes {
            return Err(FileError::TooLarge { limit_bytes });
        }
        let mut all = BytesMut::new();
        while let Some(chunk) = body.next().await {
            all.extend_from_slice(&chunk?);
        }
        Ok(all.freeze())
    }
}

impl fmt::Debug for FileRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileRead").field("meta", &self.meta).field("range", &self.range).finish_non_exhaustive()
    }
}

/// Where files are kept.
///
/// Guarantees, proven by the suite in `basalt-contract`: a reader sees the old file or the new one, never a part; a failed or abandoned
/// write leaves nothing to be seen; writing needs bounded memory (some 40 MB) whatever the size.
///
/// An upload that a client sends in several requests is kept as one file per part, and joined by [`FileStore::put_stream`] from the
/// bodies of [`FileStore::get`].
#[async_trait]
pub trait FileStore: Send + Sync + fmt::Debug {
    /// Stores bytes, replacing what was there. Errors: `Unavailable`.
    async fn put(&self, path: &FilePath, bytes: Bytes, content_type: &str) -> Result<FileMeta, FileError>;

    /// Opens a file, or a range of it. Errors: `NotFound`, `OutOfRange`, `Unavailable`.
    async fn get(&self, path: &FilePath, range: Option<ByteRange>) -> Result<FileRead, FileError>;

    /// Describes a file. Errors: `NotFound`, `Unavailable`.
    async fn head(&self, path: &FilePath) -> Result<FileMeta, FileError>;

    /// Removes a file; one that is not there is as good as removed. Errors: `Unavailable`.
    async fn delete(&self, path: &FilePath) -> Result<(), FileError>;

    /// The files below a folder, at any depth, in no order; none where there is no such folder. Errors: `Unavailable`.
    async fn list(&self, folder: &FilePath) -> Result<Vec<(FilePath, FileMeta)>, FileError>;

    /// Starts to write a file piece by piece. Nothing is to be seen before [`Upload::finish`]. Errors: `Unavailable`.
    async fn begin(&self, path: &FilePath, content_type: &str) -> Result<Box<dyn Upload>, FileError>;

    /// Stores what a stream yields, up to `limit_bytes`, replacing what was there.
    ///
    /// Errors: `TooLarge` as soon as the limit is passed, the error of the stream, `Unavailable`; nothing is stored then, nor when the
    /// future is dropped.
    async fn put_stream(
        &self,
        path: &FilePath,
        mut body: ByteStream,
        content_type: &str,
        limit_bytes: u64,
    ) -> Result<FileMeta, FileError> {
        let mut upload = self.begin(path, content_type).await?;
        let mut written_bytes = 0_u64;
        let failure = loop {
            let chunk = match body.next().await {
                None => return upload.finish().await,
                Some(Err(error)) => break error,
                Some(Ok(chunk)) => chunk,
            };
            written_bytes = written_bytes.saturating_add(chunk.len() as u64);
            if written_bytes > limit_bytes {
                break FileError::TooLarge { limit_bytes };
            }
            if let Err(error) = upload.write(chunk).await {
                break error;
            }
        };
        if let Err(error) = upload.abort().await {
            tracing::warn!(error = &error as &dyn std::error::Error, file.path = %path, "upload not cleaned up");
        }
        Err(failure)
    }
}

/// A file being written. Dropping it is like [`Upload::abort`], except that nobody hears of an error.
#[async_trait]
pub trait Upload: Send {
    /// Appends bytes; waits when the store is slower than the caller. Errors: `Unavailable`, after which only `abort` makes sense.
    async fn write(&mut self, chunk: Bytes) -> Result<(), FileError>;

    /// Makes the file visible, whole. Errors: `Unavailable`; nothing is stored then.
    async fn finish(self: Box<Self>) -> Result<FileMeta, FileError>;

    /// Throws away what was written. Errors: `Unavailable`.
    async fn abort(self: Box<Self>) -> Result<(), FileError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_we_make_are_accepted() {
        for path in ["a", "avatars/c3/26febb-100.png", "resources/été 2024/données (1).csv", ".hidden", "a..b/c"] {
            assert_eq!(FilePath::parse(path).unwrap().as_str(), path);
        }
    }

    #[test]
    fn paths_that_could_escape_are_refused() {
        let long = "x".repeat(201);
        for path in [
            "", "/a", "/", "a//b", "a/", "..", "../a", "a/../b", "a/..", "./a", "a/.", r"a\b", "a\0b", "a\nb", "c:/x",
            "a#1", "a%2e", &long,
        ] {
            assert!(FilePath::parse(path).is_err(), "{path:?}");
        }
        assert!(FilePath::parse("a/".repeat(450) + "b").is_err());
    }

    #[test]
    fn the_extension_tells_the_content_type() {
        let type_of = |path: &str| FilePath::parse(path).unwrap().content_type();
        assert_eq!(type_of("a/b.CSV"), "text/csv");
        assert_eq!(type_of("a/b.tar.gz"), "application/gzip");
        assert_eq!(type_of("a.png/b"), OCTET_STREAM);
        assert_eq!(type_of("a/.png"), OCTET_STREAM);
    }

    #[test]
    fn a_range_is_cut_to_the_file() {
        assert_eq!(ByteRange::Between(2..4).within(10), Some(2..4));
        assert_eq!(ByteRange::Between(2..40).within(10), Some(2..10));
        assert_eq!(ByteRange::Between(10..40).within(10), None);
        assert_eq!(ByteRange::From(9).within(10), Some(9..10));
        assert_eq!(ByteRange::Last(3).within(10), Some(7..10));
        assert_eq!(ByteRange::Last(30).within(10), Some(0..10));
        assert_eq!(ByteRange::Last(0).within(10), None);
    }
}
