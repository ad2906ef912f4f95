//! What every file store must do.
//!
//! [`file_store_contract!`](crate::file_store_contract) makes one test per behaviour from a function that gives a fresh, empty store.
#![expect(clippy::expect_used, reason = "a suite is a test, and fails by panicking")]

use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use basalt_ports::files::{ByteRange, FileError, FilePath, FileStore, stream_of};
use bytes::Bytes;

/// More than any test stores.
const ENOUGH_BYTES: u64 = 1 << 30;

/// Lists the behaviours once, as tests of the store that `$fresh().await` gives: `Option<(Arc<dyn FileStore>, impl Sized)>`, where the
/// second part is kept until the test ends (a temporary folder), and `None` skips.
#[macro_export]
macro_rules! file_store_contract {
    ($fresh:path) => {
        $crate::file_store_contract!(@tests $fresh:
            what_was_put_is_read,
            an_empty_file_is_a_file,
            a_second_put_replaces_the_first,
            meta_tells_size_type_time_and_etag,
            the_etag_changes_with_the_content,
            what_is_not_there_is_not_found,
            a_deleted_file_is_gone,
            deleting_what_is_not_there_succeeds,
            a_folder_lists_what_is_below_it_and_whole,
            a_range_gives_these_bytes,
            a_range_behind_the_end_is_refused_with_the_size,
            paths_do_not_mix,
            a_stream_is_stored_whole,
            a_stream_of_many_parts_is_stored_whole,
            an_upload_shows_nothing_before_it_is_finished,
            an_aborted_upload_leaves_what_was_there,
            a_dropped_upload_leaves_what_was_there,
            a_broken_stream_leaves_what_was_there,
            a_stream_over_the_limit_leaves_nothing,
            a_stream_of_exactly_the_limit_is_stored,
            concurrent_uploads_do_not_mix,
            a_reader_keeps_what_it_opened,
        );
    };
    (@tests $fresh:path: $($behaviour:ident),+ $(,)?) => {
        $(
            #[tokio::test]
            async fn $behaviour() {
                let Some((store, _keep)) = $fresh().await else { return };
                $crate::files::$behaviour(store).await;
            }
        )+
    };
}

fn path(text: &str) -> FilePath {
    FilePath::parse(text).expect("a path written in a test")
}

async fn put(store: &Arc<dyn FileStore>, at: &str, content: &'static str) {
    store.put(&path(at), Bytes::from_static(content.as_bytes()), "text/plain").await.expect("put");
}

async fn content(store: &Arc<dyn FileStore>, at: &str) -> Bytes {
    store.get(&path(at), None).await.expect("get").into_bytes(ENOUGH_BYTES).await.expect("read")
}

async fn assert_missing(store: &Arc<dyn FileStore>, at: &str) {
    assert!(matches!(store.head(&path(at)).await, Err(FileError::NotFound)), "head of {at}");
    assert!(matches!(store.get(&path(at), None).await, Err(FileError::NotFound)), "get of {at}");
}

/// Bytes in which a part at the wrong place shows.
fn pattern(size: usize) -> Bytes {
    (0..size).map(|i| u8::try_from((i / 1000 + i) % 251).unwrap_or_default()).collect()
}

/// Reading gives the bytes that were put.
pub async fn what_was_put_is_read(store: Arc<dyn FileStore>) {
    put(&store, "avatars/c3/été (1).txt", "hello").await;
    assert_eq!(content(&store, "avatars/c3/été (1).txt").await, "hello");
}

/// No bytes are something else than no file.
pub async fn an_empty_file_is_a_file(store: Arc<dyn FileStore>) {
    put(&store, "empty.txt", "").await;
    assert_eq!(store.head(&path("empty.txt")).await.expect("head").size_bytes, 0);
    assert_eq!(content(&store, "empty.txt").await, "");
    store.put_stream(&path("streamed.txt"), stream_of([]), "text/plain", 10).await.expect("put_stream");
    assert_eq!(content(&store, "streamed.txt").await, "");
}

/// Of two puts the last one counts, whole.
pub async fn a_second_put_replaces_the_first(store: Arc<dyn FileStore>) {
    put(&store, "a.txt", "a long first version").await;
    put(&store, "a.txt", "second").await;
    assert_eq!(content(&store, "a.txt").await, "second");
}

