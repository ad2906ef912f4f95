//! The port for pictures: logos, avatars and illustrations that users upload, and the avatars that we draw for who has none.
//!
//! Uploaded bytes are hostile, so nothing of them is kept as it came: a picture is decoded within limits, turned upright, and encoded
//! anew without metadata. Shapes and names are udata's, observed on 17.18: `<2 hex>/<30 hex>.png`, `…-original.png`, `…-100.png`.

use bytes::Bytes;
use uuid::Uuid;

/// What is made of an uploaded picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureSpec {
    /// The folder of the file store, and the first segment of public URLs: `avatars` or `images`.
    pub folder: &'static str,
    /// The longest side of the picture in pixels; larger ones are scaled down, smaller ones are left.
    pub max_side: u32,
    /// The sides of the square thumbnails, in the order of the stored document.
    pub thumbnails: &'static [u32],
    /// The formats that are accepted.
    pub formats: &'static [PictureFormat],
}

/// udata takes no GIF for its pictures.
const STILL: &[PictureFormat] = &[PictureFormat::Jpeg, PictureFormat::Png, PictureFormat::WebP];

/// The longest side of pictures for which udata has no limit: more than any page shows.
pub const LONGEST_SIDE: u32 = 4096;

impl PictureSpec {
    /// The logo of an organisation.
    pub const ORGANIZATION_LOGO: Self =
        Self { folder: "avatars", max_side: 500, thumbnails: &[100, 60, 25], formats: STILL };
    /// The avatar of a user.
    pub const USER_AVATAR: Self =
        Self { folder: "avatars", max_side: LONGEST_SIDE, thumbnails: &[500, 200, 100, 32, 25], formats: STILL };
    /// The picture of a reuse.
    pub const REUSE_IMAGE: Self =
        Self { folder: "images", max_side: 800, thumbnails: &[500, 100, 50, 25], formats: STILL };
    /// The picture of a post.
    pub const POST_IMAGE: Self =
        Self { folder: "images", max_side: LONGEST_SIDE, thumbnails: &[400, 100, 50], formats: STILL };
    /// The picture of an OAuth client.
    pub const OAUTH_CLIENT_IMAGE: Self =
        Self { folder: "images", max_side: LONGEST_SIDE, thumbnails: &[150, 25], formats: STILL };
    /// A banner: shown wide, never as a thumbnail.
    pub const BANNER: Self = Self { folder: "images", max_side: LONGEST_SIDE, thumbnails: &[], formats: STILL };
}

/// The picture formats that can be read; what is stored has the same format, except that a GIF becomes a PNG.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFormat {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// GIF; the first frame only.
    Gif,
    /// WebP; the first frame only.
    WebP,
}

impl PictureFormat {
    /// The usual file extension, without dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::WebP => "webp",
        }
    }

    /// The media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
        }
    }
}

/// The part of a picture that its thumbnails show, in pixels of the upright picture as uploaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoundingBox {
    /// Left edge.
    pub left: i64,
    /// Upper edge.
    pub top: i64,
    /// Right edge, outside.
    pub right: i64,
    /// Lower edge, outside.
    pub bottom: i64,
}

impl BoundingBox {
    /// Reads udata's form field: `left,top,right,bottom`; fractions are cut off, an empty field is no box.
    ///
    /// Error: `InvalidBoundingBox`. Whether the box lies in the picture is known when it is rendered.
    ///
    /// ```
    /// use basalt_ports::pictures::BoundingBox;
    /// assert_eq!(BoundingBox::parse("10, 20,300.5,100").unwrap().unwrap().to_array(), [10, 20, 300, 100]);
    /// assert!(BoundingBox::parse("").unwrap().is_none());
    /// assert!(BoundingBox::parse("a,b").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Option<Self>, PictureError> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let numbers = text
            .split(',')
            .map(|part| part.trim().parse::<f64>().ok().filter(|n| n.abs() < 1e9))
            .collect::<Option<Vec<_>>>()
            .ok_or(PictureError::InvalidBoundingBox)?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "cutting the fraction off is meant, and the size is checked above"
        )]
        match numbers.as_slice() {
            &[left, top, right, bottom] => {
                Ok(Some(Self { left: left as i64, top: top as i64, right: right as i64, bottom: bottom as i64 }))
            }
            _ => Err(PictureError::InvalidBoundingBox),
        }
    }

    /// The four numbers as the stored document has them.
    pub fn to_array(self) -> [i64; 4] {
        [self.left, self.top, self.right, self.bottom]
    }
}

/// Why a picture was not made. The texts are those that udata answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Not a picture, broken, or in a format that is not accepted (SVG never is).
    #[error("Unsupported image format")]
    Unsupported,
    /// More bytes or more pixels than allowed.
    #[error("Image too large")]
    TooLarge,
    /// Not four numbers.
    #[error("Invalid bounding box")]
    InvalidBoundingBox,
    /// The box is empty or not inside the picture.
    #[error("Bounding box outside of the image")]
    OutsideImage,
    /// No avatar has that size.
    #[error("Invalid avatar size")]
    InvalidSize,
}

