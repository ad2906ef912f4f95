//! Files to import: packed or not, recognised by what is in them.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Cursor, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use sha2::{Digest, Sha256};

use crate::{failure::Failure, secrets};

/// How much of a file tells it from others.
const PREFIX: usize = 64 * 1024;
const GZIP: &[u8] = &[0x1f, 0x8b];
const XZ: &[u8] = &[0xfd, b'7', b'z', b'X', b'Z', 0];

/// A file to import.
pub struct Source {
    name: String,
    size: Option<u64>,
    start: Vec<u8>,
    rest: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Source {
    /// Opens a file; `-` is the standard input. Error: it is not there or cannot be read.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        if path == Path::new("-") {
            return Self::new("standard input".into(), None, Box::new(io::stdin()));
        }
        let failed = |error: io::Error| Failure::doing(&name, &error);
        let file = File::open(path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        Self::new(name, Some(size), Box::new(file))
    }

    /// Bytes that are part of the program.
    pub fn embedded(name: &str, bytes: &'static [u8]) -> Self {
        let size = u64::try_from(bytes.len()).ok();
        // Reading from memory cannot fail, and the whole fits into it.
        Self { name: name.into(), size, start: bytes.to_vec(), rest: Box::new(io::empty()), read: Arc::default() }
    }

    fn new(name: String, size: Option<u64>, mut rest: Box<dyn Read + Send>) -> Result<Self, Failure> {
        let mut start = Vec::new();
        let limit = u64::try_from(PREFIX).unwrap_or(u64::MAX);
        rest.by_ref().take(limit).read_to_end(&mut start).map_err(|error| Failure::doing(&name, &error))?;
        Ok(Self { name, size, start, rest, read: Arc::default() })
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How long it is, where that is known.
    pub(super) const fn size(&self) -> Option<u64> {
        self.size
    }

    /// How much of it was read.
    pub(super) fn read_bytes(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }

    /// The same for the same file only, wherever it lies; none where it cannot be read twice.
    pub(super) fn fingerprint(&self) -> Option<String> {
        let mut hash = Sha256::new();
        hash.update(self.size?.to_be_bytes());
        hash.update(self.start.get(..PREFIX).unwrap_or(&self.start));
        let digest = hash.finalize();
        Some(secrets::digits(digest.get(..12).unwrap_or(&digest)))
    }

    /// Its content, unpacked.
    pub(super) fn into_content(self) -> Result<Box<dyn BufRead + Send>, Failure> {
        let packed = (self.start.starts_with(GZIP), self.start.starts_with(XZ));
        let whole = Counted { inner: Cursor::new(self.start).chain(self.rest), read: self.read };
        let mut content: Box<dyn BufRead + Send> = match packed {
            (true, _) => Box::new(BufReader::with_capacity(PREFIX, flate2::read::MultiGzDecoder::new(whole))),
            (_, true) => Box::new(BufReader::with_capacity(PREFIX, lzma_rust2::XzReader::new(whole, true))),
            _ => Box::new(BufReader::with_capacity(PREFIX, whole)),
        };
        if content.fill_buf()?.starts_with("\u{feff}".as_bytes()) {
            content.consume(3);
        }
        Ok(content)
    }
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.read.fetch_add(u64::try_from(read).unwrap_or(0), Ordering::Relaxed);
        Ok(read)
    }
}
