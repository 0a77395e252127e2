//! Rules between the rows of a table: what stands between two of them is one row, however many lines of print it has
//! and wherever in their height its cells stand.
//!
//! In: the printed lines of a table on one page, and the lines drawn there. Out: the same, those of one row joined.
//! What stands between two rules is one row only where it holds the numbers of one. Frames around many rows hold more.

use super::{Line, agree, anchors_row};
use docexam_domain::{FieldKey, Rect, Ruling};
use std::ops::Range;

/// A rule between rows runs across so much of the table's width.
const ACROSS: f32 = 0.7;
/// Log-odds won by a line right below a rule, where the rules part rows.
const BELOW_RULE: f32 = 2.0;
/// So many different numbers tell that a frame without a rule inside holds one row.
const NUMBERS_OF_ONE_ROW: usize = 2;
/// Figures of a tariff code that can be told from another one: of a broken code each half has fewer.
const WHOLE_CODE: usize = 6;

/// Joins the printed lines that stand between the same two rules, where they are one row.
pub fn joined(lines: Vec<Line>, ruling: &Ruling) -> Vec<Line> {
    if ruling.across.is_empty() {
        return lines;
    }
    let bands = bands(lines, &ruling.across);
    let parted = bands.len() > 1;
    let mut rows: Vec<Line> = Vec::new();
    let mut below_row = false;
    for band in bands {
        let is_row = match numbers_of_one_row(&band) {
            None => false,
            Some(numbers) if parted => numbers > 0,
            Some(numbers) => numbers >= NUMBERS_OF_ONE_ROW && is_one_kind(&band),
        };
        let from = rows.len();
        match is_row {
            true => rows.extend(as_one(band)),
            false => rows.extend(band),
        }
        if is_row && below_row {
            rows[from].starts += BELOW_RULE;
        }
        below_row = is_row;
    }
    rows
}

/// The printed lines between rules, from the top.
fn bands(lines: Vec<Line>, rules: &[Rect]) -> Vec<Vec<Line>> {
    let ruled = ruled_gaps(&lines, rules);
    let mut bands: Vec<Vec<Line>> = Vec::new();
    for (index, line) in lines.into_iter().enumerate() {
        match bands.last_mut() {
            Some(band) if !ruled[index] => band.push(line),
            _ => bands.push(vec![line]),
        }
    }
    bands
}

/// Of each printed line, whether a rule runs across the table between the one above and this one.
fn ruled_gaps(lines: &[Line], rules: &[Rect]) -> Vec<bool> {
    let boxes = lines.iter().flat_map(|line| &line.cells).map(|c| c.bbox);
    let Some(table) = boxes.reduce(|all, next| all.union(&next)) else {
        return vec![false; lines.len()];
    };
    let mut covered: Vec<Vec<Range<f32>>> = vec![Vec::new(); lines.len() + 1];
    for rule in rules {
        let part = rule.x0.max(table.x0)..rule.x1.min(table.x1);
        if part.end > part.start {
            let above = lines.iter().filter(|line| stands_above(line, rule));
            covered[above.count()].push(part);
        }
    }
    let least = ACROSS * table.width();
    let gaps = covered.into_iter().take(lines.len());
    gaps.map(|parts| length(parts) >= least).collect()
}

/// Whether the cell nearest to a part of a rule stands above it: the print may be slanted or curled.
fn stands_above(line: &Line, rule: &Rect) -> bool {
    let distance = |bbox: &Rect| (bbox.x0 - rule.x1).max(rule.x0 - bbox.x1).max(0.0);
    let boxes = line.cells.iter().map(|cell| &cell.bbox);
    let nearest = boxes.min_by(|a, b| distance(a).total_cmp(&distance(b)));
    nearest.is_some_and(|bbox| bbox.centre()[1] < rule.centre()[1])
}

/// What the parts cover together.
fn length(mut parts: Vec<Range<f32>>) -> f32 {
    parts.sort_by(|a, b| a.start.total_cmp(&b.start));
    let (mut covered, mut end) = (0.0, f32::NEG_INFINITY);
    for part in parts {
        covered += (part.end - part.start.max(end)).max(0.0);
        end = end.max(part.end);
    }
    covered
}

/// How many columns of numbers the lines have; `None` if one of them holds two numbers, which are of two rows.
fn numbers_of_one_row(lines: &[Line]) -> Option<usize> {
    let mut seen: Vec<FieldKey> = Vec::new();
    for line in lines {
        let here = line.keys_that(anchors_row);
        if here.iter().any(|key| seen.contains(key)) {
            return None;
        }
        seen.extend(here);
    }
    Some(seen.len())
}

/// Whether the lines name one kind of goods, as far as codes and line numbers tell.
fn is_one_kind(lines: &[Line]) -> bool {
    let codes = lines.iter().map(|line| line.code.as_str());
    let whole: Vec<&str> = codes.filter(|code| code.len() >= WHOLE_CODE).collect();
    let same = |pair: &[&str]| agree(pair[0], pair[1]);
    let numbered = lines.iter().filter(|line| line.is_numbered);
    whole.windows(2).all(same) && numbered.count() <= 1
}

/// All cells on one line, in the order of the lines.
fn as_one(lines: Vec<Line>) -> Option<Line> {
    lines.into_iter().reduce(|mut row, line| {
        row.cells.extend(line.cells);
        row.starts = row.starts.max(line.starts);
        if row.code.is_empty() {
            row.code = line.code;
        }
        row
    })
}
