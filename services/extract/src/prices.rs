//! Quantity and price of a row by its arithmetic: quantity times price is the amount.
//!
//! Goes in: the cells of a row, and numbers that the model took for the same cells. Comes out: the cells, with the numbers
//! that multiply as quantity and price. Where nothing does, nothing changes.

use crate::arithmetic::{HOLDS, settle_row};
use crate::candidates::{Candidate, number_in};
use crate::mentions::{Mention, Place};
use crate::normalise::{Context, Normalised};
use docexam_domain::FieldKey;
use rust_decimal::Decimal;

/// What the model takes a price for under a heading that it does not know.
const TAKEN_FOR: [FieldKey; 3] = [
    FieldKey::Quantity,
    FieldKey::NetMassKg,
    FieldKey::GrossMassKg,
];

/// Of the numbers that may be the price of a row, the one with which quantity times price is its amount.
pub fn settle_price(cells: &mut [Candidate], other_numbers: &[Mention], context: &Context) {
    let position = |key| cells.iter().position(|cell| cell.mention.key == key);
    let (Some(quantity), Some(price), Some(amount)) = (
        position(FieldKey::Quantity),
        position(FieldKey::UnitPrice),
        position(FieldKey::LineAmount),
    ) else {
        return;
    };
    let discount = number_in(cells, FieldKey::DiscountAmount);
    let others = of_key(other_numbers, FieldKey::UnitPrice, context);
    let prices = std::iter::once(cells[price].clone()).chain(others);
    // A point that separates thousands is easily read as a comma, and the other way round.
    let grouped = grouped(&cells[quantity].mention.text);
    let usual = cells[quantity].normalised.clone();
    let quantities: Vec<Normalised> = std::iter::once(usual).chain(grouped).collect();
    for mut candidate in prices {
        for q in &quantities {
            let (mut q, mut a) = (q.clone(), cells[amount].normalised.clone());
            if settle_row(&mut q, &mut candidate.normalised, &mut a, discount) {
                cells[price] = candidate;
                cells[quantity].normalised = q;
                cells[amount].normalised = a;
                for index in [quantity, price, amount] {
                    cells[index].odds += HOLDS;
                }
                return;
            }
        }
    }
}

/// Gives a row without a price the number with which its quantity, right before the unit, makes the amount, whatever the model
/// took that number for.
pub fn find_price(cells: &mut Vec<Candidate>, other_numbers: &[Mention], context: &Context) {
    let cell = |key| cells.iter().find(|cell| cell.mention.key == key);
    let (None, Some(unit), Some(amount)) = (
        cell(FieldKey::UnitPrice),
        cell(FieldKey::Unit),
        cell(FieldKey::LineAmount),
    ) else {
        return;
    };
    let of_row = cells
        .iter()
        .filter(|cell| TAKEN_FOR.contains(&cell.mention.key));
    let numbers: Vec<Candidate> = of_row
        .cloned()
        .chain(of_key(other_numbers, FieldKey::Quantity, context))
        .collect();
    let (page, word) = unit.mention.place();
    let is_quantity = |number: &&Candidate| {
        number.mention.place() == (page, word.wrapping_sub(1))
            && number.number() != Some(Decimal::ONE)
    };
    let Some(quantity) = numbers.iter().find(is_quantity) else {
        return;
    };
    let amount = amount.normalised.clone();
    let found = numbers.iter().find_map(|price| {
        let (mut q, mut p) = (quantity.normalised.clone(), price.normalised.clone());
        let is_other = price.mention.place() != quantity.mention.place();
        (is_other && settle_row(&mut q, &mut p, &mut amount.clone(), None)).then_some((q, price, p))
    });
    if let Some((q, price, p)) = found {
        let quantity = as_cell(quantity, FieldKey::Quantity, q);
        let price = as_cell(price, FieldKey::UnitPrice, p);
        let taken: [Place; 2] = [quantity.mention.place(), price.mention.place()];
        cells.retain(|cell| {
            !taken.contains(&cell.mention.place()) && cell.mention.key != FieldKey::Quantity
        });
        cells.extend([quantity, price]);
        cells.sort_by_key(|cell| cell.mention.place());
    }
}

fn as_cell(number: &Candidate, key: FieldKey, normalised: Normalised) -> Candidate {
    let mention = Mention {
        key,
        ..number.mention.clone()
    };
    Candidate {
        mention,
        normalised,
        odds: number.odds + HOLDS,
    }
}

fn of_key(
    numbers: &[Mention],
    key: FieldKey,
    context: &Context,
) -> impl Iterator<Item = Candidate> {
    let of_key = numbers.iter().filter(move |mention| mention.key == key);
    of_key.map(|mention| Candidate::new(mention.clone(), context))
}

/// The reading of `4,860` without decimals, whatever mark the document has for them.
fn grouped(text: &str) -> Option<Normalised> {
    let (thousands, rest) = text.trim().split_once([',', '.'])?;
    let figures = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let is_grouped = (1..=3).contains(&thousands.len()) && rest.len() == 3;
    (is_grouped && figures(thousands) && figures(rest))
        .then(|| Normalised::exactly(format!("{thousands}{rest}")))
}
