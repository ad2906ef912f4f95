//! Files in a folder, in S3 or in memory, and pictures.
//!
//! [`open`] turns the setting `files.url` into a [`FileStore`](basalt_ports::files::FileStore); [`PictureMaker`] is the
//! [`Pictures`](basalt_ports::pictures::Pictures) port. Nothing here reads the environment.

mod identicon;
mod open;
mod pictures;
mod store;

pub use identicon::{LARGEST_IDENTICON, SMALLEST_IDENTICON};
pub use open::{OpenError, S3Options, open};
pub use pictures::PictureMaker;
pub use store::ObjectFiles;
