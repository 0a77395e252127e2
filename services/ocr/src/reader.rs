//! `Reader`: one page in, its reading out. One reader for each worker thread.
//!
//! In this order: a page without ink is blank; a text layer that can be trusted is the reading;
//! otherwise Tesseract reads, and the line reader what Tesseract doubts; where that goes badly the page may lie on its side or
//! its head, which `trial` finds out on a small part of it.

use crate::bands::without_bands;
use crate::cells::cut_at_rules;
use crate::engine::{Crop, Engine, OutOfTime, ReadWord, Segmentation, in_time, tesseract_version};
use crate::gaps::gaps;
use crate::ink::{Direction, Ink};
use crate::line_reader::LineReader;
use crate::models::Models;
use crate::places::places;
use crate::rows::{across_the_page, completed, passed_over, without_frames};
use crate::ruling::{lines, without_ruling};
use crate::scale::prepared;
use crate::second_look::{self, Run};
use crate::signatures::signatures;
use crate::stamps::without_stamps;
use crate::trial::{self, Way};
use crate::words::{in_order, placed, quality};
use crate::{OcrConfig, OcrError, text_layer};
use docexam_domain::{PageReading, PageStatus, Placement, ReadingSource, Rect, Ruling, Word};
use docexam_intake::Page;
use image::GrayImage;
use std::ops::Range;
use std::time::{Duration, Instant};

/// Set for every engine. Inverted text would be looked for by reading every line twice: a third of
/// the time for next to nothing. Otsu's threshold (0) needs the even light that intake sees to.
const VARIABLES: [(&str, &str); 3] = [
    ("tessedit_do_invert", "0"),
    ("thresholding_method", "0"),
    ("debug_file", "/dev/null"),
];

/// Counts the changes of what this crate does to a page: another number, other readings.
const RULES: u32 = 8;

/// Below this, a page may be turned. Upright print has 0.9 and more, poor
/// receipts 0.6 to 0.8 (for those the trial costs some 0.2 CPU s), upside-down pages 0.3.
const DOUBTFUL_QUALITY: f32 = 0.75;

/// Where so many letters are still passed over when the gaps of lines were read, and so large a part of them, there
/// is another look at the whole page, for text without order. Stamps and logos are passed over too.
const MIN_PASSED_OVER: usize = 30;
const PASSED_OVER: f32 = 0.03;

/// Reads pages. Holds the models, so it is made once for each worker thread.
pub struct Reader {
    config: OcrConfig,
    engine: Engine,
    /// Reads doubtful words again, and what is Chinese.
    line_reader: Option<LineReader>,
    description: String,
}

/// A page that Tesseract is asked to read, at the size at which it is read.
pub(crate) struct Sheet {
    pub image: GrayImage,
    pub dpi: f32,
}

/// What is on a page.
#[derive(Default)]
struct Print {
    words: Vec<Word>,
    ruling: Ruling,
    signatures: Vec<Rect>,
}

impl Reader {
    pub fn new(config: &OcrConfig) -> Result<Self, OcrError> {
        let models = Models::find(config)?;
        let engine = Engine::start(&models.folder, &models.latin, &VARIABLES)?;
        Ok(Self {
            line_reader: config
                .line_model
                .as_deref()
                .map(LineReader::load)
                .transpose()?,
            config: config.clone(),
            engine,
            description: describe(&models, config),
        })
    }

    /// What reads: version, models with digests, settings. Equal strings give equal readings.
    pub fn engine(&self) -> &str {
        &self.description
    }

    /// Reads a page of the submission's file `file` (from 0). A page that takes too long is a
    /// reading with status `Failed`.
    pub fn read(&mut self, file: u32, page: Page) -> PageReading {
        let limit = self.config.max_page_seconds;
        let number = page.number;
        match self.print_of(page, Instant::now() + seconds(limit)) {
            Ok((placement, source, print)) => reading(file, number, placement, source, print),
            Err(OutOfTime) => {
                let problem = format!("file {file} page {number}: reading took over {limit} s");
                PageReading::failed(file, number, problem)
            }
        }
    }

    fn print_of(
        &mut self,
        page: Page,
        deadline: Instant,
    ) -> Result<(Placement, ReadingSource, Print), OutOfTime> {
        let turn = page.text_turn_degrees;
        let page = page.turned(turn);
        let ink = Ink::of(&page.image);
        if ink.is_blank() {
            return Ok((page.placement, ReadingSource::None, Print::default()));
        }
        if self.trusts_text_layer(&page, &ink, deadline)? {
            let lines = lines(&page.image, &ink);
            let print = Print {
                words: in_order(page.text_layer.unwrap_or_default()),
                signatures: signatures(&page.image, &ink, &lines.ink),
                ruling: lines.ruling,
            };
            return Ok((page.placement, ReadingSource::TextLayer, print));
        }
        let (placement, print) = self.ocr(page, ink, deadline)?;
        Ok((placement, ReadingSource::Ocr, print))
    }

