//! What the numbers of rows tell: they are counted 1, 2, 3, and so on.
//!
//! A number may stand in the middle of its row's height, beside a note below the goods, and be taken for the start of another row: then
//! the row above lacks just that number. And between two numbers that follow each other there is no row: what was taken for one is a note
//! or a part of the goods above. Goes in: rows. Comes out: the rows that are ones.

use super::Row;
use super::halves::{are_close, is_count};
use docexam_domain::FieldKey;

/// A number stands closer to its row than this many line heights; notes stand between.
const REACH: f32 = 5.0;

pub fn counted(rows: Vec<Row>) -> Vec<Row> {
    without_notes(with_their_numbers(rows))
}

/// Rows that lack a number, with the number that was found below them.
fn with_their_numbers(rows: Vec<Row>) -> Vec<Row> {
    let numbers: Vec<Option<u32>> = rows.iter().map(Row::number).collect();
    let mut whole: Vec<Row> = Vec::new();
    for (at, row) in rows.into_iter().enumerate() {
        let before = whole.iter().rev().skip(1).find_map(Row::number);
        let behind = numbers.iter().skip(at + 1).find_map(|number| *number);
        let follows = numbers[at].is_some_and(|number| {
            number == before.unwrap_or(0) + 1 && behind.is_none_or(|behind| behind == number + 1)
        });
        match whole.last_mut() {
            Some(above)
                if follows
                    && lacks_number(above)
                    && !row.has(is_count)
                    && are_close(above, &row, REACH) =>
            {
                above.take_lacking(row, |_| true);
            }
            _ => whole.push(row),
        }
    }
    whole
}

fn lacks_number(row: &Row) -> bool {
    row.has(is_count) && row.number().is_none()
}

/// The rows without those that stand between `n` and `n + 1`, or below the last of them, and have no amount, as the numbered
/// ones have.
fn without_notes(rows: Vec<Row>) -> Vec<Row> {
    let mut kept: Vec<Row> = Vec::new();
    let numbers: Vec<Option<u32>> = rows.iter().map(Row::number).collect();
    let priced = |row: &Row| row.has(|key| key == FieldKey::LineAmount);
    let numbered = || rows.iter().filter(|row| row.number().is_some());
    let counts_from_one = (1..)
        .zip(numbered())
        .all(|(n, row)| row.number() == Some(n));
    if numbered().count() < 2 || !counts_from_one || !numbered().all(priced) {
        return rows;
    }
    for (at, row) in rows.into_iter().enumerate() {
        let is_below_last = numbers.iter().skip(at).all(Option::is_none);
        let may_cost = row.has(|key| key == FieldKey::UnitPrice) && is_below_last;
        match kept.last_mut() {
            Some(above) if numbers[at].is_none() && !priced(&row) && !may_cost => {
                let tells_of_goods = |key| !is_count(key) && key != FieldKey::Unit;
                above.take_lacking(row, tells_of_goods);
            }
            _ => kept.push(row),
        }
    }
    kept
}

impl Row {
    fn number(&self) -> Option<u32> {
        let mut cells = self.cells.iter();
        let cell = cells.find(|cell| cell.key == FieldKey::LineNumber)?;
        cell.text.trim().trim_end_matches(['.', ')']).parse().ok()
    }

    /// Adds the wanted cells of another row of which this one has none.
    fn take_lacking(&mut self, other: Row, is_wanted: impl Fn(FieldKey) -> bool) {
        for cell in other.cells {
            if is_wanted(cell.key) && !self.has(|key| key == cell.key) {
                self.cells.push(cell);
            }
        }
    }
}
