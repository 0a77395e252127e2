//! `Reader`: one page in, its reading out. One reader for each worker thread.
//!
//! In this order: a page without ink is blank; a text layer that can be trusted is the reading;
//! otherwise Tesseract reads, and where that goes badly the page may be turned or Chinese, which
//! `trial` finds out on a small part of it.

use crate::bands::without_bands;
use crate::engine::{Crop, Engine, OutOfTime, ReadWord, Segmentation, in_time, tesseract_version};
use crate::gaps::gaps;
use crate::ink::{Direction, Ink};
use crate::line_reader::LineReader;
use crate::mixed;
use crate::models::Models;
use crate::rows::{across_the_page, completed, passed_over, without_frames};
use crate::ruling::{ruling, without_ruling};
use crate::scale::prepared;
use crate::second_look;
use crate::stamps::without_stamps;
use crate::trial::{self, Script, Way, is_chinese};
use crate::words::{in_order, placed, quality};
use crate::{OcrConfig, OcrError, text_layer};
use docexam_domain::{PageReading, PageStatus, Placement, ReadingSource, Ruling, Word};
use docexam_intake::Page;
use image::GrayImage;
use std::path::Path;
use std::time::{Duration, Instant};

/// Set for every engine. Inverted text would be looked for by reading every line twice: a third of
/// the time for next to nothing. Otsu's threshold (0) needs the even light that intake sees to.
const VARIABLES: [(&str, &str); 3] = [
    ("tessedit_do_invert", "0"),
    ("thresholding_method", "0"),
    ("debug_file", "/dev/null"),
];

/// Counts the changes of what this crate does to a page: another number, other readings.
const RULES: u32 = 6;

/// Below this, a page may be turned or in another script. Upright print has 0.9 and more, poor
/// receipts 0.6 to 0.8 (for those the trial costs some 0.2 CPU s), upside-down pages 0.3.
const DOUBTFUL_QUALITY: f32 = 0.75;

/// With more Chinese among its letters a page is better read by the Chinese model alone.
const MOSTLY_CHINESE: f32 = 0.3;

/// Where so many letters are still passed over when the gaps of lines were read, and so large a part of them, there
/// is another look at the whole page, for text without order. Stamps and logos are passed over too.
const MIN_PASSED_OVER: usize = 30;
const PASSED_OVER: f32 = 0.03;

/// Reads pages. Holds the models, so it is made once for each worker thread.
pub struct Reader {
    config: OcrConfig,
    models: Models,
    latin: Engine,
    /// Reads doubtful words again.
    line_reader: Option<LineReader>,
    /// Started when the first page needs it.
    chinese: Option<Engine>,
    description: String,
}

/// A page that Tesseract is asked to read, at the size at which it is read.
struct Sheet {
    image: GrayImage,
    dpi: f32,
}

/// What is on a page.
#[derive(Default)]
struct Print {
    words: Vec<Word>,
    ruling: Ruling,
}

/// Why there are no words: time ran out, or an engine did not start.
enum Stopped {
    OutOfTime,
    Engine(OcrError),
}

impl Reader {
    pub fn new(config: &OcrConfig) -> Result<Self, OcrError> {
        let models = Models::find(config)?;
        let latin = Engine::start(&models.folder, &models.latin, &VARIABLES)?;
        Ok(Self {
            line_reader: config
                .line_model
                .as_deref()
                .map(LineReader::load)
                .transpose()?,
            config: config.clone(),
            latin,
            chinese: None,
            description: describe(&models, config),
            models,
        })
    }

    /// What reads: version, models with digests, settings. Equal strings give equal readings.
    pub fn engine(&self) -> &str {
        &self.description
    }

    /// Reads a page of the submission's file `file` (from 0). A page that takes too long is a
    /// reading with status `Failed`; only an engine that does not start is an error.
    pub fn read(&mut self, file: u32, page: Page) -> Result<PageReading, OcrError> {
        let limit = self.config.max_page_seconds;
        let number = page.number;
        match self.print_of(page, Instant::now() + seconds(limit)) {
            Ok((placement, source, print)) => Ok(reading(file, number, placement, source, print)),
            Err(Stopped::Engine(error)) => Err(error),
            Err(Stopped::OutOfTime) => {
                let problem = format!("file {file} page {number}: reading took over {limit} s");
                Ok(PageReading::failed(file, number, problem))
            }
        }
    }

