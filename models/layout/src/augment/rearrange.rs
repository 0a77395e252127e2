//! The blocks of a page in another order, so that the network learns from captions who is who, not from who
//! stands first.
//!
//! A block is what empty paper parts from the rest, down the page; the goods table with the line above it is
//! one, and a mention is never torn. A block of two columns may have them exchanged. Words keep their labels,
//! lines are counted anew.

use crate::LabelledWord;
use crate::labels::{ITEM_PREFIX, OUTSIDE};
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::collections::HashMap;

/// Share of pages that are rearranged.
const PAGES: f32 = 0.25;
/// Of those, share of blocks of two columns whose columns change places.
const MIRRORED: f32 = 0.4;
/// Empty paper between blocks, in heights of a word: lines of a paragraph are closer.
const APART: f32 = 1.0;
/// Empty paper between two columns.
const GUTTER: f32 = 2.5;
/// A column has at least so many words.
const COLUMN_WORDS: usize = 3;

/// Indices of the words of a block, in reading order.
type Block = Vec<usize>;

pub fn rearrange(words: Vec<LabelledWord>, random: &mut ChaCha8Rng) -> Vec<LabelledWord> {
    if random.random::<f32>() >= PAGES || words.is_empty() {
        return words;
    }
    let height = typical_height(&words);
    let blocks = blocks(&words, height);
    if blocks.len() < 2 {
        return words;
    }
    let extents: Vec<(f32, f32)> = blocks.iter().map(|block| extent(&words, block)).collect();
    let mut order: Vec<usize> = (0..blocks.len()).collect();
    match random.random::<f32>() < 0.5 {
        true => order.shuffle(random),
        // Two of them change places.
        false => order.swap(
            random.random_range(0..blocks.len()),
            random.random_range(0..blocks.len()),
        ),
    }
    let mut out = Vec::with_capacity(words.len());
    let mut top = extents.iter().map(|(top, _)| *top).fold(1.0, f32::min);
    for (place, &index) in order.iter().enumerate() {
        let (from, to) = extents[index];
        let mut block: Vec<LabelledWord> =
            blocks[index].iter().map(|i| words[*i].clone()).collect();
        for word in &mut block {
            word.word.bbox[1] += top - from;
            word.word.bbox[3] += top - from;
        }
        // The empty paper below a place stays there.
        let below = extents
            .get(place + 1)
            .map_or(0.0, |next| next.0 - extents[place].1);
        top += to - from + below.max(0.0);
        if random.random::<f32>() < MIRRORED {
            exchange_columns(&mut block, height);
        }
        renumber(&mut out, block);
    }
    out
}

/// Appends a block, its lines counted on from those before.
fn renumber(out: &mut Vec<LabelledWord>, block: Vec<LabelledWord>) {
    let mut next = out.iter().map(|word| word.word.line + 1).max().unwrap_or(0);
    let mut lines: HashMap<u32, u32> = HashMap::new();
    for mut word in block {
        let line = lines.entry(word.word.line).or_insert_with(|| {
            next += 1;
            next - 1
        });
        word.word.line = *line;
        out.push(word);
    }
}

fn typical_height(words: &[LabelledWord]) -> f32 {
    let mut heights: Vec<f32> = words
        .iter()
        .map(|w| w.word.bbox[3] - w.word.bbox[1])
        .collect();
    heights.sort_by(f32::total_cmp);
    heights
        .get(heights.len() / 2)
        .copied()
        .unwrap_or(0.0)
        .max(1e-4)
}

/// Top and bottom.
fn extent(words: &[LabelledWord], block: &[usize]) -> (f32, f32) {
    let top = block
        .iter()
        .map(|i| words[*i].word.bbox[1])
        .fold(1.0, f32::min);
    let bottom = block
        .iter()
        .map(|i| words[*i].word.bbox[3])
        .fold(0.0, f32::max);
    (top, bottom.max(top))
}

