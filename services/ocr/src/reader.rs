//! `Reader`: one page in, its reading out. One reader for each worker thread.

use crate::engine::{Engine, ReadWord, Segmentation, tesseract_version};
use crate::models::Models;
use crate::scale::at_reading_size;
use crate::{OcrConfig, OcrError};
use docexam_domain::{PageReading, PageStatus, ReadingSource, Rect, Word};
use docexam_intake::Page;
use std::time::{Duration, Instant};

/// Set for every engine. Inverted text is looked for by reading every line twice: a third of the
/// time for next to nothing. Sauvola's local threshold (2) stands stains and shadows best.
const VARIABLES: [(&str, &str); 2] = [("tessedit_do_invert", "0"), ("thresholding_method", "2")];

pub struct Reader {
    config: OcrConfig,
    latin: Engine,
    description: String,
}

impl Reader {
    pub fn new(config: &OcrConfig) -> Result<Self, OcrError> {
        let models = Models::find(config)?;
        let latin = Engine::start(&models.folder, &models.latin, &VARIABLES)?;
        Ok(Self {
            config: config.clone(),
            latin,
            description: describe(&models),
        })
    }

    /// What reads: version, models with digests, settings. Equal strings give equal readings.
    pub fn engine(&self) -> &str {
        &self.description
    }

    /// Reads a page of the submission's file `file` (from 0).
    pub fn read(&mut self, file: u32, page: Page) -> Result<PageReading, OcrError> {
        let deadline = Instant::now() + Duration::from_secs_f32(self.config.max_page_seconds);
        let (number, placement) = (page.number, page.placement);
        let (image, dpi) = at_reading_size(page.image, page.dpi);
        let read = self
            .latin
            .read(&image, dpi, None, Segmentation::Auto, deadline);
        let Ok(words) = read else {
            let limit = self.config.max_page_seconds;
            let problem = format!("file {file} page {number} took longer to read than {limit} s");
            return Ok(PageReading::failed(file, number, problem));
        };
        let words = placed(words, image.width(), image.height());
        Ok(PageReading {
            file,
            page: number,
            status: if words.is_empty() {
                PageStatus::Blank
            } else {
                PageStatus::Read
            },
            source: if words.is_empty() {
                ReadingSource::None
            } else {
                ReadingSource::Ocr
            },
            quality: quality(&words),
            problem: None,
            placement: Some(placement),
            words,
        })
    }
}

fn describe(models: &Models) -> String {
    let settings: Vec<_> = VARIABLES
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let (version, digests) = (tesseract_version(), models.digests.join(" "));
    format!("tesseract {version}; {digests}; {}", settings.join(" "))
}

/// Words with boxes in [0, 1]; ruling lines that were read as `|` and blanks are dropped, and lines
/// that have no word left leave no gap in the numbering.
fn placed(words: Vec<ReadWord>, width: u32, height: u32) -> Vec<Word> {
    let (width, height) = (width as f32, height as f32);
    let mut placed: Vec<Word> = Vec::with_capacity(words.len());
    let mut last_line = None;
    let mut line = 0;
    for word in words {
        if word.text.chars().all(|c| c == '|' || c.is_whitespace()) {
            continue;
        }
        if last_line.is_some_and(|last| last != word.line) {
            line += 1;
        }
        last_line = Some(word.line);
        let x = |pixels: i32| (pixels as f32 / width).clamp(0.0, 1.0);
        let y = |pixels: i32| (pixels as f32 / height).clamp(0.0, 1.0);
        let bbox = Rect::new(x(word.left), y(word.top), x(word.right), y(word.bottom));
        placed.push(Word {
            text: word.text,
            bbox,
            confidence: word.confidence,
            line,
        });
    }
    placed.sort_by(|a, b| a.line.cmp(&b.line).then(a.bbox.x0.total_cmp(&b.bbox.x0)));
    placed
}

fn quality(words: &[Word]) -> f32 {
    let (mut letters, mut sum) = (0.0, 0.0);
    for word in words {
        let length = word.text.chars().count() as f32;
        letters += length;
        sum += length * word.confidence;
    }
    if letters > 0.0 { sum / letters } else { 0.0 }
}
