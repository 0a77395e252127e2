//! Untrusted bytes become bounded pages: PDF, multi-page TIFF, PNG and JPEG, told apart by content.
//!
//! Goes in: a file's name (for messages) and bytes. Comes out: its pages, one at a time, as upright
//! grey pixels with what is needed to point back at the file, and pictures of them for reports.
//!
//! Deliberately absent: reading (no OCR, no trust in text layers), quarter turns that need reading
//! (`Page::turned` carries them out), file names' extensions, input and output, async.
//!
//! All decoders are memory-safe Rust, run under the limits of [`Limits`], on a thread of their own;
//! their panics become page errors. A decoder that overruns its time is left to itself (a thread
//! cannot be stopped): it holds its share of the file until it ends, its result is dropped, and a
//! file with two such decoders gets no further pages tried. Nothing of a page is kept once it is
//! handed out, so a long file needs no more memory than a short one.

mod bounded;
mod density;
mod error;
mod finish;
mod illumination;
mod limits;
mod page;
mod pdf;
mod raster;
mod raster_file;
mod skew;
mod tiff_file;

pub use error::IntakeError;
pub use limits::Limits;
pub use page::Page;

use image::RgbImage;
use pdf::PdfFile;
use raster_file::{RasterFile, Source};
use std::sync::Arc;
use tiff_file::TiffFile;

/// Long side of a displayed page: 64 MB while a square one is rendered.
const MOST_DISPLAYED_PX: u32 = 4_000;

/// Opens a file: finds out what it is and how many pages it has, and decodes none of them.
pub fn open(name: &str, bytes: Arc<[u8]>, limits: &Limits) -> Result<OpenFile, IntakeError> {
    let file = name.to_owned();
    if bytes.is_empty() {
        return Err(IntakeError::Empty { file });
    }
    if bytes.len() as u64 > limits.max_file_bytes {
        return Err(IntakeError::TooManyBytes {
            file,
            bytes: bytes.len() as u64,
            limit: limits.max_file_bytes,
        });
    }
    let content = sniffed(&bytes);
    let ends_early = matches!(content, Some(Content::Pdf)) && lacks_end_mark(&bytes);
    let kind = match content {
        Some(Content::Pdf) => Kind::Pdf(PdfFile::open(name, bytes, limits)?),
        Some(Content::Tiff) => {
            let tiff = TiffFile::open(name, bytes, limits)?;
            Kind::Raster(RasterFile::new(name, Source::Tiff(tiff), limits))
        }
        Some(Content::Picture) => {
            Kind::Raster(RasterFile::new(name, Source::Picture(bytes), limits))
        }
        None => return Err(IntakeError::UnknownContent { file }),
    };
    Ok(OpenFile {
        name: name.to_owned(),
        kind,
        ends_early,
    })
}

/// A file whose pages can be decoded, in any order and from several threads.
pub struct OpenFile {
    name: String,
    kind: Kind,
    /// See [`OpenFile::ends_early`].
    ends_early: bool,
}

enum Kind {
    Pdf(PdfFile),
    Raster(RasterFile),
}

impl OpenFile {
    pub fn page_count(&self) -> u32 {
        match &self.kind {
            Kind::Pdf(pdf) => pdf.page_count(),
            Kind::Raster(raster) => raster.page_count(),
        }
    }

    /// A PDF without its end mark was cut on its way: what is left of it can be read, but pages and
    /// parts of pages may be missing, and nothing on the page would show it.
    pub fn ends_early(&self) -> bool {
        self.ends_early
    }

    /// Decodes one page, from 1.
    pub fn page(&self, number: u32) -> Result<Page, IntakeError> {
        self.check_number(number)?;
        match &self.kind {
            Kind::Pdf(pdf) => pdf.page(number),
            Kind::Raster(raster) => raster.page(number),
        }
    }

    /// The page as a viewer shows it, its long side at most `max_side_px` (and 4,000), for reports.
    pub fn displayed_image(&self, number: u32, max_side_px: u32) -> Result<RgbImage, IntakeError> {
        self.check_number(number)?;
        let max_side_px = max_side_px.clamp(1, MOST_DISPLAYED_PX);
        match &self.kind {
            Kind::Pdf(pdf) => pdf.displayed_image(number, max_side_px),
            Kind::Raster(raster) => raster.displayed_image(number, max_side_px),
        }
    }

    fn check_number(&self, page: u32) -> Result<(), IntakeError> {
        let pages = self.page_count();
        if (1..=pages).contains(&page) {
            return Ok(());
        }
        Err(IntakeError::NoSuchPage {
            file: self.name.clone(),
            page,
            pages,
        })
    }
}

enum Content {
    Pdf,
    Tiff,
    Picture,
}

/// Whether the mark that ends every PDF (ISO 32000-1, 7.5.5) is missing. Viewers accept it anywhere in
/// the last kilobyte.
fn lacks_end_mark(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(1024)..];
    !tail.windows(5).any(|window| window == b"%%EOF")
}

/// What the bytes are, whatever the file is called.
fn sniffed(bytes: &[u8]) -> Option<Content> {
    // Viewers accept a PDF header anywhere in the first kilobyte.
    let head = bytes.get(..1024).unwrap_or(bytes);
    if head.windows(5).any(|window| window == b"%PDF-") {
        return Some(Content::Pdf);
    }
    // Both byte orders, classic and big; camera raw formats that borrow the header are let through
    // here and stopped by their pixels.
    let tiff = [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"];
    if tiff.iter().any(|magic| bytes.starts_with(*magic)) {
        return Some(Content::Tiff);
    }
    match infer::get(bytes)?.mime_type() {
        "image/png" | "image/jpeg" => Some(Content::Picture),
        _ => None,
    }
}
