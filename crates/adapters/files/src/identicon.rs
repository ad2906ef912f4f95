//! Avatars for who has no picture: a pattern of seven by seven blocks, mirrored, in one colour on light grey.
//!
//! The pattern is a function of the identifier alone, so it can be cached for ever and is the same on every node. As a picture of two
//! colours it needs one bit per pixel.

use basalt_ports::pictures::PictureError;
use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_128;

/// The smallest avatar in pixels: with less the blocks have no room. udata 17 answers 400 below it, too.
pub const SMALLEST_IDENTICON: u32 = 9;
/// The largest avatar in pixels: far more than any page shows, and still drawn in some milliseconds.
pub const LARGEST_IDENTICON: u32 = 2048;

/// Blocks on a side.
const BLOCKS: u32 = 7;
/// Columns that are drawn freely; the others mirror them.
const FREE_COLUMNS: u32 = BLOCKS.div_ceil(2);
/// Behind the pattern.
const BACKGROUND: [u8; 3] = [0xee, 0xef, 0xf1];
/// Colours that stand out from the background: a contrast of 3 to 1 at least, which WCAG asks of graphics.
const COLOURS: [[u8; 3]; 8] = [
    [0x00, 0x00, 0x91],
    [0xc9, 0x19, 0x1e],
    [0x18, 0x75, 0x3c],
    [0xb3, 0x4d, 0x00],
    [0x6e, 0x44, 0x5a],
    [0x00, 0x6a, 0x6f],
    [0xa5, 0x58, 0xa0],
    [0x3a, 0x55, 0x8f],
];

/// Draws the avatar of an identifier. Error: `InvalidSize` outside of the two bounds.
pub(crate) fn draw(identifier: &str, size: u32) -> Result<Bytes, PictureError> {
    if !(SMALLEST_IDENTICON..=LARGEST_IDENTICON).contains(&size) {
        return Err(PictureError::InvalidSize);
    }
    let hash = xxh3_128(identifier.as_bytes());
    // Low bits draw the pattern, the highest choose the colour: neither tells the other.
    let colour = COLOURS.get((hash >> 125) as usize).copied().unwrap_or_default();
    encode(size, colour, &bitmap(hash, size)).map_err(|_encoding| PictureError::InvalidSize)
}

/// One bit per pixel, rows padded to bytes, as PNG wants it.
fn bitmap(hash: u128, size: u32) -> Vec<u8> {
    let block = size / (BLOCKS + 1);
    let margin = (size - block * BLOCKS) / 2;
    let row_bytes = size.div_ceil(8) as usize;
    let mut bits = Vec::with_capacity(row_bytes * size as usize);
    let empty = vec![0_u8; row_bytes];
    let mut block_row = empty.clone();
    for y in 0..size {
        let Some(row) = y.checked_sub(margin).map(|y| y / block).filter(|row| *row < BLOCKS) else {
            bits.extend_from_slice(&empty);
            continue;
        };
        if (y - margin).is_multiple_of(block) {
            block_row.fill(0);
            for column in (0..BLOCKS).filter(|column| is_set(hash, row, *column)) {
                for x in margin + column * block..margin + (column + 1) * block {
                    if let Some(byte) = block_row.get_mut(x as usize / 8) {
                        *byte |= 0x80 >> (x % 8);
                    }
                }
            }
        }
        bits.extend_from_slice(&block_row);
    }
    bits
}

fn is_set(hash: u128, row: u32, column: u32) -> bool {
    let free = column.min(BLOCKS - 1 - column);
    hash >> (row * FREE_COLUMNS + free) & 1 == 1
}

fn encode(size: u32, colour: [u8; 3], bits: &[u8]) -> Result<Bytes, png::EncodingError> {
    let mut out = Vec::with_capacity(1024);
    let mut encoder = png::Encoder::new(&mut out, size, size);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_palette([BACKGROUND, colour].concat());
    // Equal rows become zeros, which compress to nothing.
    encoder.set_filter(png::Filter::Up);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(bits)?;
    writer.finish()?;
    Ok(out.into())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn pixels(identifier: &str, size: u32) -> image::RgbImage {
        image::load_from_memory(&draw(identifier, size).unwrap()).unwrap().into_rgb8()
    }

    #[test]
    fn an_avatar_is_a_square_png_of_the_asked_size() {
        for size in [9, 25, 32, 100, 101, 500, 2048] {
            let png = draw("6b047f465d54030af2ebde94", size).unwrap();
            assert_eq!(image::guess_format(&png).unwrap(), image::ImageFormat::Png);
            assert_eq!(image::load_from_memory(&png).unwrap().into_rgb8().dimensions(), (size, size));
        }
    }

    #[test]
    fn an_avatar_is_small_even_when_it_is_large() {
        assert!(draw("somebody", 100).unwrap().len() < 600);
        assert!(draw("somebody", 2048).unwrap().len() < 40_000);
    }

    #[test]
    fn sizes_out_of_bounds_are_refused() {
        for size in [0, 1, 8, 2049, u32::MAX] {
            assert_eq!(draw("somebody", size), Err(PictureError::InvalidSize), "{size}");
        }
    }

    #[test]
    fn the_same_identifier_has_the_same_avatar_for_ever() {
        assert_eq!(draw("somebody", 64), draw("somebody", 64));
        // Pinned: caches and eyes remember it. A change of the pattern is a change of the product.
        let rows: Vec<String> = (0..7)
            .map(|row| {
                (0..7).map(|column| if is_set(xxh3_128(b"somebody"), row, column) { '#' } else { '.' }).collect()
            })
            .collect();
        assert_eq!(rows.join("\n"), PINNED);
    }

    const PINNED: &str = "\
##...##
..#.#..
.##.##.
#.....#
.#####.
#..#..#
#######";

    #[test]
    fn the_pattern_is_its_own_mirror() {
        let picture = pixels("somebody", 64);
        let mirrored = image::imageops::flip_horizontal(&picture);
        assert_eq!(picture, mirrored);
    }

    #[test]
    fn different_people_look_different() {
        let all: HashSet<Bytes> = (0..500).map(|n| draw(&format!("{n:024x}"), 32).unwrap()).collect();
        assert_eq!(all.len(), 500);
        let blank = (0..500).filter(|n| pixels(&format!("{n:024x}"), 32).pixels().all(|p| p.0 == BACKGROUND)).count();
        assert_eq!(blank, 0);
    }

    #[test]
    fn every_colour_stands_out_from_the_background() {
        fn luminance(colour: [u8; 3]) -> f64 {
            let linear = colour
                .map(|c| f64::from(c) / 255.0)
                .map(|c| if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
            0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        }
        for colour in COLOURS {
            assert!((luminance(BACKGROUND) + 0.05) / (luminance(colour) + 0.05) >= 3.0, "{colour:?}");
        }
    }
}
