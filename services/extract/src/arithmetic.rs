//! What a document's own arithmetic says about doubtful readings.
//!
//! Quantity times price is the amount of a row; rows add up to the goods amount; goods, charges and tax
//! less discount are the total. Where it holds, confidence rises, and among readings that notation
//! leaves open (`1.234`) or candidates that compete, those that fulfil it win. Where it fails, nothing
//! is lowered or replaced: a wrong total is for the checks to report. Where it holds with at least three
//! different numbers, it may also give an amount the role that the model thought second or third likeliest
//! (a rival, see `rivals`), or none; but never against a role of which the model is sure.

use crate::candidates::Candidate;
use crate::mentions::Place;
use crate::normalise::Normalised;
use docexam_domain::FieldKey;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Log-odds won by values that fulfil an identity.
pub const HOLDS: f32 = 1.0;
/// Won by a sum of three different numbers or more: chance does not give one.
const SUM_HOLDS: f32 = 4.0;
/// A role of which the model is so sure is not taken from an amount.
const SURE: f32 = 0.9;
/// Lost by a reading that is not the usual one of its notation.
const OTHER_READING: f32 = 0.7;
/// Readings of one key that compete; with seven keys, and none as a choice, 4^7 combinations are tried.
const MOST_READINGS: usize = 3;

/// The sum of a document's amounts, in the order in which they are combined.
pub const AMOUNTS: [FieldKey; 7] = [
    FieldKey::GoodsAmount,
    FieldKey::DiscountAmount,
    FieldKey::FreightAmount,
    FieldKey::InsuranceAmount,
    FieldKey::OtherChargesAmount,
    FieldKey::TaxAmount,
    FieldKey::TotalAmount,
];

/// What is added to the value of the goods, beside tax.
const CHARGES: [FieldKey; 3] = [
    FieldKey::FreightAmount,
    FieldKey::InsuranceAmount,
    FieldKey::OtherChargesAmount,
];

fn charges_and_tax() -> impl Iterator<Item = FieldKey> {
    CHARGES.into_iter().chain([FieldKey::TaxAmount])
}

/// The number that a text says and those that it may say as well.
fn readings(normalised: &Normalised) -> Vec<Decimal> {
    // Without a value the alternatives are guesses at misread letters: arithmetic must not adopt them.
    let value = normalised.value.iter();
    let numbers = value.flat_map(|v| std::iter::once(v).chain(&normalised.alternatives));
    numbers.filter_map(|text| text.parse().ok()).collect()
}

/// Makes `reading` the value; the value before it becomes an alternative.
fn adopt(normalised: &mut Normalised, reading: Decimal) {
    let text = reading.to_string();
    if normalised.value.as_deref() == Some(&text) {
        return;
    }
    normalised.alternatives.retain(|other| *other != text);
    normalised
        .alternatives
        .extend(normalised.value.replace(text));
}

/// Settles quantity, price and amount of one row; true when they agree. The amount may be less what is taken off the
/// row, whatever its sign.
pub fn settle_row(
    quantity: &mut Normalised,
    price: &mut Normalised,
    amount: &mut Normalised,
    discount: Option<Decimal>,
) -> bool {
    let full = |a: Decimal| discount.and_then(|discount| a.checked_add(discount.abs()));
    for a in readings(amount) {
        for q in readings(quantity) {
            for p in readings(price) {
                if is_product(q, p, a) || full(a).is_some_and(|a| is_product(q, p, a)) {
                    adopt(quantity, q);
                    adopt(price, p);
                    adopt(amount, a);
                    return true;
                }
            }
        }
    }
    false
}

