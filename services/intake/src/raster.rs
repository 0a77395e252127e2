//! PNG and JPEG files, and what all raster pages share: grey pixels of a bounded size.
//!
//! Goes in: bytes. Comes out: the picture as a viewer shows it (EXIF orientation applied).
//! Deliberately absent: straightening and lighting, which need no knowledge of the format.

use crate::density;
use crate::{IntakeError, Limits};
use image::{DynamicImage, GrayImage, ImageDecoder, ImageReader, RgbImage};
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

/// Grey pixels, scaled down so that the long side is at most `long_side_px`; never scaled up.
/// Every pixel of the page counts by its area, so that text stays closed and smooth.
pub(crate) fn fitted(image: GrayImage, long_side_px: u32) -> GrayImage {
    let (width, height) = image.dimensions();
    let (new_width, new_height) = fitted_size(width, height, long_side_px);
    if (new_width, new_height) == (width, height) {
        return image;
    }
    let columns = shares(width, new_width);
    let mut sums = vec![0.0_f32; width as usize];
    let mut pixels = Vec::with_capacity(new_width as usize * new_height as usize);
    let source = image.as_raw();
    for (first, weights) in shares(height, new_height) {
        sums.fill(0.0);
        let rows = source.chunks_exact(width as usize).skip(first);
        for (row, weight) in rows.zip(weights) {
            for (sum, pixel) in sums.iter_mut().zip(row) {
                *sum += f32::from(*pixel) * weight;
            }
        }
        pixels.extend(columns.iter().map(|(first, weights)| {
            let under = sums.iter().skip(*first).zip(weights);
            (under.map(|(sum, weight)| sum * weight).sum::<f32>() + 0.5) as u8
        }));
    }
    GrayImage::from_raw(new_width, new_height, pixels).unwrap_or_default()
}

/// Colour pixels of a picture for looking at, scaled down likewise but quickly.
pub(crate) fn fitted_rgb(image: DynamicImage, long_side_px: u32) -> RgbImage {
    let (width, height) = fitted_size(image.width(), image.height(), long_side_px);
    if (width, height) == (image.width(), image.height()) {
        rgb(image)
    } else {
        rgb(image.thumbnail_exact(width, height))
    }
}

fn fitted_size(width: u32, height: u32, long_side_px: u32) -> (u32, u32) {
    let long_side = width.max(height);
    if long_side <= long_side_px {
        return (width, height);
    }
    let scale = f64::from(long_side_px) / f64::from(long_side);
    let scaled = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
    (scaled(width), scaled(height))
}

/// For each of `new` pixels: the first of the `old` ones under it, and the shares of those.
fn shares(old: u32, new: u32) -> Vec<(usize, Vec<f32>)> {
    let step = f64::from(old) / f64::from(new);
    let share = |index: u32| {
        let (from, to) = (f64::from(index) * step, f64::from(index + 1) * step);
        let (first, last) = (from as u32, (to.ceil() as u32).min(old));
        let covered = |pixel: u32| (f64::from(pixel) + 1.0).min(to) - f64::from(pixel).max(from);
        let weights = (first..last).map(|pixel| (covered(pixel) / step) as f32);
        (first as usize, weights.collect())
    };
    (0..new).map(share).collect()
}
