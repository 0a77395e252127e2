//! Files of pixels: PNG, JPEG and TIFF. Each page is decoded under the limits, then made ready.
//!
//! Goes in: an opened file. Comes out: one page at a time, or a picture of it for reports.

use crate::bounded::{self, Overruns, Stopped};
use crate::raster::{self, Raster, broken_page};
use crate::tiff_file::TiffFile;
use crate::{IntakeError, Limits, Page, finish};
use docexam_domain::Placement;
use image::RgbImage;
use std::sync::Arc;

pub(crate) struct RasterFile {
    name: String,
    source: Source,
    limits: Limits,
    overruns: Overruns,
}

#[derive(Clone)]
pub(crate) enum Source {
    /// One PNG or JPEG picture.
    Picture(Arc<[u8]>),
    Tiff(TiffFile),
}

impl RasterFile {
    pub(crate) fn new(name: &str, source: Source, limits: &Limits) -> Self {
        Self {
            name: name.to_owned(),
            source,
            limits: limits.clone(),
            overruns: Overruns::default(),
        }
    }

    pub(crate) fn page_count(&self) -> u32 {
        match &self.source {
            Source::Picture(_) => 1,
            Source::Tiff(tiff) => tiff.page_count(),
        }
    }

    pub(crate) fn page(&self, number: u32) -> Result<Page, IntakeError> {
        let longest_px = self.limits.max_page_side_px;
        self.decoded(number, move |raster| page(number, raster, longest_px))
    }

    pub(crate) fn displayed_image(
        &self,
        number: u32,
        max_side_px: u32,
    ) -> Result<RgbImage, IntakeError> {
        self.decoded(number, move |raster| {
            raster::fitted_rgb(raster.image, max_side_px)
        })
    }

    fn decoded<T: Send + 'static>(
        &self,
        number: u32,
        then: impl FnOnce(Raster) -> T + Send + 'static,
    ) -> Result<T, IntakeError> {
        if let Some(overruns) = self.overruns.too_many() {
            return Err(IntakeError::TooManyOverruns {
                file: self.name.clone(),
                page: number,
                overruns,
            });
        }
        let (name, source, limits) = (self.name.clone(), self.source.clone(), self.limits.clone());
        let work = move || {
            let raster = match &source {
                Source::Picture(bytes) => raster::decode(&name, bytes, &limits),
                Source::Tiff(tiff) => tiff.decode(&name, number, &limits),
            };
            raster.map(then)
        };
        let outcome = bounded::run(self.limits.max_page_seconds, &self.overruns, work);
        outcome.unwrap_or_else(|stopped| Err(self.stopped(number, stopped)))
    }

    fn stopped(&self, page: u32, stopped: Stopped) -> IntakeError {
        match stopped {
            Stopped::TimedOut => IntakeError::PageTimeout {
                file: self.name.clone(),
                page,
                limit_seconds: self.limits.max_page_seconds,
            },
            Stopped::Panicked(reason) => broken_page(&self.name, page, reason),
            Stopped::Unwound(_) => broken_page(&self.name, page, "its decoder failed"),
        }
    }
}

/// A raster as a page: grey, of a bounded size, evenly lit and level.
fn page(number: u32, raster: Raster, longest_px: u32) -> Page {
    let width_before = raster.image.width() as f32;
    let image = raster::fitted(raster::grey(raster.image), longest_px);
    finish::scanned(Page {
        number,
        placement: Placement::upright(image.width(), image.height()),
        dpi: raster.dpi * image.width() as f32 / width_before,
        image,
        text_layer: None,
        text_is_hidden: false,
        text_turn_degrees: 0,
    })
}
