//! PNG and JPEG files, and what all raster pages share: grey pixels of a bounded size.
//!
//! Goes in: bytes. Comes out: the picture as a viewer shows it (EXIF orientation applied).
//! Deliberately absent: straightening and lighting, which need no knowledge of the format.

use crate::density;
use crate::{IntakeError, Limits};
use image::{DynamicImage, GrayImage, ImageDecoder, ImageReader, RgbImage, imageops};
use std::io::Cursor;

/// Long side of an A4 page in inches: what a raster of unknown density is taken for.
pub(crate) const A4_LONG_SIDE_INCHES: f32 = 11.69;

/// A decoded raster and its density in pixels per inch.
pub(crate) struct Raster {
    pub(crate) image: DynamicImage,
    pub(crate) dpi: f32,
}

/// The one page of a PNG or JPEG file.
pub(crate) fn decode(file: &str, bytes: &[u8], limits: &Limits) -> Result<Raster, IntakeError> {
    let broken = |error: image::ImageError| broken_page(file, 1, error);
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| broken_page(file, 1, error))?;
    reader.no_limits();
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    check_size(file, 1, width, height, limits)?;
    let mut allocations = image::Limits::default();
    // The picture itself, and as much again for the decoder's own work.
    allocations.max_alloc = Some(decoder.total_bytes().saturating_mul(2) + (16 << 20));
    decoder.set_limits(allocations).map_err(broken)?;
    let orientation = decoder.orientation().map_err(broken)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(broken)?;
    image.apply_orientation(orientation);
    let dpi = density::stated(bytes).unwrap_or_else(|| assumed_dpi(image.width(), image.height()));
    Ok(Raster { image, dpi })
}

/// Refuses a picture before any memory is set aside for it.
pub(crate) fn check_size(
    file: &str,
    page: u32,
    width_px: u32,
    height_px: u32,
    limits: &Limits,
) -> Result<(), IntakeError> {
    let file = file.to_owned();
    if width_px.max(height_px) > limits.max_side_px {
        return Err(IntakeError::SideTooLong {
            file,
            page,
            width_px,
            height_px,
            limit: limits.max_side_px,
        });
    }
    let megapixels = width_px as f32 * height_px as f32 / 1e6;
    if megapixels > limits.max_megapixels {
        return Err(IntakeError::TooManyMegapixels {
            file,
            page,
            megapixels,
            limit: limits.max_megapixels,
        });
    }
    if width_px == 0 || height_px == 0 {
        return Err(broken_page(&file, page, "it has no pixels"));
    }
    Ok(())
}

pub(crate) fn broken_page(file: &str, page: u32, reason: impl ToString) -> IntakeError {
    IntakeError::BrokenPage {
        file: file.to_owned(),
        page,
        reason: reason.to_string(),
    }
}

pub(crate) fn assumed_dpi(width_px: u32, height_px: u32) -> f32 {
    width_px.max(height_px) as f32 / A4_LONG_SIDE_INCHES
}

/// Grey pixels; what is transparent lies on white paper.
pub(crate) fn grey(image: DynamicImage) -> GrayImage {
    if image.color().has_alpha() {
        DynamicImage::ImageRgb8(rgb(image)).into_luma8()
    } else {
        image.into_luma8()
    }
}

/// Colour pixels; what is transparent lies on white paper.
pub(crate) fn rgb(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let rgba = image.into_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [red, green, blue, alpha] = rgba.get_pixel(x, y).0;
        let over_white = |channel: u8| {
            let (channel, alpha) = (u32::from(channel), u32::from(alpha));
            ((channel * alpha + 255 * (255 - alpha) + 127) / 255) as u8
        };
        image::Rgb([red, green, blue].map(over_white))
    })
}

/// Scaled down so that the long side is at most `long_side_px`; never scaled up.
pub(crate) fn fitted(image: DynamicImage, long_side_px: u32) -> DynamicImage {
    let long_side = image.width().max(image.height());
    if long_side <= long_side_px {
        return image;
    }
    let scale = f64::from(long_side_px) / f64::from(long_side);
    let scaled = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
    let (width, height) = (scaled(image.width()), scaled(image.height()));
    // A triangle as wide as the step averages every source pixel: text stays closed and smooth.
    image.resize_exact(width, height, imageops::FilterType::Triangle)
}
