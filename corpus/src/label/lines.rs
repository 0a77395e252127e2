//! A file of lines of print with their texts, which the letters of the line reader are trained on.
//!
//! Goes in: a seed and a number of documents. Comes out: JSON lines, one line of print each. The pages are captured and
//! straightened like real ones; the places of the words come from the truth, as unsteady as a reader's boxes are, and the pixels
//! are cut as the reader cuts them. A document depends on seed and index alone.

use crate::Split;
use crate::capture::{CaptureLook, capture, files};
use crate::error::CorpusError;
use crate::label::align::upright_truth;
use crate::label::corpus::{dice, scan_dpi};
use crate::label::documents::document;
use crate::label::pages::upright_page;
use crate::lexicon::{LANGUAGES, check_languages};
use crate::truth::{RenderedPage, TruthWord};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use docexam_domain::Rect;
use docexam_intake::Page;
use docexam_ocr::{LineImage, lines_at};
use image::GrayImage;
use image::codecs::png::PngEncoder;
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use unicode_normalization::UnicodeNormalization;

/// A line of print and what it says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PrintedLine {
    pub text: String,
    pub language: String,
    /// PNG in base64, grey, as the line reader takes it.
    pub image: String,
}

#[derive(Clone, Debug)]
pub struct LineOptions {
    pub seed: u64,
    /// Documents.
    pub count: u64,
    pub split: Split,
    /// ISO 639-1; empty for the usual eleven.
    pub languages: Vec<String>,
    pub out: PathBuf,
    pub threads: usize,
}

/// Words of a page that are taken, about.
const WORDS_OF_PAGE: f64 = 50.0;
/// How often the next word joins, if it stands close behind, in heights of the line.
const JOINED: f64 = 0.2;
const CLOSE: f32 = 1.0;
/// How far the sides of a box are off, in heights: outwards and inwards; and its top and bottom.
const SIDES: std::ops::Range<f32> = -0.05..0.12;
const ENDS: std::ops::Range<f32> = -0.1..0.15;
/// Least part of a printed word in a line's picture that counts as in it; less than `CUT` heights of it are nobody's.
const INSIDE: f32 = 0.85;
const CUT: f32 = 0.25;
/// Least part of the lower of both heights that must overlap.
const SAME_LINE: f32 = 0.45;
/// Printed words with a smaller gap, in heights of the picture, are one.
const GAP: f32 = 0.1;
/// Words that lie over each other by more, in heights of the picture, are of two lines.
const OVER: f32 = 0.35;
/// Documents between two writings.
const CHUNK: u64 = 32;

/// Writes `options.out`; returns the number of lines.
pub fn line_corpus(options: &LineOptions, progress: &dyn Fn(u64)) -> Result<u64, CorpusError> {
    check_languages(&options.languages, options.split)?;
    let failed = |source| CorpusError::Write {
        path: options.out.clone(),
        source,
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads.max(1))
        .build();
    let pool = pool.map_err(|problem| failed(std::io::Error::other(problem)))?;
    if let Some(folder) = options.out.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = BufWriter::new(std::fs::File::create(&options.out).map_err(failed)?);
    let mut count = 0;
    for first in (0..options.count).step_by(CHUNK as usize) {
        let indices = first..(first + CHUNK).min(options.count);
        let made: Vec<Result<Vec<PrintedLine>, CorpusError>> = pool.install(|| {
            indices
                .clone()
                .into_par_iter()
                .map(|index| lines(options, index))
                .collect()
        });
        for lines in made {
            for line in lines? {
                let line = serde_json::to_string(&line);
                let line = line.map_err(|source| json(&options.out, source))?;
                writeln!(file, "{line}").map_err(failed)?;
                count += 1;
            }
        }
        progress(indices.end);
    }
    file.flush().map_err(failed)?;
    Ok(count)
}

fn json(path: &Path, source: serde_json::Error) -> CorpusError {
    CorpusError::Json {
        path: path.to_owned(),
        source,
    }
}

