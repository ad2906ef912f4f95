//! Files that are stored here, and the resources that name them.

use basalt_domain::{Checksum, Document, Resource};
use basalt_ports::files::FilePath;

use crate::Context;

/// Where the files of resources are.
pub(super) const FOLDER: &str = "resources";

/// An uploaded file that is stored and that no document names yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hosted {
    /// Its name.
    pub name: String,
    /// Its whole address.
    pub url: String,
    /// Its place below the folder of resources.
    pub fs_filename: String,
    /// Its size.
    pub size_bytes: u64,
    /// SHA-1 of its bytes, in hexadecimal digits.
    pub sha1: String,
    /// Its format, as its name tells it.
    pub format: Option<String>,
    /// Its media type, as its name tells it.
    pub mime: Option<String>,
}

impl Hosted {
    /// Puts what is known of the file into a resource.
    pub(super) fn fill(&self, resource: &mut Resource) {
        resource.filetype = "file".into();
        resource.title.clone_from(&self.name);
        resource.url.clone_from(&self.url);
        resource.fs_filename = Some(self.fs_filename.clone());
        resource.filesize = i64::try_from(self.size_bytes).ok();
        resource.checksum = Some(Checksum { kind: "sha1".into(), value: self.sha1.clone(), rest: Document::new() });
        resource.format.clone_from(&self.format);
        resource.mime.clone_from(&self.mime);
    }
}

/// Removes the file of a resource that no document names any more. Failures are noted only: the file
/// is then waste, not harm.
pub(super) async fn discard(context: &Context, resource: &Resource) {
    let Some(name) = resource.fs_filename.as_deref().filter(|_name| resource.is_hosted()) else { return };
    let Ok(path) = FilePath::parse(format!("{FOLDER}/{name}")) else { return };
    if let Err(error) = context.files.delete(&path).await {
        tracing::warn!(%error, file = %path, "file of a former resource not removed");
    }
}
