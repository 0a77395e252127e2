//! Doubtful words are read again by the line reader, which errs in other places than Tesseract: noise, rulings and broken
//! letters trouble it little. `O2230EUR` becomes `0,2230EUR`, `outspe` becomes `OUTSIDE`, and `3645kg` two words.
//! Tesseract keeps what it knows better: accents, and the marks at the edges of a word.
//!
//! In: the ink of a page and the words read so far. Out: which of them to read again, where their print is, and the words
//! that stand after both readings.
//! Deliberately absent: networks (`line_reader`).

use crate::engine::{Crop, ReadWord};
use crate::ink::{Ink, Mark};
use crate::rows::covers;
use crate::span::Span;
use std::cmp::Ordering;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Of the words that are replaced, so many are right where the line reader is certain.
const OF_REPLACED: f32 = 0.8;
/// Words of which Tesseract is as sure as this are not read again; with figures, and without. Of 8,373 words on 92 captured
/// validation pages the rules below mend 416 and spoil 22; with 0.9 for both, 435 and 30 in a third more time.
const SURE_OF_FIGURES: f32 = 0.9;
const SURE: f32 = 0.8;
/// Least confidence in its least certain letter with which a reading replaces another.
const READ: f32 = 0.3;
/// The same where Tesseract saw a sign alone: a `1` becomes `$`, and a `$` remains one.
const SURE_OF_SIGN: f32 = 0.9;
/// Heights in pixels of words that can be read at all, and the longest, in letters: a line of junk is longer.
const LEGIBLE_PX: Range<i32> = 5..160;
const LONGEST: usize = 60;
/// With more of them the page is noise; those at its end stay as they are. About 12 CPU s.
const MOST_WORDS: usize = 300;
/// Paper around a word, as a part of its height.
const MARGIN: f32 = 1.0 / 6.0;
/// Marks at the ends of a word that stand where Tesseract sees them, and those that stand where both readers do. What else
/// Tesseract sees there is a ruling or dust.
const POINTS: &str = ".,:;";
const MARKS: &str = "()/#%*&-";
/// Signs that belong to what they stand beside.
const SIGNS: &str = "$€£¥₺%+";
/// Boxes of Tesseract may leave out the first letter or the last: what stands as close as the letters of a word, in
/// heights of the word, and in no other word, belongs to it.
const CLOSE: f32 = 0.22;
/// Farther away than this, in heights of the word, nothing is looked at.
const NEAR: f32 = 2.0;
/// Boxes of letters that follow each other may overlap so much.
const TOUCHING_PX: u32 = 2;
/// A mark is a letter of the word if so much of it is in its box; sideways, and above or below in heights.
const INSIDE: f32 = 0.4;
const ABOVE_OR_BELOW: f32 = 0.1;
/// What is higher or lower than this, in heights of the word, is no letter of it but a rule, a stamp, or dust.
const LETTERS: Range<f32> = 0.25..1.6;

