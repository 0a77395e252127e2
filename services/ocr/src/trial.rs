//! Finding out how a page lies, by reading a small part of it in several turns.
//!
//! Orientation and script detection of Tesseract was tried and dropped: half a CPU second a page, it
//! turned an upright receipt on its head and took a Chinese page for Japanese.

use crate::engine::ReadWord;
use crate::ink::{Ink, Mark};
use crate::words::quality_of_read;
use image::{GrayImage, imageops};

/// How well the part was read in one way.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Way {
    /// Clockwise, of the page: 0, 90, 180 or 270.
    pub turn_degrees: u16,
    /// [0, 1].
    pub quality: f32,
}

impl Way {
    pub(crate) fn of(turn_degrees: u16, words: &[ReadWord]) -> Self {
        // One or two letters may seem clear by chance.
        let letters = words.iter().map(|word| word.text.chars().count());
        let quality = match letters.sum::<usize>() {
            10.. => quality_of_read(words),
            _ => 0.0,
        };
        Self {
            turn_degrees,
            quality,
        }
    }

    /// Lying the right way: text on its side or its head gave 0.1 to 0.5, upright 0.6 and more.
    pub(crate) fn is_legible(&self) -> bool {
        self.quality >= 0.6
    }
}

/// The best way, but the page as it is unless another is clearly better and no nonsense itself.
pub(crate) fn best(ways: Vec<Way>) -> Way {
    /// Chance differences between turns of a page that is hardly legible reach 0.1.
    const CLEARLY: f32 = 0.15;
    const NONSENSE: f32 = 0.5;
    let as_it_is = ways
        .iter()
        .find(|way| way.turn_degrees == 0)
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

    fn way(turn_degrees: u16, quality: f32) -> Way {
        Way {
            turn_degrees,
            quality,
        }
    }

    #[test]
    fn a_page_stays_as_it_is_unless_another_way_is_clearly_better() {
        let upright = way(0, 0.6);
        assert_eq!(best(vec![upright, way(180, 0.7)]), upright);
        let turned = way(180, 0.9);
        assert_eq!(best(vec![upright, turned]), turned);
        let (faded, nonsense) = (way(0, 0.1), way(270, 0.3));
        assert_eq!(best(vec![faded, nonsense]), faded);
        assert_eq!(best(Vec::new()), Way::default());
    }

    #[test]
    fn a_few_letters_say_nothing() {
        let word = |text: &str| ReadWord {
            text: text.to_owned(),
            left: 0,
            top: 0,
            right: 1,
            bottom: 1,
            confidence: 0.95,
            line: 0,
        };
        assert_eq!(Way::of(0, &[word("INVOICE")]).quality, 0.0);
        assert!(Way::of(0, &[word("INVOICE"), word("4711")]).quality > 0.9);
    }
}
