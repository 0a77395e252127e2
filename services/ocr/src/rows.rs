//! Lines of print as wide as the page: in whatever blocks Tesseract found them, and whatever it found
//! only on a second look.
//!
//! In: words in pixels with the lines of their block. Out: the same words in lines that run across the
//! page, from top to bottom, as the lines of a text layer do. What reads tables then sees a row as one
//! line, whether the page was scanned or not.

use crate::engine::ReadWord;
use crate::ink::Mark;
use crate::span::Span;

/// Two pieces of print are on one line if their middles are closer than this part of the lower one's
/// height.
const SAME_LINE: f32 = 0.5;
/// A line may be read with so much of it under another; more, and one stands in for the other.
const MOST_OVERLAP: f32 = 0.3;

/// What a second look finds is often a stamp, a logo or a pattern: less certain words are left out.
const SURE_ENOUGH: f32 = 0.5;

/// A word of more than this many usual heights is a title, whose letters are higher than a third of it; so many that
/// are not, and more than it has letters, are print of their own.
const HIGH: i32 = 2;
const LOW: i32 = 3;
const MANY: usize = 8;

/// Part of a line: words that Tesseract put on one line of a block.
struct Piece {
    words: Vec<ReadWord>,
    left: i32,
    right: i32,
}

impl Piece {
    fn of(words: Vec<ReadWord>) -> Option<Self> {
        let left = words.iter().map(|word| word.left).min()?;
        let right = words.iter().map(|word| word.right).max()?;
        Some(Self { words, left, right })
    }

    /// The word nearest to `x`: the print may be askew or curled, so that only neighbours compare.
    fn nearest(&self, x: i32) -> Option<&ReadWord> {
        let distance = |word: &&ReadWord| (word.left - x).max(x - word.right).max(0);
        self.words.iter().min_by_key(distance)
    }

    fn is_beside(&self, other: &Self) -> bool {
        let middle = (self.left.max(other.left) + self.right.min(other.right)) / 2;
        let (Some(mine), Some(others)) = (self.nearest(middle), other.nearest(middle)) else {
            return false;
        };
        let distance = (centre(mine) - centre(others)).abs();
        let lower = (mine.bottom - mine.top).min(others.bottom - others.top) as f32;
        distance < SAME_LINE * lower && !self.covers(other)
    }

    /// Whether words of one stand over or under words of the other.
    fn covers(&self, other: &Self) -> bool {
        self.words.iter().any(|mine| {
            other.words.iter().any(|others| {
                let overlap = mine.right.min(others.right) - mine.left.max(others.left);
                let narrower = (mine.right - mine.left).min(others.right - others.left);
                overlap as f32 > MOST_OVERLAP * narrower as f32
            })
        })
    }
}

/// Whether neighbours of one line of Tesseract's stand on one line: in the cells of a table it strays to the line below.
fn is_level(one: &ReadWord, next: &ReadWord) -> bool {
    Span::from(one).shares_line(&Span::from(next))
}

fn centre(word: &ReadWord) -> f32 {
    (word.top + word.bottom) as f32 / 2.0
}

/// Lines across the page, numbered from the top.
pub(crate) fn across_the_page(words: Vec<ReadWord>) -> Vec<ReadWord> {
    let mut pieces: Vec<Piece> = words
        .chunk_by(|one, next| one.line == next.line && is_level(one, next))
        .filter_map(|words| Piece::of(words.to_vec()))
        .collect();
    pieces.sort_by_key(|piece| piece.left);
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        // The line whose end is nearest: of several that fit, the others have gone on beyond.
        let fitting = lines
            .iter_mut()
            .filter(|line| line.last().is_some_and(|last| last.is_beside(&piece)));
        match fitting.max_by_key(|line| line.last().map(|last| last.right)) {
            Some(line) => line.push(piece),
            None => lines.push(vec![piece]),
        }
    }
    let top = |line: &[Piece]| {
        let words = || line.iter().flat_map(|piece| &piece.words);
        words().map(centre).sum::<f32>() / words().count().max(1) as f32
    };
    lines.sort_by(|one, other| top(one).total_cmp(&top(other)));
    let numbered = lines.into_iter().enumerate().flat_map(|(number, line)| {
        let mut words: Vec<ReadWord> = line.into_iter().flat_map(|piece| piece.words).collect();
        words.sort_by_key(|word| word.left);
        words.into_iter().map(move |word| ReadWord {
            line: number as u32,
            ..word
        })
    });
    numbered.collect()
}

/// The words without those that stand for a picture, a frame or a column of print: Tesseract gives such a
/// thing a few letters of its own and the box of all that is in it.
pub(crate) fn without_frames(words: Vec<ReadWord>, letters: &[Mark]) -> Vec<ReadWord> {
    let mut heights: Vec<i32> = words.iter().map(|word| word.bottom - word.top).collect();
    heights.sort_unstable();
    let usual = heights.get(heights.len() / 2).copied().unwrap_or(0);
    let is_frame = |word: &ReadWord| {
        let height = word.bottom - word.top;
        let low = |letter: &&Mark| LOW * (letter.height() as i32) < height;
        let inside = || {
            let letters = letters
                .iter()
                .filter(|letter| covers(word, letter.middle()));
            letters.filter(low).count()
        };
        height > HIGH * usual && inside() >= MANY.max(word.text.chars().count() + 1)
    };
    words.into_iter().filter(|word| !is_frame(word)).collect()
}

