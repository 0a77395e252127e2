//! Printed lines that say their own sum: `100,00   10 Stk   0 %   1000,00`.
//!
//! A number right before a unit that, times another number of its line, makes the line's last one is a quantity; the others are its price
//! and the amount. The model may take them for others, above all where a page begins amid a table, or the heads of columns are none
//! that it knows. Goes in: the tags of a page. Comes out: the same, with such words told.
//! Deliberately absent: papers without money. Packages times pieces in each are a product too, so that the model must at least think of
//! a price or an amount there.

use crate::arithmetic::settle_row;
use crate::fragments::Shape;
use crate::normalise::{Context, Normalised, code_of, normalise};
use crate::settle::adjoin;
use crate::tagged::{Tag, TaggedPage, TaggedWord};
use docexam_domain::{FieldKey, Word};
use std::ops::Range;

/// How sure a sum makes of what its parts are.
const TOLD: f32 = 0.85;
/// What the model must at least think of the price or the amount as such.
const LEAST: f32 = 0.05;
/// Against a field of which the model is surer, the line has no say.
const SURE: f32 = 0.97;
/// No line of a table has more words.
const MOST_WORDS: usize = 60;

/// Words of a line that make its sum.
struct Sum {
    price: usize,
    quantity: usize,
    unit: usize,
    amount: usize,
}

impl Sum {
    fn told(&self) -> [(usize, Tag); 4] {
        [
            (self.price, Tag::Cell(FieldKey::UnitPrice)),
            (self.quantity, Tag::Cell(FieldKey::Quantity)),
            (self.unit, Tag::Cell(FieldKey::Unit)),
            (self.amount, Tag::Cell(FieldKey::LineAmount)),
        ]
    }
}

pub fn heed_line_sums(page: &TaggedPage, shape: &Shape, words: &mut [TaggedWord]) {
    let read = &page.reading.words;
    let count = words.len().min(read.len());
    let mut start = 0;
    for end in 1..=count {
        if end < count && read[end].line == read[start].line {
            continue;
        }
        let line = start..end;
        start = end;
        let sum = (line.len() <= MOST_WORDS).then(|| sum_of(page, shape, line));
        if let Some(sum) = sum.flatten().filter(|sum| is_of_money(sum, words)) {
            for (at, tag) in sum.told() {
                tell(&mut words[at], tag);
            }
        }
    }
}

fn sum_of(page: &TaggedPage, shape: &Shape, line: Range<usize>) -> Option<Sum> {
    let read = &page.reading.words;
    let numbers: Vec<(usize, Normalised)> = line
        .clone()
        .filter(|at| !is_rate(read, *at + 1, &line))
        .filter_map(|at| Some((at, number(&read[at].text)?)))
        .collect();
    let (amount, last) = numbers.last()?;
    let is_quantity = |at: usize| {
        at + 1 < *amount
            && adjoin(page, shape, at, at + 1)
            && code_of(FieldKey::Unit, &read[at + 1].text).is_some()
    };
    for (quantity, value) in numbers.iter().filter(|(at, _)| is_quantity(*at)) {
        let others = numbers
            .iter()
            .filter(|(at, _)| at != quantity && at != amount);
        for (price, of_one) in others {
            let (mut q, mut p, mut a) = (value.clone(), of_one.clone(), last.clone());
            if settle_row(&mut q, &mut p, &mut a, None) && says_something(&q, &p) {
                return Some(Sum {
                    price: *price,
                    quantity: *quantity,
                    unit: quantity + 1,
                    amount: *amount,
                });
            }
        }
    }
    None
}

/// Whether the word at `at` makes a rate of the number before it.
fn is_rate(read: &[Word], at: usize, line: &Range<usize>) -> bool {
    line.contains(&at) && read[at].text.starts_with('%')
}

fn number(text: &str) -> Option<Normalised> {
    let is_number = text.starts_with(|c: char| c.is_ascii_digit());
    let read = normalise(FieldKey::UnitPrice, text, &Context::default());
    (is_number && read.value.is_some()).then_some(read)
}

