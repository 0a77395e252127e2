//! Doubtful words with figures are read again, each by itself on clean paper, by another model and at other sizes;
//! the readings vote. A figure has no dictionary to lean on, and a wrong one is a wrong duty: `12,292` becomes
//! `12.292`, `LOT` becomes `L0T`, and a slashed zero becomes `09`. Readers that err in other places find it out.
//!
//! In: the ink of a page and the words read so far. Out: for each word with figures the picture of its letters
//! alone; and of the readings of one word, the one that stands.
//! Deliberately absent: words of letters only, which the first reader knows better in every language but English.

use crate::engine::{Crop, ReadWord};
use crate::ink::{Ink, Mark};
use crate::rows::covers;
use image::{GrayImage, Luma, imageops};

/// Heights of a word, from its highest to its lowest letter, at which it is read. One reader asked twice at other
/// sizes is nearly as good as two readers.
pub(crate) const HEIGHTS_PX: [u32; 2] = [28, 40];
/// Paper around it.
const BORDER_PX: u32 = 14;
/// What the first reader is as sure of as this is not read again: it knows the line, its base and its neighbours, and
/// overruling it there spoils more than it mends (15 and 1 of 6,342 values of generated scans).
const SURE: f32 = 0.9;
/// A word without figures of which it is less sure may be one: `TTL` is 7.74.
const DOUBTFUL: f32 = 0.6;
/// So much the first reading weighs against each of the others.
const FIRST_WEIGHS: f32 = 2.0;
/// Heights in pixels of words that can be read at all, and the longest, in letters: a line of junk is longer.
const LEGIBLE_PX: std::ops::Range<i32> = 5..160;
const LONGEST: usize = 40;
/// With more of them the page is noise; those at its end stay as they are. About 4 CPU s.
const MOST_WORDS: usize = 400;
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
const LETTERS: std::ops::Range<f32> = 0.25..1.6;
/// Print higher than this, in heights of its highest letter, is several lines in one box.
const ONE_LINE: u32 = 2;
/// Grey around the ink of a letter.
const EDGE_PX: i32 = 1;
/// A dotted line across the page would be wider than Tesseract can count, enlarged to the height of a word.
const WIDEST_PX: u32 = 16_000;

/// Indices of the words to be read again.
pub(crate) fn to_read_again(words: &[ReadWord]) -> Vec<usize> {
    let is_one = |word: &ReadWord| {
        let figures = word.text.contains(|c: char| c.is_ascii_digit());
        word.confidence < if figures { SURE } else { DOUBTFUL }
            && word.text.chars().count() <= LONGEST
            && word.text.chars().all(is_western)
            && LEGIBLE_PX.contains(&(word.bottom - word.top))
    };
    let found = words.iter().enumerate().filter(|(_, word)| is_one(word));
    found.map(|(index, _)| index).take(MOST_WORDS).collect()
}

/// Latin letters, figures and marks, and the punctuation and currencies above them.
fn is_western(c: char) -> bool {
    c < '\u{250}' || ('\u{2000}'..'\u{2100}').contains(&c)
}

/// The letters of word `index` on clean paper, and nothing else; absent where there is no ink that can be theirs.
pub(crate) fn alone(
    image: &GrayImage,
    ink: &Ink,
    words: &[ReadWord],
    index: usize,
) -> Option<GrayImage> {
    let letters = letters_of(ink, words, index);
    let highest = letters.iter().map(Mark::height).max()?;
    let all = letters.iter().copied().reduce(|mut all, letter| {
        all.take_in(&letter);
        all
    })?;
    if all.height() > ONE_LINE * highest {
        return None;
    }
    let with_edge = |mark: &Mark| {
        let (from, to) = ((mark.left, mark.top), (mark.right, mark.bottom));
        let signed = |(x, y): (u32, u32)| (x as i32, y as i32);
        Crop::around(signed(from), signed(to), EDGE_PX, image.dimensions())
    };
    let sheet = with_edge(&all);
    if sheet.width * HEIGHTS_PX[1] > WIDEST_PX * sheet.height {
        return None;
    }
    let mut paper = GrayImage::from_pixel(sheet.width, sheet.height, Luma([ink.paper]));
    for letter in letters.iter().map(with_edge) {
        let (right, down) = (letter.left - sheet.left, letter.top - sheet.top);
        imageops::replace(&mut paper, &letter.of(image), right.into(), down.into());
    }
    Some(paper)
}

