//! From two values that should be equal to a judgement: they agree, they differ, or the evidence is
//! too weak to say.
//!
//! The order is always the same: equal within the tolerance; else a reading below the pack's bound
//! cannot prove anything; else a value read by OCR may be misread; else it is a difference.

use crate::facts::Facts;
use crate::needed::Needed;
use crate::ocr_confusion::{self, Doubt};
use crate::seen::{Seen, decimal};
use crate::verdict::{Unable, failed};
use jiff::civil::Date;
use rust_decimal::Decimal;

#[derive(Clone, Debug, PartialEq)]
pub enum Judgement {
    Agrees,
    Differs,
    /// Why the evidence is weak: a sentence for the officer.
    Doubtful(String),
}

/// One summand of a balance: `factor × value`. Declared and computed values have nothing `seen`.
#[derive(Clone, Copy, Debug)]
pub struct Term<'a> {
    pub seen: Option<Seen<'a>>,
    pub value: Decimal,
    pub factor: Decimal,
}

impl<'a> Term<'a> {
    pub fn plus(seen: Seen<'a>, value: Decimal) -> Self {
        Self {
            seen: Some(seen),
            value,
            factor: Decimal::ONE,
        }
    }

    pub fn minus(seen: Seen<'a>, value: Decimal) -> Self {
        Self {
            seen: Some(seen),
            value,
            factor: Decimal::NEGATIVE_ONE,
        }
    }

    /// A value that nobody reads from paper, on the other side of the equation.
    pub fn wanted(value: Decimal) -> Self {
        Self {
            seen: None,
            value,
            factor: Decimal::NEGATIVE_ONE,
        }
    }

    pub fn times(mut self, factor: Decimal) -> Self {
        self.factor = self.factor.checked_mul(factor).unwrap_or(self.factor);
        self
    }
}

/// Whether the terms sum to zero within `tolerance` (in the unit of the sum).
pub fn balance(facts: &Facts, terms: &[Term], tolerance: Decimal) -> Result<Judgement, Unable> {
    let difference = sum(terms)?;
    if difference.abs() <= tolerance {
        return Ok(Judgement::Agrees);
    }
    let compared: Vec<Seen> = terms.iter().filter_map(|term| term.seen).collect();
    if let Some(reason) = too_weak(facts, compared.iter().copied()) {
        return Ok(Judgement::Doubtful(reason));
    }
    for term in terms {
        let Some(seen) = term.seen else { continue };
        // What this one value would have to be for the sum to be right.
        let share = difference.checked_div(term.factor);
        let needed = share.and_then(|share| term.value.checked_sub(share));
        let allowed = tolerance.checked_div(term.factor.abs());
        let needed = Needed::within_computed(needed, allowed);
        if let Some(reason) = needed.and_then(|needed| misread(facts, seen, &compared, needed)) {
            return Ok(Judgement::Doubtful(reason));
        }
    }
    Ok(Judgement::Differs)
}

/// Σ factor × value; absurd magnitudes are an evaluation failure, never a pass.
pub fn sum(terms: &[Term]) -> Result<Decimal, Unable> {
    terms
        .iter()
        .try_fold(Decimal::ZERO, |total, term| {
            let product = term.value.checked_mul(term.factor)?;
            total.checked_add(product)
        })
        .ok_or_else(|| failed("The numbers are too large to compute with."))
}

/// A reading below the pack's bound cannot prove a difference.
pub fn too_weak<'a>(facts: &Facts, seen: impl IntoIterator<Item = Seen<'a>>) -> Option<String> {
    let bound = facts.low_confidence.get();
    let weak = seen.into_iter().find(|seen| seen.confidence() < bound)?;
    // Rounded down, so that it is below the bound in print too.
    let confidence = (100.0 * weak.confidence()).floor() / 100.0;
    Some(format!(
        "'{}' on {} was read with confidence {confidence:.2}, below {bound:.2}.",
        weak.value(),
        weak.place(),
    ))
}

