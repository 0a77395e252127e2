//! Columns and their totals: does the sum of a column's cells equal the total that is printed?

use crate::alignment::{Row, rows_of};
use crate::facts::{Facts, number_of};
use crate::judge::{Judgement, Term, balance, sum};
use crate::seen::{Seen, name_of};
use crate::verdict::{Unable, Verdict, not_checked};
use docexam_domain::{Document, FieldKey};
use rust_decimal::Decimal;

/// The numbers of one column; `missing` are the rows without a cell in it.
pub struct Column<'a> {
    pub cells: Vec<(Seen<'a>, Decimal)>,
    pub missing: Vec<usize>,
}

/// `NOT_CHECKED` without rows or without any cell, `INDETERMINATE` if a cell is no number.
pub fn column<'a>(document: &'a Document, key: FieldKey) -> Result<Column<'a>, Unable> {
    let rows: Vec<Row> = rows_of(document).collect();
    if rows.is_empty() {
        return not_checked(format!("{} shows no rows", name_of(document)));
    }
    let mut column = Column {
        cells: Vec::new(),
        missing: Vec::new(),
    };
    for row in rows {
        match row.cell(key) {
            Some(cell) => column.cells.push((cell, number_of(cell)?)),
            None => column.missing.push(row.number),
        }
    }
    if column.cells.is_empty() {
        return not_checked(format!("the rows of {} show no {key}", name_of(document)));
    }
    Ok(column)
}

/// One verdict about `Σ cells = total`. `tolerance` is in the unit of the column.
pub fn column_equals<'a>(
    facts: &Facts<'a>,
    column: &Column<'a>,
    (total_seen, total): (Seen<'a>, Decimal),
    tolerance: Decimal,
    what: &str,
) -> Result<Verdict, Unable> {
    let mut terms: Vec<Term> = column
        .cells
        .iter()
        .map(|(seen, value)| Term::plus(*seen, *value))
        .collect();
    let computed = sum(&terms)?;
    terms.push(Term::minus(total_seen, total));
    let place = total_seen.place();
    let count = column.cells.len();
    let mut judgement = balance(facts, &terms, tolerance)?;
    if judgement == Judgement::Differs && !column.missing.is_empty() {
        let rows = &column.missing;
        judgement = Judgement::Doubtful(format!("Rows {rows:?} have no readable {what}."));
    }
    let agrees = format!("The {what} of {count} rows on {place} sum to {computed}, as printed.");
    let differs = format!(
        "The {what} of {count} rows on {place} sum to {computed}, but {total} is printed as total."
    );
    let cells = column.cells.iter().map(|(seen, _)| *seen);
    Ok(Verdict::of(judgement, agrees, differs)
        .seen(cells.chain([total_seen]))
        .expected(None, computed)
        .tolerance(tolerance.normalize()))
}

/// Half a step of the last printed digit per cell: what rounding alone can do to a sum.
pub fn rounding(column: &Column) -> Decimal {
    let coarsest = column.cells.iter().map(|(seen, _)| seen.resolution()).max();
    let half = coarsest.unwrap_or_default() / Decimal::TWO;
    let count = Decimal::from(column.cells.len());
    half.checked_mul(count).unwrap_or(half)
}