/// One times anything is itself, so that the price must look like money; and 2 × 3 is 6 by chance.
fn says_something(quantity: &Normalised, price: &Normalised) -> bool {
    const FEWEST_FIGURES: usize = 4;
    let text = |number: &Normalised| number.value.clone().unwrap_or_default();
    let figures = |text: &str| text.chars().filter(char::is_ascii_digit).count();
    let (quantity, price) = (text(quantity), text(price));
    let looks_like_money = price.contains('.') && figures(&price) > 2;
    looks_like_money && (quantity == "1" || figures(&quantity) + figures(&price) >= FEWEST_FIGURES)
}

fn is_of_money(sum: &Sum, words: &[TaggedWord]) -> bool {
    let may_be = |at: usize, tag: Tag| words[at].tag == tag || words[at].may_become(tag, LEAST);
    let is_another = |(at, tag): (usize, Tag)| {
        let word = &words[at];
        word.tag != tag && word.tag != Tag::Outside && word.probability > SURE
    };
    (may_be(sum.price, Tag::Cell(FieldKey::UnitPrice))
        || may_be(sum.amount, Tag::Cell(FieldKey::LineAmount)))
        && !sum.told().into_iter().any(is_another)
}

fn tell(word: &mut TaggedWord, tag: Tag) {
    if word.tag != tag {
        word.turn_into(tag, TOLD, 1.0 - TOLD);
        word.begins = TOLD;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::PageOf;
    use FieldKey::{LineAmount, NetMassKg, Quantity, TaxAmount, Unit, UnitPrice};

    fn keys(page: PageOf) -> Vec<Option<FieldKey>> {
        let page = page.page();
        let mut words = page.words.clone();
        heed_line_sums(&page, &Shape::of(&page), &mut words);
        let key = |word: &TaggedWord| match word.tag {
            Tag::Cell(key) | Tag::Header(key) => Some(key),
            Tag::Outside => None,
        };
        words.iter().map(key).collect()
    }

    /// A line with the rate of its tax before the amount, which the model knows as `amount_key`.
    fn line(
        quantity: &str,
        price: &str,
        amount: &str,
        amount_key: FieldKey,
    ) -> Vec<Option<FieldKey>> {
        let page = PageOf::invoice()
            .cell(NetMassKg, 0.4, 0.1, price)
            .print(0.6, 0.1, quantity)
            .print(0.7, 0.1, "7 %")
            .cell(amount_key, 0.85, 0.1, amount);
        keys(page)
    }

    #[test]
    fn a_line_that_multiplies_says_its_sum() {
        let told = [
            Some(UnitPrice),
            Some(Quantity),
            Some(Unit),
            None,
            None,
            Some(LineAmount),
        ];
        assert_eq!(line("10 Stk", "100,00", "1000,00", LineAmount), told);
        assert_eq!(line("4 kg", "5,50", "22,00", LineAmount), told);
        assert_eq!(line("1 Stk", "50,00", "50,00", LineAmount), told);
    }

    #[test]
    fn nothing_is_told_by_chance_or_without_money() {
        for (quantity, price, amount) in [
            // No product; no price; no unit; a chance.
            ("10 Stk", "100,00", "900,00"),
            ("1 Stk", "50", "50"),
            ("10 VAT", "100,00", "1000,00"),
            ("2 Stk", "3,0", "6,0"),
        ] {
            let found = line(quantity, price, amount, LineAmount);
            assert_eq!(found[0], Some(NetMassKg), "{quantity} {price} {amount}");
        }
        // Pieces in packages: the model thinks of no money.
        let found = line("10 ctns", "24.5", "245.0", Quantity);
        assert_eq!(found[0], Some(NetMassKg));
        let mut page = PageOf::invoice()
            .header(TaxAmount, 0.4, 0.1, "100,00")
            .print(0.6, 0.1, "10 Stk")
            .cell(LineAmount, 0.85, 0.1, "1000,00")
            .page();
        page.words[0].probability = 0.99;
        let mut words = page.words.clone();
        heed_line_sums(&page, &Shape::of(&page), &mut words);
        assert_eq!(words[0].tag, Tag::Header(TaxAmount));
    }
}