/// Why a printed number may really be the one that is needed: another normalised reading, or an OCR
/// confusion. `compared` are all values of the comparison.
pub fn misread(facts: &Facts, seen: Seen, compared: &[Seen], needed: Needed) -> Option<String> {
    let is_needed = |text: &str| decimal(text).is_some_and(|value| needed.is(value));
    let others = &seen.field.alternative_values;
    if let Some(other) = others.iter().find(|text| is_needed(text)) {
        let printed = &seen.field.mention_text;
        return Some(format!("'{printed}' can also be read as {other}."));
    }
    if !facts.read_by_ocr(seen) {
        return None;
    }
    let doubt = if facts.unsure(seen) {
        Some(Doubt::Unsure)
    } else if facts.others_say(seen.field.key, compared, |other| is_needed(other.value())) {
        Some(Doubt::Alone)
    } else {
        None
    };
    ocr_confusion::number(&seen.field.mention_text, seen.value(), doubt, needed)
}

/// One side of a comparison of numbers, codes or names that must be the same.
#[derive(Clone, Copy, Debug)]
pub enum Side<'a> {
    Seen(Seen<'a>),
    Declared(&'a str),
}

impl<'a> Side<'a> {
    pub fn text(&self) -> &'a str {
        match self {
            Self::Seen(seen) => seen.value(),
            Self::Declared(text) => text,
        }
    }

    pub fn seen(&self) -> Option<Seen<'a>> {
        match self {
            Self::Seen(seen) => Some(*seen),
            Self::Declared(_) => None,
        }
    }
}

/// Whether two identifiers (numbers of documents, containers, codes) are the same once case,
/// blanks and punctuation are gone.
pub fn same_identifier(facts: &Facts, left: Side, right: Side) -> Judgement {
    let (a, b) = (bare(left.text()), bare(right.text()));
    if a == b {
        return Judgement::Agrees;
    }
    let sides = [left.seen(), right.seen()];
    if let Some(reason) = too_weak(facts, sides.into_iter().flatten()) {
        return Judgement::Doubtful(reason);
    }
    if is_part(&a, &b) {
        let (left, right) = (left.text(), right.text());
        return Judgement::Doubtful(format!(
            "One of '{left}' and '{right}' may lack its beginning or end."
        ));
    }
    let read: Vec<Seen> = sides
        .into_iter()
        .flatten()
        .filter(|seen| facts.read_by_ocr(*seen))
        .collect();
    if read.is_empty() {
        return Judgement::Differs;
    }
    let unsure = read.iter().any(|seen| facts.unsure(*seen));
    match ocr_confusion::identifier(&a, &b, unsure) {
        Some(reason) => Judgement::Doubtful(reason),
        None => Judgement::Differs,
    }
}

/// Whether one identifier, or name, is the beginning or the end of the other, both without blanks and punctuation: readers cut
/// it where a mark or a gap stands in it, and nobody writes another one so. A few characters are part of many and prove nothing.
pub fn is_part(a: &str, b: &str) -> bool {
    const TELLING: usize = 6;
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.len() >= TELLING && (long.starts_with(short) || long.ends_with(short))
}

/// Whether an identifier, read with at least `bound`, is another one altered in several characters: so close a number
/// is that number, and so many characters are seldom misread together, so that it needs less confidence than others.
pub fn is_altered(seen: Seen, other: Seen, bound: f32) -> bool {
    let sure = [seen, other].iter().all(|seen| seen.confidence() >= bound);
    sure && ocr_confusion::is_altered(&bare(seen.value()), &bare(other.value()))
}

/// Whether an identifier is any of several; a doubtful match is better than none.
pub fn any_identifier(facts: &Facts, seen: Seen, candidates: &[Side]) -> Judgement {
    let mut best = Judgement::Differs;
    for candidate in candidates {
        match same_identifier(facts, Side::Seen(seen), *candidate) {
            Judgement::Agrees => return Judgement::Agrees,
            doubtful @ Judgement::Doubtful(_) => best = doubtful,
            Judgement::Differs => {}
        }
    }
    best
}

