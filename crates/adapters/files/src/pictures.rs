//! From hostile bytes to pictures that can be shown.
//!
//! The size is read before a pixel is decoded, memory is bounded, and what is stored was drawn by us: no metadata, no trailing bytes, no
//! file that is a picture and a script at once.

use std::{io::Cursor, panic};

use basalt_ports::pictures::{BoundingBox, LONGEST_SIDE, Picture, PictureError, PictureFormat, PictureSpec, Pictures};
use bytes::Bytes;
use image::{
    DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, Rgba, RgbaImage,
    codecs::{jpeg::JpegEncoder, png::PngEncoder, webp::WebPEncoder},
    imageops::{self, FilterType},
};

use crate::identicon;

/// No side of an uploaded picture may be longer.
const MAX_UPLOADED_SIDE: u32 = 20_000;
/// Up to this side pictures are scaled by the good filter.
const FINE_SIDE: u32 = 1500;
/// Quality of JPEGs that are encoded anew.
const JPEG_QUALITY: u8 = 88;

/// Renders pictures by the `image` crate.
#[derive(Clone, Copy, Debug)]
pub struct PictureMaker {
    max_bytes: usize,
    max_pixels: u64,
}

impl PictureMaker {
    /// The most pixels of an uploaded picture: what a good camera makes.
    pub const MAX_PIXELS: u64 = 40_000_000;

    /// Accepts uploads of up to `max_bytes` bytes and [`PictureMaker::MAX_PIXELS`] pixels.
    pub fn new(max_bytes: usize) -> Self {
        Self { max_bytes, max_pixels: Self::MAX_PIXELS }
    }

    /// The same with another limit of pixels.
    #[must_use]
    pub fn with_max_pixels(self, max_pixels: u64) -> Self {
        Self { max_pixels, ..self }
    }

    fn make(&self, uploaded: &[u8], spec: &PictureSpec, bbox: Option<BoundingBox>) -> Result<Picture, PictureError> {
        if uploaded.len() > self.max_bytes {
            return Err(PictureError::TooLarge);
        }
        let format =
            recognise(uploaded).filter(|format| spec.formats.contains(format)).ok_or(PictureError::Unsupported)?;
        let upright = self.decode(uploaded, format)?;
        let shown = bbox.map(|bbox| area_within(bbox, upright.dimensions())).transpose()?;

        let format = if format == PictureFormat::Gif { PictureFormat::Png } else { format };
        let longest = upright.width().max(upright.height());
        let exact = if longest <= LONGEST_SIDE { Some(encode(upright.clone(), format)?) } else { None };
        let source = Weighted::new(upright);
        let original = match exact {
            Some(exact) => exact,
            None => encode(source.fitted(LONGEST_SIDE), format)?,
        };
        let main = if longest.min(LONGEST_SIDE) <= spec.max_side {
            original.clone()
        } else {
            encode(source.fitted(spec.max_side), format)?
        };
        let thumbnails = thumbnails(source, spec.thumbnails, shown)?;
        Ok(Picture { format, main, original, thumbnails, bbox })
    }

    /// Decodes the first frame and turns it as its metadata says.
    fn decode(&self, uploaded: &[u8], format: PictureFormat) -> Result<RgbaImage, PictureError> {
        let reader = || ImageReader::with_format(Cursor::new(uploaded), codec(format));
        let (width, height) = reader().into_dimensions().map_err(meaning)?;
        let pixels = u64::from(width) * u64::from(height);
        if pixels > self.max_pixels || width > MAX_UPLOADED_SIDE || height > MAX_UPLOADED_SIDE {
            return Err(PictureError::TooLarge);
        }
        let mut limits = Limits::default();
        limits.max_image_width = Some(width);
        limits.max_image_height = Some(height);
        // Eight bytes are the largest pixel (16 bits of four channels); the rest is for the tables of the decoder.
        limits.max_alloc = Some(pixels * 8 + 16 * 1024 * 1024);
        let mut reader = reader();
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(meaning)?;
        // A broken EXIF block is no reason to refuse the picture.
        let orientation = decoder.orientation().ok();
        let mut picture = DynamicImage::from_decoder(decoder).map_err(meaning)?;
        if let Some(orientation) = orientation {
            picture.apply_orientation(orientation);
        }
        if picture.width() == 0 || picture.height() == 0 {
            return Err(PictureError::Unsupported);
        }
        Ok(picture.into_rgba8())
    }
}