/// `put`, `head` and `get` tell the same.
pub async fn meta_tells_size_type_time_and_etag(store: Arc<dyn FileStore>) {
    let put = store.put(&path("a.csv"), Bytes::from_static(b"a;b\n"), "text/csv").await.expect("put");
    let head = store.head(&path("a.csv")).await.expect("head");
    let get = store.get(&path("a.csv"), Some(ByteRange::From(2))).await.expect("get").meta;
    assert_eq!(put, head);
    assert_eq!(head, get);
    assert_eq!(head.size_bytes, 4);
    assert_eq!(head.content_type, "text/csv");
    assert!(head.last_modified > UNIX_EPOCH + Duration::from_secs(1_700_000_000), "{:?}", head.last_modified);
    let etag = head.etag.expect("an etag");
    assert!(!etag.is_empty() && !etag.contains('"'), "{etag}");
    let streamed = store
        .put_stream(&path("b.csv"), stream_of([Ok(Bytes::from_static(b"abc"))]), "text/csv", 10)
        .await
        .expect("put");
    assert_eq!((streamed.size_bytes, streamed.content_type.as_str()), (3, "text/csv"));
}

/// A cache can trust the etag.
pub async fn the_etag_changes_with_the_content(store: Arc<dyn FileStore>) {
    put(&store, "a.txt", "one").await;
    let one = store.head(&path("a.txt")).await.expect("head").etag;
    assert_eq!(one, store.head(&path("a.txt")).await.expect("head").etag);
    put(&store, "a.txt", "two!").await;
    assert_ne!(one, store.head(&path("a.txt")).await.expect("head").etag);
}

/// Reading nothing is an error with a meaning; a folder is no file.
pub async fn what_is_not_there_is_not_found(store: Arc<dyn FileStore>) {
    put(&store, "folder/a.txt", "a").await;
    assert_missing(&store, "nothing.txt").await;
    assert_missing(&store, "folder").await;
    assert!(matches!(store.get(&path("nothing.txt"), Some(ByteRange::From(5))).await, Err(FileError::NotFound)));
}

/// Deleting one file deletes just that one.
pub async fn a_deleted_file_is_gone(store: Arc<dyn FileStore>) {
    put(&store, "folder/a.txt", "a").await;
    put(&store, "folder/b.txt", "b").await;
    store.delete(&path("folder/a.txt")).await.expect("delete");
    assert_missing(&store, "folder/a.txt").await;
    assert_eq!(content(&store, "folder/b.txt").await, "b");
    put(&store, "folder/a.txt", "again").await;
    assert_eq!(content(&store, "folder/a.txt").await, "again");
}

/// A list has the files at any depth below, and none that is still being written.
pub async fn a_folder_lists_what_is_below_it_and_whole(store: Arc<dyn FileStore>) {
    for at in ["parts/a/0", "parts/a/1", "parts/b/0", "partsnot/0"] {
        put(&store, at, "x").await;
    }
    let mut unfinished = store.begin(&path("parts/b/1"), "text/plain").await.expect("begin");
    unfinished.write(pattern(9_000_000)).await.expect("write");
    let listed = store.list(&path("parts")).await.expect("list");
    let mut names: Vec<&str> = listed.iter().map(|(path, _meta)| path.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["parts/a/0", "parts/a/1", "parts/b/0"]);
    assert!(listed.iter().all(|(_path, meta)| meta.size_bytes == 1));
    assert!(store.list(&path("nothing")).await.expect("list").is_empty());
    unfinished.abort().await.expect("abort");
}

/// Deleting twice is harmless, so a job may be repeated.
pub async fn deleting_what_is_not_there_succeeds(store: Arc<dyn FileStore>) {
    store.delete(&path("nowhere/nothing.txt")).await.expect("delete");
}

