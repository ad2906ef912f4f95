//! Uploaded files: stored as they come, whole or in parts, and never held in memory.
//!
//! A file is written to a place of its own that nobody can guess, and appears there when it is whole.
//! Parts are kept by user and upload until the last request joins them; those of uploads that nobody
//! finished are removed after a while.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use basalt_domain::{ObjectId, Timestamp, dataset::file_name};
use basalt_ports::files::{FileError, FilePath, OCTET_STREAM, Upload, content_type_of};
use bytes::Bytes;
use futures_util::StreamExt as _;
use sha1::{Digest, Sha1};

use super::{Hosted, hosted::FOLDER};
use crate::{AppError, Caller, Context};

/// Where parts are kept. Nothing in it is ever served.
const PARTS: &str = "chunks";
/// The most parts of a file.
pub const MAX_PARTS: u64 = 10_000;
/// How long parts are kept, in milliseconds.
const KEPT: i64 = 24 * 3_600_000;
/// How often it is looked for parts that nobody wants, in milliseconds.
const LOOKED: i64 = 3_600_000;
/// The longest name of an upload, in bytes.
const UPLOAD_ID: usize = 64;
/// The longest part of a slug in a path, in bytes.
const SLUG: usize = 120;

/// Stores uploaded files. Cheap to clone.
#[derive(Clone)]
pub struct Uploads {
    context: Arc<Context>,
    looked: Arc<AtomicI64>,
}

/// A file on its way in. Dropping it leaves nothing behind.
pub struct Incoming {
    upload: Box<dyn Upload>,
    path: FilePath,
    name: String,
    sum: Sha1,
    size_bytes: u64,
    limit_bytes: u64,
}

/// A file that came in, whole.
#[derive(Clone, Debug)]
pub struct Finished {
    path: FilePath,
    name: String,
    sha1: String,
    size_bytes: u64,
}

impl Incoming {
    /// The next bytes. Errors: `TooLarge`, `File`.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), AppError> {
        self.size_bytes = self.size_bytes.saturating_add(bytes.len() as u64);
        if self.size_bytes > self.limit_bytes {
            return Err(AppError::TooLarge("The file is too large"));
        }
        self.sum.update(&bytes);
        Ok(self.upload.write(bytes).await?)
    }

    /// How many bytes came so far.
    pub const fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// Is it kept among the parts?
    pub fn is_part(&self) -> bool {
        self.path.as_str().starts_with(PARTS)
    }

    /// That was all: the file is there now.
    pub async fn finish(self) -> Result<Finished, AppError> {
        let Self { upload, path, name, sum, size_bytes, .. } = self;
        upload.finish().await?;
        Ok(Finished { path, name, sha1: hex(&sum.finalize()), size_bytes })
    }

    /// Throws away what came. Failures are noted only.
    pub async fn abort(self) {
        if let Err(error) = self.upload.abort().await {
            tracing::warn!(%error, file = %self.path, "upload not cleaned up");
        }
    }
}

impl Uploads {
    /// Into these ports.
    pub fn new(context: Arc<Context>) -> Self {
        Self { context, looked: Arc::new(AtomicI64::new(0)) }
    }

    /// Starts to store a file of this name for what has this slug.
    pub async fn begin(&self, slug: &str, name: &str, limit_bytes: u64) -> Result<Incoming, AppError> {
        let name = file_name::harmless(name);
        let digits: String = self.context.now().to_string().chars().filter(char::is_ascii_digit).collect();
        let (day, time) = (digits.get(..8).unwrap_or_default(), digits.get(8..14).unwrap_or_default());
        let unique = self.context.uuid().simple().to_string();
        let unique = unique.get(20..).unwrap_or_default();
        let slug: String = slug.chars().take(SLUG).collect();
        let path = FilePath::parse(format!("{FOLDER}/{slug}/{day}-{time}-{unique}/{name}"));
        let path = path.map_err(|_error| AppError::message("This file name is not allowed"))?;
        self.open(path, name, limit_bytes).await
    }

    /// Starts to store a part of an upload. Errors: `SignIn`, `Invalid` for what is no name of an
    /// upload or no number of a part.
    pub async fn begin_part(
        &self,
        caller: &Caller,
        upload: &str,
        index: u64,
        limit_bytes: u64,
    ) -> Result<Incoming, AppError> {
        self.look_for_waste();
        let path = part(caller.id()?, upload, index)?;
        self.open(path, String::new(), limit_bytes).await
    }

    async fn open(&self, path: FilePath, name: String, limit_bytes: u64) -> Result<Incoming, AppError> {
        let upload = self.context.files.begin(&path, path.content_type()).await?;
        Ok(Incoming { upload, path, name, sum: Sha1::new(), size_bytes: 0, limit_bytes })
    }