    fn print_of(
        &mut self,
        page: Page,
        deadline: Instant,
    ) -> Result<(Placement, ReadingSource, Print), Stopped> {
        let turn = page.text_turn_degrees;
        let page = page.turned(turn);
        let ink = Ink::of(&page.image);
        if ink.is_blank() {
            return Ok((page.placement, ReadingSource::None, Print::default()));
        }
        if self.trusts_text_layer(&page, &ink, deadline)? {
            let print = Print {
                words: in_order(page.text_layer.unwrap_or_default()),
                ruling: ruling(&page.image, &ink),
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
    ) -> Result<bool, Stopped> {
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
        let script = if text_layer::is_chinese(words) {
            Script::Chinese
        } else {
            Script::Latin
        };
        let (image, dpi) = (&page.image, page.dpi);
        let read = self.read_crop(image, dpi, crop, script, deadline)?;
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
    ) -> Result<(Placement, Print), Stopped> {
        if ink.direction() == Direction::UpOrDown {
            // Read as it lies, the whole page would probably be read in vain.
            let way = self.best_way(&page, &ink, deadline)?;
            return self.read_in_way(way, page, ink, deadline);
        }
        let print = self.read_page(&page, &ink, Script::Latin, deadline)?;
        let words = &print.words;
        if confidence(words) >= DOUBTFUL_QUALITY && chinese_share(words) < MOSTLY_CHINESE {
            return Ok((page.placement, print));
        }
        let way = self.best_way(&page, &ink, deadline)?;
        tracing::debug!(
            page = page.number,
            ?way,
            "doubtful page tried in other ways"
        );
        if way.is_unchanged() {
            return Ok((page.placement, print));
        }
        self.read_in_way(way, page, ink, deadline)
    }

    fn read_in_way(
        &mut self,
        way: Way,
        page: Page,
        ink: Ink,
        deadline: Instant,
    ) -> Result<(Placement, Print), Stopped> {
        let page = page.turned(way.turn_degrees);
        let ink = if way.turn_degrees == 0 {
            ink
        } else {
            Ink::of(&page.image)
        };
        let print = self.read_page(&page, &ink, way.script, deadline)?;
        Ok((page.placement, print))
    }

    fn read_page(
        &mut self,
        page: &Page,
        ink: &Ink,
        script: Script,
        deadline: Instant,
    ) -> Result<Print, Stopped> {
        let Sheet { image, dpi } = sheet(&page.image, page.dpi, ink);
        let ruling = ruling(&page.image, ink);
        let engine = self.engine_for(script)?;
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
                    let (engine, line) = (self.engine_for(script)?, Segmentation::SingleLine);
                    engine.read(&image, dpi, Some(gap), line, deadline)?
                }
            };
            read = completed(read, more);
        }
        let unread = passed_over(letters, &read);
        if unread >= MIN_PASSED_OVER && unread as f32 >= PASSED_OVER * letters.len() as f32 {
            tracing::debug!(page = page.number, unread, "letters passed over");
            let engine = self.engine_for(script)?;
            let more = engine.read(&image, dpi, None, Segmentation::Sparse, deadline)?;
            read = completed(read, more);
        }
        if script == Script::Latin {
            read = self.with_chinese(&image, dpi, read, deadline)?;
        }
        let read = self.read_again(&image, &ink, read, deadline)?;
        Ok(Print {
            words: placed(across_the_page(read), image.dimensions()),
            ruling,
        })
    }

    /// Reads again what may be Chinese among Latin print; all of it only where some of it is.
    fn with_chinese(
        &mut self,
        image: &GrayImage,
        dpi: f32,
        read: Vec<ReadWord>,
        deadline: Instant,
    ) -> Result<Vec<ReadWord>, Stopped> {
        let mut again = Vec::new();
        let runs = mixed::doubtful_runs(&read, image.dimensions());
        for (tried, run) in runs.into_iter().enumerate() {
            if tried >= mixed::TRIED && again.len() < mixed::ENOUGH {
                break;
            }
            let engine = self.engine_for(Script::Chinese)?;
            let (crop, line) = (Some(run.crop), Segmentation::SingleLine);
            let words = engine.read(image, dpi, crop, line, deadline)?;
            if run.is_chinese(&words) {
                again.push((run, words));
            }
        }
        if again.len() < mixed::ENOUGH {
            return Ok(read);
        }
        Ok(mixed::replaced(read, again))
    }

    /// Doubtful words once more, by the line reader, if there is one.
    fn read_again(
        &self,
        image: &GrayImage,
        ink: &Ink,
        words: Vec<ReadWord>,
        deadline: Instant,
    ) -> Result<Vec<ReadWord>, Stopped> {
        let Some(line_reader) = &self.line_reader else {
            return Ok(words);
        };
        let runs = second_look::doubtful_runs(&words);
        tracing::debug!(runs = runs.len(), "doubtful words read again");
        let (mut settled, mut done) = (Vec::new(), 0);
        for run in runs {
            in_time(deadline)?;
            let place = second_look::place(ink, &words, &run, image.dimensions());
            let again = line_reader.read(image, place);
            settled.extend_from_slice(&words[done..run.start]);
            done = run.end;
            settled.extend(second_look::settled(&words[run], &again));
        }
        settled.extend_from_slice(&words[done..]);
        Ok(settled)
    }

    /// Reads a small part of the page, turned until it is legible; then, unless that went well, in
    /// Chinese: lying like that if it was legible, in every turn if not.
    fn best_way(&mut self, page: &Page, ink: &Ink, deadline: Instant) -> Result<Way, Stopped> {
        let Some(part) = trial::part(&page.image, ink) else {
            return Ok(Way::default());
        };
        let Sheet { image, dpi } = sheet(&part, page.dpi, &Ink::of(&part));
        let mut tried = Vec::new();
        let mut turns = ink.direction().turns().to_vec();
        for script in [Script::Latin, Script::Chinese] {
            for turn_degrees in std::mem::take(&mut turns) {
                let turned = trial::turned(&image, turn_degrees);
                let words = self.read_crop(&turned, dpi, Crop::all(&turned), script, deadline)?;
                let way = Way::of(turn_degrees, script, &words);
                tracing::debug!(page = page.number, ?way, words = words.len(), "part tried");
                if way.reads_well() {
                    return Ok(way);
                }
                tried.push(way);
                turns.push(turn_degrees);
                if way.is_legible() {
                    turns = vec![turn_degrees];
                    break;
                }
            }
        }
        Ok(trial::best(tried))
    }

    fn read_crop(
        &mut self,
        image: &GrayImage,
        dpi: f32,
        crop: Crop,
        script: Script,
        deadline: Instant,
    ) -> Result<Vec<ReadWord>, Stopped> {
        let engine = self.engine_for(script)?;
        Ok(engine.read(image, dpi, Some(crop), Segmentation::SingleBlock, deadline)?)
    }

    fn engine_for(&mut self, script: Script) -> Result<&mut Engine, Stopped> {
        match script {
            Script::Latin => Ok(&mut self.latin),
            Script::Chinese => {
                started(&mut self.chinese, &self.models.folder, &self.models.chinese)
            }
        }
    }
}

/// The engine of a model, started now if it is not yet.
fn started<'a>(
    engine: &'a mut Option<Engine>,
    folder: &Path,
    model: &str,
) -> Result<&'a mut Engine, Stopped> {
    match engine {
        Some(engine) => Ok(engine),
        none => {
            let started = Engine::start(folder, model, &VARIABLES);
            Ok(none.insert(started.map_err(Stopped::Engine)?))
        }
    }
}

impl From<OutOfTime> for Stopped {
    fn from(_: OutOfTime) -> Self {
        Self::OutOfTime
    }
}

fn sheet(image: &GrayImage, dpi: f32, ink: &Ink) -> Sheet {
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

/// Of the letters, how many are Chinese.
fn chinese_share(words: &[Word]) -> f32 {
    let letters = || {
        words
            .iter()
            .flat_map(|word| word.text.chars())
            .filter(|c| c.is_alphabetic())
    };
    let chinese = letters().filter(|c| is_chinese(*c)).count();
    chinese as f32 / letters().count().max(1) as f32
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
    Print { words, ruling }: Print,
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