/// All three kinds of range, cut to the size.
pub async fn a_range_gives_these_bytes(store: Arc<dyn FileStore>) {
    put(&store, "a.txt", "0123456789").await;
    for (range, offsets, bytes) in [
        (ByteRange::Between(2..5), 2..5, "234"),
        (ByteRange::Between(8..100), 8..10, "89"),
        (ByteRange::From(7), 7..10, "789"),
        (ByteRange::Last(2), 8..10, "89"),
        (ByteRange::Last(100), 0..10, "0123456789"),
    ] {
        let read = store.get(&path("a.txt"), Some(range.clone())).await.expect("get");
        assert_eq!((read.range.clone(), read.meta.size_bytes), (offsets, 10), "{range:?}");
        assert_eq!(read.into_bytes(ENOUGH_BYTES).await.expect("read"), bytes, "{range:?}");
    }
}

/// HTTP needs the size for its 416.
pub async fn a_range_behind_the_end_is_refused_with_the_size(store: Arc<dyn FileStore>) {
    put(&store, "a.txt", "0123456789").await;
    put(&store, "empty.txt", "").await;
    for range in [ByteRange::Between(10..12), ByteRange::From(10), ByteRange::From(99), ByteRange::Last(0)] {
        let read = store.get(&path("a.txt"), Some(range.clone())).await;
        assert!(matches!(read, Err(FileError::OutOfRange { size_bytes: 10 })), "{range:?}: {read:?}");
    }
    let read = store.get(&path("empty.txt"), Some(ByteRange::From(0))).await;
    assert!(matches!(read, Err(FileError::OutOfRange { size_bytes: 0 })), "{read:?}");
}

/// Names that begin alike are different files.
pub async fn paths_do_not_mix(store: Arc<dyn FileStore>) {
    put(&store, "a/b.txt", "1").await;
    put(&store, "a/b.txt2", "2").await;
    put(&store, "A/b.txt", "3").await;
    assert_eq!(content(&store, "a/b.txt").await, "1");
    assert_eq!(content(&store, "a/b.txt2").await, "2");
    assert_eq!(content(&store, "A/b.txt").await, "3");
}

/// Chunks end up in their order.
pub async fn a_stream_is_stored_whole(store: Arc<dyn FileStore>) {
    let chunks = ["one ", "", "two ", "three"].map(|c| Ok(Bytes::from_static(c.as_bytes())));
    let meta =
        store.put_stream(&path("a.txt"), stream_of(chunks), "text/plain", ENOUGH_BYTES).await.expect("put_stream");
    assert_eq!(meta.size_bytes, 13);
    assert_eq!(content(&store, "a.txt").await, "one two three");
}

/// 20 MB, in chunks that do not fit the parts of any store.
pub async fn a_stream_of_many_parts_is_stored_whole(store: Arc<dyn FileStore>) {
    let all = pattern(20_000_003);
    let chunks: Vec<_> = all.chunks(300_007).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
    store
        .put_stream(&path("big.bin"), stream_of(chunks), "application/octet-stream", ENOUGH_BYTES)
        .await
        .expect("put_stream");
    assert!(content(&store, "big.bin").await == all, "streamed in chunks");
    store
        .put_stream(&path("one.bin"), stream_of([Ok(all.clone())]), "application/octet-stream", ENOUGH_BYTES)
        .await
        .expect("put_stream");
    assert!(content(&store, "one.bin").await == all, "streamed in one chunk");
    let middle = store.get(&path("big.bin"), Some(ByteRange::Between(8_388_600..8_388_620))).await.expect("get");
    assert_eq!(middle.into_bytes(ENOUGH_BYTES).await.expect("read"), all.slice(8_388_600..8_388_620));
}

/// No reader sees a part of a file.
pub async fn an_upload_shows_nothing_before_it_is_finished(store: Arc<dyn FileStore>) {
    let mut upload = store.begin(&path("a.bin"), "application/octet-stream").await.expect("begin");
    upload.write(pattern(9_000_000)).await.expect("write");
    assert_missing(&store, "a.bin").await;
    let meta = upload.finish().await.expect("finish");
    assert_eq!(meta, store.head(&path("a.bin")).await.expect("head"));
    assert!(content(&store, "a.bin").await == pattern(9_000_000));
}

