//! PDF files: pages rendered by a pure-Rust renderer, and the words that the file itself states.
//!
//! Goes in: bytes. Comes out: one page at a time, as grey pixels with its text layer, or in colour.
//! Deliberately absent: passwords (a file that the empty password does not open is refused).

mod content;
mod guard;
mod inflated;
mod object_streams;
mod render;
mod text_layer;

use crate::bounded::{self, Overruns, Stopped};
use crate::page::Page;
use crate::raster::broken_page;
use crate::{IntakeError, Limits, finish};
use content::{Content, OutOfTime};
use docexam_domain::Placement;
use guard::{Excess, Measured};
use hayro::hayro_syntax::page as hayro_page;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use image::RgbImage;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Content streams that a parsed file may keep before it is parsed afresh: its pages cache them.
const MOST_CACHED_BYTES: u64 = 32 * 1024 * 1024;

pub(crate) struct PdfFile {
    name: String,
    bytes: Arc<[u8]>,
    limits: Limits,
    page_count: u32,
    parsed: Mutex<Parsed>,
    measured: Arc<Measured>,
    overruns: Overruns,
}

struct Parsed {
    pdf: Arc<Pdf>,
    cached_bytes: u64,
}

impl PdfFile {
    pub(crate) fn open(name: &str, bytes: Arc<[u8]>, limits: &Limits) -> Result<Self, IntakeError> {
        let overruns = Overruns::default();
        if object_streams::check(&bytes, limits.max_stream_bytes).is_err() {
            return Err(IntakeError::ObjectsTooLarge {
                file: name.to_owned(),
                limit: limits.max_stream_bytes,
            });
        }
        let pdf = parse(name, &bytes, limits, &overruns)?;
        let pages = pdf.pages().len() as u64;
        if pages > u64::from(limits.max_pages) {
            return Err(IntakeError::TooManyPages {
                file: name.to_owned(),
                pages,
                limit: limits.max_pages,
            });
        }
        if pages == 0 {
            return Err(broken_file(name, "it has no pages"));
        }
        Ok(Self {
            name: name.to_owned(),
            bytes,
            limits: limits.clone(),
            page_count: pages as u32,
            parsed: Mutex::new(Parsed {
                pdf,
                cached_bytes: 0,
            }),
            measured: Arc::default(),
            overruns,
        })
    }

    pub(crate) fn page_count(&self) -> u32 {
        self.page_count
    }

    pub(crate) fn page(&self, number: u32) -> Result<Page, IntakeError> {
        let limits = self.limits.clone();
        self.with_page(number, move |page, content| {
            decode(page, number, &content, &limits)
        })
    }

    pub(crate) fn displayed_image(
        &self,
        number: u32,
        max_side_px: u32,
    ) -> Result<RgbImage, IntakeError> {
        self.with_page(number, move |page, _| {
            let rendered = render::rendered(page, render::shown(page, max_side_px));
            Ok(render::rgb(&rendered.pixmap))
        })
    }

    /// Measures and reads a page, then runs `work` on it, all within the limits on time and memory.
    fn with_page<T: Send + 'static>(
        &self,
        number: u32,
        work: impl FnOnce(&hayro_page::Page<'_>, Content) -> Result<T, String> + Send + 'static,
    ) -> Result<T, IntakeError> {
        let file = &self.name;
        if let Some(overruns) = self.overruns.too_many() {
            return Err(IntakeError::TooManyOverruns {
                file: file.clone(),
                page: number,
                overruns,
            });
        }
        let pdf = self.parsed()?;
        let seconds = self.limits.max_page_seconds;
        let timeout = || IntakeError::PageTimeout {
            file: file.clone(),
            page: number,
            limit_seconds: seconds,
        };
        // The reading pass stops itself a little earlier, which leaves no thread behind.
        let deadline = Instant::now() + Duration::from_secs_f32(seconds * 0.9);
        let (shared, measured, limits) = (pdf.clone(), self.measured.clone(), self.limits.clone());
        let outcome = bounded::run(seconds, &self.overruns, move || {
            let page = shared.pages().get(number as usize - 1)?;
            let value = guard::check(page, &measured, &limits, deadline).and_then(|()| {
                let content = content::read(page, &limits, deadline);
                content
                    .excess
                    .clone()
                    .map_or_else(|| Ok(work(page, content)), Err)
            });
            Some((value, page.page_stream().map_or(0, <[u8]>::len)))
        });
        // A panic may leave the parsed file's locks poisoned: it is parsed again for the next page.
        let cached = match &outcome {
            Ok(Some((_, stream_bytes))) => *stream_bytes as u64,
            _ => MOST_CACHED_BYTES + 1,
        };
        self.count_cached(&pdf, cached);
        match outcome {
            Ok(Some((Ok(Ok(value)), _))) => Ok(value),
            Ok(Some((Ok(Err(reason)), _))) => Err(broken_page(file, number, reason)),
            Ok(Some((Err(excess), _))) => Err(self.too_large(number, excess)),
            Ok(None) => Err(broken_page(
                file,
                number,
                "the file does not hold it any more",
            )),
            Err(Stopped::TimedOut) => Err(timeout()),
            Err(Stopped::Panicked(reason)) => Err(broken_page(file, number, reason)),
            Err(Stopped::Unwound(cause)) if cause.is::<OutOfTime>() => Err(timeout()),
            Err(Stopped::Unwound(_)) => Err(broken_page(file, number, "its decoder failed")),
        }
    }

