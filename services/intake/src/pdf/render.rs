//! A PDF page as pixels, at a resolution that neither loses text nor wastes time on it.
//!
//! Goes in: a page and what it draws. Comes out: pixels with the size of the displayed page.

use super::content::{Content, PlacedImage};
use crate::Limits;
use crate::raster::A4_LONG_SIDE_INCHES;
use hayro::hayro_interpret::{InterpreterSettings, InterpreterWarning, TransformExt};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, Rect};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings};
use image::{GrayImage, RgbImage};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const POINTS_PER_INCH: f32 = 72.0;
/// Drawn text is read well at this resolution; more only costs time.
const TEXT_DPI: f32 = 200.0;
/// Long side of a page of drawn text: A4 at 222 dpi.
const TEXT_LONG_SIDE_PX: f32 = 2600.0;
/// Within these a scan keeps its own resolution.
const SCAN_DPI: std::ops::RangeInclusive<f32> = 150.0..=300.0;
/// A page this much covered by one image, or by strips of it, is a scan.
const SCAN_COVERAGE: f64 = 0.8;
/// Longer sides are not paper but pixels taken for points; A3 is 16.5 inches long.
const LONGEST_PAPER_INCHES: f32 = 17.5;

/// Size of the rendered page in pixels, and its pixels per inch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Resolution {
    pub(crate) width_px: u16,
    pub(crate) height_px: u16,
    pub(crate) dpi: f32,
}

/// The resolution that suits what is on the page.
pub(crate) fn resolution(page: &Page<'_>, content: &Content, limits: &Limits) -> Resolution {
    let (width, height) = page.render_dimensions();
    let (width_inches, height_inches) = (width / POINTS_PER_INCH, height / POINTS_PER_INCH);
    let long_inches = width_inches.max(height_inches);
    // What one inch of the page's own measure stands for on paper.
    let paper = if long_inches > LONGEST_PAPER_INCHES {
        A4_LONG_SIDE_INCHES / long_inches
    } else {
        1.0
    };
    let drawn_text = content.glyphs.iter().any(|glyph| !glyph.hidden);
    let (dpi, longest) = match scan_dpi(page, &content.images) {
        Some(native) => {
            let dpi = (native / paper).clamp(*SCAN_DPI.start(), *SCAN_DPI.end());
            let dpi = if drawn_text { dpi.max(TEXT_DPI) } else { dpi };
            (dpi, limits.max_page_side_px as f32)
        }
        None => (
            TEXT_DPI,
            TEXT_LONG_SIDE_PX.min(limits.max_page_side_px as f32),
        ),
    };
    let long_side = (long_inches * paper * dpi).min(longest);
    sized(width, height, long_side, paper)
}

/// A size for showing the page, its long side `long_side_px` at most.
pub(crate) fn shown(page: &Page<'_>, long_side_px: u32) -> Resolution {
    let (width, height) = page.render_dimensions();
    sized(width, height, long_side_px as f32, 1.0)
}

fn sized(width: f32, height: f32, long_side_px: f32, paper: f32) -> Resolution {
    let scale = long_side_px / width.max(height);
    // The rasteriser counts in u16, and in strips of it: keep well inside.
    let side = |points: f32| (points * scale).round().clamp(1.0, 30_000.0) as u16;
    Resolution {
        width_px: side(width),
        height_px: side(height),
        dpi: scale * POINTS_PER_INCH / paper,
    }
}

/// Pixels per inch of the scan that the page is, if it is one.
pub(crate) fn scan_dpi(page: &Page<'_>, images: &[PlacedImage]) -> Option<f32> {
    let (width, height) = page.render_dimensions();
    let paper = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let coverage = |image: &PlacedImage| image.bounds.intersect(paper).area() / paper.area();
    let covering = |least: f64| {
        let large = images.iter().filter(move |image| coverage(image) >= least);
        large.map(|image| image.dpi as f32).reduce(f32::max)
    };
    // Layered scans have a coarse picture and a fine mask over each other: the finest counts.
    covering(SCAN_COVERAGE).or_else(|| {
        let covered: f64 = images.iter().map(coverage).sum();
        (covered >= SCAN_COVERAGE).then(|| covering(0.02)).flatten()
    })
}

/// A page as pixels on white paper, every one of them opaque.
pub(crate) struct Rendered {
    pub(crate) pixmap: Pixmap,
    /// A picture of the page could not be decoded, and was left out.
    pub(crate) lacks_pictures: bool,
}

pub(crate) fn rendered(page: &Page<'_>, resolution: Resolution) -> Rendered {
    let (width, height) = page.render_dimensions();
    let mut context = RenderContext::new(resolution.width_px, resolution.height_px);
    let transform = Affine::scale_non_uniform(
        f64::from(resolution.width_px) / f64::from(width),
        f64::from(resolution.height_px) / f64::from(height),
    ) * page.initial_transform(true).to_kurbo();
    let lacks_pictures = Arc::new(AtomicBool::new(false));
    let noted = lacks_pictures.clone();
    let settings = InterpreterSettings {
        warning_sink: Arc::new(move |warning| {
            if matches!(warning, InterpreterWarning::ImageDecodeFailure) {
                noted.store(true, Ordering::Relaxed);
            }
        }),
        ..Default::default()
    };
    hayro::render_into(
        page,
        &RenderCache::new(),
        &settings,
        &RenderSettings::default(),
        &mut context,
        transform,
    );
    context.flush();
    let mut pixmap = Pixmap::new(resolution.width_px, resolution.height_px);
    let rasterizer = RasterizerSettings {
        target_init: TargetInit::Clear(WHITE),
        ..Default::default()
    };
    context.render_with(&mut pixmap, &mut Resources::default(), rasterizer);
    Rendered {
        pixmap,
        lacks_pictures: lacks_pictures.load(Ordering::Relaxed),
    }
}

pub(crate) fn grey(pixmap: &Pixmap) -> GrayImage {
    let luma = |pixel: &[u8]| {
        let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
        // Rec. 601, as the rest of the image world does it.
        ((red * 299 + green * 587 + blue * 114 + 500) / 1000) as u8
    };
    let pixels = pixmap
        .data_as_u8_slice()
        .chunks_exact(4)
        .map(luma)
        .collect();
    let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
    GrayImage::from_raw(width, height, pixels).unwrap_or_default()
}

pub(crate) fn rgb(pixmap: &Pixmap) -> RgbImage {
    let pixels = pixmap
        .data_as_u8_slice()
        .chunks_exact(4)
        .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]])
        .collect();
    let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
    RgbImage::from_raw(width, height, pixels).unwrap_or_default()
}