/// A picture ready to be stored.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Of `main` and `original`; thumbnails are PNG.
    pub format: PictureFormat,
    /// The picture, no longer than `max_side`, not cropped.
    pub main: Bytes,
    /// The picture in the size it had, up to [`LONGEST_SIDE`].
    pub original: Bytes,
    /// Side and PNG of each thumbnail. Of the box when there is one, filling the square; else the whole picture, centred on nothing.
    pub thumbnails: Vec<(u32, Bytes)>,
    /// The box that was given.
    pub bbox: Option<BoundingBox>,
}

/// The names of a stored picture, below [`PictureSpec::folder`]: what udata's document holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureNames {
    /// `filename` of the document.
    pub filename: String,
    /// `original` of the document.
    pub original: String,
    /// `thumbnails` of the document: side and name.
    pub thumbnails: Vec<(u32, String)>,
}

/// One file of a picture.
#[derive(Clone, Debug)]
pub struct PictureFile {
    /// Its name below [`PictureSpec::folder`].
    pub name: String,
    /// Its media type.
    pub content_type: &'static str,
    /// Its content.
    pub bytes: Bytes,
}

impl Picture {
    /// The names that this picture gets from a fresh id.
    pub fn names(&self, id: Uuid) -> PictureNames {
        let hex = id.simple().to_string();
        let (folder, stem) = hex.split_at(2);
        let extension = self.format.extension();
        PictureNames {
            filename: format!("{folder}/{stem}.{extension}"),
            original: format!("{folder}/{stem}-original.{extension}"),
            thumbnails: self
                .thumbnails
                .iter()
                .map(|(side, _)| (*side, format!("{folder}/{stem}-{side}.png")))
                .collect(),
        }
    }

    /// The files to put into the file store under these names.
    pub fn into_files(self, names: &PictureNames) -> Vec<PictureFile> {
        let content_type = self.format.content_type();
        let mut files = vec![
            PictureFile { name: names.filename.clone(), content_type, bytes: self.main },
            PictureFile { name: names.original.clone(), content_type, bytes: self.original },
        ];
        for ((_, name), (_, bytes)) in names.thumbnails.iter().zip(self.thumbnails) {
            files.push(PictureFile { name: name.clone(), content_type: PictureFormat::Png.content_type(), bytes });
        }
        files
    }
}

/// Makes pictures.
///
/// Pure functions that compute. The largest picture allowed (40 million pixels) takes seconds and some 300 MB, an ordinary one a tenth of a
/// second: call `render` in `tokio::task::spawn_blocking`, a few at a time.
pub trait Pictures: Send + Sync {
    /// Makes the picture and its thumbnails from uploaded bytes. Never panics, whatever the bytes.
    ///
    /// Errors: `TooLarge`, `Unsupported`, `OutsideImage`.
    fn render(&self, uploaded: &[u8], spec: &PictureSpec, bbox: Option<BoundingBox>) -> Result<Picture, PictureError>;

    /// Draws the avatar of who has no picture: a square PNG of `size` pixels, the same for the same identifier for ever.
    ///
    /// Error: `InvalidSize`. Some 20 µs at 100 pixels, 6 ms at the largest size: no thread of its own needed.
    fn identicon(&self, identifier: &str, size: u32) -> Result<Bytes, PictureError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_picture() -> Picture {
        Picture {
            format: PictureFormat::Jpeg,
            main: Bytes::from_static(b"main"),
            original: Bytes::from_static(b"original"),
            thumbnails: vec![(100, Bytes::from_static(b"100"))],
            bbox: None,
        }
    }

    #[test]
    fn names_have_the_shape_that_udata_stores() {
        let names = a_picture().names(Uuid::from_u128(0x9ea5_3394_b129_487b_8113_d82b_a3b9_0f38));
        assert_eq!(names.filename, "9e/a53394b129487b8113d82ba3b90f38.jpg");
        assert_eq!(names.original, "9e/a53394b129487b8113d82ba3b90f38-original.jpg");
        assert_eq!(names.thumbnails, [(100, "9e/a53394b129487b8113d82ba3b90f38-100.png".to_owned())]);
    }

    #[test]
    fn every_name_gets_its_file() {
        let names = a_picture().names(Uuid::nil());
        let files = a_picture().into_files(&names);
        let told: Vec<_> = files.iter().map(|f| (f.content_type, f.bytes.as_ref())).collect();
        assert_eq!(told, [("image/jpeg", b"main".as_ref()), ("image/jpeg", b"original"), ("image/png", b"100")]);
    }

    #[test]
    fn a_bounding_box_is_four_numbers() {
        for wrong in ["0,0,10", "0,0,10,10,10", "a,b", "1,2,3,nan", "1,2,3,inf", "1,2,3,1e300", ",,,"] {
            assert_eq!(BoundingBox::parse(wrong), Err(PictureError::InvalidBoundingBox), "{wrong}");
        }
        assert_eq!(BoundingBox::parse("-5,0,10,10").unwrap().unwrap().left, -5);
    }
}
