//! How the words of a page stand to each other: gaps, alignment, what is above what.
//!
//! Distances are measured in the page's own units (median word height, mean character width), so
//! that scale and paper do not matter. Odd boxes (not numbers, outside the page, upside down) are
//! put right, never refused.

use crate::PageWord;

/// Gaps between two words fall into 6 steps on either side, or overlap: 13 × 13 relations, each
/// split by alignment (none, left edges, right edges, both).
const STEPS: u16 = 6;
const SIDES: u16 = 2 * STEPS + 1;
/// Upper ends of the steps but the last: across in characters, down in word heights.
const ACROSS: [f32; 5] = [1.5, 4.0, 10.0, 20.0, 40.0];
const DOWN: [f32; 5] = [0.6, 1.4, 3.0, 7.0, 16.0];
const PAGE_RELATION: u16 = SIDES * SIDES * 4;
/// Number of relations, those with the page's own row included.
pub const RELATIONS: usize = PAGE_RELATION as usize + 3;

/// Relation of each row to each row, [words + 1, words + 1].
pub fn relations(boxes: &[Box2], units: &Units) -> Vec<u16> {
    let rows = boxes.len() + 1;
    let mut out = Vec::with_capacity(rows * rows);
    out.push(PAGE_RELATION);
    out.extend(std::iter::repeat_n(PAGE_RELATION + 1, boxes.len()));
    let (across, down) = (1.0 / units.character, 1.0 / units.height);
    for a in boxes {
        out.push(PAGE_RELATION + 2);
        for b in boxes {
            let x = side((b.x0 - a.x1) * across, (a.x0 - b.x1) * across, &ACROSS);
            let y = side((b.y0 - a.y1) * down, (a.y0 - b.y1) * down, &DOWN);
            let left = u16::from((a.x0 - b.x0).abs() * across < 0.7);
            let right = u16::from((a.x1 - b.x1).abs() * across < 0.7);
            out.push((x * SIDES + y) * 4 + left + 2 * right);
        }
    }
    out
}

/// 0 to 12: 6 is overlap, above it b lies after a by `ahead`, below it before a by `behind`.
#[inline(always)]
fn side(ahead: f32, behind: f32, ends: &[f32; 5]) -> u16 {
    // Boxes of neighbouring lines may touch: a third of a unit still counts as overlap.
    const TOUCH: f32 = -0.3;
    let step = |gap: f32| 1 + ends.iter().map(|end| u16::from(gap > *end)).sum::<u16>();
    if ahead > TOUCH && ahead >= behind {
        STEPS + step(ahead)
    } else if behind > TOUCH {
        STEPS - step(behind)
    } else {
        STEPS
    }
}

/// The word that stands nearest above word `i` and shares some of its width.
pub fn nearest_above(boxes: &[Box2], i: usize) -> Option<usize> {
    let here = boxes[i];
    let middle = (here.y0 + here.y1) / 2.0;
    let shares = |b: &Box2| b.x0 < here.x1 && b.x1 > here.x0 && b.y1 < middle;
    (0..boxes.len())
        .filter(|&j| j != i && shares(&boxes[j]))
        .max_by(|&a, &b| boxes[a].y1.total_cmp(&boxes[b].y1))
}

/// Words of a heading: more say no more.
const HEADING_WORDS: usize = 6;
/// Lines of a heading follow each other at less, in word heights; its words on a line, in characters.
const HEADING_LINE: f32 = 1.2;
const HEADING_GAP: f32 = 1.6;

/// What heads the column that word `i` stands in: the nearest word above it that is `lettered` (letters, no
/// figures) and shares some of its width, with the words around that one, nearest first. Below the head of a
/// table that is the head, however many rows of figures lie between; below a caption it is the caption.
pub fn heading_of(boxes: &[Box2], lettered: &[bool], units: &Units, i: usize) -> Vec<usize> {
    let here = boxes[i];
    let middle = (here.y0 + here.y1) / 2.0;
    let stands_above = |b: &Box2, x: &Box2, below: f32| b.x0 < x.x1 && b.x1 > x.x0 && b.y1 < below;
    let first = (0..boxes.len())
        .filter(|&j| j != i && lettered[j] && stands_above(&boxes[j], &here, middle))
        .max_by(|&a, &b| boxes[a].y1.total_cmp(&boxes[b].y1));
    let mut words: Vec<usize> = first.into_iter().collect();
    let mut next = 0;
    while let Some(&from) = words.get(next) {
        next += 1;
        let word = boxes[from];
        let touches = |b: &Box2| {
            let apart = (b.x0 - word.x1).max(word.x0 - b.x1) / units.character;
            let gap = (word.y0 - b.y1) / units.height;
            let same_line = b.y0 < word.y1 && b.y1 > word.y0 && apart < HEADING_GAP;
            let line_above = gap > -0.5 && gap < HEADING_LINE && apart < 0.0;
            same_line || line_above
        };
        for (j, b) in boxes.iter().enumerate() {
            if words.len() >= HEADING_WORDS {
                return words;
            }
            if j != i && lettered[j] && b.y1 < middle && !words.contains(&j) && touches(b) {
                words.push(j);
            }
        }
    }
    words
}