fn blocks(words: &[LabelledWord], height: f32) -> Vec<Block> {
    let mut by_top: Vec<usize> = (0..words.len()).collect();
    by_top.sort_by(|a, b| words[*a].word.bbox[1].total_cmp(&words[*b].word.bbox[1]));
    let mut blocks: Vec<Block> = Vec::new();
    let mut bottom = f32::NEG_INFINITY;
    for index in by_top {
        let bbox = &words[index].word.bbox;
        match blocks.last_mut() {
            Some(block) if bbox[1] < bottom + APART * height => block.push(index),
            _ => blocks.push(vec![index]),
        }
        bottom = bottom.max(bbox[3]);
    }
    for block in &mut blocks {
        block.sort_unstable();
    }
    join_table(words, &mut blocks);
    join_torn(words, &mut blocks);
    blocks
}

/// All blocks with goods, and the one above the first, are one.
fn join_table(words: &[LabelledWord], blocks: &mut Vec<Block>) {
    let has_goods = |block: &Block| {
        block
            .iter()
            .any(|i| words[*i].label.starts_with(ITEM_PREFIX))
    };
    let (Some(first), Some(last)) = (
        blocks.iter().position(has_goods),
        blocks.iter().rposition(has_goods),
    ) else {
        return;
    };
    join(blocks, first.saturating_sub(1), last);
}

/// A block that begins in the middle of a mention is one with the block where the mention began.
fn join_torn(words: &[LabelledWord], blocks: &mut Vec<Block>) {
    let mut index = 1;
    while index < blocks.len() {
        let mut seen: Vec<&str> = Vec::new();
        let mut begun: Option<usize> = None;
        for word in blocks[index].iter().map(|i| &words[*i]) {
            if word.label == OUTSIDE || seen.contains(&word.label.as_str()) {
                continue;
            }
            seen.push(&word.label);
            if word.begins {
                continue;
            }
            let has_label = |block: &Block| block.iter().any(|i| words[*i].label == word.label);
            let before = blocks[..index].iter().rposition(has_label);
            begun = begun.into_iter().chain(before).min();
        }
        match begun {
            Some(first) => {
                join(blocks, first, index);
                index = first + 1;
            }
            None => index += 1,
        }
    }
}

fn join(blocks: &mut Vec<Block>, first: usize, last: usize) {
    let mut joined: Block = blocks.drain(first..=last).flatten().collect();
    joined.sort_unstable();
    blocks.insert(first, joined);
}

/// Two columns of fields that a gutter parts change places; captions left of their values do not.
fn exchange_columns(block: &mut Vec<LabelledWord>, height: f32) {
    if block.iter().any(|word| word.label.starts_with(ITEM_PREFIX)) {
        return;
    }
    let Some((left_end, right_start)) = gutter(block, height) else {
        return;
    };
    let is_right = |word: &LabelledWord| word.word.bbox[0] >= right_start;
    let has_fields = |right: bool| {
        block
            .iter()
            .any(|word| is_right(word) == right && word.label != OUTSIDE)
    };
    // A column of values begins with one; one of blocks begins with a caption, or with a name.
    let first_right = block.iter().find(|word| is_right(word));
    let is_head =
        first_right.is_some_and(|word| word.label == OUTSIDE || word.label.ends_with("_name"));
    if !has_fields(false) || !has_fields(true) || !is_head {
        return;
    }
    let left = block.iter().map(|w| w.word.bbox[0]).fold(1.0, f32::min);
    let right = block.iter().map(|w| w.word.bbox[2]).fold(0.0, f32::max);
    for word in block.iter_mut() {
        let shift = match is_right(word) {
            true => left - right_start,
            false => right - left_end,
        };
        word.word.bbox[0] += shift;
        word.word.bbox[2] += shift;
    }
    // A line is read from left to right.
    let mut lines: Vec<Vec<LabelledWord>> = block
        .chunk_by(|a, b| a.word.line == b.word.line)
        .map(<[LabelledWord]>::to_vec)
        .collect();
    for line in &mut lines {
        line.sort_by(|a, b| a.word.bbox[0].total_cmp(&b.word.bbox[0]));
    }
    *block = lines.concat();
}