/// Whether the amount is the product, up to the rounding of the price and of the amount as printed.
fn is_product(quantity: Decimal, price: Decimal, amount: Decimal) -> bool {
    let half_unit = |value: Decimal| Decimal::new(5, (value.scale() + 1).min(28));
    let Some(product) = quantity.checked_mul(price) else {
        return false;
    };
    let rounding = quantity
        .abs()
        .checked_mul(half_unit(price))
        .and_then(|r| r.checked_add(half_unit(amount)))
        // A price rounded to a whole unit must not make every product right: at most half a percent.
        .map(|r| r.min(half_unit(amount).max(amount.abs() * Decimal::new(5, 3))));
    let difference = product.checked_sub(amount).map(|d| d.abs());
    matches!((difference, rounding), (Some(d), Some(r)) if d <= r) && !amount.is_zero()
}

/// One reading of one candidate.
#[derive(Clone, Copy)]
struct Choice {
    from: From,
    reading: Decimal,
    odds: f32,
    /// Page and word: one print has one role.
    place: Place,
}

#[derive(Clone, Copy, PartialEq)]
enum From {
    Candidate(usize),
    Rival(usize),
}

/// What may stand for a key.
struct Options {
    choices: Vec<Choice>,
    /// Rivals and none are allowed.
    open: bool,
}

/// Reorders the candidates of the amounts so that those that fulfil the identities come first, and
/// settles their open readings. `sum_of_lines` is absent when a row has no amount.
pub fn settle_amounts(
    candidates: &mut BTreeMap<FieldKey, Vec<Candidate>>,
    rivals: &BTreeMap<FieldKey, Vec<Candidate>>,
    sum_of_lines: Option<Decimal>,
) {
    let options: Vec<Options> = AMOUNTS
        .iter()
        .map(|key| options(candidates.get(key), rivals.get(key)))
        .collect();
    let mut chosen: Vec<Option<Choice>> = vec![None; AMOUNTS.len()];
    let mut best: Option<(f32, Vec<Option<Choice>>, Holds)> = None;
    combine(&options, 0, 0.0, &mut chosen, &mut |score, chosen| {
        let holds = identities(chosen, sum_of_lines);
        if !holds.sum_of_several && !is_as_tagged(&options, chosen) {
            return;
        }
        let score = score + holds.score();
        if best.as_ref().is_none_or(|(highest, ..)| score > *highest) {
            best = Some((score, chosen.to_vec(), holds));
        }
    });
    let Some((_, chosen, holds)) = best else {
        return;
    };
    for (key, choice) in AMOUNTS.into_iter().zip(chosen) {
        let Some(choice) = choice else {
            // Not part of the sum, which holds without it.
            candidates.remove(&key);
            continue;
        };
        let of_key = candidates.entry(key).or_default();
        let winner = match choice.from {
            From::Candidate(index) if index < of_key.len() => Some(of_key.remove(index)),
            From::Candidate(_) => None,
            From::Rival(index) => rivals.get(&key).and_then(|all| all.get(index)).cloned(),
        };
        if let Some(mut winner) = winner {
            adopt(&mut winner.normalised, choice.reading);
            if choice.from != From::Candidate(0) && holds.sum_of_several {
                winner.odds += SUM_HOLDS;
            } else if holds.covers(key) {
                winner.odds += HOLDS;
            }
            of_key.insert(0, winner);
        }
    }
}

/// Where taxes of several rates are printed, and their sum: the tax is what the total is more than the rest,
/// if that stands on the page. `printed` are all numbers of the document, wherever they stand.
pub fn settle_tax(
    candidates: &mut BTreeMap<FieldKey, Vec<Candidate>>,
    printed: &[Candidate],
    sum_of_lines: Option<Decimal>,
) {
    for doubtful_too in [true, false] {
        let Some(rest) = rest(candidates, sum_of_lines, doubtful_too) else {
            continue;
        };
        let says_rest = |candidate: &&Candidate| candidate.number() == Some(rest);
        let Some(sum) = printed.iter().find(says_rest) else {
            continue;
        };
        let mut sum = sum.clone();
        sum.odds += SUM_HOLDS;
        // One print has one role.
        let elsewhere = |charge: &Candidate| charge.mention.place() != sum.mention.place();
        for key in CHARGES {
            if let Some(of_key) = candidates.get_mut(&key) {
                of_key.retain(elsewhere);
            }
        }
        let taxes = candidates.entry(FieldKey::TaxAmount).or_default();
        taxes.insert(0, sum);
        return;
    }
}

