//! Print that was passed over between words that were read: the narrow columns of a table, above all, of which
//! Tesseract sees the letters and no text.
//!
//! In: the letters of a page and the words read so far. Out: the parts of lines to be read again, each as a line
//! of its own. A part holds the nearest words left and right of what was passed over, because a lone figure has no
//! base line: read alone, `CTC` becomes `cte`.

use crate::engine::{Crop, ReadWord};
use crate::ink::Mark;
use crate::rows::is_read;
use crate::span::Span;

/// Letters of one gap are closer, in heights of a letter; a line of a table has wider gaps.
const CLOSE: f32 = 2.5;
/// A gap is as high as print: parts of the height of a typical letter. Commas are lower, stamps higher.
const HEIGHTS: std::ops::Range<f32> = 0.7..2.2;
/// Words farther away say nothing of the line, in heights of a letter.
const NEIGHBOUR: f32 = 25.0;
/// Around a part, in heights of a letter.
const MARGIN: f32 = 0.4;
/// With more gaps than this a page is a pattern, or noise.
const MOST_GAPS: usize = 120;

/// Parts of lines to be read, from the top; none where the page is full of what cannot be read.
/// `letter` is the height of a typical letter in pixels, where there are enough to say.
pub(crate) fn gaps(
    letters: &[Mark],
    words: &[ReadWord],
    letter: Option<u32>,
    size: (u32, u32),
) -> Vec<Crop> {
    let Some(letter) = letter.map(|pixels| pixels as f32) else {
        return Vec::new();
    };
    let heights = (HEIGHTS.start * letter) as i32..(HEIGHTS.end * letter) as i32;
    let unread: Vec<Span> = letters
        .iter()
        .filter(|mark| !is_read(mark, words))
        .map(Span::from)
        .collect();
    let mut gaps = runs(unread, letter);
    gaps.retain(|gap| heights.contains(&gap.height()));
    if gaps.len() > MOST_GAPS {
        return Vec::new();
    }
    let words: Vec<Span> = words.iter().map(Span::from).collect();
    let with_words: Vec<Span> = gaps
        .iter()
        .map(|gap| with_neighbours(gap, &words, letter))
        .collect();
    let mut parts: Vec<Span> = Vec::new();
    for part in with_words {
        let same = |other: &&mut Span| {
            other.shares_line(&part) && part.left < other.right && other.left < part.right
        };
        match parts.iter_mut().find(same) {
            Some(other) => *other = other.union(&part),
            None => parts.push(part),
        }
    }
    parts.sort_by_key(|part| (part.top, part.left));
    let margin = (MARGIN * letter) as i32;
    let crops = parts.iter().map(|part| part.with_margin(margin, size));
    crops.collect()
}

/// Letters that stand close together on a line.
fn runs(mut letters: Vec<Span>, letter: f32) -> Vec<Span> {
    letters.sort_by_key(|span| span.left);
    let close = (CLOSE * letter) as i32;
    let mut runs: Vec<Span> = Vec::new();
    for span in letters {
        let goes_on = |run: &&mut Span| span.left - run.right < close && run.shares_line(&span);
        match runs.iter_mut().rev().find(goes_on) {
            Some(run) => *run = run.union(&span),
            None => runs.push(span),
        }
    }
    runs
}

fn with_neighbours(gap: &Span, words: &[Span], letter: f32) -> Span {
    let reach = (NEIGHBOUR * letter) as i32;
    let on_line = || words.iter().filter(|word| word.shares_line(gap));
    let left = on_line()
        .filter(|word| word.right <= gap.left + 1 && gap.left - word.right < reach)
        .max_by_key(|word| word.right);
    let right = on_line()
        .filter(|word| word.left >= gap.right - 1 && word.left - gap.right < reach)
        .min_by_key(|word| word.left);
    let all = left.map_or(*gap, |word| gap.union(word));
    right.map_or(all, |word| all.union(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ink::{blacken, marks};
    use crate::mask::Mask;
    use image::{GrayImage, Luma};

    /// Three rows of a word, a figure that is passed over, and a number; and one speck.
    fn page() -> (Vec<Mark>, Vec<ReadWord>) {
        let mut image = GrayImage::from_pixel(600, 200, Luma([255]));
        let mut black = |left, top, width, height| blacken(&mut image, left, top, width, height);
        let mut words = Vec::new();
        for row in 0..3 {
            let top = 20 + 40 * row;
            for letter in 0..4 {
                black(20 + 14 * letter, top, 10, 16);
                black(400 + 14 * letter, top, 10, 16);
            }
            black(200, top, 10, 16);
            for left in [20, 400] {
                words.push(ReadWord {
                    text: "abcd".to_owned(),
                    left,
                    top: top as i32,
                    right: left + 54,
                    bottom: top as i32 + 17,
                    confidence: 0.9,
                    line: row,
                });
            }
        }
        black(300, 180, 5, 5);
        (marks(&Mask::of(&image, 128)), words)
    }

    #[test]
    fn a_figure_between_words_is_read_with_them() {
        let (letters, words) = page();
        let found = gaps(&letters, &words, Some(16), (600, 200));
        let crops: Vec<_> = found
            .iter()
            .map(|c| (c.left, c.top, c.width, c.height))
            .collect();
        assert_eq!(
            crops,
            [(14, 14, 446, 29), (14, 54, 446, 29), (14, 94, 446, 29)]
        );
    }

    #[test]
    fn what_was_read_and_what_is_a_pattern_is_left() {
        let (letters, words) = page();
        let whole = words
            .iter()
            .cloned()
            .chain([20, 60, 100].map(|top| ReadWord {
                left: 195,
                right: 215,
                top,
                bottom: top + 17,
                ..words[0].clone()
            }));
        assert!(gaps(&letters, &whole.collect::<Vec<_>>(), Some(16), (600, 200)).is_empty());
        let mut image = GrayImage::from_pixel(2000, 2000, Luma([255]));
        for (x, y, pixel) in image.enumerate_pixels_mut() {
            if x % 100 < 10 && y % 60 < 14 {
                pixel.0[0] = 0;
            }
        }
        let pattern = marks(&Mask::of(&image, 128));
        assert!(gaps(&pattern, &[], Some(14), (2000, 2000)).is_empty());
    }
}