/// Right edge of the left column and left edge of the right one, at the widest gap.
fn gutter(block: &[LabelledWord], height: f32) -> Option<(f32, f32)> {
    let mut spans: Vec<(f32, f32)> = block
        .iter()
        .map(|w| (w.word.bbox[0], w.word.bbox[2]))
        .collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut end = f32::NEG_INFINITY;
    let mut widest: Option<(f32, f32)> = None;
    for (index, (from, to)) in spans.iter().enumerate() {
        let inside = index >= COLUMN_WORDS && index + COLUMN_WORDS <= spans.len();
        let wider = widest.is_none_or(|(a, b)| from - end > b - a);
        if inside && wider && from - end > GUTTER * height {
            widest = Some((end, *from));
        }
        end = end.max(*to);
    }
    widest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PageWord;
    use rand::SeedableRng;

    fn word(text: &str, x: f32, y: f32, line: u32, label: &str, begins: bool) -> LabelledWord {
        LabelledWord {
            word: PageWord {
                text: text.to_owned(),
                bbox: [x, y, x + 0.1, y + 0.01],
                confidence: 1.0,
                line,
            },
            label: label.to_owned(),
            begins,
            starts_row: false,
        }
    }

    /// Seller and buyer side by side, a title, a table, a sum, an address over a wide gap.
    fn page() -> Vec<LabelledWord> {
        vec![
            word("Seller", 0.1, 0.10, 0, "O", false),
            word("Buyer", 0.6, 0.10, 0, "O", false),
            word("Ada", 0.1, 0.115, 1, "seller_name", true),
            word("Ltd", 0.21, 0.115, 1, "seller_name", false),
            word("Bea", 0.6, 0.115, 1, "buyer_name", true),
            word("Inc", 0.71, 0.115, 1, "buyer_name", false),
            word("Invoice", 0.4, 0.2, 2, "O", false),
            word("Goods", 0.1, 0.3, 3, "O", false),
            word("bolts", 0.1, 0.34, 4, "item.description", true),
            word("nuts", 0.1, 0.38, 5, "item.description", true),
            word("Total", 0.1, 0.5, 6, "O", false),
            word("9.00", 0.3, 0.5, 6, "total_amount", true),
            word("PORT", 0.1, 0.6, 7, "consignee_address", true),
            word("ROAD", 0.1, 0.64, 8, "consignee_address", false),
        ]
    }

    #[test]
    fn blocks_change_places_and_neither_table_nor_mention_is_torn() {
        let at = |words: &[LabelledWord], text: &str| {
            let found = words.iter().position(|w| w.word.text == text);
            found.map(|i| (i, words[i].clone())).expect("still there")
        };
        let (mut moved, mut mirrored) = (0, 0);
        for seed in 0..200 {
            let words = rearrange(page(), &mut ChaCha8Rng::seed_from_u64(seed));
            assert_eq!(words.len(), page().len());
            for pair in [
                ("Goods", "bolts"),
                ("bolts", "nuts"),
                ("PORT", "ROAD"),
                ("Total", "9.00"),
            ] {
                let (one, two) = (at(&words, pair.0), at(&words, pair.1));
                assert_eq!(one.0 + 1, two.0, "{pair:?}");
            }
            for pair in words.windows(2) {
                assert!(pair[0].word.line <= pair[1].word.line);
            }
            for word in &words {
                assert!(word.word.bbox.iter().all(|v| (0.0..=1.0).contains(v)));
            }
            // Names stay below their captions.
            let (seller, name) = (at(&words, "Seller").1, at(&words, "Ada").1);
            assert!((seller.word.bbox[0] - name.word.bbox[0]).abs() < 1e-5);
            moved += u32::from(words != page());
            mirrored += u32::from(seller.word.bbox[0] > 0.5);
        }
        assert!((20..70).contains(&moved), "{moved}");
        assert!((5..40).contains(&mirrored), "{mirrored}");
    }
}
