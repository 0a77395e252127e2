//! Quantity and price of a row by its arithmetic: quantity times price is the amount.
//!
//! Goes in: the cells of a row, and numbers that the model took for its price too. Comes out: the cells, with the numbers
//! that multiply as quantity and price. Where nothing does, nothing changes.

use crate::arithmetic::{HOLDS, settle_row};
use crate::candidates::{Candidate, number_in};
use crate::mentions::Mention;
use crate::normalise::{Context, Normalised};
use docexam_domain::FieldKey;

/// Of the numbers that may be the price of a row, the one with which quantity times price is its amount.
pub fn settle_price(cells: &mut [Candidate], other_prices: &[Mention], context: &Context) {
    let position = |key| cells.iter().position(|cell| cell.mention.key == key);
    let (Some(quantity), Some(price), Some(amount)) = (
        position(FieldKey::Quantity),
        position(FieldKey::UnitPrice),
        position(FieldKey::LineAmount),
    ) else {
        return;
    };
    let discount = number_in(cells, FieldKey::DiscountAmount);
    let others = other_prices
        .iter()
        .cloned()
        .map(|other| Candidate::new(other, context));
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

/// The reading of `4,860` without decimals, whatever mark the document has for them.
fn grouped(text: &str) -> Option<Normalised> {
    let (thousands, rest) = text.trim().split_once([',', '.'])?;
    let figures = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let is_grouped = (1..=3).contains(&thousands.len()) && rest.len() == 3;
    (is_grouped && figures(thousands) && figures(rest))
        .then(|| Normalised::exactly(format!("{thousands}{rest}")))
}
