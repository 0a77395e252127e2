//! TIFF files: any number of pages, faxes among them.
//!
//! Goes in: bytes. Comes out: one page at a time as a picture, oriented as the file says.
//! Deliberately absent: small copies of pages (thumbnails), and JPEG in the form of TIFF 6.0
//! (compression 6), which its own authors withdrew.

mod directory;
mod fax;
mod pixels;

use crate::raster::{Raster, assumed_dpi, broken_page, check_size};
use crate::{IntakeError, Limits};
use directory::Format;
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, imageops};
use std::sync::Arc;

const IMAGE_WIDTH: u16 = 256;
const IMAGE_LENGTH: u16 = 257;
const COMPRESSION: u16 = 259;
const ORIENTATION: u16 = 274;
const X_RESOLUTION: u16 = 282;
const Y_RESOLUTION: u16 = 283;
const RESOLUTION_UNIT: u16 = 296;
/// In `ResolutionUnit`.
const CENTIMETRES: u64 = 3;

#[derive(Clone)]
pub(crate) struct TiffFile {
    bytes: Arc<[u8]>,
    format: Format,
    /// Where each page's directory lies.
    pages: Arc<[u64]>,
}

impl TiffFile {
    /// Counts the pages by following the chain of directories; decodes none.
    pub(crate) fn open(name: &str, bytes: Arc<[u8]>, limits: &Limits) -> Result<Self, IntakeError> {
        let broken = |reason: &str| IntakeError::BrokenFile {
            file: name.to_owned(),
            reason: reason.to_owned(),
        };
        let format = Format::of(&bytes).ok_or_else(|| broken("its header is damaged"))?;
        let pages = format.pages(&bytes, limits.max_pages);
        if pages.len() > limits.max_pages as usize {
            return Err(IntakeError::TooManyPages {
                file: name.to_owned(),
                pages: pages.len() as u64,
                limit: limits.max_pages,
            });
        }
        let (first, _) = pages
            .split_first()
            .ok_or_else(|| broken("it has no pages"))?;
        if *first >= bytes.len() as u64 {
            return Err(broken("it is cut off before its first page"));
        }
        Ok(Self {
            bytes,
            format,
            pages: pages.into(),
        })
    }

    pub(crate) fn page_count(&self) -> u32 {
        self.pages.len() as u32
    }

    pub(crate) fn decode(
        &self,
        name: &str,
        number: u32,
        limits: &Limits,
    ) -> Result<Raster, IntakeError> {
        let broken = |reason: &str| broken_page(name, number, reason);
        let (format, bytes) = (self.format, &self.bytes);
        let directory = self.pages.get(number as usize - 1).copied();
        let directory = directory.ok_or_else(|| broken("the file does not hold it"))?;
        let value = |tag| format.value(bytes, directory, tag);
        let (Some(width), Some(height)) = (value(IMAGE_WIDTH), value(IMAGE_LENGTH)) else {
            return Err(broken("its directory is damaged or cut off"));
        };
        let side = |side: u64| u32::try_from(side).unwrap_or(u32::MAX);
        let (width, height) = (side(width), side(height));
        check_size(name, number, width, height, limits)?;
        let mut image = match value(COMPRESSION).unwrap_or(1) {
            fax @ (fax::RUN_LENGTHS | fax::GROUP_3 | fax::GROUP_4) => {
                fax::pixels(format, bytes, directory, fax, (width, height))
                    .map(|pixels| GrayImage::from_raw(width, height, pixels).unwrap_or_default())
                    .map(DynamicImage::ImageLuma8)
            }
            other => pixels::picture(format, bytes, directory, other, limits),
        }
        .map_err(|reason| broken(&reason))?;
        let dpi = self.square_pixels(&mut image, directory);
        let orientation = value(ORIENTATION).and_then(|value| u8::try_from(value).ok());
        if let Some(orientation) = orientation.and_then(Orientation::from_exif) {
            image.apply_orientation(orientation);
        }
        Ok(Raster { image, dpi })
    }

    /// Faxes have fewer rows than columns to the inch: the picture is stretched until both agree.
    fn square_pixels(&self, image: &mut DynamicImage, directory: u64) -> f32 {
        let ratio = |tag| self.format.ratio(&self.bytes, directory, tag);
        let unit = self.format.value(&self.bytes, directory, RESOLUTION_UNIT);
        let inches = if unit == Some(CENTIMETRES) { 2.54 } else { 1.0 };
        let (width, height) = (image.width(), image.height());
        let (Some(x), Some(y)) = (ratio(X_RESOLUTION), ratio(Y_RESOLUTION)) else {
            return assumed_dpi(width, height);
        };
        let (x, y) = (x * inches, y * inches);
        if !(50.0..=2400.0).contains(&x) || !(50.0..=2400.0).contains(&y) {
            return assumed_dpi(width, height);
        }
        let stretch = |side: u32, by: f32| (side as f32 * by).round().max(1.0) as u32;
        if y < x * 0.97 && y > x * 0.3 {
            let taller = stretch(height, x / y);
            *image = image.resize_exact(width, taller, imageops::FilterType::Triangle);
        } else if x < y * 0.97 && x > y * 0.3 {
            let wider = stretch(width, y / x);
            *image = image.resize_exact(wider, height, imageops::FilterType::Triangle);
        }
        x.max(y)
    }
}