/// What the total is more than goods and charges, if that is more than the tax that was found.
fn rest(
    candidates: &BTreeMap<FieldKey, Vec<Candidate>>,
    sum_of_lines: Option<Decimal>,
    doubtful_too: bool,
) -> Option<Decimal> {
    let best = |key: FieldKey| candidates.get(&key)?.first();
    let value = |key: FieldKey| best(key)?.number();
    let tax = value(FieldKey::TaxAmount)?;
    let charges = CHARGES.into_iter().filter(|key| {
        let is_doubtful = best(*key).is_some_and(|best| best.mention.confidence < SURE);
        doubtful_too || !is_doubtful
    });
    let rest = lacking(value, charges, sum_of_lines)?;
    // One of several taxes is a part of their sum; where none is due, it is a charge that lacks.
    (!tax.is_zero() && rest.abs() > tax.abs()).then_some(rest)
}

/// What the total is more than goods and `added` less discount; absent without goods or total.
fn lacking(
    value: impl Fn(FieldKey) -> Option<Decimal>,
    added: impl Iterator<Item = FieldKey>,
    sum_of_lines: Option<Decimal>,
) -> Option<Decimal> {
    let base = value(FieldKey::GoodsAmount).or(sum_of_lines)?;
    let parts = added
        .filter_map(&value)
        .try_fold(base, Decimal::checked_add)?;
    let discount = value(FieldKey::DiscountAmount).unwrap_or_default().abs();
    value(FieldKey::TotalAmount)?
        .checked_sub(parts)?
        .checked_add(discount)
}

/// Where the parts of the total lack exactly what is printed elsewhere: that is the part which was not seen,
/// a charge or a discount. `rivals` say which charge; without them it is one of the others.
pub fn close_sum(
    candidates: &mut BTreeMap<FieldKey, Vec<Candidate>>,
    rivals: &BTreeMap<FieldKey, Vec<Candidate>>,
    printed: &[Candidate],
    sum_of_lines: Option<Decimal>,
) {
    let value = |key: FieldKey| candidates.get(&key)?.first()?.number();
    let Some(lacking) = lacking(value, charges_and_tax(), sum_of_lines) else {
        return;
    };
    let chosen = AMOUNTS
        .iter()
        .filter_map(|key| candidates.get(key)?.first());
    let taken: Vec<Place> = chosen.map(|best| best.mention.place()).collect();
    // A few cents are rounding, and small numbers stand everywhere.
    let is_lacking = |part: &&Candidate| {
        part.number()
            .is_some_and(|value| value.abs() == lacking.abs() && value.abs() >= Decimal::ONE)
            && !taken.contains(&part.mention.place())
    };
    let Some(part) = printed.iter().find(is_lacking) else {
        return;
    };
    let known = |key: &FieldKey| {
        let same = |rival: &Candidate| rival.mention.place() == part.mention.place();
        rivals
            .get(key)
            .is_some_and(|rivals| rivals.iter().any(same))
    };
    let key = match lacking.is_sign_negative() {
        true => FieldKey::DiscountAmount,
        false => CHARGES
            .into_iter()
            .find(known)
            .unwrap_or(FieldKey::OtherChargesAmount),
    };
    let of_key = candidates.entry(key).or_default();
    if of_key.is_empty() {
        let mut part = part.clone();
        part.mention.key = key;
        part.odds += SUM_HOLDS;
        of_key.push(part);
    }
}

/// Whether every key with candidates has one of them.
fn is_as_tagged(options: &[Options], chosen: &[Option<Choice>]) -> bool {
    options.iter().zip(chosen).all(|(options, chosen)| {
        let tagged = |choice: &Choice| matches!(choice.from, From::Candidate(_));
        match chosen {
            Some(choice) => tagged(choice),
            None => !options.choices.iter().any(tagged),
        }
    })
}