    fn trusts_text_layer(
        &mut self,
        page: &Page,
        ink: &Ink,
        deadline: Instant,
    ) -> Result<bool, OutOfTime> {
        let Some(words) = page.text_layer.as_deref() else {
            return Ok(false);
        };
        let size = page.image.dimensions();
        // Hidden text is another program's OCR, of unknown quality, or something worse.
        let worth_a_look = self.config.use_text_layer
            && !page.text_is_hidden
            && text_layer::is_plausible(words)
            && text_layer::covers(words, ink, size);
        let Some((crop, there)) = text_layer::sample(words, size).filter(|_| worth_a_look) else {
            return Ok(false);
        };
        let mut read = self.read_crop(&page.image, page.dpi, crop, deadline)?;
        if text_layer::is_chinese(words) {
            read = self.read_again(&page.image, ink, read, deadline)?;
        }
        let agrees = text_layer::agrees(&there, &read);
        tracing::debug!(
            page = page.number,
            agrees,
            "text layer compared with a sample of the page"
        );
        Ok(agrees)
    }

    fn ocr(
        &mut self,
        page: Page,
        ink: Ink,
        deadline: Instant,
    ) -> Result<(Placement, Print), OutOfTime> {
        if ink.direction() == Direction::UpOrDown {
            // Read as it lies, the whole page would probably be read in vain.
            let way = self.best_way(&page, &ink, deadline)?;
            return self.read_turned(way.turn_degrees, page, ink, deadline);
        }
        let print = self.read_page(&page, &ink, deadline)?;
        if confidence(&print.words) >= DOUBTFUL_QUALITY {
            return Ok((page.placement, print));
        }
        let way = self.best_way(&page, &ink, deadline)?;
        tracing::debug!(
            page = page.number,
            ?way,
            "doubtful page tried in other ways"
        );
        match way.turn_degrees {
            0 => Ok((page.placement, print)),
            turn_degrees => self.read_turned(turn_degrees, page, ink, deadline),
        }
    }

    fn read_turned(
        &mut self,
        turn_degrees: u16,
        page: Page,
        ink: Ink,
        deadline: Instant,
    ) -> Result<(Placement, Print), OutOfTime> {
        let page = page.turned(turn_degrees);
        let ink = match turn_degrees {
            0 => ink,
            _ => Ink::of(&page.image),
        };
        let print = self.read_page(&page, &ink, deadline)?;
        Ok((page.placement, print))
    }

    fn read_page(&mut self, page: &Page, ink: &Ink, deadline: Instant) -> Result<Print, OutOfTime> {
        let Sheet { image, dpi } = sheet(&page.image, page.dpi, ink);
        let lines = lines(&page.image, ink);
        let signatures = signatures(&page.image, ink, &lines.ink);
        let engine = &mut self.engine;
        let read = engine.read(&image, dpi, None, Segmentation::Auto, deadline)?;
        let ink = Ink::of(&image);
        let letters = &ink.letters;
        let mut read = without_frames(read, letters);
        let gaps = gaps(letters, &read, ink.letter_height_px(), image.dimensions());
        tracing::debug!(
            page = page.number,
            gaps = gaps.len(),
            letters = letters.len(),
            "parts of lines passed over"
        );
        for gap in gaps {
            in_time(deadline)?;
            let more = match &self.line_reader {
                Some(line_reader) => line_reader.read(&image, gap),
                None => {
                    let line = Segmentation::SingleLine;
                    engine.read(&image, dpi, Some(gap), line, deadline)?
                }
            };
            read = completed(read, more);
        }
        let unread = passed_over(letters, &read);
        if unread >= MIN_PASSED_OVER && unread as f32 >= PASSED_OVER * letters.len() as f32 {
            tracing::debug!(page = page.number, unread, "letters passed over");
            let more = engine.read(&image, dpi, None, Segmentation::Sparse, deadline)?;
            read = completed(read, more);
        }
        let read = self.read_again(&image, &ink, read, deadline)?;
        let (width, height) = image.dimensions();
        let words = placed(across_the_page(read), (width, height));
        Ok(Print {
            words: cut_at_rules(words, &lines.ruling, width as f32 / height.max(1) as f32),
            ruling: lines.ruling,
            signatures,
        })
    }

