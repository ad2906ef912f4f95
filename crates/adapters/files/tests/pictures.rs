//! Pictures from uploads: what is made of good ones, and that nothing happens with bad ones.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Cursor;

use basalt_files::PictureMaker;
use basalt_ports::pictures::{BoundingBox, Picture, PictureError, PictureFormat, PictureSpec, Pictures as _};
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use proptest::prelude::*;

const LOGO: PictureSpec = PictureSpec::ORGANIZATION_LOGO;
const WITH_GIF: PictureSpec = PictureSpec {
    formats: &[PictureFormat::Gif, PictureFormat::Jpeg, PictureFormat::Png, PictureFormat::WebP],
    ..LOGO
};
const RED: Rgba<u8> = Rgba([255, 0, 0, 255]);
const BLUE: Rgba<u8> = Rgba([0, 0, 255, 255]);

fn maker() -> PictureMaker {
    PictureMaker::new(4_000_000)
}

/// Left half red, right half blue.
fn two_halves(width: u32, height: u32) -> DynamicImage {
    RgbaImage::from_fn(width, height, |x, _| if x < width / 2 { RED } else { BLUE }).into()
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let opaque = DynamicImage::ImageRgb8(picture.to_rgb8());
    let picture = if format == ImageFormat::Jpeg { &opaque } else { picture };
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn png(width: u32, height: u32) -> Vec<u8> {
    encoded(&two_halves(width, height), ImageFormat::Png)
}

fn decoded(bytes: &[u8]) -> RgbaImage {
    image::load_from_memory(bytes).unwrap().into_rgba8()
}

fn thumbnail(picture: &Picture, side: u32) -> RgbaImage {
    decoded(&picture.thumbnails.iter().find(|(own, _)| *own == side).unwrap().1)
}

fn bbox(text: &str) -> Option<BoundingBox> {
    BoundingBox::parse(text).unwrap()
}

/// A JPEG with an EXIF block that says "turn by a quarter, clockwise" and names a place.
fn jpeg_lying_on_its_side() -> Vec<u8> {
    let plain = encoded(&two_halves(120, 60), ImageFormat::Jpeg);
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(b"48.8566N 2.3522E");
    let (start, rest) = plain.split_at(2);
    let mut bytes = start.to_vec();
    bytes.extend_from_slice(&[0xff, 0xe1]);
    bytes.extend_from_slice(&u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    bytes.extend_from_slice(&exif);
    bytes.extend_from_slice(rest);
    bytes
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

#[test]
fn a_large_logo_is_scaled_to_500_and_keeps_its_shape() {
    let made = maker().render(&png(1200, 600), &LOGO, None).unwrap();
    assert_eq!(made.format, PictureFormat::Png);
    assert_eq!(decoded(&made.main).dimensions(), (500, 250));
    assert_eq!(decoded(&made.original).dimensions(), (1200, 600));
    let sides: Vec<u32> = made.thumbnails.iter().map(|(side, _)| *side).collect();
    assert_eq!(sides, [100, 60, 25]);
}

#[test]
fn a_small_logo_is_not_blown_up() {
    let made = maker().render(&png(40, 20), &LOGO, None).unwrap();
    assert_eq!(decoded(&made.main), two_halves(40, 20).into_rgba8());
}

#[test]
fn thumbnails_of_a_whole_picture_are_squares_with_transparent_bands() {
    let made = maker().render(&png(1200, 600), &LOGO, None).unwrap();
    for (side, bytes) in &made.thumbnails {
        assert_eq!(image::guess_format(bytes).unwrap(), ImageFormat::Png);
        let square = decoded(bytes);
        assert_eq!(square.dimensions(), (*side, *side));
        assert_eq!(square.get_pixel(0, 0).0[3], 0, "a corner is transparent");
        assert_eq!(*square.get_pixel(2, side / 2), RED);
        assert_eq!(*square.get_pixel(side - 3, side / 2), BLUE);
    }
    assert_eq!(thumbnail(&made, 100).get_pixel(50, 24).0[3], 0);
    assert_eq!(thumbnail(&made, 100).get_pixel(50, 26).0[3], 255);
}

#[test]
fn thumbnails_of_a_small_picture_fill_their_square() {
    let made = maker().render(&png(40, 40), &PictureSpec::USER_AVATAR, None).unwrap();
    assert_eq!(*thumbnail(&made, 500).get_pixel(0, 0), RED);
    assert_eq!(*thumbnail(&made, 500).get_pixel(499, 499), BLUE);
}

#[test]
fn a_box_crops_the_thumbnails_and_not_the_picture() {
    let made = maker().render(&png(1200, 600), &LOGO, bbox("600,0,1200,600")).unwrap();
    assert_eq!(decoded(&made.main).dimensions(), (500, 250));
    assert_eq!(made.bbox.unwrap().to_array(), [600, 0, 1200, 600]);
    assert!(thumbnail(&made, 100).pixels().all(|pixel| *pixel == BLUE));
}

#[test]
fn a_box_outside_of_the_picture_is_refused() {
    for outside in ["0,0,41,20", "0,0,40,21", "-1,0,10,10", "0,-1,10,10", "10,10,10,20", "20,10,10,20", "10,20,20,10"] {
        let made = maker().render(&png(40, 20), &LOGO, bbox(outside));
        assert_eq!(made.unwrap_err(), PictureError::OutsideImage, "{outside}");
    }
    assert!(maker().render(&png(40, 20), &LOGO, bbox("0,0,40,20")).is_ok());
}

#[test]
fn every_accepted_format_is_read_and_kept_except_that_gif_becomes_png() {
    for (sent, stored) in [
        (ImageFormat::Jpeg, ImageFormat::Jpeg),
        (ImageFormat::Png, ImageFormat::Png),
        (ImageFormat::WebP, ImageFormat::WebP),
        (ImageFormat::Gif, ImageFormat::Png),
    ] {
        let made = maker().render(&encoded(&two_halves(700, 700), sent), &WITH_GIF, None).unwrap();
        assert_eq!(image::guess_format(&made.main).unwrap(), stored, "{sent:?}");
        assert_eq!(image::guess_format(&made.original).unwrap(), stored, "{sent:?}");
        assert_eq!(made.format.content_type(), stored.to_mime_type());
        assert_eq!(decoded(&made.main).dimensions(), (500, 500));
    }
}

#[test]
fn what_is_no_accepted_picture_is_refused() {
    let html = b"<html><script>alert(1)</script></html>".to_vec();
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\" height=\"10\"/>".to_vec();
    let svg_with_prologue = b"<?xml version=\"1.0\"?><svg/>".to_vec();
    let gif = encoded(&two_halves(10, 10), ImageFormat::Gif);
    let junk = b"\x89PNG\r\n\x1a\nxxxx".to_vec();
    let bmp = b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0".to_vec();
    for bytes in [Vec::new(), html, svg, svg_with_prologue, gif, junk, bmp] {
        let made = maker().render(&bytes, &LOGO, None);
        assert_eq!(made.unwrap_err(), PictureError::Unsupported, "{:?}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn too_many_bytes_or_pixels_are_refused() {
    assert_eq!(PictureMaker::new(10).render(&png(40, 20), &LOGO, None).unwrap_err(), PictureError::TooLarge);
    let few_pixels = maker().with_max_pixels(799);
    assert_eq!(few_pixels.render(&png(40, 20), &LOGO, None).unwrap_err(), PictureError::TooLarge);
    assert!(maker().with_max_pixels(800).render(&png(40, 20), &LOGO, None).is_ok());
}

#[test]
fn a_decompression_bomb_is_refused_by_its_header() {
    // 30000 × 30000 in a PNG header, and no data behind: only the size can be the reason.
    let mut bomb = png(40, 20);
    bomb[16..20].copy_from_slice(&30_000_u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&30_000_u32.to_be_bytes());
    let crc = crc32(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.to_be_bytes());
    assert_eq!(maker().render(&bomb, &LOGO, None).unwrap_err(), PictureError::TooLarge);
    // 0 × 0 must not divide.
    let mut nothing = encoded(&two_halves(40, 20), ImageFormat::Gif);
    nothing[6..10].fill(0);
    assert!(maker().render(&nothing, &WITH_GIF, None).is_err());
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[test]
fn a_picture_is_turned_upright_and_loses_its_metadata() {
    let sent = jpeg_lying_on_its_side();
    assert!(contains(&sent, b"48.8566N") && contains(&sent, b"Exif"));
    let made = maker().render(&sent, &LOGO, None).unwrap();
    for bytes in [&made.main, &made.original] {
        assert!(!contains(bytes, b"48.8566N") && !contains(bytes, b"Exif"));
        let picture = decoded(bytes);
        assert_eq!(picture.dimensions(), (60, 120), "turned");
        assert!(picture.get_pixel(30, 10).0[0] > 200, "red is above: {:?}", picture.get_pixel(30, 10));
        assert!(picture.get_pixel(30, 110).0[2] > 200, "blue is below: {:?}", picture.get_pixel(30, 110));
    }
}

#[test]
fn what_hangs_behind_a_picture_is_cut_off() {
    let mut sent = png(40, 20);
    sent.extend_from_slice(b"<script>alert(1)</script>");
    let made = maker().render(&sent, &LOGO, None).unwrap();
    assert!(!contains(&made.original, b"script") && !contains(&made.main, b"script"));
}

#[test]
fn transparent_pixels_do_not_darken_their_neighbours() {
    // White on invisible black, as design programs export logos.
    let logo = RgbaImage::from_fn(400, 400, |x, y| {
        let inside = (100..301).contains(&x) && (100..301).contains(&y);
        if inside { Rgba([255, 255, 255, 255]) } else { Rgba([0, 0, 0, 0]) }
    });
    let made = maker().render(&encoded(&logo.into(), ImageFormat::Png), &LOGO, None).unwrap();
    for side in [100, 60, 25] {
        for pixel in thumbnail(&made, side).pixels().filter(|pixel| pixel.0[3] > 8) {
            assert!(pixel.0[0] > 230, "{side}: {pixel:?}");
        }
    }
}

#[test]
fn extreme_shapes_keep_a_pixel() {
    let made = maker().render(&png(3000, 1), &LOGO, None).unwrap();
    assert_eq!(decoded(&made.main).dimensions(), (500, 1));
    let made = maker().render(&png(1, 3000), &LOGO, bbox("0,0,1,1")).unwrap();
    assert_eq!(decoded(&made.main).dimensions(), (1, 500));
}

#[test]
fn a_banner_has_no_thumbnails() {
    assert!(maker().render(&png(300, 100), &PictureSpec::BANNER, None).unwrap().thumbnails.is_empty());
}

/// Some good picture of each format, small enough to be rendered a thousand times.
fn samples() -> Vec<Vec<u8>> {
    let formats = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP];
    let mut samples: Vec<_> = formats.iter().map(|format| encoded(&two_halves(24, 16), *format)).collect();
    samples.push(jpeg_lying_on_its_side());
    samples
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = maker().with_max_pixels(100_000).render(&bytes, &WITH_GIF, None);
    }

    #[test]
    fn a_damaged_picture_gives_a_picture_or_an_error(
        which in 0_usize..5,
        cut in 0.0_f64..=1.0,
        damages in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let mut bytes = samples().swap_remove(which);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a few hundred bytes")]
        bytes.truncate((bytes.len() as f64 * cut) as usize);
        for (at, value) in damages {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
        }
        if let Ok(made) = maker().with_max_pixels(100_000).render(&bytes, &WITH_GIF, None) {
            prop_assert!(image::load_from_memory(&made.main).is_ok());
            prop_assert_eq!(made.thumbnails.len(), 3);
        }
    }

    #[test]
    fn any_box_is_used_or_refused(left in -50_i64..100, top in -50_i64..100, right in -50_i64..100, bottom in -50_i64..100) {
        let given = BoundingBox { left, top, right, bottom };
        let inside = 0 <= left && left < right && right <= 24 && 0 <= top && top < bottom && bottom <= 16;
        prop_assert_eq!(maker().render(&samples()[1], &LOGO, Some(given)).is_ok(), inside);
    }
}

proptest! {
    // Large pictures take their time.
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_shape_fits_its_bounds(width in 1_u32..900, height in 1_u32..900) {
        let sent = encoded(&DynamicImage::new_rgb8(width, height), ImageFormat::Png);
        let made = maker().render(&sent, &LOGO, None).unwrap();
        let (w, h) = decoded(&made.main).dimensions();
        prop_assert!(w.max(h) <= 500 && w >= 1 && h >= 1);
        prop_assert!(width.max(height) > 500 || (w, h) == (width, height));
    }
}
