//! Untrusted bytes become bounded pages: PDF, multi-page TIFF, PNG and JPEG, told apart by content.
//!
//! Goes in: a file's name (for messages) and bytes. Comes out: its pages, one at a time, as upright
//! grey pixels with what is needed to point back at the file, and pictures of them for reports.
//!
//! Deliberately absent: reading (no OCR, no trust in text layers), quarter turns that need reading
//! (`Page::turned` carries them out), file names' extensions, input and output, async.
//!
//! All decoders are memory-safe Rust, run under the limits of [`Limits`], on a thread of their own;
//! their panics become page errors. Nothing of a page is kept once it is handed out.

mod bounded;
mod density;
mod error;
mod finish;
mod limits;
mod page;
mod pdf;
mod raster;

pub use error::IntakeError;
pub use limits::Limits;
pub use page::Page;

use bounded::{Overruns, Stopped};
use docexam_domain::Placement;
use image::{DynamicImage, RgbImage};
use pdf::PdfFile;
use raster::{Raster, broken_page};
use std::sync::Arc;

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
    let kind = match sniffed(&bytes) {
        Some(Content::Pdf) => Kind::Pdf(PdfFile::open(name, bytes, limits)?),
        Some(Content::Picture) => Kind::Picture(PictureFile {
            name: file,
            bytes,
            limits: limits.clone(),
            overruns: Overruns::default(),
        }),
        None => return Err(IntakeError::UnknownContent { file }),
    };
    Ok(OpenFile {
        name: name.to_owned(),
        kind,
    })
}

/// A file whose pages can be decoded, in any order and from several threads.
pub struct OpenFile {
    name: String,
    kind: Kind,
}

enum Kind {
    Pdf(PdfFile),
    Picture(PictureFile),
}

impl OpenFile {
    pub fn page_count(&self) -> u32 {
        match &self.kind {
            Kind::Pdf(pdf) => pdf.page_count(),
            Kind::Picture(_) => 1,
        }
    }

    /// Decodes one page, from 1.
    pub fn page(&self, number: u32) -> Result<Page, IntakeError> {
        self.check_number(number)?;
        match &self.kind {
            Kind::Pdf(pdf) => pdf.page(number),
            Kind::Picture(picture) => picture.page(),
        }
    }

    /// The page as a viewer shows it, its long side at most `max_side_px`, for reports.
    pub fn displayed_image(&self, number: u32, max_side_px: u32) -> Result<RgbImage, IntakeError> {
        self.check_number(number)?;
        let max_side_px = max_side_px.clamp(1, 10_000);
        match &self.kind {
            Kind::Pdf(pdf) => pdf.displayed_image(number, max_side_px),
            Kind::Picture(picture) => picture.displayed_image(max_side_px),
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
    Picture,
}

/// What the bytes are, whatever the file is called.
fn sniffed(bytes: &[u8]) -> Option<Content> {
    // Viewers accept a PDF header anywhere in the first kilobyte.
    let head = bytes.get(..1024).unwrap_or(bytes);
    if head.windows(5).any(|window| window == b"%PDF-") {
        return Some(Content::Pdf);
    }
    match infer::get(bytes)?.mime_type() {
        "image/png" | "image/jpeg" => Some(Content::Picture),
        _ => None,
    }
}

/// A file that is one picture: PNG or JPEG.
struct PictureFile {
    name: String,
    bytes: Arc<[u8]>,
    limits: Limits,
    overruns: Overruns,
}

impl PictureFile {
    fn page(&self) -> Result<Page, IntakeError> {
        let longest = self.limits.max_page_side_px;
        self.decoded(move |raster| raster_page(1, raster, longest))
    }

    fn displayed_image(&self, max_side_px: u32) -> Result<RgbImage, IntakeError> {
        self.decoded(move |raster| raster::rgb(raster::fitted(raster.image, max_side_px)))
    }

    fn decoded<T: Send + 'static>(
        &self,
        then: impl FnOnce(Raster) -> T + Send + 'static,
    ) -> Result<T, IntakeError> {
        let (name, bytes, limits) = (self.name.clone(), self.bytes.clone(), self.limits.clone());
        let work = move || raster::decode(&name, &bytes, &limits).map(then);
        let outcome = bounded::run(self.limits.max_page_seconds, &self.overruns, work);
        outcome.unwrap_or_else(|stopped| Err(stopped_page(&self.name, 1, &self.limits, stopped)))
    }
}

/// A raster as a page: fitted, grey, evenly lit and level.
fn raster_page(number: u32, raster: Raster, longest_px: u32) -> Page {
    let width_before = raster.image.width() as f32;
    let image: DynamicImage = raster::fitted(raster.image, longest_px);
    let dpi = raster.dpi * image.width() as f32 / width_before;
    let image = raster::grey(image);
    finish::scanned(Page {
        number,
        placement: Placement::upright(image.width(), image.height()),
        image,
        dpi,
        text_layer: None,
        text_is_hidden: false,
        text_turn_degrees: 0,
    })
}

fn stopped_page(file: &str, page: u32, limits: &Limits, stopped: Stopped) -> IntakeError {
    match stopped {
        Stopped::TimedOut => IntakeError::PageTimeout {
            file: file.to_owned(),
            page,
            limit_seconds: limits.max_page_seconds,
        },
        Stopped::Panicked(reason) => broken_page(file, page, reason),
        Stopped::Unwound(_) => broken_page(file, page, "its decoder failed"),
    }
}