fn options(candidates: Option<&Vec<Candidate>>, rivals: Option<&Vec<Candidate>>) -> Options {
    let best = candidates.and_then(|all| all.first());
    let open = best.is_none_or(|candidate| candidate.mention.confidence < SURE);
    let mut choices = choices(candidates, From::Candidate);
    if open {
        choices.extend(self::choices(rivals, From::Rival));
        choices.truncate(MOST_READINGS);
    }
    Options { choices, open }
}

fn choices(candidates: Option<&Vec<Candidate>>, from: fn(usize) -> From) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    for (index, candidate) in candidates.into_iter().flatten().enumerate() {
        let mention = &candidate.mention;
        for (rank, reading) in readings(&candidate.normalised).into_iter().enumerate() {
            choices.push(Choice {
                from: from(index),
                reading,
                odds: candidate.odds - OTHER_READING * rank as f32,
                place: mention.place(),
            });
        }
    }
    choices.sort_by(|a, b| b.odds.total_cmp(&a.odds));
    choices.truncate(MOST_READINGS);
    choices
}

fn combine(
    options: &[Options],
    position: usize,
    score: f32,
    chosen: &mut Vec<Option<Choice>>,
    visit: &mut impl FnMut(f32, &[Option<Choice>]),
) {
    let Some(of_key) = options.get(position) else {
        visit(score, chosen);
        return;
    };
    if of_key.choices.is_empty() || of_key.open {
        combine(options, position + 1, score, chosen, visit);
    }
    for choice in &of_key.choices {
        let is_rival = matches!(choice.from, From::Rival(_));
        let taken = |other: &Option<Choice>| other.is_some_and(|o| o.place == choice.place);
        if is_rival && chosen[..position].iter().any(taken) {
            continue;
        }
        chosen[position] = Some(*choice);
        combine(options, position + 1, score + choice.odds, chosen, visit);
        chosen[position] = None;
    }
}

/// Which identities hold.
#[derive(Clone, Copy, Default)]
struct Holds {
    lines_are_goods: bool,
    parts_are_total: bool,
    /// With a charge, a tax or a discount that is not nothing.
    sum_of_several: bool,
}

impl Holds {
    fn score(self) -> f32 {
        let lines = HOLDS * f32::from(u8::from(self.lines_are_goods));
        let parts = match (self.parts_are_total, self.sum_of_several) {
            (_, true) => SUM_HOLDS,
            (true, false) => 1.5 * HOLDS,
            (false, false) => 0.0,
        };
        lines + parts
    }

    fn covers(self, key: FieldKey) -> bool {
        self.parts_are_total || (self.lines_are_goods && key == FieldKey::GoodsAmount)
    }
}

fn identities(chosen: &[Option<Choice>], sum_of_lines: Option<Decimal>) -> Holds {
    let value = |key: FieldKey| {
        let position = AMOUNTS.iter().position(|k| *k == key)?;
        Some(chosen.get(position)?.as_ref()?.reading)
    };
    let goods = value(FieldKey::GoodsAmount);
    // Cents lost by rounding rows.
    let is_rounding = |difference: Decimal| difference.abs() <= Decimal::new(2, 2);
    let lines_are_goods = goods
        .zip(sum_of_lines)
        .and_then(|(goods, lines)| goods.checked_sub(lines))
        .is_some_and(is_rounding);
    let parts_are_total = lacking(value, charges_and_tax(), sum_of_lines).is_some_and(is_rounding);
    let discount = value(FieldKey::DiscountAmount).unwrap_or_default().abs();
    let several = charges_and_tax().filter_map(value).chain([discount]);
    let sum_of_several = parts_are_total && several.into_iter().any(|part| !part.is_zero());
    Holds {
        lines_are_goods,
        parts_are_total,
        sum_of_several,
    }
}

#[cfg(test)]
mod tests;
