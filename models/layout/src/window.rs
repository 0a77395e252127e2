//! A window of words -> the numbers that enter the network.
//!
//! Row 0 stands for the page itself; then one row a word. Distances are measured in the page's own
//! units (median word height, mean character width), so that scale and paper do not matter.
//! Odd boxes (not numbers, outside the page, upside down) are put right, never refused.

use crate::PageWord;
use crate::config::NetworkSize;
use crate::ops::{AttentionPlan, Bags, PagePlan};
use crate::shape::{SHAPE_FEATURES, shape_into, spellings};
use crate::token_table::TokenTable;

/// Waves by coordinate: half a wave over the page, and each next one twice as fast.
const WAVES: usize = 6;
const POSITION_FEATURES: usize = 4 * (1 + 2 * WAVES);
const LINE_FEATURES: usize = 12;
/// Words before a word on its line whose meaning is given to it: a caption is that long.
const CAPTION_WORDS: usize = 3;

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

/// Values by row that do not depend on trainable weights.
pub fn feature_count(size: &NetworkSize) -> usize {
    4 * size.token_dimension + SHAPE_FEATURES + POSITION_FEATURES + LINE_FEATURES + 1
}

/// Rows of one or more windows, ready for the network.
#[derive(Default)]
pub struct Batch {
    /// [rows, feature_count].
    pub features: Vec<f32>,
    pub spellings: Bags,
    pub plan: AttentionPlan,
}

impl Batch {
    pub fn rows(&self) -> usize {
        self.spellings.ends.len()
    }

    /// Appends a window. `hidden[i]` hides what word i says (in training), leaving where it stands.
    pub fn push(
        &mut self,
        words: &[PageWord],
        hidden: &[bool],
        table: &TokenTable,
        size: &NetworkSize,
    ) {
        let boxes: Vec<Box2> = words.iter().map(|word| Box2::of(word.bbox)).collect();
        let units = Units::of(words, &boxes);
        let width = feature_count(size);
        let mut page_row = vec![0.0; width];
        page_row[width - 1] = 1.0;
        page_row[width - 2] = (words.len() as f32).ln_1p() / 6.0;
        self.features.extend(page_row);
        self.spellings.push([]);
        let lines = line_features(words, &boxes, &units);
        // What the word says, what stands before it on its line, what stands above it.
        let tokens = tokens(words, hidden, table);
        let d = size.token_dimension;
        for (i, word) in words.iter().enumerate() {
            let start = self.features.len();
            self.features.resize(start + width, 0.0);
            let row = &mut self.features[start..];
            let (own, rest) = row.split_at_mut(2 * d);
            let (before, rest) = rest.split_at_mut(d);
            let (above, rest) = rest.split_at_mut(d);
            let (shape, rest) = rest.split_at_mut(SHAPE_FEATURES);
            let (position, rest) = rest.split_at_mut(POSITION_FEATURES);
            own.copy_from_slice(&tokens[i].vectors);
            let line = words[..i].iter().rev().take_while(|w| w.line == word.line);
            let captions = line.take(CAPTION_WORDS).count();
            for caption in &tokens[i - captions..i] {
                add(before, &caption.vectors[..d], 1.0 / captions as f32);
            }
            if let Some(j) = nearest_above(&boxes, i) {
                add(above, &tokens[j].vectors[..d], 1.0);
            }
            if hidden.get(i).copied().unwrap_or(false) {
                self.spellings.push([]);
            } else {
                shape_into(&word.text, word.confidence, tokens[i].pieces, shape);
                self.spellings
                    .push(spellings(&word.text, size.spelling_rows));
            }
            position_into(&boxes[i], position);
            rest[..LINE_FEATURES].copy_from_slice(&lines[i]);
        }
        self.plan.pages.push(PagePlan {
            rows: words.len() + 1,
            buckets: relations(&boxes, &units),
        });
    }
}

/// The mean of a word's pieces and its first piece, brought to the size of the other features.
struct Tokens {
    vectors: Vec<f32>,
    pieces: usize,
}

fn tokens(words: &[PageWord], hidden: &[bool], table: &TokenTable) -> Vec<Tokens> {
    // A table row is a unit vector.
    let scale = (table.dimension as f32).sqrt() * 0.5;
    let token = |(i, word): (usize, &PageWord)| {
        let mut vectors = vec![0.0; 2 * table.dimension];
        let mut pieces = 0;
        if !hidden.get(i).copied().unwrap_or(false) {
            pieces = table.word_into(&word.text, &mut vectors);
            vectors.iter_mut().for_each(|x| *x *= scale);
        }
        Tokens { vectors, pieces }
    };
    words.iter().enumerate().map(token).collect()
}

