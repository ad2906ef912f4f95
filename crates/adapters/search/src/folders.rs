//! The folders of an index, and which of them answers.
//!
//! ```text
//! search.path/
//!   current        format of the index, and the folder that answers
//!   7/             tantivy's files; the position in the feed is kept with each of its commits
//! ```
//!
//! A rebuild writes another folder, and then lets `current` name it: in between, and after a crash, the old one answers.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use tantivy::directory::{Directory, DirectoryLock, INDEX_WRITER_LOCK, Lock, MmapDirectory, error::LockError};

use crate::schema::FORMAT;

const CURRENT: &str = "current";

/// The folder that answers, if it is of this format.
pub(crate) fn current(root: &Path) -> Option<String> {
    let text = fs::read_to_string(root.join(CURRENT)).ok()?;
    let (format, name) = text.trim().split_once(' ')?;
    let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    (format == FORMAT && plain).then(|| name.to_owned())
}

/// Lets this folder answer, whatever happens meanwhile.
pub(crate) fn make_current(root: &Path, name: &str) -> io::Result<()> {
    let new = root.join("current.new");
    let file = fs::File::create(&new)?;
    io::Write::write_all(&mut &file, format!("{FORMAT} {name}\n").as_bytes())?;
    file.sync_all()?;
    fs::rename(new, root.join(CURRENT))
}

/// Makes a folder that is not there yet.
pub(crate) fn new_folder(root: &Path) -> io::Result<(String, PathBuf)> {
    let numbers = fs::read_dir(root)?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u64>().ok());
    let mut number = numbers.max().unwrap_or(0);
    loop {
        number += 1;
        let folder = root.join(number.to_string());
        match fs::create_dir(&folder) {
            Ok(()) => return Ok((number.to_string(), folder)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// Removes folders of former indexes, and of rebuilds that never ended; none that somebody writes, and none that was begun later.
pub(crate) fn remove_former(root: &Path, name: &str) {
    let Ok(entries) = fs::read_dir(root) else { return };
    let number = |name: &str| name.parse::<u64>().ok();
    for entry in entries.filter_map(Result::ok) {
        let former = entry.file_name().to_str().and_then(number).is_some_and(|other| Some(other) < number(name));
        if former
            && !is_written(&entry.path())
            && let Err(error) = fs::remove_dir_all(entry.path())
        {
            tracing::warn!(%error, "a former search index could not be removed");
        }
    }
}

/// Is there nothing that says which folder answers?
pub(crate) fn is_missing(root: &Path) -> bool {
    !root.join(CURRENT).exists()
}

/// Tells other processes that an index is being built in this folder, as long as it is kept.
pub(crate) fn claimed(folder: &Path) -> tantivy::Result<DirectoryLock> {
    Ok(MmapDirectory::open(folder)?.acquire_lock(&building())?)
}

fn building() -> Lock {
    Lock { filepath: "building.lock".into(), is_blocking: false }
}

/// Does this process or another one write it: a program that serves, or one that builds an index?
fn is_written(folder: &Path) -> bool {
    let Ok(directory) = MmapDirectory::open(folder) else { return false };
    let held = |lock: &Lock| matches!(directory.acquire_lock(lock), Err(LockError::LockBusy));
    held(&building()) || held(&INDEX_WRITER_LOCK)
}