/// The words to be read again; pieces of one word, which Tesseract put apart, together.
pub(crate) fn doubtful_runs(words: &[ReadWord]) -> Vec<Range<usize>> {
    let found = (0..words.len()).filter(|at| is_doubtful(&words[*at]));
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in found.take(MOST_WORDS) {
        match runs.last_mut() {
            Some(run) if run.end == at && touch(&words[at - 1], &words[at]) => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

fn is_doubtful(word: &ReadWord) -> bool {
    let sure = match word.text.contains(|c: char| c.is_ascii_digit()) {
        true => SURE_OF_FIGURES,
        false => SURE,
    };
    word.confidence < sure
        && (word.text.contains(char::is_alphanumeric) || !word.text.contains(is_point))
        && word.text.chars().count() <= LONGEST
        && word.text.chars().all(is_western)
        && LEGIBLE_PX.contains(&(word.bottom - word.top))
}

/// Whether the second stands as close behind the first as letters of one word.
fn touch(first: &ReadWord, second: &ReadWord) -> bool {
    let close = CLOSE * height(first).max(height(second));
    first.line == second.line
        && first.left < second.left
        && ((second.left - first.right) as f32) < close
}

/// Marks that are words of their own in print; others are misread letters more often.
fn is_point(c: char) -> bool {
    POINTS.contains(c) || MARKS.contains(c) || "|_–—".contains(c)
}

/// Latin letters, figures and marks, and the punctuation and currencies above them.
fn is_western(c: char) -> bool {
    c < '\u{250}' || ('\u{2000}'..'\u{2100}').contains(&c)
}

/// Where the print of a run of words is: their boxes, and letters at its ends that the boxes left out.
pub(crate) fn place(ink: &Ink, words: &[ReadWord], run: &Range<usize>, size: (u32, u32)) -> Crop {
    let spans = words[run.clone()].iter().map(Span::from);
    let mut print = spans.fold(Span::from(&words[run.start]), |all, word| all.union(&word));
    let letters = run.clone().flat_map(|index| letters_of(ink, words, index));
    for letter in letters {
        print.left = print.left.min(letter.left as i32);
        print.right = print.right.max(letter.right as i32);
    }
    let margin = (MARGIN * print.height() as f32) as i32;
    print.with_margin(margin.max(2), size)
}

/// The words as one, without blanks, as sure as the least certain of them; absent without any.
fn joined(words: &[ReadWord]) -> Option<ReadWord> {
    let span = Span::of(words)?;
    let confidence = words.iter().map(|word| word.confidence);
    Some(ReadWord {
        text: words.iter().map(|word| word.text.as_str()).collect(),
        left: span.left,
        top: span.top,
        right: span.right,
        bottom: span.bottom,
        confidence: confidence.reduce(f32::min)?,
        line: words.first()?.line,
    })
}

/// The marks in the box of word `index`, and those close by that the box left out.
fn letters_of(ink: &Ink, words: &[ReadWord], index: usize) -> Vec<Mark> {
    let Some(word) = words.get(index) else {
        return Vec::new();
    };
    let marks = ink.letters.iter().chain(&ink.dots);
    let inside = marks.filter(|mark| is_beside(word, mark) && is_inside(word, mark));
    let letters: Vec<Mark> = inside.copied().collect();
    let others = || words.iter().enumerate().filter(|(at, _)| *at != index);
    let is_anothers = |mark: &Mark| others().any(|(_, other)| covers(other, mark.middle()));
    let near = ink.letters.iter().filter(|mark| {
        is_beside(word, mark) && is_near(word, mark) && !is_inside(word, mark) && !is_anothers(mark)
    });
    completed(letters, near.copied().collect(), CLOSE * height(word))
}

fn height(word: &ReadWord) -> f32 {
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

/// The words that stand after the second look at `first`, a run of words, which found `again` there.
pub(crate) fn settled(first: &[ReadWord], again: &[ReadWord]) -> Vec<ReadWord> {
    let (Some(whole), Some(other)) = (joined(first), joined(again)) else {
        return first.to_vec();
    };
    let [known, text] = with_common_edges(&whole.text, &other.text);
    let outcome = judged(&known, whole.confidence, &text, other.confidence);
    let (text, confidence) = match outcome {
        Outcome::Silent => return first.to_vec(),
        Outcome::Kept => {
            let doubted = |word: &ReadWord| ReadWord {
                confidence: word.confidence / 2.0,
                ..word.clone()
            };
            return first.iter().map(doubted).collect();
        }
        Outcome::Agreed(text) => {
            let confidence = (whole.confidence + other.confidence) / 2.0;
            (text, confidence.max(whole.confidence))
        }
        Outcome::Replaced(text) => (text, OF_REPLACED * other.confidence * other.confidence),
    };
    let word = ReadWord {
        text,
        confidence,
        ..whole
    };
    // The first may have missed a blank, or put one too many.
    cut(word, again)
}

/// A word in the pieces that the line reader found; whole where it has more or fewer letters than they.
fn cut(word: ReadWord, pieces: &[ReadWord]) -> Vec<ReadWord> {
    let (before, core, behind) = split(&word.text);
    let last = pieces.len() - 1;
    let mut texts: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
    texts[0] = texts[0].trim_start_matches(is_edge);
    texts[last] = texts[last].trim_end_matches(is_edge);
    let lengths: Vec<usize> = texts.iter().map(|text| text.chars().count()).collect();
    if last == 0 || lengths.contains(&0) || lengths.iter().sum::<usize>() != core.chars().count() {
        return vec![word];
    }
    let mut letters = core.chars();
    let mut words: Vec<ReadWord> = Vec::new();
    for (piece, length) in pieces.iter().zip(lengths) {
        words.push(ReadWord {
            text: letters.by_ref().take(length).collect(),
            left: piece.left.clamp(word.left, word.right),
            right: piece.right.clamp(word.left, word.right),
            ..word.clone()
        });
    }
    words[0].text.insert_str(0, before);
    words[0].left = word.left;
    words[last].text.push_str(behind);
    words[last].right = word.right;
    words
}

/// What two readings of a word come to.
enum Outcome {
    /// The second says nothing.
    Silent,
    /// They differ, and the first is the likelier.
    Kept,
    Agreed(String),
    Replaced(String),
}

fn judged(known: &str, sure: f32, again: &str, confidence: f32) -> Outcome {
    let is_sign = !known.contains(char::is_alphanumeric);
    if !again.contains(char::is_alphanumeric)
        || !again.chars().all(is_western)
        || (is_sign && confidence < SURE_OF_SIGN)
    {
        Outcome::Silent
    } else if folded(known) == folded(again) {
        Outcome::Agreed(known.to_owned())
    } else if without_separators(known) == without_separators(again) {
        Outcome::Agreed(with_best_separators(known, again))
    } else if confidence >= READ.max(sure) {
        Outcome::Replaced(again.to_owned())
    } else {
        Outcome::Kept
    }
}

fn is_separator(c: char) -> bool {
    c == '.' || c == ','
}

fn without_separators(text: &str) -> String {
    text.replace(is_separator, "")
}

/// Of two texts that differ in points and commas. A separator is easily lost and seldom invented; a comma easily loses its
/// tail and a point seldom grows one (true of 23 of the 25 such words that were looked at).
fn with_best_separators(known: &str, again: &str) -> String {
    let count = |text: &str| text.matches(is_separator).count();
    let best = |(one, other): (char, char)| if one == '.' && other == ',' { ',' } else { one };
    match count(again).cmp(&count(known)) {
        Ordering::Greater => again.to_owned(),
        Ordering::Less => known.to_owned(),
        Ordering::Equal => known.chars().zip(again.chars()).map(best).collect(),
    }
}

/// Without accents, in lower case.
fn folded(text: &str) -> String {
    let plain = text.nfd().filter(|c| !is_combining_mark(*c));
    plain
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'ı' { 'i' } else { c })
        .collect()
}

/// Both texts with the marks at their ends that stand. Tesseract knows the base of the line, and so a point from dust; it
/// takes more things for brackets, dashes and quotes than there are, so that both must see those.
fn with_common_edges(first: &str, again: &str) -> [String; 2] {
    let ((before, core, behind), (also_before, other, also_behind)) = (split(first), split(again));
    let standing = |marks: &str, also: &str| -> String {
        let stands = |c: &char| POINTS.contains(*c) || (MARKS.contains(*c) && also.contains(*c));
        marks.chars().filter(stands).collect()
    };
    let (before, behind) = (standing(before, also_before), standing(behind, also_behind));
    [core, other].map(|core| format!("{before}{core}{behind}"))
}

fn is_edge(c: char) -> bool {
    !c.is_alphanumeric() && !SIGNS.contains(c)
}

/// The marks before a text, the text, and the marks behind it.
fn split(text: &str) -> (&str, &str, &str) {
    let after = text.trim_start_matches(is_edge);
    let core = after.trim_end_matches(is_edge);
    let before = &text[..text.len() - after.len()];
    (before, core, &after[core.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ink::blacken;
    use image::{GrayImage, Luma};

    fn read(text: &str, confidence: f32) -> ReadWord {
        ReadWord {
            text: text.to_owned(),
            left: 40,
            top: 20,
            right: 100,
            bottom: 36,
            confidence,
            line: 3,
        }
    }

    fn settle(first: (&str, f32), again: (&str, f32)) -> (String, f32) {
        let words = settled(&[read(first.0, first.1)], &[read(again.0, again.1)]);
        (words[0].text.clone(), words[0].confidence)
    }

    fn text(first: (&str, f32), again: (&str, f32)) -> String {
        settle(first, again).0
    }

    #[test]
    fn the_likelier_reading_stands() {
        assert_eq!(text(("O2230EUR", 0.13), ("0,2230EUR", 0.99)), "0,2230EUR");
        assert_eq!(text(("AUGO", 0.1), ("4.860", 0.62)), "4.860");
        // Kept, and doubted.
        assert_eq!(
            settle(("EXP2024", 0.8), ("EXP2O24", 0.6)),
            ("EXP2024".to_owned(), 0.4)
        );
        assert_eq!(text(("rulman", 0.1), ("ru1m", 0.2)), "rulman");
        assert_eq!(text(("ABC", 0.5), ("冰冰", 0.9)), "ABC");
        assert_eq!(text(("$", 0.7), ("1", 0.95)), "1");
        assert_eq!(text(("$", 0.7), ("S", 0.8)), "$");
    }

    #[test]
    fn accents_commas_and_points_are_better_seen_by_the_first() {
        assert_eq!(text(("ŞİRKETİ", 0.7), ("SIRKETI", 0.99)), "ŞİRKETİ");
        assert_eq!(
            text(("483.389,48", 0.88), ("483.389.48", 0.97)),
            "483.389,48"
        );
        assert_eq!(
            text(("17.704.800", 0.88), ("17,704.800", 0.7)),
            "17,704.800"
        );
        assert_eq!(text(("0,00", 0.8), ("000", 0.93)), "0,00");
        assert_eq!(text(("6244", 0.7), ("62.44", 0.6)), "62.44");
        assert_eq!(text(("No.", 0.7), ("No", 0.99)), "No.");
        assert_eq!(text(("SOCKS,", 0.46), ("S0CKS.", 0.98)), "S0CKS,");
    }

    #[test]
    fn rulings_and_dust_at_the_ends_are_dropped() {
        assert_eq!(text(("|1232", 0.6), ("|12,32", 0.64)), "12,32");
        assert_eq!(text(("20-", 0.7), ("20", 0.99)), "20");
        assert_eq!(text(("20-", 0.7), ("20-", 0.99)), "20-");
        assert_eq!(text(("$12,50", 0.7), ("$12,50", 0.9)), "$12,50");
    }

    #[test]
    fn who_agrees_is_surer_and_who_disagrees_makes_doubt() {
        let (_, agreed) = settle(("4711", 0.6), ("4711", 0.9));
        let (_, replaced) = settle(("4711", 0.6), ("4717", 0.9));
        assert!((agreed - 0.75).abs() < 1e-6, "{agreed}");
        assert!((replaced - 0.8 * 0.81).abs() < 1e-6, "{replaced}");
    }

    #[test]
    fn a_word_falls_into_the_pieces_that_were_found() {
        let piece = |text: &str, left, right| ReadWord {
            left,
            right,
            ..read(text, 0.9)
        };
        let first = [read("Birimfıyat:", 0.5)];
        let words = settled(&first, &[piece("Birim", 38, 62), piece("Fiyat", 66, 101)]);
        let seen: Vec<_> = words
            .iter()
            .map(|w| (w.text.as_str(), w.left, w.right))
            .collect();
        assert_eq!(seen, [("Birim", 40, 62), ("fıyat:", 66, 100)]);
        // Pieces that Tesseract made become one word.
        let pieces = [piece("05.", 40, 60), piece("03.2018", 62, 100)];
        let words = settled(&pieces, &[read("05.03.2018", 0.9)]);
        let seen: Vec<_> = words
            .iter()
            .map(|w| (w.text.as_str(), w.left, w.right))
            .collect();
        assert_eq!(seen, [("05.03.2018", 40, 100)]);
        // Nothing was read.
        assert_eq!(settled(&first, &[]), first);
    }

    #[test]
    fn doubtful_words_are_read_again() {
        let at = |text: &str, confidence, left, right| ReadWord {
            left,
            right,
            ..read(text, confidence)
        };
        let words = [
            at("Invoice", 0.79, 0, 50),
            at("INV-7", 0.85, 60, 100),
            at("INV-8", 0.95, 120, 150),
            at("Seller", 0.85, 160, 200),
            at("/", 0.4, 210, 214),
            at("毛重12", 0.5, 220, 250),
            // Pieces of one word.
            at("05.", 0.7, 300, 320),
            at("03.2018", 0.8, 322, 370),
            ReadWord {
                bottom: 500,
                ..at("9", 0.5, 400, 410)
            },
        ];
        assert_eq!(doubtful_runs(&words), [0..1, 1..2, 6..8]);
        let many = vec![read("1", 0.5); 1_000];
        assert_eq!(doubtful_runs(&many).len(), MOST_WORDS);
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
        let place = place(&ink, &[word, beside], &(0..1), image.dimensions());
        assert_eq!(
            (place.left, place.top, place.width, place.height),
            (28, 18, 54, 20)
        );
    }
}
