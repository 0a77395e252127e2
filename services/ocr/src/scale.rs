//! The raster that Tesseract gets: letters neither lost nor oversized, and without specks.
//!
//! Boxes are given back in [0, 1], so nobody else needs to know the scale.

use crate::ink::Ink;
use image::{GrayImage, imageops};

/// Height of letters below which words are lost. A4 pages at 100 dpi have 7 to 8 px letters and are
/// read at F1 83; enlarged by half, 91. At 150 dpi nothing is gained any more, and enlarged thermal
/// receipts (12 px and more) get worse, so this is low.
const SMALL_PX: f32 = 9.0;
/// Height above which pixels only cost time: Tesseract scales each line to 36 px or so anyway.
const LARGE_PX: f32 = 30.0;
/// What small and large letters are brought to: 10 point print at 180 dpi.
const READING_PX: f32 = 13.0;
/// Beyond this there is nothing to see in the enlarged letters.
const MAX_ENLARGEMENT: f32 = 2.0;
/// Long side of what Tesseract gets; A4 at 300 dpi is 3,508.
const MAX_LONG_SIDE_PX: f32 = 3_600.0;

/// Letters below this are too thin for the filter that takes specks away.
const ROBUST_PX: u32 = 12;

/// The image as it is read, and its resolution.
pub(crate) fn prepared(image: &GrayImage, dpi: f32, ink: &Ink) -> (GrayImage, f32) {
    let robust = ink.letter_height_px().is_some_and(|px| px >= ROBUST_PX);
    // On a noisy bilevel scan this finds 20 of 23 values instead of 17.
    let image = if robust && ink.is_speckled() {
        imageproc::filter::median_filter(image, 1, 1)
    } else {
        image.clone()
    };
    at_reading_size(image, dpi, ink)
}

fn at_reading_size(image: GrayImage, dpi: f32, ink: &Ink) -> (GrayImage, f32) {
    let long_side = image.width().max(image.height()).max(1) as f32;
    let wanted = match ink.letter_height_px().map(|px| px as f32) {
        Some(px) if px < SMALL_PX => (READING_PX / px).min(MAX_ENLARGEMENT),
        Some(px) if px > LARGE_PX => READING_PX * 1.5 / px,
        _ => 1.0,
    };
    let factor = wanted.min(MAX_LONG_SIDE_PX / long_side);
    if (0.95..1.05).contains(&factor) {
        return (image, dpi);
    }
    let scaled = |side: u32| ((side as f32 * factor).round() as u32).max(1);
    let (width, height) = (scaled(image.width()), scaled(image.height()));
    let filter = imageops::FilterType::Triangle;
    (
        imageops::resize(&image, width, height, filter),
        dpi * factor,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    fn page_with_letters_of(height: u32) -> GrayImage {
        let mut image = GrayImage::from_pixel(1_000, 1_400, Luma([255]));
        for letter in 0..100 {
            let (left, top) = (50 + letter % 10 * 90, 50 + letter / 10 * 120);
            for y in top..top + height {
                for x in left..left + height / 2 + 1 {
                    image.put_pixel(x, y, Luma([0]));
                }
            }
        }
        image
    }

    fn size_when_letters_are(height: u32) -> (u32, f32) {
        let image = page_with_letters_of(height);
        let ink = Ink::of(&image);
        let (scaled, dpi) = at_reading_size(image, 100.0, &ink);
        (scaled.width(), dpi)
    }

    #[test]
    fn small_letters_are_enlarged_and_large_ones_reduced() {
        assert_eq!(size_when_letters_are(14), (1_000, 100.0));
        let (width, dpi) = size_when_letters_are(8);
        assert_eq!((width, dpi.round()), (1_625, 163.0));
        let (width, _) = size_when_letters_are(39);
        assert_eq!(width, 500);
    }
}
