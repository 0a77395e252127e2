//! Where the print of words is that are to be read again.
//!
//! In: the ink of a page and the words read so far. Out: the parts of the page to be read, each with one line of print. Boxes of Tesseract
//! leave out letters at the ends of words, reach into their neighbours, and now and then hold two lines.
//! Deliberately absent: which words are read again (`second_look`).

use crate::engine::{Crop, ReadWord};
use crate::ink::{Ink, Mark};
use crate::rows::covers;
use crate::second_look::is_doubtful;
use crate::span::Span;
use std::ops::Range;

/// What is higher than this, in heights of a letter, may be two lines; each of them is at least so high.
const TALL: f32 = 1.8;
const LINE: f32 = 0.6;
/// Paper around a word, as a part of its height.
const MARGIN: f32 = 1.0 / 6.0;
/// Boxes of Tesseract may leave out the first letter or the last: what stands as close as the letters of a word, in
/// heights of the word, and in no other word, belongs to it.
pub(crate) const CLOSE: f32 = 0.22;
/// Farther away than this, in heights of the word, nothing is looked at.
const NEAR: f32 = 2.0;
/// Boxes of letters that follow each other may overlap so much.
const TOUCHING_PX: u32 = 2;
/// A mark is a letter of the word if so much of it is in its box; sideways, and above or below in heights.
const INSIDE: f32 = 0.4;
const ABOVE_OR_BELOW: f32 = 0.1;
/// What is higher or lower than this, in heights of the word, is no letter of it but a rule, a stamp, or dust.
const LETTERS: Range<f32> = 0.25..1.6;

/// Where the print of a run of words is, line by line: their boxes, and letters at its ends that the boxes left out.
pub(crate) fn places(
    ink: &Ink,
    words: &[ReadWord],
    run: &Range<usize>,
    size: (u32, u32),
) -> Vec<Crop> {
    let spans = words[run.clone()].iter().map(Span::from);
    let mut print = spans.fold(Span::from(&words[run.start]), |all, word| all.union(&word));
    let others = || words[..run.start].iter().chain(&words[run.end..]);
    let of_others = |mark: &Mark| others().any(|other| covers(other, mark.middle()));
    let letters = words[run.clone()]
        .iter()
        .flat_map(|word| letters_of(ink, word, of_others));
    for letter in letters {
        print.left = print.left.min(letter.left as i32);
        print.right = print.right.max(letter.right as i32);
    }
    for other in others().filter(|other| !is_doubtful(other)) {
        keep_off(&mut print, &Span::from(other));
    }
    let lines = lines(ink, &print, of_others).into_iter();
    let crop = |line: Span| line.with_margin(((MARGIN * line.height() as f32) as i32).max(2), size);
    lines.map(crop).collect()
}

/// Ends the box before a word beside it that is read already.
fn keep_off(print: &mut Span, word: &Span) {
    let middle = |span: &Span| (span.left + span.right) / 2;
    if !print.shares_line(word) || word.right <= print.left || print.right <= word.left {
        return;
    }
    if middle(word) > middle(print) && word.left > middle(print) {
        print.right = word.left;
    } else if middle(word) < middle(print) && word.right < middle(print) {
        print.left = word.right;
    }
}

/// The lines of print in a box, from the top, without what other words cover; the box itself, unless it is as high as two lines and
/// a blank runs between what it holds.
fn lines(ink: &Ink, print: &Span, of_others: impl Fn(&Mark) -> bool) -> Vec<Span> {
    let letter = ink.letter_height_px().map_or(0.0, |pixels| pixels as f32);
    if letter == 0.0 || (print.height() as f32) < TALL * letter {
        return vec![*print];
    }
    let holds = |mark: &&Mark| {
        let (x, y) = mark.middle();
        let inside =
            (print.left..print.right).contains(&x) && (print.top..print.bottom).contains(&y);
        inside && !of_others(mark)
    };
    let mut marks: Vec<Span> = ink.letters.iter().filter(holds).map(Span::from).collect();
    marks.sort_by_key(|mark| mark.top);
    let mut lines: Vec<Span> = Vec::new();
    for mark in marks {
        match lines.last_mut() {
            Some(line) if mark.top < line.bottom => *line = line.union(&mark),
            _ => lines.push(mark),
        }
    }
    let are_lines = lines
        .iter()
        .all(|line| line.height() as f32 >= LINE * letter);
    match lines.len() {
        2.. if are_lines => lines,
        _ => vec![*print],
    }
}

