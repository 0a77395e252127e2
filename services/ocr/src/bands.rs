//! Light print on dark bands, as heads of tables have it, made dark on light.
//!
//! Tesseract is not asked to look for inverted text, because it would read every line twice for it. In: grey
//! pixels and their ink. Out: the page with its dark bands inverted.
//! Deliberately absent: dark pages, which are taken for pictures.

use crate::ink::{Ink, Mark, marks};
use crate::mask::Mask;
use image::GrayImage;

/// All in heights of the page's letters. Solid ink of this size is no stroke of a letter.
const SOLID_WIDTH: f32 = 1.9;
const SOLID_HEIGHT: f32 = 0.85;
/// Smaller bands hold no word.
const MIN_WIDTH: f32 = 6.0;
const MIN_HEIGHT: f32 = 1.3;
/// Solid parts of one band are this close: between them stand its words.
const MAX_GAP: f32 = 5.0;
/// Share of a band that is ink: letters leave some of it light, and a bar without print has none of that.
const INK: std::ops::Range<f32> = 0.55..0.995;
/// A band takes no more of the page than this; more is a picture.
const MAX_SHARE: f32 = 0.3;
/// Share of the page's sides that is its edge.
const EDGE: f32 = 0.005;

/// `None` where there are no bands.
pub(crate) fn without_bands(image: &GrayImage, ink: &Ink) -> Option<GrayImage> {
    let letter = ink.letter_height_px()? as f32;
    let mask = Mask::of(image, ink.threshold);
    let side = |heights: f32| ((heights * letter) as usize).max(3);
    let solid = solid(&mask, side(SOLID_WIDTH), side(SOLID_HEIGHT));
    let bands: Vec<Mark> = joined(marks(&solid), MAX_GAP * letter)
        .into_iter()
        .filter(|band| is_band(&mask, band, letter))
        .collect();
    if bands.is_empty() {
        return None;
    }
    let mut light = image.clone();
    for band in bands {
        for y in band.top..band.bottom {
            for x in band.left..band.right {
                let pixel = light.get_pixel_mut(x, y);
                pixel.0[0] = 255 - pixel.0[0];
            }
        }
    }
    Some(light)
}

fn is_band(mask: &Mask, band: &Mark, letter: f32) -> bool {
    let (width, height) = (band.width() as f32, band.height() as f32);
    let (page_width, page_height) = (mask.size().0 as f32, mask.size().1 as f32);
    let page = page_width * page_height;
    // What is dark up to the edge is the table below the paper, or the lid of the scanner.
    let inside = band.left as f32 > EDGE * page_width
        && (band.right as f32) < (1.0 - EDGE) * page_width
        && band.top as f32 > EDGE * page_height
        && (band.bottom as f32) < (1.0 - EDGE) * page_height;
    if !inside {
        return false;
    }
    if width < MIN_WIDTH * letter || height < MIN_HEIGHT * letter {
        return false;
    }
    let columns = band.left as usize..band.right as usize;
    let ink: usize = (band.top as usize..band.bottom as usize)
        .map(|y| {
            mask.row(y)[columns.clone()]
                .iter()
                .filter(|ink| **ink)
                .count()
        })
        .sum();
    width * height <= MAX_SHARE * page && INK.contains(&(ink as f32 / (width * height)))
}

/// What is covered by rectangles of ink of the given size.
fn solid(mask: &Mask, width: usize, height: usize) -> Mask {
    let rows = runs_of(mask, width);
    let corners = runs_of(&rows.transposed(), height);
    let down = covered(&corners, height).transposed();
    covered(&down, width)
}

/// Marks the last pixel of `length` pixels of ink in a row, and every further one.
fn runs_of(mask: &Mask, length: usize) -> Mask {
    let (width, height) = mask.size();
    let mut ends = Mask::empty(width, height);
    for y in 0..height {
        let mut run = 0;
        for (ink, end) in mask.row(y).iter().zip(ends.row_mut(y)) {
            run = if *ink { run + 1 } else { 0 };
            *end = run >= length;
        }
    }
    ends
}

/// The `length` pixels that end at each mark.
fn covered(ends: &Mask, length: usize) -> Mask {
    let (width, height) = ends.size();
    let mut covered = Mask::empty(width, height);
    for y in 0..height {
        let mut left = 0;
        for (end, covered) in ends.row(y).iter().zip(covered.row_mut(y)).rev() {
            left = if *end { length } else { left };
            *covered = left > 0;
            left = left.saturating_sub(1);
        }
    }
    covered
}

/// Parts beside each other that are one band.
fn joined(mut parts: Vec<Mark>, gap: f32) -> Vec<Mark> {
    parts.sort_by_key(|part| part.left);
    let mut bands: Vec<Mark> = Vec::new();
    for part in parts {
        let beside = bands.iter_mut().rev().find(|band| {
            let shared = band.bottom.min(part.bottom) as f32 - band.top.max(part.top) as f32;
            let lower = band.height().min(part.height()) as f32;
            let distance = part.left as f32 - band.right as f32;
            shared > 0.7 * lower && distance < gap
        });
        match beside {
            Some(band) => band.take_in(&part),
            None => bands.push(part),
        }
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    fn block(image: &mut GrayImage, left: u32, top: u32, size: (u32, u32), grey: u8) {
        for y in top..top + size.1 {
            for x in left..left + size.0 {
                image.put_pixel(x, y, Luma([grey]));
            }
        }
    }

    /// Rows of letters, and room for a band at 100.
    fn page() -> GrayImage {
        let mut image = GrayImage::from_pixel(600, 400, Luma([250]));
        for row in 0..5 {
            for column in 0..40 {
                block(&mut image, 40 + column * 13, 160 + row * 40, (8, 12), 10);
            }
        }
        image
    }

    #[test]
    fn a_dark_head_becomes_a_light_one() {
        let mut image = page();
        block(&mut image, 30, 90, (540, 32), 20);
        for letter in (0..6).chain(14..20) {
            block(&mut image, 50 + letter * 13, 100, (6, 12), 240);
        }
        let light = without_bands(&image, &Ink::of(&image)).expect("a band");
        assert_eq!(light.get_pixel(52, 105).0[0], 15);
        assert_eq!(light.get_pixel(35, 95).0[0], 235);
        assert_eq!(light.get_pixel(42, 165), image.get_pixel(42, 165));
    }

    #[test]
    fn letters_lines_and_bars_are_no_bands() {
        let mut image = page();
        block(&mut image, 30, 90, (540, 4), 20);
        block(&mut image, 30, 110, (540, 30), 20);
        assert!(without_bands(&image, &Ink::of(&image)).is_none());
        assert!(without_bands(&GrayImage::new(1, 1), &Ink::of(&GrayImage::new(1, 1))).is_none());
    }
}