    /// What is to be known of a stored file; `base` is the address of this server.
    pub fn hosted(&self, file: Finished, base: &str) -> Hosted {
        let Finished { path, name, sha1, size_bytes } = file;
        let fs_filename = path.as_str().strip_prefix(FOLDER).unwrap_or_default().trim_start_matches('/').to_owned();
        let mime = file_name::extension(&name).map(content_type_of).filter(|mime| *mime != OCTET_STREAM);
        Hosted {
            url: format!("{base}/{path}"),
            fs_filename,
            size_bytes,
            sha1,
            format: file_name::format(&name),
            mime: mime.map(str::to_owned),
            name,
        }
    }

    /// Keeps a file that was stored as a part after all. For clients that tell what they send after
    /// they sent it.
    pub async fn keep_as_part(
        &self,
        caller: &Caller,
        file: &Finished,
        upload: &str,
        index: u64,
    ) -> Result<(), AppError> {
        let files = &self.context.files;
        let kept = async {
            let path = part(caller.id()?, upload, index)?;
            let body = files.get(&file.path, None).await?.body;
            Ok(files.put_stream(&path, body, OCTET_STREAM, u64::MAX).await.map(drop)?)
        };
        let kept = kept.await;
        self.discard(file).await;
        kept
    }

    /// Joins the parts of an upload to a file and removes them. Errors: `SignIn`, `Invalid` when a
    /// part is missing, `TooLarge`.
    pub async fn join(
        &self,
        caller: &Caller,
        upload: &str,
        parts: u64,
        into: (&str, &str),
        limit_bytes: u64,
    ) -> Result<Finished, AppError> {
        if parts > MAX_PARTS {
            return Err(AppError::message(format!("A file has {MAX_PARTS} parts at most")));
        }
        let user = caller.id()?;
        let paths: Vec<FilePath> = (0..parts).map(|index| part(user, upload, index)).collect::<Result<_, _>>()?;
        let (slug, name) = into;
        let mut incoming = self.begin(slug, name, limit_bytes).await?;
        if let Err(error) = self.pour(&paths, &mut incoming).await {
            incoming.abort().await;
            return Err(error);
        }
        let finished = incoming.finish().await?;
        for path in paths {
            self.remove(&path).await;
        }
        Ok(finished)
    }

    async fn pour(&self, parts: &[FilePath], into: &mut Incoming) -> Result<(), AppError> {
        for (index, path) in parts.iter().enumerate() {
            let mut body = match self.context.files.get(path, None).await {
                Ok(read) => read.body,
                Err(FileError::NotFound) => {
                    return Err(AppError::message(format!("Part {index} of the file is missing, send it again")));
                }
                Err(error) => return Err(error.into()),
            };
            while let Some(chunk) = body.next().await {
                into.write(chunk?).await?;
            }
        }
        Ok(())
    }

    /// Removes a stored file that no document names. Failures are noted only.
    pub async fn discard(&self, file: &Finished) {
        self.remove(&file.path).await;
    }

    /// Removes the parts of uploads that nobody finished.
    pub async fn clean(&self, now: Timestamp) -> Result<(), AppError> {
        let folder = FilePath::parse(PARTS).map_err(AppError::internal)?;
        for (path, meta) in self.context.files.list(&folder).await? {
            let since = meta.last_modified.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            let age = now.millis().saturating_sub(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
            if age > KEPT {
                self.remove(&path).await;
            }
        }
        Ok(())
    }

    /// Cleans in the background, once in a while.
    fn look_for_waste(&self) {
        let now = self.context.now();
        let before = self.looked.load(Ordering::Relaxed);
        let due = now.millis().saturating_sub(before) > LOOKED;
        if due && self.looked.compare_exchange(before, now.millis(), Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            let uploads = self.clone();
            tokio::spawn(async move {
                if let Err(error) = uploads.clean(now).await {
                    tracing::warn!(%error, "parts of abandoned uploads not removed");
                }
            });
        }
    }

    async fn remove(&self, path: &FilePath) {
        if let Err(error) = self.context.files.delete(path).await {
            tracing::warn!(%error, file = %path, "file not removed");
        }
    }
}

/// Where a part is kept: nobody reaches those of another user.
fn part(user: ObjectId, upload: &str, index: u64) -> Result<FilePath, AppError> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if upload.is_empty() || upload.len() > UPLOAD_ID || !upload.bytes().all(known) {
        return Err(AppError::message("Chunked uploads only: the uuid of the upload is none"));
    }
    if index >= MAX_PARTS {
        return Err(AppError::message(format!("A file has {MAX_PARTS} parts at most")));
    }
    FilePath::parse(format!("{PARTS}/{user}/{upload}/{index}")).map_err(AppError::internal)
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS.get(usize::from(nibble)).copied().unwrap_or_default());
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0f)]).collect()
}
