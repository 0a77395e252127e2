//! Whether a page's own text layer may stand in for OCR: it must be plausible, cover what is printed,
//! and say what the page shows.
//!
//! Deliberately absent: OCR itself (the reader reads the sample that is chosen here).

use crate::engine::{Crop, ReadWord};
use crate::ink::Ink;
use crate::line_reader;
use docexam_domain::{Rect, Word};
use std::collections::HashMap;

/// A layer of fewer words is not worth a sample: such a page is read in no time.
const MIN_WORDS: usize = 3;
/// Share of letters and digits among the characters; text has 0.8 and more, garbage little.
const MIN_READABLE: f32 = 0.5;
/// Share of the printed marks that may lie outside the layer's words: logos, signatures, stamps. More
/// of them, and part of the page is a picture of text.
const MAX_UNCOVERED: f32 = 0.3;
/// Similarity of sample and layer. Good print gives 0.9 and more, another text 0.3 and less.
const MIN_AGREEMENT: f32 = 0.65;
/// Words in a sample: enough to tell, few enough to cost a tenth of a second.
const SAMPLE_WORDS: usize = 14;

/// Whether it reads like text at all, judged by itself.
pub(crate) fn is_plausible(words: &[Word]) -> bool {
    let (mut all, mut readable, mut broken) = (0_usize, 0_usize, 0_usize);
    for c in words.iter().flat_map(|word| word.text.chars()) {
        all += 1;
        readable += usize::from(c.is_alphanumeric());
        broken += usize::from(
            c == char::REPLACEMENT_CHARACTER
                || c.is_control()
                || ('\u{e000}'..='\u{f8ff}').contains(&c),
        );
    }
    words.len() >= MIN_WORDS && readable as f32 >= MIN_READABLE * all as f32 && 50 * broken <= all
}

/// Whether what is printed is in the layer: few letter-like marks lie outside its words.
pub(crate) fn covers(words: &[Word], ink: &Ink, size: (u32, u32)) -> bool {
    /// A coarse map of the page is enough, and one look-up a mark instead of one for each word.
    const CELLS: usize = 256;
    let cell = |at: f32| ((at * CELLS as f32) as usize).min(CELLS - 1);
    let mut covered = vec![false; CELLS * CELLS];
    for Rect { x0, y0, x1, y1 } in words.iter().map(|word| word.bbox) {
        for row in cell(y0)..=cell(y1) {
            for column in cell(x0)..=cell(x1) {
                covered[row * CELLS + column] = true;
            }
        }
    }
    let outside = ink.letters.iter().filter(|mark| {
        let x = (mark.left + mark.right) as f32 / 2.0 / size.0.max(1) as f32;
        let y = (mark.top + mark.bottom) as f32 / 2.0 / size.1.max(1) as f32;
        !covered[cell(y) * CELLS + cell(x)]
    });
    outside.count() as f32 <= MAX_UNCOVERED * ink.letters.len() as f32
}

/// Whether a good part of the words is Chinese.
pub(crate) fn is_chinese(words: &[Word]) -> bool {
    let characters = || words.iter().flat_map(|word| word.text.chars());
    let chinese = characters().filter(|c| line_reader::is_chinese(*c)).count();
    5 * chinese > characters().count()
}

/// Where to read a sample, in pixels, and the layer's words that stand there. The line with the most
/// words is taken, digits counting double, because it is the figures that somebody might change.
pub(crate) fn sample(words: &[Word], size: (u32, u32)) -> Option<(Crop, Vec<&Word>)> {
    let mut weights: HashMap<u32, usize> = HashMap::new();
    for word in words {
        let digits = word.text.chars().any(|c| c.is_ascii_digit());
        *weights.entry(word.line).or_default() += 1 + usize::from(digits);
    }
    let by_weight = |a: &(u32, usize), b: &(u32, usize)| a.1.cmp(&b.1).then(b.0.cmp(&a.0));
    let (line, _) = weights.into_iter().max_by(by_weight)?;
    let in_line = words
        .iter()
        .filter(|word| word.line == line)
        .take(SAMPLE_WORDS);
    let around = in_line.map(|word| word.bbox).reduce(|a, b| a.union(&b))?;
    // Half a line above and below, so that Tesseract sees whole letters.
    let margin = around.height() / 2.0;
    let x = |at: f32| (at.clamp(0.0, 1.0) * size.0 as f32) as u32;
    let y = |at: f32| (at.clamp(0.0, 1.0) * size.1 as f32) as u32;
    let (left, top) = (x(around.x0 - margin), y(around.y0 - margin));
    let (right, bottom) = (x(around.x1 + margin), y(around.y1 + margin));
    let crop = Crop {
        left,
        top,
        width: right.checked_sub(left).filter(|width| *width > 0)?,
        height: bottom.checked_sub(top).filter(|height| *height > 0)?,
    };
    // Neighbouring lines may reach into the crop, so they count as words that may be seen.
    let inside = words
        .iter()
        .filter(|word| word.bbox.intersection_area(&around) > 0.0);
    Some((crop, inside.collect()))
}

