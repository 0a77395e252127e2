//! Which rows of the documents' goods tables belong to which declared items.
//!
//! Goes in: the rows of all documents of one type, and the items. Comes out: rows per item, and the
//! rows that fit none. Computed once per case and shared by every rule that compares items.
//!
//! First an optimal one-to-one assignment (Kuhn–Munkres) over HS code, quantity, amount, mass,
//! description and number, where staying unmatched is worth the pack's threshold. Then rows left
//! over join an item of the same heading when that brings the item's sum nearer to what is
//! declared, because a declaration may gather several invoice rows under one code.

use crate::pack::RulePack;
use crate::party_names::{share_in_common, words, words_in_common};
use crate::seen::Seen;
use crate::units;
use crate::verdict::{Unable, failed};
use docexam_domain::{DeclarationItem, Document, Field, FieldKey};
use pathfinding::prelude::{Matrix, kuhn_munkres};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Row of a goods table; `number` counts from 1 within its document.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    pub document: &'a Document,
    pub field: &'a Field,
    pub number: usize,
}

impl<'a> Row<'a> {
    pub fn cell(&self, key: FieldKey) -> Option<Seen<'a>> {
        let field = self.field.property(key)?;
        Some(Seen {
            document: self.document,
            field,
            row: Some(self.number),
        })
    }

    /// The whole row as evidence.
    pub fn seen(&self) -> Seen<'a> {
        Seen {
            document: self.document,
            field: self.field,
            row: Some(self.number),
        }
    }

    fn text(&self, key: FieldKey) -> Option<&'a str> {
        self.cell(key).map(|cell| cell.value())
    }

    fn decimal(&self, key: FieldKey) -> Option<Decimal> {
        self.cell(key)?.decimal()
    }
}

/// All rows of the documents of one type, with their place in the declaration.
pub struct Lines<'a> {
    pub rows: Vec<Row<'a>>,
    alignment: Result<Alignment, String>,
}

struct Alignment {
    rows_of_item: Vec<Vec<usize>>,
    unmatched: Vec<usize>,
}

/// Rows × items up to which the assignment takes well under a second (it is cubic in the larger).
const MAX_PAIRS: usize = 250_000;
/// Scores in [0, 1] become integers for the assignment.
const SCALE: f64 = 10_000.0;

impl<'a> Lines<'a> {
    pub fn align(
        documents: impl Iterator<Item = &'a Document>,
        items: &[DeclarationItem],
        pack: &RulePack,
    ) -> Self {
        let rows: Vec<Row> = documents.flat_map(rows_of).collect();
        let pairs = rows.len().saturating_mul(items.len());
        let alignment = if pairs > MAX_PAIRS {
            Err(format!(
                "{} rows and {} items are too many to align, limit {MAX_PAIRS} pairs.",
                rows.len(),
                items.len()
            ))
        } else {
            Ok(aligned(&rows, items, pack.bounds().alignment))
        };
        Self { rows, alignment }
    }

    /// The rows that belong to an item (by index, not number).
    pub fn of_item(&self, index: usize) -> Result<Vec<Row<'a>>, Unable> {
        let alignment = self.need_alignment()?;
        let rows = alignment.rows_of_item.get(index).into_iter().flatten();
        Ok(rows.map(|&row| self.rows[row]).collect())
    }

    pub fn unmatched(&self) -> Result<Vec<Row<'a>>, Unable> {
        let unmatched = self.need_alignment()?.unmatched.iter();
        Ok(unmatched.map(|&row| self.rows[row]).collect())
    }

    fn need_alignment(&self) -> Result<&Alignment, Unable> {
        self.alignment
            .as_ref()
            .map_err(|reason| failed(reason.clone()))
    }
}

pub fn rows_of(document: &Document) -> impl Iterator<Item = Row<'_>> {
    let items = document.line_items().enumerate();
    items.map(move |(index, field)| Row {
        document,
        field,
        number: index + 1,
    })
}