/// An abort is as if nothing had been.
pub async fn an_aborted_upload_leaves_what_was_there(store: Arc<dyn FileStore>) {
    put(&store, "a.txt", "before").await;
    for at in ["a.txt", "b.txt"] {
        let mut upload = store.begin(&path(at), "text/plain").await.expect("begin");
        upload.write(pattern(9_000_000)).await.expect("write");
        upload.abort().await.expect("abort");
    }
    assert_eq!(content(&store, "a.txt").await, "before");
    assert_missing(&store, "b.txt").await;
}

/// A client that goes away drops the upload.
pub async fn a_dropped_upload_leaves_what_was_there(store: Arc<dyn FileStore>) {
    put(&store, "a.txt", "before").await;
    let mut upload = store.begin(&path("a.txt"), "text/plain").await.expect("begin");
    upload.write(pattern(9_000_000)).await.expect("write");
    drop(upload);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(content(&store, "a.txt").await, "before");
}

/// The error of the source comes back, and nothing is stored.
pub async fn a_broken_stream_leaves_what_was_there(store: Arc<dyn FileStore>) {
    put(&store, "a.txt", "before").await;
    for at in ["a.txt", "b.txt"] {
        let broken = stream_of([Ok(pattern(9_000_000)), Err(FileError::Interrupted("gone".into()))]);
        let stored = store.put_stream(&path(at), broken, "text/plain", ENOUGH_BYTES).await;
        assert!(matches!(stored, Err(FileError::Interrupted(_))), "{stored:?}");
    }
    assert_eq!(content(&store, "a.txt").await, "before");
    assert_missing(&store, "b.txt").await;
}

/// One byte too many is too many.
pub async fn a_stream_over_the_limit_leaves_nothing(store: Arc<dyn FileStore>) {
    let chunks = stream_of([Ok(Bytes::from_static(b"12345")), Ok(Bytes::from_static(b"678901"))]);
    let stored = store.put_stream(&path("a.txt"), chunks, "text/plain", 10).await;
    assert!(matches!(stored, Err(FileError::TooLarge { limit_bytes: 10 })), "{stored:?}");
    assert_missing(&store, "a.txt").await;
}

/// The limit itself is allowed, in writing and in reading.
pub async fn a_stream_of_exactly_the_limit_is_stored(store: Arc<dyn FileStore>) {
    let chunks = stream_of([Ok(Bytes::from_static(b"12345")), Ok(Bytes::from_static(b"67890"))]);
    store.put_stream(&path("a.txt"), chunks, "text/plain", 10).await.expect("put_stream");
    let read = store.get(&path("a.txt"), None).await.expect("get");
    assert_eq!(read.into_bytes(10).await.expect("read"), "1234567890");
    let read = store.get(&path("a.txt"), None).await.expect("get").into_bytes(9).await;
    assert!(matches!(read, Err(FileError::TooLarge { limit_bytes: 9 })), "{read:?}");
}

/// Two uploads to one path: one of them wins, whole.
pub async fn concurrent_uploads_do_not_mix(store: Arc<dyn FileStore>) {
    let mut first = store.begin(&path("a.bin"), "application/octet-stream").await.expect("begin");
    let mut second = store.begin(&path("a.bin"), "application/octet-stream").await.expect("begin");
    first.write(Bytes::from_static(b"first ")).await.expect("write");
    second.write(Bytes::from_static(b"second ")).await.expect("write");
    first.write(Bytes::from_static(b"one")).await.expect("write");
    second.write(Bytes::from_static(b"two")).await.expect("write");
    first.finish().await.expect("finish");
    assert_eq!(content(&store, "a.bin").await, "first one");
    second.finish().await.expect("finish");
    assert_eq!(content(&store, "a.bin").await, "second two");
}

/// A file replaced or deleted while it is read is read to its old end, or breaks off with an error; it is never a mixture.
pub async fn a_reader_keeps_what_it_opened(store: Arc<dyn FileStore>) {
    let old = pattern(3_000_000);
    store.put(&path("a.bin"), old.clone(), "application/octet-stream").await.expect("put");
    let read = store.get(&path("a.bin"), None).await.expect("get");
    put(&store, "a.bin", "new").await;
    if let Ok(bytes) = read.into_bytes(ENOUGH_BYTES).await {
        assert!(bytes == old);
    }
}