/// Whether the sample that was read says what the layer says there. Pairs of neighbouring characters
/// are compared, so that neither word boundaries nor single misread letters matter.
pub(crate) fn agrees(layer: &[&Word], read: &[ReadWord]) -> bool {
    let layer = pairs(layer.iter().map(|word| word.text.as_str()));
    let read = pairs(read.iter().map(|word| word.text.as_str()));
    let total: usize = layer.values().sum::<usize>() + read.values().sum::<usize>();
    let shared: usize = layer
        .iter()
        .map(|(pair, n)| (*n).min(*read.get(pair).unwrap_or(&0)))
        .sum();
    2.0 * shared as f32 >= MIN_AGREEMENT * total as f32
}

fn pairs<'a>(texts: impl Iterator<Item = &'a str>) -> HashMap<(char, char), usize> {
    let mut pairs = HashMap::new();
    let mut before = ' ';
    let lower = texts.flat_map(str::chars).flat_map(char::to_lowercase);
    for c in lower.filter(|c| c.is_alphanumeric()) {
        *pairs.entry((before, c)).or_default() += 1;
        before = c;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(lines: &[&str]) -> Vec<Word> {
        let mut words = Vec::new();
        for (line, text) in lines.iter().enumerate() {
            for (column, text) in text.split(' ').enumerate() {
                let (x, y) = (0.1 + 0.08 * column as f32, 0.1 + 0.05 * line as f32);
                words.push(Word {
                    text: text.to_owned(),
                    bbox: Rect::new(x, y, x + 0.06, y + 0.02),
                    confidence: 1.0,
                    line: line as u32,
                });
            }
        }
        words
    }

    fn read(text: &str) -> Vec<ReadWord> {
        let word = |text: &str| ReadWord {
            text: text.to_owned(),
            left: 0,
            top: 0,
            right: 0,
            bottom: 0,
            confidence: 0.9,
            line: 0,
        };
        text.split(' ').map(word).collect()
    }

    #[test]
    fn garbage_is_not_plausible() {
        let text = [
            "Invoice 4711 of 3 May 2026",
            "Ball bearing 6204 500 PCS 430.00",
        ];
        assert!(is_plausible(&layer(&text)));
        assert!(!is_plausible(&layer(&["page 1"])));
        let broken = ["\u{fffd}\u{fffd} a b c d e f g h i j"];
        assert!(!is_plausible(&layer(&broken)));
        assert!(!is_plausible(&layer(&["# $ % & / ( ) = ? ! § *"])));
    }

    #[test]
    fn the_sample_is_the_line_with_figures() {
        let words = layer(&["of terms and conditions", "6204 500 430.00 EUR", "end"]);
        let (crop, inside) = sample(&words, (1_000, 1_000)).expect("there are words");
        assert_eq!(inside.len(), 4);
        assert_eq!((crop.left, crop.top), (90, 140));
        assert!(crop.height < 50, "{crop:?}");
    }

    #[test]
    fn misread_letters_agree_and_another_text_does_not() {
        let words = layer(&["Ball bearing 6204 500 PCS 430.00"]);
        let words: Vec<&Word> = words.iter().collect();
        assert!(agrees(&words, &read("Ball bearing 6204 50O PCS 430.00")));
        assert!(agrees(&words, &read("Ballbearing 6204500 PC5 430,00")));
        assert!(!agrees(&words, &read("Roller chain 12B 80 M 1,920.50")));
        assert!(!agrees(&words, &[]));
    }

    #[test]
    fn a_stamp_on_a_scan_does_not_cover_the_page() {
        let words = layer(&["received on 3 May 2026 at noon sharp"]);
        let mut image = image::GrayImage::from_pixel(1_000, 1_000, image::Luma([255]));
        for letter in 0..40_u32 {
            let (left, top) = (110 + letter % 20 * 20, if letter < 20 { 105 } else { 505 });
            for (x, y) in (0..60).map(|i| (left + i % 6, top + i / 6)) {
                image.put_pixel(x, y, image::Luma([0]));
            }
        }
        assert!(!covers(&words, &Ink::of(&image), image.dimensions()));
        let all = Ink::of(&image::imageops::crop_imm(&image, 0, 0, 1_000, 400).to_image());
        assert!(covers(&words, &all, (1_000, 1_000)));
    }
}
