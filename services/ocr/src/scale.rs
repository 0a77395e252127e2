//! The resolution at which a page is read: large enough for small print, small enough to be quick.
//!
//! Boxes are given back in [0, 1], so nobody else needs to know the scale.

use image::{GrayImage, imageops};

/// Long side above which A4 pages gain nothing; measured, see ARCHITECTURE.md.
const MAX_LONG_SIDE_PX: u32 = 2_600;

/// The image at reading size, and its resolution.
pub(crate) fn at_reading_size(image: GrayImage, dpi: f32) -> (GrayImage, f32) {
    let long_side = image.width().max(image.height());
    if long_side <= MAX_LONG_SIDE_PX {
        return (image, dpi);
    }
    let factor = MAX_LONG_SIDE_PX as f32 / long_side as f32;
    let scaled = |side: u32| ((side as f32 * factor).round() as u32).max(1);
    let (width, height) = (scaled(image.width()), scaled(image.height()));
    let filter = imageops::FilterType::Triangle;
    (
        imageops::resize(&image, width, height, filter),
        dpi * factor,
    )
}
