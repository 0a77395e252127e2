//! A window of words -> the numbers that enter the network.
//!
//! Row 0 stands for the page itself; then one row a word: what it says, what stands before it on
//! its line and above it, what it looks like, where it stands. Nothing here is trained.

use crate::PageWord;
use crate::config::NetworkSize;
use crate::ops::{AttentionPlan, Bags, PagePlan};
use crate::relations::{Box2, Units, heading_of, nearest_above, relations};
use crate::shape::{SHAPE_FEATURES, shape_into, spellings};
use crate::token_table::TokenTable;

/// Waves by coordinate: half a wave over the page, and each next one twice as fast.
const WAVES: usize = 6;
const POSITION_FEATURES: usize = 4 * (1 + 2 * WAVES);
const LINE_FEATURES: usize = 12;
/// Words before a word on its line whose meaning is given to it: a caption is that long.
const CAPTION_WORDS: usize = 3;

/// Values by row that do not depend on trainable weights.
pub fn feature_count(size: &NetworkSize) -> usize {
    let meanings = if size.headings { 5 } else { 4 };
    meanings * size.token_dimension + SHAPE_FEATURES + POSITION_FEATURES + LINE_FEATURES + 1
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
        let lettered: Vec<bool> = words.iter().map(|word| is_lettered(&word.text)).collect();
        // What the word says, what stands before it on its line, what stands above it, and what
        // heads its column.
        let tokens = tokens(words, hidden, table);
        let d = size.token_dimension;
        for (i, word) in words.iter().enumerate() {
            let start = self.features.len();
            self.features.resize(start + width, 0.0);
            let row = &mut self.features[start..];
            let (own, rest) = row.split_at_mut(2 * d);
            let (before, rest) = rest.split_at_mut(d);
            let (above, rest) = rest.split_at_mut(d);
            let (heading, rest) = rest.split_at_mut(if size.headings { d } else { 0 });
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
            if size.headings {
                let words = heading_of(&boxes, &lettered, &units, i);
                for j in &words {
                    add(heading, &tokens[*j].vectors[..d], 1.0 / words.len() as f32);
                }
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

/// A word that can be part of a heading: letters and no figures.
fn is_lettered(text: &str) -> bool {
    text.contains(char::is_alphabetic) && !text.contains(|c: char| c.is_ascii_digit())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_words_give_finite_line_features() {
        let word = |bbox, line| PageWord {
            text: String::new(),
            bbox,
            confidence: 0.9,
            line,
        };
        let words = [
            word([f32::NAN, 0.0, f32::INFINITY, -3.0], 0),
            word([0.5, 0.5, 0.5, 0.5], 0),
            word([0.9, 0.9, 0.1, 0.1], 7),
        ];
        let boxes: Vec<Box2> = words.iter().map(|w| Box2::of(w.bbox)).collect();
        let lines = line_features(&words, &boxes, &Units::of(&words, &boxes));
        assert!(lines.iter().flatten().all(|x| x.is_finite()));
        assert_eq!(lines.len(), 3);
    }
}
