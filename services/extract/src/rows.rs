//! Cells of the goods table to rows.
//!
//! Goes in: the fragments of cells on all pages of a document. Comes out: rows, each with the mentions
//! of its cells, in reading order. The printed lines of the table are cut into rows at the most probable
//! places: where the model sees a row start, where a column would otherwise hold two numbers, where the
//! numbers of a row stand, where a rule is drawn. A wrapped description stays with its row, also over a page break.
//! Deliberately absent: header rows and totals; they carry no cell tags.

mod cells;
mod codes;
mod halves;
mod numbered;
mod ruled;

use crate::fragments::{Fragment, fragments};
use crate::mentions::Mention;
use crate::odds::log_odds;
use crate::tagged::{Tag, TaggedPage};
use cells::row;
use docexam_domain::FieldKey;

/// No row is longer, in printed lines; longer ones are cut.
const LONGEST_ROW: usize = 60;
/// Log-odds lost for each number that a column would hold twice in one row.
const SECOND_NUMBER: f32 = 3.0;
/// Lost by a row without any number: it is rather the end of the row above.
const NO_NUMBER: f32 = 1.5;
/// Lost for each line that stands above the numbers of its row: numbers stand on the first line.
const LINE_ABOVE_NUMBERS: f32 = 0.7;
/// Won where the gap above is wider than usual in this table.
const WIDE_GAP: f32 = 0.7;

/// One line item: mentions of its cells, each key at most once except texts, which are joined.
#[derive(Clone, Debug)]
pub struct Row {
    pub cells: Vec<Mention>,
    /// Numbers that were taken for its price too, like the rate of a discount beside it.
    pub other_prices: Vec<Mention>,
}

/// Rows of the table that runs over the given pages; `pages` are indices into `all`.
pub fn rows(all: &[TaggedPage], pages: &[usize]) -> Vec<Row> {
    let lines: Vec<Line> = pages
        .iter()
        .filter_map(|index| Some(lines_of_page(*index, all.get(*index)?)))
        .flatten()
        .collect();
    let mut rows = Vec::new();
    let mut end = lines.len();
    let starts = best_starts(&lines);
    for start in starts.into_iter().rev() {
        if let Some(row) = row(all, &lines[start..end]) {
            rows.push(row);
        }
        end = start;
    }
    rows.reverse();
    numbered::counted(halves::joined(rows))
}

/// A printed line of the table.
struct Line {
    /// Left to right.
    cells: Vec<Fragment>,
    /// Figures of its tariff code.
    code: String,
    /// Whether a figure counts it.
    is_numbered: bool,
    /// Log-odds that a row starts here, from the model alone.
    starts: f32,
    /// Whether the gap above is clearly wider than usual.
    after_wide_gap: bool,
}

impl Line {
    fn keys(&self) -> impl Iterator<Item = FieldKey> {
        self.cells.iter().filter_map(|cell| match cell.tag {
            Tag::Cell(key) => Some(key),
            _ => None,
        })
    }

