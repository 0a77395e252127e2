//! What happens to a printed page on its way into a file: ink, stamps, glass, lens, fax line, JPEG.
//!
//! Goes in: a rendered page and a look. Comes out: the picture that the device made, with the truth
//! words moved along, and writers for the files that scanners and phones make (`files`).
//! The same page, look and generator state give the same pixels.
//! Deliberately absent: reading (`label`), discrepancies (they are in the documents already).

pub mod files;
mod grain;
mod ink;
mod look;
mod marks;
mod motion;
mod pen;
mod phone;
mod scanner;
mod sheet;
mod stamps;

pub use look::{CaptureLook, Device, Ink};
pub use motion::{Motion, around};

use crate::truth::{RenderedPage, TruthWord};
use docexam_domain::Polygon;
use image::{DynamicImage, ImageFormat, codecs::jpeg::JpegEncoder};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use sheet::Sheet;

/// A page as a device wrote it.
#[derive(Clone, Debug)]
pub struct CapturedPage {
    /// Grey or colour.
    pub image: DynamicImage,
    pub dpi: f32,
    /// Boxes moved with the image; where the paper lies aslant, the smallest upright box around.
    pub words: Vec<TruthWord>,
    /// The exact map of the printed page to this image, for corners of words and of fields.
    pub motion: Motion,
    /// What was signed with a pen, as polygons on the image.
    pub signatures: Vec<Polygon>,
    /// Only black and white pixels.
    pub bitonal: bool,
}

pub fn capture(page: &RenderedPage, look: &CaptureLook, rng: &mut ChaCha8Rng) -> CapturedPage {
    let mut sheet = Sheet::new(&page.image, look.colour);
    ink::strike(&mut sheet, &page.words, look.ink, page.dpi, rng);
    let signatures = marks::mark(&mut sheet, &page.words, look, page.dpi, rng);
    let mut dpi = page.dpi;
    let motion = match look.device {
        Device::PhoneCamera => phone::photograph(&mut sheet, look.wear, look.skew_degrees, rng),
        _ => lay_on_glass(&mut sheet, look, dpi, rng),
    };
    match look.device {
        Device::CleanScan | Device::PhoneCamera => {}
        Device::OfficeScanner => scanner::scan(&mut sheet, look.wear, look.bitonal, dpi, rng),
        Device::Photocopier => scanner::photocopy(&mut sheet, look.wear, look.bitonal, dpi, rng),
        Device::Fax => dpi = scanner::fax(&mut sheet, look.wear, dpi, rng),
    }
    if let Some(coarse) = look.resolution_dpi.filter(|coarse| *coarse < dpi) {
        let (width, height) = sheet.size();
        let shrink = |side: u32| (side as f32 * coarse / dpi).max(1.0) as u32;
        sheet.resize((shrink(width), shrink(height)));
        dpi = coarse;
    }
    sheet.turn(look.quarter_turns);
    let motion = motion.turned(look.quarter_turns);
    let image = match look.jpeg_quality {
        Some(quality) => through_jpeg(sheet.into_image(), quality),
        None => sheet.into_image(),
    };
    let words = page
        .words
        .iter()
        .map(|word| motion.captured_word(word))
        .collect();
    CapturedPage {
        image,
        dpi,
        words,
        signatures: signatures
            .into_iter()
            .map(|bbox| Polygon(motion.captured_corners(bbox).to_vec()))
            .collect(),
        motion,
        bitonal: look.bitonal,
    }
}

/// Skewed and a little off the corner; around the paper is the white lid.
fn lay_on_glass(sheet: &mut Sheet, look: &CaptureLook, dpi: f32, rng: &mut ChaCha8Rng) -> Motion {
    let (width, height) = sheet.size();
    if look.device == Device::CleanScan && look.skew_degrees == 0.0 {
        return Motion::still(width, height);
    }
    // Up to 1.5 mm.
    let off = dpi * 0.06;
    let shift = (rng.random_range(-off..off), rng.random_range(-off..off));
    let motion = Motion::skewed(width, height, look.skew_degrees, shift);
    for plane in &mut sheet.planes {
        let mut frame = sheet::blank(motion.frame(), 255);
        motion.draw(plane, &mut frame);
        *plane = frame;
    }
    motion
}

/// Encodes and decodes: only the traces stay. A picture that the codec refuses passes unharmed.
fn through_jpeg(image: DynamicImage, quality: u8) -> DynamicImage {
    let mut bytes = Vec::new();
    let written = image.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality));
    match written.and_then(|()| image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg)) {
        Ok(damaged) => damaged,
        Err(_) => image,
    }
}

#[cfg(test)]
mod tests;
