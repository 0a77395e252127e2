//! Finding out how a page wants to be read, by reading a small part of it in several ways.
//!
//! Orientation and script detection of Tesseract was tried and dropped: half a CPU second a page, it
//! turned an upright receipt on its head and took a Chinese page for Japanese.

use crate::engine::ReadWord;
use crate::ink::{Ink, Mark};
use crate::words::quality_of_read;
use image::{GrayImage, imageops};

/// Of the unified ideographs of Unicode.
pub(crate) fn is_chinese(letter: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&letter)
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Script {
    #[default]
    Latin,
    /// Simplified Chinese with the Latin letters and figures among it.
    Chinese,
}

/// How well the part was read in one way.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Way {
    /// Clockwise, of the page: 0, 90, 180 or 270.
    pub turn_degrees: u16,
    pub script: Script,
    /// [0, 1].
    pub quality: f32,
}

impl Way {
    pub(crate) fn of(turn_degrees: u16, script: Script, words: &[ReadWord]) -> Self {
        let all = || words.iter().flat_map(|word| word.text.chars());
        // A model for both scripts is surer of everything; without Chinese letters it has no say.
        let has_say = script == Script::Latin || {
            let (mut letters, mut chinese) = (0, 0);
            for c in all() {
                letters += usize::from(c.is_alphabetic());
                chinese += usize::from(is_chinese(c));
            }
            4 * chinese > letters
        };
        // One or two letters may seem clear by chance.
        let enough = all().count() >= 10;
        let quality = if has_say && enough {
            quality_of_read(words)
        } else {
            0.0
        };
        Self {
            turn_degrees,
            script,
            quality,
        }
    }

    /// The page as it is, in Latin letters.
    pub(crate) fn is_unchanged(&self) -> bool {
        self.turn_degrees == 0 && self.script == Script::Latin
    }

    /// Lying the right way: text on its side or its head gave 0.1 to 0.5, upright 0.6 and more.
    pub(crate) fn is_legible(&self) -> bool {
        self.quality >= 0.6
    }

    /// So well that the script is right too: Chinese read as Latin reaches 0.6 with the figures and
    /// names among it.
    pub(crate) fn reads_well(&self) -> bool {
        self.quality >= 0.85
    }
}

/// The best way, but the page as it is unless another is clearly better and no nonsense itself.
pub(crate) fn best(ways: Vec<Way>) -> Way {
    /// Chance differences between turns of a page that is hardly legible reach 0.1.
    const CLEARLY: f32 = 0.15;
    const NONSENSE: f32 = 0.5;
    let as_it_is = ways
        .iter()
        .find(|way| way.is_unchanged())
        .copied()
        .unwrap_or_default();
    let by_quality = |a: &Way, b: &Way| a.quality.total_cmp(&b.quality);
    match ways.into_iter().max_by(by_quality) {
        Some(best) if best.quality > NONSENSE.max(as_it_is.quality + CLEARLY) => best,
        _ => as_it_is,
    }
}

/// A square part of the page with some 80 letters, where they stand closest; `None` without letters.
pub(crate) fn part(image: &GrayImage, ink: &Ink) -> Option<GrayImage> {
    const LETTERS: f32 = 80.0;
    /// Letters fill about a sixth of the area of a paragraph.
    const FILLED: f32 = 6.0;
    let letter = ink.letter_height_px()? as f32;
    let side = (letter * (LETTERS * FILLED).sqrt()).ceil() as u32;
    let (width, height) = (side.min(image.width()), side.min(image.height()));
    let (left, top) = densest(&ink.letters, (width, height), image.dimensions());
    Some(imageops::crop_imm(image, left, top, width, height).to_image())
}

pub(crate) fn turned(image: &GrayImage, clockwise_degrees: u16) -> GrayImage {
    match clockwise_degrees {
        90 => imageops::rotate90(image),
        180 => imageops::rotate180(image),
        270 => imageops::rotate270(image),
        _ => image.clone(),
    }
}

/// Corner of the window that holds the most letters, in steps of half a window.
fn densest(letters: &[Mark], window: (u32, u32), size: (u32, u32)) -> (u32, u32) {
    let steps = |length: u32, window: u32| {
        let step = (window / 2).max(1);
        let last = length.saturating_sub(window);
        (0..last).step_by(step as usize).chain([last])
    };
    let held = |left: u32, top: u32| {
        let inside = |mark: &&Mark| {
            mark.left >= left
                && mark.right <= left + window.0
                && mark.top >= top
                && mark.bottom <= top + window.1
        };
        letters.iter().filter(inside).count()
    };
    let corners = steps(size.1, window.1)
        .flat_map(|top| steps(size.0, window.0).map(move |left| (left, top)));
    corners
        .max_by_key(|(left, top)| held(*left, *top))
        .unwrap_or((0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(turn_degrees: u16, script: Script, quality: f32) -> Way {
        Way {
            turn_degrees,
            script,
            quality,
        }
    }

    #[test]
    fn a_page_stays_as_it_is_unless_another_way_is_clearly_better() {
        let upright = way(0, Script::Latin, 0.6);
        let turned = way(180, Script::Latin, 0.7);
        assert_eq!(best(vec![upright, turned]), upright);
        let turned = way(180, Script::Latin, 0.9);
        assert_eq!(best(vec![upright, turned]), turned);
        let (faded, nonsense) = (way(0, Script::Latin, 0.1), way(270, Script::Latin, 0.3));
        assert_eq!(best(vec![faded, nonsense]), faded);
        assert_eq!(best(Vec::new()), Way::default());
    }

    #[test]
    fn chinese_has_a_say_only_with_chinese_letters() {
        let word = |text: &str| ReadWord {
            text: text.to_owned(),
            left: 0,
            top: 0,
            right: 1,
            bottom: 1,
            confidence: 0.95,
            line: 0,
        };
        let latin = [word("INVOICE"), word("4711")];
        assert_eq!(Way::of(0, Script::Chinese, &latin).quality, 0.0);
        let chinese = [word("商业发票"), word("INVOICE")];
        assert!(Way::of(0, Script::Chinese, &chinese).quality > 0.9);
    }
}
