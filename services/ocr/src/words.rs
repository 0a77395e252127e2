//! From what Tesseract found to the words of a reading: boxes in [0, 1], lines numbered without
//! gaps, words left to right, and how legible they are as a whole.

use crate::engine::ReadWord;
use docexam_domain::{Rect, Word};

/// The words of an image of `size` pixels.
pub(crate) fn placed(read: Vec<ReadWord>, size: (u32, u32)) -> Vec<Word> {
    let (width, height) = (size.0.max(1) as f32, size.1.max(1) as f32);
    let x = |pixels: i32| (pixels as f32 / width).clamp(0.0, 1.0);
    let y = |pixels: i32| (pixels as f32 / height).clamp(0.0, 1.0);
    let place = |word: ReadWord| Word {
        bbox: Rect::new(x(word.left), y(word.top), x(word.right), y(word.bottom)),
        text: word.text,
        confidence: word.confidence,
        line: word.line,
    };
    in_order(read.into_iter().map(place).collect())
}

/// Drops blanks and ruling lines that were read as `|`, closes the gaps that lines without words
/// leave in the numbering, and puts the words of each line from left to right.
pub(crate) fn in_order(mut words: Vec<Word>) -> Vec<Word> {
    words.retain(|word| !word.text.chars().all(|c| c == '|' || c.is_whitespace()));
    words.sort_by(|a, b| a.line.cmp(&b.line).then(a.bbox.x0.total_cmp(&b.bbox.x0)));
    let mut number = 0;
    let mut last = words.first().map_or(0, |word| word.line);
    for word in &mut words {
        if word.line != last {
            last = word.line;
            number += 1;
        }
        word.line = number;
    }
    words
}

pub(crate) fn quality_of_read(words: &[ReadWord]) -> f32 {
    quality(
        words
            .iter()
            .map(|word| (word.text.as_str(), word.confidence)),
    )
}

/// Mean confidence in [0, 1], weighted by the number of characters; 0 without words.
pub(crate) fn quality<'a>(words: impl Iterator<Item = (&'a str, f32)>) -> f32 {
    let (mut characters, mut sum) = (0.0, 0.0);
    for (text, confidence) in words {
        let length = text.chars().count() as f32;
        characters += length;
        sum += length * confidence;
    }
    if characters > 0.0 {
        sum / characters
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, left: i32, line: u32) -> ReadWord {
        ReadWord {
            text: text.to_owned(),
            left,
            top: 10,
            right: left + 50,
            bottom: 30,
            confidence: 0.5,
            line,
        }
    }

    #[test]
    fn words_stand_in_order_and_ruling_lines_are_gone() {
        let found = vec![
            read("|", 0, 0),
            read("total", 100, 1),
            read(" ", 0, 2),
            read("EUR", 300, 4),
            read("9.50", 200, 4),
            read("||", 250, 4),
        ];
        let words = placed(found, (1_000, 100));
        let seen: Vec<_> = words.iter().map(|w| (w.text.as_str(), w.line)).collect();
        assert_eq!(seen, [("total", 0), ("9.50", 1), ("EUR", 1)]);
        assert_eq!(words[1].bbox, Rect::new(0.2, 0.1, 0.25, 0.3));
    }

    #[test]
    fn long_words_weigh_more() {
        let words = [("abc", 1.0), ("d", 0.0)];
        assert_eq!(quality(words.into_iter()), 0.75);
        assert_eq!(quality([].into_iter()), 0.0);
    }
}