impl Pictures for PictureMaker {
    fn render(&self, uploaded: &[u8], spec: &PictureSpec, bbox: Option<BoundingBox>) -> Result<Picture, PictureError> {
        // Decoders are large and their input is hostile: a panic in one of them is a broken picture, not a broken server.
        panic::catch_unwind(|| self.make(uploaded, spec, bbox)).unwrap_or_else(|_panic| {
            tracing::warn!(picture.size_bytes = uploaded.len(), "a picture made its decoder panic");
            Err(PictureError::Unsupported)
        })
    }

    fn identicon(&self, identifier: &str, size: u32) -> Result<Bytes, PictureError> {
        identicon::draw(identifier, size)
    }
}

/// The format by the first bytes; the name of the file and its declared type are the sender's claims.
fn recognise(uploaded: &[u8]) -> Option<PictureFormat> {
    match image::guess_format(uploaded).ok()? {
        ImageFormat::Jpeg => Some(PictureFormat::Jpeg),
        ImageFormat::Png => Some(PictureFormat::Png),
        ImageFormat::Gif => Some(PictureFormat::Gif),
        ImageFormat::WebP => Some(PictureFormat::WebP),
        _ => None,
    }
}

fn codec(format: PictureFormat) -> ImageFormat {
    match format {
        PictureFormat::Jpeg => ImageFormat::Jpeg,
        PictureFormat::Png => ImageFormat::Png,
        PictureFormat::Gif => ImageFormat::Gif,
        PictureFormat::WebP => ImageFormat::WebP,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn meaning(error: ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooLarge,
        _ => PictureError::Unsupported,
    }
}

/// A checked box: left, top, width, height.
type Area = (u32, u32, u32, u32);

fn area_within(bbox: BoundingBox, (width, height): (u32, u32)) -> Result<Area, PictureError> {
    let BoundingBox { left, top, right, bottom } = bbox;
    let lies_within = 0 <= left
        && left < right
        && right <= i64::from(width)
        && 0 <= top
        && top < bottom
        && bottom <= i64::from(height);
    let numbers = [left, top, right - left, bottom - top].map(u32::try_from);
    match numbers {
        [Ok(left), Ok(top), Ok(width), Ok(height)] if lies_within => Ok((left, top, width, height)),
        _ => Err(PictureError::OutsideImage),
    }
}

/// The largest size of the same shape whose longest side is `side`.
#[expect(clippy::cast_possible_truncation, reason = "the quotient is not larger than `side`")]
fn size_in(side: u32, (width, height): (u32, u32)) -> (u32, u32) {
    let longest = u64::from(width.max(height).max(1));
    let scaled = |length: u32| ((u64::from(length) * u64::from(side) + longest / 2) / longest).max(1) as u32;
    (scaled(width), scaled(height))
}

/// A picture to be scaled, its colours weighted by their opacity: transparent pixels must not lend their invisible colour, black as a
/// rule, to their neighbours.
struct Weighted(RgbaImage);

impl Weighted {
    fn new(mut picture: RgbaImage) -> Self {
        picture.pixels_mut().for_each(weight_by_alpha);
        Self(picture)
    }

    /// As large as fits into a square, never larger than it was.
    fn fitted(&self, side: u32) -> RgbaImage {
        let (width, height) = match self.0.dimensions() {
            (width, height) if width.max(height) <= side => (width, height),
            larger => size_in(side, larger),
        };
        self.scaled(width, height)
    }

    fn scaled(&self, width: u32, height: u32) -> RgbaImage {
        let mut scaled = self.resized(width, height);
        scaled.pixels_mut().for_each(unweight_by_alpha);
        scaled
    }

    /// The good filter is slow and needs sixteen bytes per pixel; the fast one is as good for a first step to some four times the size,
    /// and for pictures so large that nobody sees the difference.
    fn resized(&self, width: u32, height: u32) -> RgbaImage {
        if width.max(height) > FINE_SIDE {
            return imageops::thumbnail(&self.0, width, height);
        }
        let (large_width, large_height) = (width.saturating_mul(4), height.saturating_mul(4));
        if self.0.width() > large_width && self.0.height() > large_height {
            let smaller = imageops::thumbnail(&self.0, large_width, large_height);
            return imageops::resize(&smaller, width, height, FilterType::CatmullRom);
        }
        imageops::resize(&self.0, width, height, FilterType::CatmullRom)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a product of two bytes divided by 255 is a byte")]
fn weight_by_alpha(pixel: &mut Rgba<u8>) {
    let Rgba([red, green, blue, alpha]) = *pixel;
    if alpha == 255 {
        return;
    }
    let weighted = |channel: u8| ((u16::from(channel) * u16::from(alpha) + 127) / 255) as u8;
    *pixel = Rgba([weighted(red), weighted(green), weighted(blue), alpha]);
}

fn unweight_by_alpha(pixel: &mut Rgba<u8>) {
    let Rgba([red, green, blue, alpha]) = *pixel;
    if alpha == 0 || alpha == 255 {
        return;
    }
    let alpha_16 = u16::from(alpha);
    let unweighted = |channel: u8| ((u16::from(channel) * 255 + alpha_16 / 2) / alpha_16).min(255) as u8;
    *pixel = Rgba([unweighted(red), unweighted(green), unweighted(blue), alpha]);
}

/// Squares of these sides, as udata makes them: the box fills the square, a whole picture is centred on transparent ground.
fn thumbnails(source: Weighted, sides: &[u32], shown: Option<Area>) -> Result<Vec<(u32, Bytes)>, PictureError> {
    let source = match shown {
        Some((left, top, width, height)) => {
            Weighted(imageops::crop_imm(&source.0, left, top, width, height).to_image())
        }
        None => source,
    };
    let square = |side: u32| {
        if shown.is_some() {
            return source.scaled(side, side);
        }
        let (width, height) = size_in(side, source.0.dimensions());
        let mut canvas = RgbaImage::new(side, side);
        let (left, top) = (i64::from((side - width) / 2), i64::from((side - height) / 2));
        imageops::replace(&mut canvas, &source.scaled(width, height), left, top);
        canvas
    };
    sides.iter().map(|side| Ok((*side, encode(square(*side), PictureFormat::Png)?))).collect()
}

/// Encodes pixels and nothing else. Opaque pictures lose the alpha channel, which would be a quarter of the data.
fn encode(picture: RgbaImage, format: PictureFormat) -> Result<Bytes, PictureError> {
    let mut out = Vec::new();
    let opaque = format == PictureFormat::Jpeg || picture.pixels().all(|pixel| pixel.0[3] == 255);
    let picture = DynamicImage::ImageRgba8(picture);
    let picture = if opaque { DynamicImage::ImageRgb8(picture.into_rgb8()) } else { picture };
    match format {
        PictureFormat::Jpeg => picture.write_with_encoder(JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY)),
        PictureFormat::Png | PictureFormat::Gif => picture.write_with_encoder(PngEncoder::new(&mut out)),
        PictureFormat::WebP => picture.write_with_encoder(WebPEncoder::new_lossless(&mut out)),
    }
    .map_err(meaning)?;
    Ok(out.into())
}