/// The lines of one document. Every other one is in a language drawn evenly, so that accents of all are seen.
fn lines(options: &LineOptions, index: u64) -> Result<Vec<PrintedLine>, CorpusError> {
    let mut rng = dice(options.seed, options.split, index);
    let drawn: Vec<String> = match options.languages.is_empty() && rng.random_bool(0.5) {
        true => LANGUAGES
            .choose(&mut rng)
            .map(|language| (*language).to_owned())
            .into_iter()
            .collect(),
        false => options.languages.clone(),
    };
    let document = document(options.split, &drawn, scan_dpi(&mut rng), &mut rng)?;
    let look = CaptureLook::any(&mut rng);
    let mut lines = Vec::new();
    for page in &document.pages {
        let found = lines_of_page(page, &look, &mut rng)?;
        lines.extend(found.into_iter().filter_map(|(text, image)| {
            Some(PrintedLine {
                text,
                language: document.language.clone(),
                image: encoded(&image)?,
            })
        }));
    }
    Ok(lines)
}

fn lines_of_page(
    page: &RenderedPage,
    look: &CaptureLook,
    rng: &mut ChaCha8Rng,
) -> Result<Vec<(String, GrayImage)>, CorpusError> {
    let captured = capture(page, look, rng);
    let Ok(upright) = upright_page(files::png(&captured)?) else {
        return Ok(Vec::new());
    };
    let truth = upright_truth(&page.words, &captured.motion, &upright.placement);
    if !reads_to_the_right(&truth) {
        return Ok(Vec::new());
    }
    let aspect = upright.image.width() as f32 / upright.image.height().max(1) as f32;
    let boxes = boxes(&truth, aspect, rng);
    Ok(texts(&upright, &truth, &boxes, aspect))
}

/// Whether the page lies as it is read, and not on its head or its side: then words follow each other to the right.
fn reads_to_the_right(truth: &[TruthWord]) -> bool {
    let (mut right, mut left) = (0, 0);
    for pair in truth.windows(2).filter(|pair| pair[0].line == pair[1].line) {
        match pair[1].bbox[0] > pair[0].bbox[0] {
            true => right += 1,
            false => left += 1,
        }
    }
    right > 3 * left
}

/// Boxes of some words, unsteady, now and then with the words close behind; `aspect` is width by height of the page.
fn boxes(truth: &[TruthWord], aspect: f32, rng: &mut ChaCha8Rng) -> Vec<Rect> {
    let share = (WORDS_OF_PAGE / truth.len().max(1) as f64).min(1.0);
    let mut boxes = Vec::new();
    for (at, word) in truth.iter().enumerate() {
        if !rng.random_bool(share) {
            continue;
        }
        let [left, top, mut right, bottom] = word.bbox;
        let height = bottom - top;
        for next in &truth[at + 1..] {
            let gap = (next.bbox[0] - right) * aspect / height;
            if next.line != word.line || !(0.0..CLOSE).contains(&gap) || !rng.random_bool(JOINED) {
                break;
            }
            right = next.bbox[2];
        }
        let mut off = |range: std::ops::Range<f32>, by: f32| by * height * rng.random_range(range);
        boxes.push(Rect::new(
            left - off(SIDES, 1.0 / aspect),
            top - off(ENDS, -1.0),
            right + off(SIDES, 1.0 / aspect),
            bottom + off(ENDS, -1.0),
        ));
    }
    boxes
}

/// What is printed in the line of each box, as far as it is Latin print and no word is cut.
fn texts(
    page: &Page,
    truth: &[TruthWord],
    boxes: &[Rect],
    aspect: f32,
) -> Vec<(String, GrayImage)> {
    let lines = lines_at(page, boxes).into_iter().flatten();
    lines
        .filter_map(|LineImage { image, place }| Some((text_in(&place, truth, aspect)?, image)))
        // A line to be written on is taken off the page before it is read.
        .filter(|(text, _)| text.chars().all(is_latin) && !text.contains("__"))
        .collect()
}

