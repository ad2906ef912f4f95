//! A picture that was uploaded: logo, avatar, banner.

use serde::{Deserialize, Serialize};

use crate::{Document, Value};

/// Names of the files of an uploaded picture.
///
/// Source: `object (image)` of `storage.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// File of the picture as it is shown in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    /// File as it was uploaded, before cropping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
    /// Left, upper, right, lower of the crop, in pixels of the original.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bbox: Option<Vec<i64>>,
    /// File by size in pixels (`"100"`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnails: Option<Document>,
    /// What else was stored.
    #[serde(flatten)]
    pub rest: Document,
}

impl Image {
    /// File of the thumbnail of this size; the full picture where there is none.
    pub fn thumbnail(&self, size: u32) -> Option<&str> {
        self.thumbnails
            .as_ref()
            .and_then(|files| files.get(&size.to_string()))
            .and_then(Value::as_text)
            .or(self.filename.as_deref())
    }

    /// All files, to delete them.
    pub fn files(&self) -> Vec<&str> {
        let mut files: Vec<&str> = self.filename.iter().chain(&self.original).map(String::as_str).collect();
        files.extend(self.thumbnails.iter().flat_map(Document::iter).filter_map(|(_size, file)| file.as_text()));
        files.sort_unstable();
        files.dedup();
        files
    }
}