/// How many letters no word covers.
pub(crate) fn passed_over(letters: &[Mark], words: &[ReadWord]) -> usize {
    let unread = letters.iter().filter(|letter| !is_read(letter, words));
    unread.count()
}

pub(crate) fn is_read(letter: &Mark, words: &[ReadWord]) -> bool {
    let middle = letter.middle();
    words.iter().any(|word| covers(word, middle))
}

/// Whether a place is in the box of a word.
pub(crate) fn covers(word: &ReadWord, (x, y): (i32, i32)) -> bool {
    (word.left..word.right).contains(&x) && (word.top..word.bottom).contains(&y)
}

/// `first` and those words of `second` that stand where `first` has none.
pub(crate) fn completed(first: Vec<ReadWord>, second: Vec<ReadWord>) -> Vec<ReadWord> {
    let stands_on = |word: &ReadWord, other: &ReadWord| {
        let middle = ((word.left + word.right) / 2, (word.top + word.bottom) / 2);
        covers(other, middle)
    };
    let next_line = first.iter().map(|word| word.line + 1).max().unwrap_or(0);
    let more: Vec<ReadWord> = second
        .into_iter()
        .filter(|word| word.confidence >= SURE_ENOUGH)
        .filter(|word| {
            !first
                .iter()
                .any(|other| stands_on(word, other) || stands_on(other, word))
        })
        .map(|word| ReadWord {
            line: next_line + word.line,
            ..word
        })
        .collect();
    first.into_iter().chain(more).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, left: i32, top: i32, line: u32) -> ReadWord {
        ReadWord {
            text: text.to_owned(),
            left,
            top,
            right: left + 10 * text.len() as i32,
            bottom: top + 20,
            confidence: 0.9,
            line,
        }
    }

    fn lines(words: Vec<ReadWord>) -> Vec<String> {
        across_the_page(words)
            .chunk_by(|one, next| one.line == next.line)
            .map(|line| {
                let texts: Vec<&str> = line.iter().map(|word| word.text.as_str()).collect();
                texts.join(" ")
            })
            .collect()
    }

    #[test]
    fn blocks_side_by_side_share_their_lines() {
        let words = vec![
            word("Seller", 0, 0, 0),
            word("Acme", 0, 40, 1),
            word("Invoice", 300, 3, 2),
            word("4711", 300, 44, 3),
            word("total", 0, 80, 4),
        ];
        assert_eq!(lines(words), ["Seller Invoice", "Acme 4711", "total"]);
    }

    #[test]
    fn lines_that_climb_are_followed() {
        // 2 px a word: at the end of the line as high as the line above it began.
        let row = |top: i32, line: u32| {
            (0..10).map(move |n| word("abc", n * 60, top - 3 * n, line * 10 + n as u32))
        };
        let words: Vec<ReadWord> = row(100, 0).chain(row(127, 1)).collect();
        assert_eq!(lines(words), [["abc"; 10].join(" "), ["abc"; 10].join(" ")]);
    }

    #[test]
    fn a_word_around_other_print_is_none() {
        let mut image = image::GrayImage::from_pixel(400, 400, image::Luma([255]));
        for (x, y, pixel) in image.enumerate_pixels_mut() {
            // A column of figures, and a title of four high letters.
            let figure = x < 20 && x % 10 < 7 && y % 30 < 20 && y < 300;
            let title = x > 200 && x % 40 < 30 && (310..390).contains(&y);
            if figure || title {
                pixel.0[0] = 0;
            }
        }
        let letters = crate::ink::marks(&crate::mask::Mask::of(&image, 128));
        let large = |text: &str, left: i32, top: i32, right: i32, bottom: i32| ReadWord {
            right,
            bottom,
            ..word(text, left, top, 0)
        };
        let title = large("INVO", 200, 305, 400, 395);
        let words = vec![
            large("EZZZZ", 0, 0, 30, 300),
            title.clone(),
            word("a", 100, 0, 1),
            word("b", 100, 30, 2),
            word("c", 100, 60, 3),
        ];
        let kept = without_frames(words.clone(), &letters);
        assert_eq!(kept, words[1..]);
    }

    #[test]
    fn only_what_was_passed_over_is_taken_from_the_second_look() {
        let first = vec![word("Qty", 0, 0, 0), word("12.50", 200, 0, 0)];
        let second = vec![
            word("Oty", 1, 1, 0),
            word("kg", 100, 1, 0),
            word("l2.50", 199, 0, 1),
        ];
        let all = completed(first.clone(), second);
        let texts: Vec<&str> = all.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(texts, ["Qty", "12.50", "kg"]);
        assert_eq!(lines(all), ["Qty kg 12.50"]);
        let letters = crate::ink::marks(&crate::mask::Mask::empty(1, 1));
        assert_eq!(passed_over(&letters, &first), 0);
    }
}