/// The word as it is read at a height, with paper around it.
pub(crate) fn at_height(word: &GrayImage, height: u32, paper: u8) -> GrayImage {
    let factor = height as f32 / word.height().max(1) as f32;
    let width = ((word.width() as f32 * factor).round() as u32).max(1);
    let filter = imageops::FilterType::CatmullRom;
    let word = imageops::resize(word, width, height, filter);
    let (outer_width, outer_height) = (width + 2 * BORDER_PX, height + 2 * BORDER_PX);
    let mut sheet = GrayImage::from_pixel(outer_width, outer_height, Luma([paper]));
    imageops::replace(
        &mut sheet,
        &word,
        i64::from(BORDER_PX),
        i64::from(BORDER_PX),
    );
    sheet
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

/// One word read by itself: its text without blanks, and the least confidence of its parts.
pub(crate) fn joined(words: &[ReadWord]) -> (String, f32) {
    let text = words.iter().flat_map(|word| word.text.split_whitespace());
    let confidence = words.iter().map(|word| word.confidence);
    (text.collect(), confidence.reduce(f32::min).unwrap_or(0.0))
}

/// Whether `again` supports the first reading.
pub(crate) fn confirms(first: &str, again: &str) -> bool {
    let again = with_edges_of(first, again);
    !again.is_empty() && is_the_same(first, &again)
}

/// Whether it says the same, or merely less (a letter at the edge or a mark), or goes on into the unit behind it.
fn is_the_same(first: &str, again: &str) -> bool {
    let letters = |text: &str| {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.collect::<String>()
    };
    let unit = again.strip_prefix(first).unwrap_or_default();
    first.contains(again)
        || (letters(first) == letters(again) && again.len() < first.len())
        || (first.ends_with(|c: char| c.is_ascii_digit())
            && unit.chars().all(char::is_alphabetic)
            && !unit.is_empty())
}

/// The reading that most confidence speaks for. Without figures none replaces the first: those are misread letters.
pub(crate) fn settled(first: &ReadWord, again: &[(String, f32)]) -> ReadWord {
    let mut votes: Vec<(String, f32)> = vec![(first.text.clone(), FIRST_WEIGHS * first.confidence)];
    for (text, confidence) in again {
        let text = with_edges_of(&first.text, text);
        let text = match is_the_same(&first.text, &text) {
            true if text.is_empty() => continue,
            true => first.text.clone(),
            false => text,
        };
        match votes.iter_mut().find(|(known, _)| *known == text) {
            Some((_, votes)) => *votes += confidence,
            None => votes.push((text, *confidence)),
        }
    }
    let all: f32 = votes.iter().map(|(_, votes)| votes).sum();
    // The first of equals.
    let best = votes
        .into_iter()
        .reduce(|best, next| if next.1 > best.1 { next } else { best });
    let Some((text, votes)) = best.filter(|(text, _)| text.contains(|c: char| c.is_ascii_digit()))
    else {
        return first.clone();
    };
    ReadWord {
        confidence: votes / all.max(f32::MIN_POSITIVE),
        text,
        ..first.clone()
    }
}

/// Marks at the edges are taken from the first reading: alone, a word has none beside it to tell a comma from dust.
fn with_edges_of(first: &str, again: &str) -> String {
    let is_edge = |c: char| !c.is_alphanumeric() && !"$€£¥₺%+".contains(c);
    let core = again.trim_matches(is_edge);
    if core.is_empty() {
        return String::new();
    }
    let after = first.trim_start_matches(is_edge);
    let before = &first[..first.len() - after.len()];
    let behind = &after[after.trim_end_matches(is_edge).len()..];
    format!("{before}{core}{behind}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ink::blacken;

    fn read(text: &str, confidence: f32) -> ReadWord {
        ReadWord {
            text: text.to_owned(),
            left: 40,
            top: 20,
            right: 100,
            bottom: 36,
            confidence,
            line: 0,
        }
    }

    fn settle(first: &str, confidence: f32, again: &[(&str, f32)]) -> String {
        let again: Vec<(String, f32)> = again.iter().map(|(t, c)| ((*t).to_owned(), *c)).collect();
        settled(&read(first, confidence), &again).text
    }

    #[test]
    fn what_several_say_stands() {
        let comma = [
            ("12,292kg", 0.9),
            ("12.292kg", 0.9),
            ("12,292kg", 0.9),
            ("12,292kg", 0.8),
        ];
        assert_eq!(settle("12.292kg", 0.6, &comma), "12,292kg");
        let doubled = [("PO2025", 0.8), ("P0O2025", 0.8), ("PO2025", 0.9)];
        assert_eq!(settle("P0O2025", 0.01, &doubled), "PO2025");
        // Two against two: the first has seen more.
        assert_eq!(
            settle("287I", 0.9, &[("2871", 0.6), ("287I", 0.6), ("2871", 0.6)]),
            "287I"
        );
        assert_eq!(settle("TTL", 0.3, &[("7.74", 0.8), ("7.74", 0.7)]), "7.74");
        assert_eq!(
            settle("Karlsson", 0.3, &[("Karisson", 0.9), ("Karisson", 0.9)]),
            "Karlsson"
        );
    }

    #[test]
    fn who_disagrees_makes_doubt() {
        let by_two = |again: [(&str, f32); 2]| {
            settled(
                &read("6l", 0.8),
                &again.map(|(text, confidence)| (text.to_owned(), confidence)),
            )
        };
        let (other, same) = (
            by_two([("61", 0.9), ("61", 0.9)]),
            by_two([("61", 0.9), ("6l", 0.1)]),
        );
        assert_eq!((other.text.as_str(), same.text.as_str()), ("61", "6l"));
        assert!(other.confidence < 0.6 && same.confidence < 0.8);
    }

    #[test]
    fn less_is_no_contradiction() {
        assert!(confirms("29,620", "_29,620."));
        // Cut letters and lost commas.
        assert!(confirms("EXP2024", "XP2024"));
        assert!(confirms("3,070", "3070"));
        assert!(confirms("18,350", "18,350M"));
        assert!(!confirms("5830", "15830"));
        assert!(!confirms("3.070", "3,070"));
        assert!(!confirms("3070", ""));
        assert!(!confirms("8.50", "$8.50"));
    }

    #[test]
    fn only_words_with_figures_are_read_again() {
        let words = [
            read("Invoice", 0.9),
            read("INV-7", 0.8),
            read("INV-8", 0.95),
            read("TTL", 0.4),
            read("毛重12", 0.5),
            ReadWord {
                bottom: 500,
                ..read("9", 0.5)
            },
        ];
        assert_eq!(to_read_again(&words), [1, 3]);
        assert_eq!(
            to_read_again(&vec![read("1", 0.5); 1_000]).len(),
            MOST_WORDS
        );
    }

    /// Four letters, of which the box of the word holds the last three; a point, a rule above, a word beside.
    fn page() -> (GrayImage, Vec<ReadWord>) {
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
            ..read("123.", 0.9)
        };
        let beside = ReadWord {
            left: 130,
            right: 178,
            ..word.clone()
        };
        (image, vec![word, beside])
    }

    #[test]
    fn a_word_is_cut_out_with_all_its_letters_and_nothing_else() {
        let (image, words) = page();
        let ink = Ink::of(&image);
        let alone = alone(&image, &ink, &words, 0).unwrap();
        // From the letter that the box left out to the point, with an edge.
        assert_eq!(alone.dimensions(), (49, 19));
        let dark = alone.pixels().filter(|pixel| pixel.0[0] < 100).count();
        assert_eq!(dark, 4 * 9 * 16 + 9);
        let sheet = at_height(&alone, 28, ink.paper);
        assert_eq!(sheet.dimensions(), (72 + 2 * BORDER_PX, 28 + 2 * BORDER_PX));
        assert_eq!(sheet.get_pixel(0, 0).0, [240]);
        let nothing = ReadWord {
            left: 200,
            right: 280,
            ..words[0].clone()
        };
        assert!(super::alone(&image, &ink, &[nothing], 0).is_none());
    }

    #[test]
    fn a_dotted_line_across_the_page_is_left() {
        let mut image = GrayImage::from_pixel(3_000, 40, Luma([240]));
        for dot in 0..480 {
            blacken(&mut image, 20 + 6 * dot, 20, 3, 3);
        }
        let line = |right| ReadWord {
            left: 18,
            right,
            top: 18,
            bottom: 25,
            ..read("....", 0.3)
        };
        let ink = Ink::of(&image);
        let alone = |right| alone(&image, &ink, &[line(right)], 0);
        assert!(alone(200).is_some());
        assert!(alone(2_950).is_none());
    }
}