    /// Doubtful words once more, by the line reader, if there is one; where some of them are Chinese, what Tesseract is surer of too.
    fn read_again(
        &self,
        image: &GrayImage,
        ink: &Ink,
        words: Vec<ReadWord>,
        deadline: Instant,
    ) -> Result<Vec<ReadWord>, OutOfTime> {
        let Some(line_reader) = &self.line_reader else {
            return Ok(words);
        };
        let read = |run: Range<usize>| {
            in_time(deadline)?;
            let lines = places(ink, &words, &run, image.dimensions()).into_iter();
            Ok(Run {
                words: run,
                found: lines.map(|line| line_reader.read(image, line)).collect(),
            })
        };
        let doubtful = second_look::doubtful_runs(&words, false);
        tracing::debug!(runs = doubtful.len(), "doubtful words read again");
        let mut runs: Vec<Run> = doubtful
            .into_iter()
            .map(read)
            .collect::<Result<_, OutOfTime>>()?;
        let chinese = second_look::shows_chinese(&runs);
        if chinese {
            let known_or_read = |run: Range<usize>| {
                let known = runs.iter().find(|known| known.words == run);
                known.cloned().map_or_else(|| read(run), Ok)
            };
            let more = second_look::doubtful_runs(&words, true).into_iter();
            runs = more.map(known_or_read).collect::<Result<_, OutOfTime>>()?;
        }
        Ok(second_look::all_settled(&words, &runs, chinese))
    }

    /// Reads a small part of the page, turned until it is legible; if it never is, once more with the line reader: it may be Chinese.
    fn best_way(&mut self, page: &Page, ink: &Ink, deadline: Instant) -> Result<Way, OutOfTime> {
        let Some(part) = trial::part(&page.image, ink) else {
            return Ok(Way::default());
        };
        let Sheet { image, dpi } = sheet(&part, page.dpi, &Ink::of(&part));
        let (mut tried, mut read) = (Vec::new(), Vec::new());
        for turn_degrees in ink.direction().turns() {
            let turned = trial::turned(&image, *turn_degrees);
            let words = self.read_crop(&turned, dpi, Crop::all(&turned), deadline)?;
            tried.push(Way::of(*turn_degrees, &words));
            if tried.last().is_some_and(Way::is_legible) {
                return Ok(trial::best(tried));
            }
            read.push((*turn_degrees, turned, words));
        }
        tried.clear();
        for (turn_degrees, turned, words) in read {
            let words = self.read_again(&turned, &Ink::of(&turned), words, deadline)?;
            tried.push(Way::of(turn_degrees, &words));
        }
        tracing::debug!(page = page.number, ?tried, "part tried");
        Ok(trial::best(tried))
    }

    fn read_crop(
        &mut self,
        image: &GrayImage,
        dpi: f32,
        crop: Crop,
        deadline: Instant,
    ) -> Result<Vec<ReadWord>, OutOfTime> {
        self.engine
            .read(image, dpi, Some(crop), Segmentation::SingleBlock, deadline)
    }
}

pub(crate) fn sheet(image: &GrayImage, dpi: f32, ink: &Ink) -> Sheet {
    let steps: [fn(&GrayImage, &Ink) -> Option<GrayImage>; 2] = [without_stamps, without_bands];
    let mut cleaned: Option<(Ink, GrayImage)> = None;
    for step in steps {
        let (ink, image) = cleaned
            .as_ref()
            .map_or((ink, image), |(ink, image)| (ink, image));
        if let Some(image) = step(image, ink) {
            cleaned = Some((Ink::of(&image), image));
        }
    }
    let (ink, image) = cleaned
        .as_ref()
        .map_or((ink, image), |(ink, image)| (ink, image));
    let (image, dpi) = match without_ruling(image, ink) {
        Some(image) => prepared(&image, dpi, &Ink::of(&image)),
        None => prepared(image, dpi, ink),
    };
    Sheet { image, dpi }
}

fn confidence(words: &[Word]) -> f32 {
    quality(
        words
            .iter()
            .map(|word| (word.text.as_str(), word.confidence)),
    )
}

/// Time limits of a day and more, and nonsense, mean a day.
fn seconds(limit: f32) -> Duration {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    Duration::try_from_secs_f32(limit).map_or(DAY, |limit| limit.min(DAY))
}

fn reading(
    file: u32,
    page: u32,
    placement: Placement,
    source: ReadingSource,
    Print {
        words,
        ruling,
        signatures,
    }: Print,
) -> PageReading {
    let blank = words.is_empty();
    PageReading {
        file,
        page,
        status: if blank {
            PageStatus::Blank
        } else {
            PageStatus::Read
        },
        source: if blank { ReadingSource::None } else { source },
        quality: confidence(&words),
        problem: None,
        placement: Some(placement),
        words,
        ruling,
        signatures,
    }
}

fn describe(models: &Models, config: &OcrConfig) -> String {
    let settings = VARIABLES.iter().filter(|(name, _)| *name != "debug_file");
    let settings: Vec<_> = settings
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!(
        "tesseract {}; {}; {}; text_layer={}; reader {} rules {RULES}",
        tesseract_version(),
        models.digests.join(" "),
        settings.join(" "),
        config.use_text_layer,
        // What this crate does to a page (scale, turns, lines, trust) decides too.
        env!("CARGO_PKG_VERSION"),
    )
}