fn aligned(rows: &[Row], items: &[DeclarationItem], threshold: f64) -> Alignment {
    let mut alignment = Alignment {
        rows_of_item: vec![Vec::new(); items.len()],
        unmatched: Vec::new(),
    };
    if rows.is_empty() || items.is_empty() {
        alignment.unmatched = (0..rows.len()).collect();
        return alignment;
    }
    // One dummy column per row: staying unmatched is always possible and worth the threshold.
    let unmatched_worth = (threshold * SCALE) as i64;
    let row_words: Vec<Vec<String>> = rows
        .iter()
        .map(|row| words(row.text(FieldKey::Description).unwrap_or_default()))
        .collect();
    let item_words: Vec<Vec<String>> = items
        .iter()
        .map(|item| words(item.description.as_deref().unwrap_or_default()))
        .collect();
    let weights = Matrix::from_fn(
        rows.len(),
        items.len() + rows.len(),
        |(row, column)| match items.get(column) {
            Some(item) => {
                (similarity(&rows[row], item, &row_words[row], &item_words[column]) * SCALE) as i64
            }
            None => unmatched_worth,
        },
    );
    let (_, columns) = kuhn_munkres(&weights);
    let mut left_over = Vec::new();
    for (row, &column) in columns.iter().enumerate() {
        match alignment.rows_of_item.get_mut(column) {
            Some(of_item) if weights[(row, column)] > unmatched_worth => of_item.push(row),
            _ => left_over.push(row),
        }
    }
    for row in left_over {
        match item_to_join(row, rows, items, &alignment.rows_of_item) {
            Some(item) => alignment.rows_of_item[item].push(row),
            None => alignment.unmatched.push(row),
        }
    }
    for of_item in &mut alignment.rows_of_item {
        of_item.sort_unstable();
    }
    alignment
}

/// Agreement of a row with an item in [0, 1], over what both of them state; 0 if nothing.
///
/// Weights: a code that agrees says more than a place in the list, and a number that agrees exactly
/// says half as much again. Descriptions without a word in common may be in two languages, so that
/// their difference says little.
fn similarity(
    row: &Row,
    item: &DeclarationItem,
    row_words: &[String],
    item_words: &[String],
) -> f64 {
    let mut scores: Vec<(f64, f64)> = Vec::new();
    if let (Some(printed), Some(declared)) = (row.text(FieldKey::HsCode), &item.hs_code) {
        scores.push((3.0, code_agreement(printed, declared)));
    }
    let quantity = quantity_in_declared_unit(row, item);
    let packages = item.packages.map(Decimal::from);
    let numbers = [
        (2.0, quantity, item.quantity),
        (
            2.0,
            row.decimal(FieldKey::LineAmount),
            item.price.as_ref().map(|price| price.amount),
        ),
        (1.0, row.decimal(FieldKey::NetMassKg), item.net_mass_kg),
        (1.0, row.decimal(FieldKey::GrossMassKg), item.gross_mass_kg),
        (1.0, row.decimal(FieldKey::Packages), packages),
    ];
    for (weight, printed, declared) in numbers {
        if let (Some(printed), Some(declared)) = (printed, declared) {
            let exact = printed == declared;
            scores.push((
                if exact { weight * 1.5 } else { weight },
                ratio(printed, declared),
            ));
        }
    }
    if !row_words.is_empty() && !item_words.is_empty() {
        let common = share_in_common(row_words, item_words);
        scores.push((if common > 0.0 { 2.0 } else { 1.0 }, common));
    }
    let evidence: f64 = scores.iter().map(|(weight, _)| weight).sum();
    // The place in the list alone is no evidence.
    if evidence <= 0.0 {
        return 0.0;
    }
    if item.number > 0 {
        scores.push((
            0.5,
            if row.number == item.number as usize {
                1.0
            } else {
                0.0
            },
        ));
    }
    let weight: f64 = scores.iter().map(|(weight, _)| weight).sum();
    scores
        .iter()
        .map(|(weight, score)| weight * score)
        .sum::<f64>()
        / weight
}

/// Zero, which agrees with nothing, where the units do not convert.
fn quantity_in_declared_unit(row: &Row, item: &DeclarationItem) -> Option<Decimal> {
    let printed = row.decimal(FieldKey::Quantity)?;
    let factor = match (row.text(FieldKey::Unit), item.unit.as_deref()) {
        (Some(from), Some(to)) => units::factor(from, to),
        _ => Some(Decimal::ONE),
    };
    Some(
        factor
            .and_then(|factor| printed.checked_mul(factor))
            .unwrap_or_default(),
    )
}

