//! The contract of file stores, on a folder, in memory, and on S3 where one is given.
//!
//! `BASALT_TEST_S3_URL=http://KEY:SECRET@HOST:PORT/BUCKET/PREFIX` names a server and a bucket in it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::unused_async, reason = "the suite awaits whatever makes a store")]

use std::sync::Arc;

use basalt_files::{S3Options, open};
use basalt_ports::files::{FilePath, FileStore, stream_of};
use bytes::Bytes;
use tempfile::TempDir;
use url::Url;

type Fresh<Keep> = Option<(Arc<dyn FileStore>, Keep)>;

fn folder() -> (Arc<dyn FileStore>, TempDir) {
    let home = tempfile::tempdir().unwrap();
    let url = Url::from_file_path(home.path()).unwrap();
    (open(url.as_str(), &S3Options::default()).unwrap(), home)
}

/// The names of all files below, temporary ones too.
fn names(home: &TempDir) -> Vec<String> {
    fn walk(folder: &std::path::Path, names: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            match entry.path() {
                path if path.is_dir() => walk(&path, names),
                path => names.push(path.file_name().unwrap().to_string_lossy().into_owned()),
            }
        }
    }
    let mut found = Vec::new();
    walk(home.path(), &mut found);
    found
}

mod on_a_folder {
    use super::*;

    async fn fresh() -> Fresh<TempDir> {
        Some(folder())
    }

    basalt_contract::file_store_contract!(fresh);
}

mod in_memory {
    use super::*;

    async fn fresh() -> Fresh<()> {
        Some((open("memory://", &S3Options::default()).unwrap(), ()))
    }

    basalt_contract::file_store_contract!(fresh);
}

mod on_s3 {
    use super::*;

    async fn fresh() -> Fresh<()> {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        #[expect(clippy::disallowed_methods, reason = "a test has no configuration but this")]
        let Ok(url) = std::env::var("BASALT_TEST_S3_URL") else {
            eprintln!("SKIPPED: no S3 server in BASALT_TEST_S3_URL");
            return None;
        };
        let url = Url::parse(&url).unwrap();
        // Each test its own prefix: by process for cargo-nextest, by count for cargo test.
        let run = format!("{}-{}", std::process::id(), COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        let options = S3Options {
            endpoint: Some(format!(
                "{}://{}:{}",
                url.scheme(),
                url.host_str().unwrap(),
                url.port_or_known_default().unwrap()
            )),
            access_key_id: Some(url.username().to_owned()),
            secret_access_key: url.password().map(Into::into),
            allow_http: url.scheme() == "http",
            ..S3Options::default()
        };
        Some((open(&format!("s3:/{}/{run}", url.path().trim_end_matches('/')), &options).unwrap(), ()))
    }

    basalt_contract::file_store_contract!(fresh);
}

#[tokio::test]
async fn a_folder_holds_files_under_their_own_names_and_nothing_else() {
    let (store, home) = folder();
    let path = FilePath::parse("avatars/c3/a.txt").unwrap();
    store.put(&path, Bytes::from_static(b"a"), "text/plain").await.unwrap();
    assert_eq!(std::fs::read(home.path().join("avatars/c3/a.txt")).unwrap(), b"a");
    store.put_stream(&path, stream_of([Ok(Bytes::from_static(b"b"))]), "text/plain", 10).await.unwrap();
    assert_eq!(names(&home), ["a.txt"]);
    store.delete(&path).await.unwrap();
    assert!(!home.path().join("avatars").exists(), "empty folders are removed");
}

#[tokio::test]
async fn a_dropped_upload_leaves_no_temporary_file() {
    let (store, home) = folder();
    let mut upload = store.begin(&FilePath::parse("a.bin").unwrap(), "application/octet-stream").await.unwrap();
    upload.write(Bytes::from(vec![7; 9_000_000])).await.unwrap();
    assert_eq!(names(&home).len(), 1, "the temporary file");
    drop(upload);
    for _ in 0..100 {
        if names(&home).is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("left behind: {:?}", names(&home));
}

#[tokio::test]
async fn a_folder_that_went_away_is_unavailable_and_leaks_no_path_in_its_text() {
    let (store, home) = folder();
    let blocked = home.path().join("file");
    std::fs::write(&blocked, b"").unwrap();
    let error = store.put(&FilePath::parse("file/below.txt").unwrap(), Bytes::new(), "text/plain").await.unwrap_err();
    assert_eq!(error.to_string(), "file store unavailable");
    assert!(std::error::Error::source(&error).is_some(), "the cause is kept for the log");
}