    fn too_large(&self, page: u32, excess: Excess) -> IntakeError {
        let file = self.name.clone();
        match excess {
            Excess::StreamBytes => IntakeError::StreamTooLarge {
                file,
                page,
                limit: self.limits.max_stream_bytes,
            },
            Excess::Megapixels(megapixels) => IntakeError::TooManyMegapixels {
                file,
                page,
                megapixels,
                limit: self.limits.max_megapixels,
            },
        }
    }

    /// The parsed file; parsed again when its pages have cached too much.
    fn parsed(&self) -> Result<Arc<Pdf>, IntakeError> {
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        if parsed.cached_bytes > MOST_CACHED_BYTES {
            parsed.pdf = parse(&self.name, &self.bytes, &self.limits, &self.overruns)?;
            parsed.cached_bytes = 0;
        }
        Ok(parsed.pdf.clone())
    }

    fn count_cached(&self, pdf: &Arc<Pdf>, bytes: u64) {
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&parsed.pdf, pdf) {
            parsed.cached_bytes += bytes;
        }
    }
}

fn parse(
    name: &str,
    bytes: &Arc<[u8]>,
    limits: &Limits,
    overruns: &Overruns,
) -> Result<Arc<Pdf>, IntakeError> {
    let shared = Arc::new(bytes.clone());
    let parsed = bounded::run(limits.max_page_seconds, overruns, move || Pdf::new(shared));
    match parsed {
        Ok(Ok(pdf)) => Ok(Arc::new(pdf)),
        Ok(Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected))) => {
            Err(IntakeError::Encrypted {
                file: name.to_owned(),
            })
        }
        Ok(Err(LoadPdfError::Decryption(error))) => Err(broken_file(
            name,
            &format!("it is encrypted in a way that is not supported ({error:?})"),
        )),
        Ok(Err(LoadPdfError::Invalid)) => Err(broken_file(
            name,
            "it is damaged beyond repair, or cut off before its first page",
        )),
        Err(Stopped::TimedOut) => Err(IntakeError::FileTimeout {
            file: name.to_owned(),
            limit_seconds: limits.max_page_seconds,
        }),
        Err(Stopped::Panicked(reason)) => Err(broken_file(name, &reason)),
        Err(Stopped::Unwound(_)) => Err(broken_file(name, "its decoder failed")),
    }
}

fn broken_file(name: &str, reason: &str) -> IntakeError {
    IntakeError::BrokenFile {
        file: name.to_owned(),
        reason: reason.to_owned(),
    }
}

fn decode(
    page: &hayro_page::Page<'_>,
    number: u32,
    content: &Content,
    limits: &Limits,
) -> Result<Page, String> {
    let resolution = render::resolution(page, content, limits);
    let (width, height) = page.render_dimensions();
    let layer = text_layer::words(&content.glyphs, f64::from(width), f64::from(height));
    let is_scan = render::scan_dpi(page, &content.images).is_some();
    let rendered = render::rendered(page, resolution);
    if is_scan && rendered.lacks_pictures {
        // It would look like a blank page.
        return Err("its picture is damaged or of an unknown kind".into());
    }
    let image = render::grey(&rendered.pixmap);
    let (turn_degrees, hidden) = layer.as_ref().map_or((0, false), |layer| {
        (layer.turn_degrees, layer.mostly_hidden)
    });
    let page = Page {
        number,
        placement: Placement::upright(image.width(), image.height()),
        image,
        dpi: resolution.dpi,
        text_layer: layer.map(|layer| layer.words),
        text_is_hidden: hidden,
        text_turn_degrees: turn_degrees,
    };
    Ok(if is_scan { finish::scanned(page) } else { page })
}