/// 1 at six equal digits, 0.5 at four, 0 below.
fn code_agreement(printed: &str, declared: &str) -> f64 {
    let (a, b) = (digits(printed), digits(declared));
    let common = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    match common {
        6.. => 1.0,
        4 | 5 => 0.5,
        _ => 0.0,
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Smaller over larger, squared so that half as much already counts as far away.
fn ratio(a: Decimal, b: Decimal) -> f64 {
    let (a, b) = (
        a.abs().to_f64().unwrap_or(0.0),
        b.abs().to_f64().unwrap_or(0.0),
    );
    let (small, large) = (a.min(b), a.max(b));
    if large <= 0.0 {
        return if small == large { 1.0 } else { 0.0 };
    }
    (small / large).powi(2)
}

/// The item of the same heading whose declared sum this row brings nearer, if any.
fn item_to_join(
    row: usize,
    rows: &[Row],
    items: &[DeclarationItem],
    rows_of_item: &[Vec<usize>],
) -> Option<usize> {
    let code = rows[row].text(FieldKey::HsCode);
    let words = rows[row].text(FieldKey::Description).unwrap_or_default();
    let candidates = items.iter().enumerate().filter(|(index, item)| {
        let declared_words = item.description.as_deref().unwrap_or_default();
        let related = match (code, &item.hs_code) {
            (Some(code), Some(declared)) => code_agreement(code, declared) == 1.0,
            _ => words_in_common(words, declared_words) >= 0.5,
        };
        related && sum_comes_nearer(row, rows, item, &rows_of_item[*index])
    });
    candidates.map(|(index, _)| index).next()
}

fn sum_comes_nearer(row: usize, rows: &[Row], item: &DeclarationItem, joined: &[usize]) -> bool {
    let measures = [
        (
            FieldKey::LineAmount,
            item.price.as_ref().map(|price| price.amount),
        ),
        (FieldKey::Quantity, item.quantity),
        (FieldKey::NetMassKg, item.net_mass_kg),
    ];
    for (key, declared) in measures {
        let (Some(declared), Some(own)) = (declared, rows[row].decimal(key)) else {
            continue;
        };
        let so_far: Option<Decimal> = joined.iter().try_fold(Decimal::ZERO, |sum, &other| {
            sum.checked_add(rows[other].decimal(key)?)
        });
        let Some(before) = so_far.and_then(|sum| declared.checked_sub(sum)) else {
            continue;
        };
        let after = before.checked_sub(own);
        return after.is_some_and(|after| after.abs() < before.abs());
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TestCase, document};
    use docexam_domain::DocumentType;
    use serde_json::json;

    fn case() -> TestCase {
        TestCase::new().declaration(json!({"id": "1", "items": [
            {"number": 1, "hs_code": "84821090", "description": "ball bearings", "quantity": "300",
             "unit": "C62", "price": {"amount": "600.00", "currency": "EUR"}},
            {"number": 2, "hs_code": "401110", "description": "tyres for motor cars",
             "quantity": "8", "unit": "C62", "price": {"amount": "640.00", "currency": "EUR"}}]}))
    }

    fn row(
        description: &'static str,
        hs: &'static str,
        quantity: &'static str,
        amount: &'static str,
    ) -> [(FieldKey, &'static str); 4] {
        [
            (FieldKey::Description, description),
            (FieldKey::HsCode, hs),
            (FieldKey::Quantity, quantity),
            (FieldKey::LineAmount, amount),
        ]
    }

    #[test]
    fn rows_find_their_items_whatever_their_order_and_several_rows_may_share_one() {
        let invoice = document(DocumentType::CommercialInvoice)
            .row(&row("Tyres 205/55 for cars", "40111000", "8", "640.00"))
            .row(&row("Ball bearing 6204", "84821010", "200", "400.00"))
            .row(&row("Ball bearing 6205", "84821010", "100", "200.00"))
            .row(&row("Wooden chairs", "940169", "4", "80.00"));
        case().with(invoice).with_facts(|facts| {
            let numbers = |index| {
                let rows = facts.invoice_lines.of_item(index).expect("aligned");
                rows.iter().map(|row| row.number).collect::<Vec<_>>()
            };
            assert_eq!(numbers(0), [2, 3]);
            assert_eq!(numbers(1), [1]);
            let unmatched = facts.invoice_lines.unmatched().expect("aligned");
            assert_eq!(unmatched[0].number, 4);
            assert_eq!(unmatched.len(), 1);
        });
    }

    #[test]
    fn five_hundred_rows_find_five_hundred_items() {
        let items: Vec<_> = (1..=500)
            .map(|n| {
                json!({"number": n, "hs_code": "84821090", "quantity": n.to_string(),
                    "description": format!("ball bearings of size {n}, sealed")})
            })
            .collect();
        let mut invoice = document(DocumentType::CommercialInvoice);
        for n in (1..=500).rev() {
            invoice = invoice.row(&[
                (FieldKey::Quantity, &n.to_string()),
                (
                    FieldKey::Description,
                    &format!("Ball bearing size {n} sealed"),
                ),
            ]);
        }
        let case = TestCase::new().declaration(json!({"id": "1", "items": items}));
        case.with(invoice).with_facts(|facts| {
            let rows = facts.invoice_lines.of_item(0).expect("aligned");
            assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [500]);
        });
    }

    #[test]
    fn too_many_rows_are_said_to_be_too_many() {
        let mut invoice = document(DocumentType::CommercialInvoice);
        for _ in 0..=MAX_PAIRS / 2 {
            invoice = invoice.row(&[(FieldKey::Quantity, "1")]);
        }
        case().with(invoice).with_facts(|facts| {
            let unable = facts.invoice_lines.unmatched().expect_err("too many");
            assert!(unable.explanation.contains("limit 250000 pairs"));
        });
    }
}