    /// The keys that are wanted, each once.
    fn keys_that(&self, is_wanted: fn(FieldKey) -> bool) -> Vec<FieldKey> {
        let mut keys: Vec<FieldKey> = self.keys().filter(|key| is_wanted(*key)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// Whether two tariff codes are the same to the figures that both have.
fn agree(one: &str, other: &str) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

fn lines_of_page(index: usize, page: &TaggedPage) -> Vec<Line> {
    let mut cells: Vec<Fragment> = fragments(index, page)
        .into_iter()
        .filter(|fragment| matches!(fragment.tag, Tag::Cell(_)))
        .collect();
    cells.sort_by(|a, b| a.bbox.centre()[1].total_cmp(&b.bbox.centre()[1]));
    let mut heights: Vec<f32> = cells.iter().map(|cell| cell.bbox.height()).collect();
    let height = median(&mut heights);
    // A line's height is measured from its first cell, so that a slanted line does not chain on.
    let mut lines: Vec<Vec<Fragment>> = Vec::new();
    for cell in cells {
        match lines.last_mut() {
            Some(line)
                if line.first().is_some_and(|first| {
                    cell.bbox.centre()[1] - first.bbox.centre()[1] < 0.6 * height
                }) =>
            {
                line.push(cell);
            }
            _ => lines.push(vec![cell]),
        }
    }
    let tops: Vec<f32> = lines
        .iter()
        .filter_map(|line| line.first())
        .map(|cell| cell.bbox.centre()[1])
        .collect();
    let mut pitches: Vec<f32> = tops.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let pitch = median(&mut pitches.clone());
    pitches.insert(0, 0.0);
    let lines = lines.into_iter().zip(pitches);
    let lines = lines.map(|(cells, gap)| line(page, cells, gap > 1.5 * pitch));
    ruled::joined(lines.collect(), &page.reading.ruling)
}

fn line(page: &TaggedPage, mut cells: Vec<Fragment>, after_wide_gap: bool) -> Line {
    cells.sort_by(|a, b| a.bbox.x0.total_cmp(&b.bbox.x0));
    let starts_row = cells.iter().map(|c| c.starts_row).fold(0.0, f32::max);
    // A description that begins here rather than goes on is a weaker sign of a new row.
    let begins = cells
        .iter()
        .filter(|cell| cell.tag == Tag::Cell(FieldKey::Description))
        .map(|cell| log_odds(cell.begins).clamp(-2.0, 2.0))
        .fold(None, |best: Option<f32>, b| {
            Some(best.map_or(b, |x| x.max(b)))
        });
    let figures = |key: FieldKey| -> String {
        let cells = cells.iter().filter(|cell| cell.tag == Tag::Cell(key));
        cells
            .flat_map(|cell| cell.words.iter())
            .filter_map(|word| page.reading.words.get(*word))
            .flat_map(|word| word.text.chars())
            .filter(char::is_ascii_digit)
            .collect()
    };
    Line {
        code: figures(FieldKey::HsCode),
        is_numbered: !figures(FieldKey::LineNumber).is_empty(),
        starts: log_odds(starts_row).clamp(-4.0, 4.0) + 0.4 * begins.unwrap_or(0.0),
        cells,
        after_wide_gap,
    }
}

/// Indices of the lines on which rows start, by dynamic programming over where the last row starts.
fn best_starts(lines: &[Line]) -> Vec<usize> {
    // best[end]: score of the best cutting of lines[..end], and where its last row starts.
    let mut best: Vec<(f32, usize)> = vec![(0.0, 0)];
    for end in 1..=lines.len() {
        let mut row = RowSoFar::default();
        let mut chosen = (f32::NEG_INFINITY, end - 1);
        for start in (end.saturating_sub(LONGEST_ROW)..end).rev() {
            row.prepend(&lines[start]);
            let score = best[start].0 + row.score(&lines[start]);
            // On a tie the longer row wins: nothing says that a new one starts.
            if score >= chosen.0 {
                chosen = (score, start);
            }
        }
        best.push(chosen);
    }
    let mut starts = Vec::new();
    let mut end = lines.len();
    while end > 0 {
        let start = best[end].1;
        starts.push(start);
        end = start;
    }
    starts.reverse();
    starts
}

/// What a row would hold, grown from its last line upwards.
#[derive(Default)]
struct RowSoFar {
    lines: usize,
    once: Vec<FieldKey>,
    /// Figures of the tariff code that stands lowest.
    code: String,
    second_numbers: usize,
    /// Lines above the topmost line with a number.
    above_numbers: usize,
    has_number: bool,
}

impl RowSoFar {
    fn prepend(&mut self, line: &Line) {
        self.lines += 1;
        let in_line = line.keys_that(holds_one_number);
        // The same code again, in the text of the goods, tells of the same row.
        let same_code = agree(&self.code, &line.code);
        for key in &in_line {
            if self.once.contains(key) {
                let again = *key == FieldKey::HsCode && same_code;
                self.second_numbers += usize::from(!again);
            } else {
                self.once.push(*key);
            }
        }
        if !line.code.is_empty() {
            self.code.clone_from(&line.code);
        }
        if in_line.iter().any(|key| anchors_row(*key)) {
            self.has_number = true;
            self.above_numbers = 0;
        } else if self.has_number {
            self.above_numbers += 1;
        }
    }

    fn score(&self, first: &Line) -> f32 {
        let gap = if first.after_wide_gap { WIDE_GAP } else { 0.0 };
        let number = if self.has_number { 0.0 } else { NO_NUMBER };
        first.starts + gap
            - number
            - SECOND_NUMBER * self.second_numbers as f32
            - LINE_ABOVE_NUMBERS * self.above_numbers as f32
    }
}

/// Columns that hold one value in a row.
fn holds_one_number(key: FieldKey) -> bool {
    anchors_row(key)
        || matches!(
            key,
            FieldKey::LineNumber | FieldKey::HsCode | FieldKey::Unit
        )
}

/// Columns whose number stands once in each row, on one line.
fn anchors_row(key: FieldKey) -> bool {
    matches!(
        key,
        FieldKey::LineAmount
            | FieldKey::Quantity
            | FieldKey::UnitPrice
            | FieldKey::NetMassKg
            | FieldKey::GrossMassKg
            | FieldKey::Packages
    )
}

fn median(values: &mut [f32]) -> f32 {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests;