fn text_in(place: &Rect, truth: &[TruthWord], aspect: f32) -> Option<String> {
    let heights = |x: f32| x * aspect / place.height();
    let mut inside: Vec<&TruthWord> = Vec::new();
    for word in truth {
        let [x0, y0, x1, y1] = word.bbox;
        let (wide, high) = (
            place.x1.min(x1) - place.x0.max(x0),
            place.y1.min(y1) - place.y0.max(y0),
        );
        if wide <= 0.0 || high < SAME_LINE * (y1 - y0).min(place.height()) {
            continue;
        }
        if wide > INSIDE * (x1 - x0) {
            inside.push(word);
        } else if heights(wide) > CUT {
            return None;
        }
    }
    inside.sort_by(|a, b| a.bbox[0].total_cmp(&b.bbox[0]));
    let mut text = String::new();
    let mut end: Option<f32> = None;
    for word in inside {
        let gap = end.map(|end| heights(word.bbox[0] - end));
        if gap.is_some_and(|gap| gap < -OVER) {
            return None;
        }
        if gap.is_some_and(|gap| gap > GAP) {
            text.push(' ');
        }
        text.extend(word.text.nfc());
        end = Some(word.bbox[2]);
    }
    (!text.is_empty()).then_some(text)
}

/// Latin letters, those of Vietnamese too, figures, marks and signs.
fn is_latin(c: char) -> bool {
    c < '\u{250}' || ('\u{1e00}'..'\u{1f00}').contains(&c) || ('\u{2000}'..'\u{2200}').contains(&c)
}

fn encoded(image: &GrayImage) -> Option<String> {
    let mut bytes = Vec::new();
    image.write_with_encoder(PngEncoder::new(&mut bytes)).ok()?;
    Some(BASE64_STANDARD.encode(bytes))
}

impl PrintedLine {
    /// The pixels; absent where they are no picture.
    pub fn pixels(&self) -> Option<GrayImage> {
        let bytes = BASE64_STANDARD.decode(&self.image).ok()?;
        let image = image::load_from_memory_with_format(&bytes, image::ImageFormat::Png).ok()?;
        Some(image.into_luma8())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, x0: f32, x1: f32, line: u32) -> TruthWord {
        TruthWord {
            text: text.to_owned(),
            bbox: [x0, 0.10, x1, 0.12],
            line,
            label: "O".to_owned(),
            begins: false,
            starts_row: false,
        }
    }

    #[test]
    fn the_text_of_a_place_is_of_whole_words_and_has_blanks_where_they_stand_apart() {
        let truth = [
            word("Tel", 0.1, 0.15, 0),
            word(":", 0.151, 0.155, 0),
            word("47 11", 0.17, 0.25, 0),
        ];
        let text = |x0, x1| text_in(&Rect::new(x0, 0.097, x1, 0.123), &truth, 0.7);
        assert_eq!(text(0.09, 0.26).as_deref(), Some("Tel: 47 11"));
        assert_eq!(text(0.09, 0.16).as_deref(), Some("Tel:"));
        // Half of a word is nobody's.
        assert_eq!(text(0.09, 0.2), None);
        assert_eq!(text(0.3, 0.4), None);
    }

    #[test]
    fn pages_on_their_head_are_known_by_their_words() {
        let ahead = [
            word("a", 0.1, 0.2, 0),
            word("b", 0.3, 0.4, 0),
            word("c", 0.1, 0.2, 1),
        ];
        assert!(reads_to_the_right(&ahead));
        let back: Vec<TruthWord> = ahead.iter().rev().cloned().collect();
        assert!(!reads_to_the_right(&back));
    }

    #[test]
    fn a_seed_makes_the_same_legible_lines() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let made = |name: &str| {
            let options = LineOptions {
                seed: 7,
                count: 2,
                split: Split::Train,
                languages: vec!["de".to_owned()],
                out: folder.path().join(name),
                threads: 2,
            };
            let count = line_corpus(&options, &|_| ()).expect("made");
            (
                count,
                std::fs::read_to_string(&options.out).expect("written"),
            )
        };
        let (count, file) = made("one.jsonl");
        assert_eq!(
            (count, &file),
            (made("two.jsonl").0, &made("three.jsonl").1)
        );
        assert!(count > 20, "{count}");
        for line in file.lines() {
            let line: PrintedLine = serde_json::from_str(line).expect("a line");
            let pixels = line.pixels().expect("a picture");
            assert_eq!(pixels.height(), 48);
            assert!(!line.text.is_empty() && line.text.chars().all(is_latin));
        }
    }
}