/// A box put right: within the page, x0 ≤ x1, y0 ≤ y1.
#[derive(Clone, Copy)]
pub struct Box2 {
    pub x0: f32,
    pub y0: f32,
    pub x1: f32,
    pub y1: f32,
}

impl Box2 {
    pub fn of(bbox: [f32; 4]) -> Self {
        let [a, b, c, d] = bbox.map(|v| {
            if v.is_finite() {
                v.clamp(0.0, 1.0)
            } else {
                0.0
            }
        });
        Self {
            x0: a.min(c),
            y0: b.min(d),
            x1: a.max(c),
            y1: b.max(d),
        }
    }
}

/// The page's own units of length, as shares of its width and height.
pub struct Units {
    pub character: f32,
    pub height: f32,
}

impl Units {
    pub fn of(words: &[PageWord], boxes: &[Box2]) -> Self {
        let chars: usize = words
            .iter()
            .map(|word| word.text.chars().count().max(1))
            .sum();
        let widths: f32 = boxes.iter().map(|b| b.x1 - b.x0).sum();
        let mut heights: Vec<f32> = boxes.iter().map(|b| b.y1 - b.y0).collect();
        heights.sort_by(f32::total_cmp);
        let median = heights.get(heights.len() / 2).copied().unwrap_or(0.01);
        Self {
            character: (widths / chars.max(1) as f32).clamp(0.002, 0.1),
            height: median.clamp(0.003, 0.1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, bbox: [f32; 4], line: u32) -> PageWord {
        PageWord {
            text: text.to_owned(),
            bbox,
            confidence: 0.9,
            line,
        }
    }

    #[test]
    fn relations_tell_right_of_from_below_and_aligned() {
        let words = [
            word("Total", [0.1, 0.10, 0.2, 0.12], 0),
            word("12.50", [0.22, 0.10, 0.3, 0.12], 0),
            word("Paid", [0.1, 0.13, 0.18, 0.15], 1),
        ];
        let boxes: Vec<Box2> = words.iter().map(|w| Box2::of(w.bbox)).collect();
        let out = relations(&boxes, &Units::of(&words, &boxes));
        let relation = |a: usize, b: usize| {
            let r = out[(a + 1) * 4 + b + 1];
            (r / 4 / SIDES, r / 4 % SIDES, r % 4)
        };
        assert_eq!(relation(0, 0), (STEPS, STEPS, 3));
        assert_eq!(relation(0, 1), (STEPS + 1, STEPS, 0));
        assert_eq!(relation(1, 0), (STEPS - 1, STEPS, 0));
        assert_eq!(relation(0, 2), (STEPS, STEPS + 1, 1));
        assert_eq!(out[0], PAGE_RELATION);
    }

    #[test]
    fn the_word_above_is_the_nearest_that_shares_some_width() {
        let boxes = [
            [0.1, 0.10, 0.2, 0.12],
            [0.1, 0.20, 0.2, 0.22],
            [0.5, 0.25, 0.6, 0.27],
            [0.15, 0.30, 0.3, 0.32],
        ]
        .map(Box2::of);
        assert_eq!(nearest_above(&boxes, 3), Some(1));
        assert_eq!(nearest_above(&boxes, 0), None);
    }

    #[test]
    fn a_column_is_headed_by_the_nearest_words_without_figures() {
        let words = [
            word("Net", [0.50, 0.10, 0.53, 0.12], 0),
            word("weight", [0.54, 0.10, 0.60, 0.12], 0),
            word("kg", [0.53, 0.13, 0.55, 0.15], 1),
            word("Price", [0.80, 0.13, 0.85, 0.15], 1),
            word("12.5", [0.52, 0.20, 0.56, 0.22], 2),
            word("14.0", [0.52, 0.25, 0.56, 0.27], 3),
        ];
        let boxes: Vec<Box2> = words.iter().map(|w| Box2::of(w.bbox)).collect();
        let lettered = [true, true, true, true, false, false];
        let units = Units::of(&words, &boxes);
        assert_eq!(heading_of(&boxes, &lettered, &units, 5), [2, 1, 0]);
        assert_eq!(heading_of(&boxes, &lettered, &units, 3), [0usize; 0]);
    }

    #[test]
    fn odd_boxes_are_put_right() {
        let words = [
            word("a", [f32::NAN, 0.0, f32::INFINITY, -3.0], 0),
            word("", [0.5, 0.5, 0.5, 0.5], 0),
            word("b", [0.9, 0.9, 0.1, 0.1], 7),
        ];
        let boxes: Vec<Box2> = words.iter().map(|w| Box2::of(w.bbox)).collect();
        let units = Units::of(&words, &boxes);
        let out = relations(&boxes, &units);
        assert!(out.iter().all(|r| usize::from(*r) < RELATIONS));
    }
}