/// Whether a printed date is `wanted` (another printed date or a declared one) in any of its
/// possible readings.
pub fn same_date(facts: &Facts, seen: Seen, wanted: &[Date], other: Option<Seen>) -> Judgement {
    if seen.dates().iter().any(|date| wanted.contains(date)) {
        return Judgement::Agrees;
    }
    let both = [Some(seen), other].into_iter().flatten();
    if let Some(reason) = too_weak(facts, both.clone()) {
        return Judgement::Doubtful(reason);
    }
    let Some(date) = seen.date() else {
        let text = &seen.field.mention_text;
        return Judgement::Doubtful(format!("'{text}' is not readable as a date."));
    };
    let both: Vec<Seen> = both.collect();
    let read = both.iter().any(|seen| facts.read_by_ocr(*seen));
    let unsure = both.iter().any(|seen| facts.unsure(*seen));
    let text = bare(&date.to_string());
    let misread = wanted.iter().find_map(|wanted| {
        ocr_confusion::identifier(&text, &bare(&wanted.to_string()), unsure)
            .or_else(|| far_apart(date, *wanted))
    });
    match misread {
        Some(reason) if read => Judgement::Doubtful(reason),
        _ => Judgement::Differs,
    }
}

/// Days. The papers of a consignment are written within a year; its contract may be older.
const FAR: i32 = 400;

fn far_apart(date: Date, other: Date) -> Option<String> {
    let days = date.since(other).ok()?.get_days();
    (days.abs() > FAR)
        .then(|| format!("{date} lies so far from {other} that its year may be misread."))
}

/// Why `date`, which the evidence shows, may really not lie after `last`: it is read by OCR, and unsure or of a year
/// that is hardly printed there.
pub fn misread_dates(facts: &Facts, evidence: &[Seen], date: Date, last: Date) -> Option<String> {
    let mut read = evidence
        .iter()
        .filter(|seen| facts.read_by_ocr(**seen))
        .peekable();
    read.peek()?;
    match read.any(|seen| facts.unsure(*seen)) {
        true => Some("The reading is unsure.".to_owned()),
        false => far_apart(date, last),
    }
}

/// Letters and digits only, upper case: `inv-2026/001` and `INV 2026 001` are one number.
pub fn bare(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TestCase, document};
    use docexam_domain::{DocumentType, FieldKey};

    fn judged(case: TestCase, wanted: i64) -> Judgement {
        case.with_facts(|facts| {
            let seen = facts
                .see(facts.documents[0], FieldKey::TotalAmount)
                .expect("printed");
            let value = seen.decimal().expect("a number");
            let terms = [Term::plus(seen, value), Term::wanted(wanted.into())];
            balance(facts, &terms, Decimal::ZERO).expect("small numbers")
        })
    }

    fn amount(mention: &str, normalised: &str) -> crate::testing::TestDocument {
        let invoice = document(DocumentType::CommercialInvoice);
        invoice.read_as(FieldKey::TotalAmount, mention, normalised)
    }

    #[test]
    fn a_clean_difference_differs() {
        let case = TestCase::new().with(amount("11150", "11150"));
        assert_eq!(judged(case, 11510), Judgement::Differs);
    }

    #[test]
    fn a_comma_for_a_point_is_doubtful_under_ocr_and_differs_in_a_text_layer() {
        let case = TestCase::new().with(amount("1.450", "1.450"));
        assert!(matches!(judged(case, 1450), Judgement::Doubtful(_)));
        let case = TestCase::new().with(amount("1.450", "1.450")).text_layer();
        assert_eq!(judged(case, 1450), Judgement::Differs);
    }

    #[test]
    fn a_weak_reading_proves_nothing() {
        let case = TestCase::new().with(amount("1450", "1450").confidence(0.3));
        assert!(matches!(judged(case, 9999), Judgement::Doubtful(_)));
        // What is below the bound is below it in print too.
        let bound = TestCase::new().with_facts(|facts| facts.low_confidence.get());
        let case = TestCase::new().with(amount("1450", "1450").confidence(bound - 0.001));
        let Judgement::Doubtful(reason) = judged(case, 9999) else {
            panic!("not doubtful")
        };
        let expected = format!("confidence {:.2}, below {bound:.2}.", bound - 0.01);
        assert!(reason.ends_with(&expected), "{reason}");
    }

    #[test]
    fn overflow_is_a_failure() {
        let case = TestCase::new();
        case.with_facts(|_| {
            let terms = [Term::wanted(Decimal::MAX), Term::wanted(Decimal::MAX)];
            assert!(sum(&terms).is_err());
        });
    }
}
