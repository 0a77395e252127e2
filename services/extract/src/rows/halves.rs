//! Rows that were cut in two: the name of goods without numbers, their numbers without a name below it, or a line
//! number by itself beside what it counts.
//!
//! Where cells stand in the middle or at the foot of their row, the name begins above the numbers. A row of goods has
//! both, so that two halves that lie close and share no column of numbers are one row.

use super::{Row, holds_one_number};
use crate::mentions::Mention;
use docexam_domain::FieldKey;

/// The halves of one row are closer than this many line heights.
const GAP: f32 = 2.5;

/// The rows, each half with its other.
pub fn joined(rows: Vec<Row>) -> Vec<Row> {
    let mut whole: Vec<Row> = Vec::new();
    for row in rows {
        match whole.last_mut() {
            Some(above) if are_halves(above, &row) => {
                row.cells.into_iter().for_each(|cell| above.take(cell));
            }
            _ => whole.push(row),
        }
    }
    whole
}

fn are_halves(above: &Row, below: &Row) -> bool {
    let name_and_numbers = above.has(is_name) && !above.has(is_count) && below.has(is_count);
    let line_number = below.has(|key| key == FieldKey::LineNumber) && !below.has(is_count);
    !below.has(is_name)
        && (name_and_numbers || line_number)
        && !below.has(|key| holds_one_number(key) && above.has(|other| other == key))
        && are_close(above, below, GAP)
}

/// What goods are called.
fn is_name(key: FieldKey) -> bool {
    matches!(
        key,
        FieldKey::Description | FieldKey::HsCode | FieldKey::ProductCode
    )
}

/// How many they are and what they cost.
pub fn is_count(key: FieldKey) -> bool {
    matches!(
        key,
        FieldKey::Quantity | FieldKey::UnitPrice | FieldKey::LineAmount
    )
}

/// Whether the second begins less than so many line heights below the first, on its page.
pub fn are_close(above: &Row, below: &Row, heights: f32) -> bool {
    let (Some(last), Some(first)) = (above.cells.last(), below.cells.first()) else {
        return false;
    };
    let bottom = above.cells.iter().map(|cell| cell.bbox.y1);
    let bottom = bottom.fold(f32::NEG_INFINITY, f32::max);
    let gap = first.bbox.y0 - bottom;
    last.page == first.page && gap < heights * first.bbox.height()
}

impl Row {
    pub fn has(&self, is_wanted: impl Fn(FieldKey) -> bool) -> bool {
        self.cells.iter().any(|cell| is_wanted(cell.key))
    }

    /// Adds a cell; of two that say the same thing (an origin in both halves) the surer one stays.
    fn take(&mut self, cell: Mention) {
        let known = self.cells.iter_mut().find(|known| known.key == cell.key);
        match known {
            Some(known) if known.confidence >= cell.confidence => {}
            Some(known) => *known = cell,
            None => self.cells.push(cell),
        }
    }
}
