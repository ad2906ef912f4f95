//! Pictures to upload.

use std::sync::LazyLock;

use basalt_files::PictureMaker;
use basalt_ports::pictures::Pictures;
use bytes::Bytes;

/// A PNG of 64 × 64 pixels.
pub(crate) fn a_picture() -> Bytes {
    static PICTURE: LazyLock<Bytes> = LazyLock::new(|| PictureMaker::new(1 << 20).identicon("picture", 64).unwrap());
    PICTURE.clone()
}
