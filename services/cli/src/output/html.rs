//! What HTML pages have in common: pictures of pages with boxes on them, the look, writing the file.
//! One file each, no script and nothing fetched, so that it can be mailed and archived.

use anyhow::Context;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use docexam_domain::Polygon;
use docexam_intake::OpenFile;
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;
use std::path::Path;

const STYLE: &str = include_str!("style.css");
/// Long side of a page image: legible 9-point text on a screen at about 150 kB a page.
const PAGE_IMAGE_PX: u32 = 1_400;
const JPEG_QUALITY: u8 = 70;

/// A page as a viewer shows it.
#[derive(Default, Serialize)]
pub struct PagePicture {
    /// A data URI; empty when the page could not be rendered.
    image: String,
    width: u32,
    height: u32,
}

impl PagePicture {
    /// `page` counts from 1.
    pub fn of(file: &OpenFile, page: u32) -> Self {
        let Ok(image) = file.displayed_image(page, PAGE_IMAGE_PX) else {
            return Self::default();
        };
        Self {
            width: image.width(),
            height: image.height(),
            image: data_uri(&image).unwrap_or_default(),
        }
    }
}

/// The template filled with `view`; `style.css` can be included.
pub fn render(template: &str, view: &impl Serialize) -> anyhow::Result<String> {
    let mut environment = Environment::new();
    environment.add_template("style.css", STYLE)?;
    environment.add_template("page.html", template)?;
    Ok(environment.get_template("page.html")?.render(Serde(view))?)
}

/// Writes the page through a temporary file, so that a broken run leaves no half page.
pub fn write(path: &Path, html: &str) -> anyhow::Result<()> {
    let temporary = path.with_extension("html.part");
    std::fs::write(&temporary, html)
        .and_then(|()| std::fs::rename(&temporary, path))
        .with_context(|| format!("cannot write {}", path.display()))?;
    eprintln!("report: {}", path.display());
    Ok(())
}

fn data_uri(image: &RgbImage) -> Option<String> {
    let mut jpeg = Vec::new();
    image
        .write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY))
        .ok()?;
    Some(format!(
        "data:image/jpeg;base64,{}",
        BASE64_STANDARD.encode(jpeg)
    ))
}

/// SVG `points` in thousandths of the page's width and height.
pub fn points(polygon: &Polygon) -> String {
    let point = |[x, y]: &[f32; 2]| format!("{:.1},{:.1}", x * 1000.0, y * 1000.0);
    polygon.0.iter().map(point).collect::<Vec<_>>().join(" ")
}

/// Per cent of the page, where the label of a box is put.
pub fn top_left(polygon: &Polygon) -> (f32, f32) {
    let least = |axis: usize| {
        polygon
            .0
            .iter()
            .map(|point| point[axis])
            .fold(1.0, f32::min)
    };
    (least(0) * 100.0, least(1) * 100.0)
}