/// The marks in the box of a word, and those close by that the box left out and that are not of other words.
fn letters_of(ink: &Ink, word: &ReadWord, of_others: impl Fn(&Mark) -> bool) -> Vec<Mark> {
    let marks = ink.letters.iter().chain(&ink.dots);
    let inside = marks.filter(|mark| is_beside(word, mark) && is_inside(word, mark));
    let letters: Vec<Mark> = inside.copied().collect();
    let near = ink.letters.iter().filter(|mark| {
        is_beside(word, mark) && is_near(word, mark) && !is_inside(word, mark) && !of_others(mark)
    });
    completed(letters, near.copied().collect(), CLOSE * height(word))
}

pub(crate) fn height(word: &ReadWord) -> f32 {
    (word.bottom - word.top) as f32
}

/// Whether a mark stands on the line of the word and is no higher than its letters.
fn is_beside(word: &ReadWord, mark: &Mark) -> bool {
    let middle = (mark.top + mark.bottom) as f32 / 2.0;
    let reach = ABOVE_OR_BELOW * height(word);
    (word.top as f32 - reach..word.bottom as f32 + reach).contains(&middle)
        && (mark.height() as f32) < LETTERS.end * height(word)
}

fn is_inside(word: &ReadWord, mark: &Mark) -> bool {
    let overlap = (mark.right as i32).min(word.right) - (mark.left as i32).max(word.left);
    overlap as f32 >= INSIDE * mark.width() as f32
}

/// Whether a mark of the height of letters may belong to the word.
fn is_near(word: &ReadWord, mark: &Mark) -> bool {
    let reach = NEAR * height(word);
    mark.height() as f32 > LETTERS.start * height(word)
        && (word.left as f32 - mark.right as f32) < reach
        && (mark.left as f32 - word.right as f32) < reach
}

/// The letters with those of `near` that follow them, or stand before them, `close` pixels apart at most.
fn completed(mut letters: Vec<Mark>, mut near: Vec<Mark>, close: f32) -> Vec<Mark> {
    let right = letters.iter().map(|mark| mark.right).max();
    let left = letters.iter().map(|mark| mark.left).min();
    let (Some(mut end), Some(mut start)) = (right, left) else {
        return letters;
    };
    let close = close as u32;
    near.sort_by_key(|mark| mark.left);
    for mark in &near {
        if mark.left + TOUCHING_PX >= end && mark.left < end + close {
            letters.push(*mark);
            end = mark.right;
        }
    }
    for mark in near.iter().rev() {
        if mark.right <= start + TOUCHING_PX && mark.right + close > start {
            letters.push(*mark);
            start = mark.left;
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::some_word as read;
    use crate::ink::blacken;
    use image::{GrayImage, Luma};

    fn boxes(places: &[Crop]) -> Vec<(u32, u32, u32, u32)> {
        let boxes = places.iter().map(|p| (p.left, p.top, p.width, p.height));
        boxes.collect()
    }

    /// Four letters, of which the box of the word holds the last three; a point, a rule above, a word beside.
    #[test]
    fn letters_that_the_box_left_out_are_taken_in() {
        let mut image = GrayImage::from_pixel(300, 100, Luma([240]));
        let mut black = |left, top, width, height| blacken(&mut image, left, top, width, height);
        for letter in 0..4 {
            black(30 + 11 * letter, 20, 9, 16);
            black(130 + 12 * letter, 20, 9, 16);
        }
        black(74, 34, 3, 3);
        black(0, 14, 300, 2);
        let word = ReadWord {
            right: 80,
            ..read("123.", 0.8)
        };
        let beside = ReadWord {
            left: 130,
            right: 178,
            ..word.clone()
        };
        let ink = Ink::of(&image);
        let words = [word, beside];
        let places = places(&ink, &words, &(0..1), image.dimensions());
        assert_eq!(boxes(&places), [(28, 18, 54, 20)]);
    }

    /// Two lines of letters with a word on the right that the box of both reaches into.
    #[test]
    fn a_box_over_two_lines_falls_apart_and_keeps_off_what_is_read() {
        let mut image = GrayImage::from_pixel(400, 200, Luma([240]));
        for letter in 0..6 {
            for top in [20, 48] {
                blacken(&mut image, 30 + 20 * letter, top, 16, 18);
            }
        }
        for letter in 0..20 {
            blacken(&mut image, 10 + 18 * letter, 120, 14, 18);
        }
        let stacked = ReadWord {
            left: 30,
            right: 160,
            bottom: 66,
            ..read("REWR", 0.2)
        };
        let beside = ReadWord {
            left: 110,
            right: 146,
            ..read("12", 0.95)
        };
        let ink = Ink::of(&image);
        let words = [stacked, beside];
        let places = places(&ink, &words, &(0..1), image.dimensions());
        assert_eq!(boxes(&places), [(27, 17, 82, 24), (27, 45, 82, 24)]);
    }
}