fn add(total: &mut [f32], vector: &[f32], weight: f32) {
    for (t, x) in total.iter_mut().zip(vector) {
        *t += x * weight;
    }
}

/// The word that stands nearest above word `i` and shares some of its width.
fn nearest_above(boxes: &[Box2], i: usize) -> Option<usize> {
    let here = boxes[i];
    let middle = (here.y0 + here.y1) / 2.0;
    let shares = |b: &Box2| b.x0 < here.x1 && b.x1 > here.x0 && b.y1 < middle;
    (0..boxes.len())
        .filter(|&j| j != i && shares(&boxes[j]))
        .max_by(|&a, &b| boxes[a].y1.total_cmp(&boxes[b].y1))
}

/// A box put right: within the page, x0 ≤ x1, y0 ≤ y1.
#[derive(Clone, Copy)]
struct Box2 {
    x0: f32,
    y0: f32,
    x1: f32,
    y1: f32,
}

impl Box2 {
    fn of(bbox: [f32; 4]) -> Self {
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
struct Units {
    character: f32,
    height: f32,
}

impl Units {
    fn of(words: &[PageWord], boxes: &[Box2]) -> Self {
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

fn position_into(b: &Box2, out: &mut [f32]) {
    for (coordinate, out) in [b.x0, b.y0, b.x1, b.y1]
        .iter()
        .zip(out.chunks_exact_mut(1 + 2 * WAVES))
    {
        out[0] = 2.0 * coordinate - 1.0;
        for (wave, pair) in out[1..].chunks_exact_mut(2).enumerate() {
            let angle = coordinate * std::f32::consts::PI * (1 << wave) as f32;
            (pair[0], pair[1]) = angle.sin_cos();
        }
    }
}

/// Place in the line, gaps to the neighbours, size of the word.
fn line_features(words: &[PageWord], boxes: &[Box2], units: &Units) -> Vec<[f32; LINE_FEATURES]> {
    let mut out = Vec::with_capacity(words.len());
    let mut start = 0;
    let last_line = words.last().map_or(0, |word| word.line).max(1) as f32;
    let mut line_above = 0.0_f32;
    for group in words.chunk_by(|a, b| a.line == b.line) {
        let here = &boxes[start..start + group.len()];
        start += group.len();
        let n = group.len();
        let gap = |from: f32, to: f32| ((to - from).max(0.0) / units.character).ln_1p() / 3.0;
        let top = here.iter().map(|b| b.y0).fold(1.0, f32::min);
        let bottom = here.iter().map(|b| b.y1).fold(0.0, f32::max);
        let above = ((top - line_above).max(0.0) / units.height).ln_1p() / 3.0;
        line_above = bottom;
        for (i, b) in here.iter().enumerate() {
            let before = if i == 0 {
                1.0
            } else {
                gap(here[i - 1].x1, b.x0)
            };
            let after = here.get(i + 1).map_or(1.0, |next| gap(b.x1, next.x0));
            out.push([
                (n as f32).ln_1p() / 3.0,
                (i as f32).ln_1p() / 3.0,
                ((n - 1 - i) as f32).ln_1p() / 3.0,
                if i == 0 { 1.0 } else { 0.0 },
                if i + 1 == n { 1.0 } else { 0.0 },
                before.min(1.5),
                after.min(1.5),
                above.min(1.5),
                (group[0].line as f32 / last_line).min(1.0),
                ((b.y1 - b.y0) / units.height).min(4.0) / 2.0,
                ((b.x1 - b.x0) / units.character).ln_1p() / 3.0,
                (words.len() as f32).ln_1p() / 6.0,
            ]);
        }
    }
    out
}

/// Relation of each row to each row, [words + 1, words + 1].
fn relations(boxes: &[Box2], units: &Units) -> Vec<u16> {
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
    fn odd_boxes_give_finite_numbers() {
        let words = [
            word("a", [f32::NAN, 0.0, f32::INFINITY, -3.0], 0),
            word("", [0.5, 0.5, 0.5, 0.5], 0),
            word("b", [0.9, 0.9, 0.1, 0.1], 7),
        ];
        let boxes: Vec<Box2> = words.iter().map(|w| Box2::of(w.bbox)).collect();
        let units = Units::of(&words, &boxes);
        assert!(
            relations(&boxes, &units)
                .iter()
                .all(|r| usize::from(*r) < RELATIONS)
        );
        let lines = line_features(&words, &boxes, &units);
        assert!(lines.iter().flatten().all(|x| x.is_finite()));
        assert_eq!(lines.len(), 3);
    }
}
