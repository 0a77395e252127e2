//! Mentions of a header key with their values: what each would make of the field, and how sure.
//! Sureness is the mention's own confidence, weighed by what the value promises: that it has the form of
//! its key, that its check digit holds, that the document says it in more than one place.

use crate::mentions::Mention;
use crate::normalise::{
    Context, Normalised, is_container_number, is_continental, is_iban, normalise,
};
use crate::odds::{log_odds, probability};
use docexam_domain::{FieldKey, ValueForm};
use regex::Regex;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The text does not yield a value of the key's form.
const NO_VALUE: f32 = 2.0;
/// A check digit that holds is no chance; one that fails may be an issued number all the same.
const CHECK_DIGIT_HOLDS: f32 = 1.5;
const CHECK_DIGIT_FAILS: f32 = 0.7;
/// Each further place that says the same, at most twice.
const SAID_AGAIN: f32 = 0.5;
/// Less confident fields are not shown: they are more often noise than not.
const LEAST: f32 = 0.05;
const LEAST_WITHOUT_VALUE: f32 = 0.35;
/// A text of fewer letters or digits than this is a stray tag.
const SHORTEST_TEXT: usize = 2;

#[derive(Clone, Debug)]
pub struct Candidate {
    pub mention: Mention,
    pub normalised: Normalised,
    /// Log-odds that this is the value of its key.
    pub odds: f32,
}

impl Candidate {
    pub fn new(mention: Mention, context: &Context) -> Self {
        let normalised = normalise(mention.key, &mention.text, context);
        let odds = log_odds(mention.confidence) + promise(mention.key, &mention.text, &normalised);
        Self {
            mention,
            normalised,
            odds,
        }
    }

    /// The value, where it is a number.
    pub fn number(&self) -> Option<Decimal> {
        self.normalised.value.as_deref()?.parse().ok()
    }

    /// Whether it is worth showing: a stray tag, or a text of the wrong form that nothing explains, is not.
    pub fn is_worth_keeping(&self) -> bool {
        let says_nothing = self.normalised.value.is_none()
            && self.normalised.alternatives.is_empty()
            && self.mention.key.value_form() != ValueForm::Text;
        if says_nothing {
            self.mention.confidence >= LEAST_WITHOUT_VALUE
        } else {
            probability(self.odds) >= LEAST
        }
    }

    /// What is compared when two mentions are said to agree.
    fn identity(&self) -> String {
        match &self.normalised.value {
            Some(value) => value.to_uppercase(),
            None => self
                .mention
                .text
                .split_whitespace()
                .collect::<String>()
                .to_uppercase(),
        }
    }
}

/// The number that stands for `key` among the candidates.
pub fn number_in(candidates: &[Candidate], key: FieldKey) -> Option<Decimal> {
    let of_key = |candidate: &&Candidate| candidate.mention.key == key;
    candidates.iter().find(of_key)?.number()
}

/// Sum of a column, if there are rows and every row has a number in it.
pub fn sum_of_column<'a>(
    rows: impl IntoIterator<Item = &'a [Candidate]>,
    key: FieldKey,
) -> Option<Decimal> {
    let numbers: Option<Vec<Decimal>> = rows.into_iter().map(|row| number_in(row, key)).collect();
    let numbers = numbers.filter(|numbers| !numbers.is_empty())?;
    numbers
        .into_iter()
        .try_fold(Decimal::ZERO, Decimal::checked_add)
}

/// Whether a text can be a value of its key at all, however badly it was read: a stray word tagged as an
/// amount, or a figure tagged as a name, is dropped.
pub fn is_plausible(mention: &Mention) -> bool {
    let text = &mention.text;
    let count = |wanted: fn(char) -> bool| text.chars().filter(|c| wanted(*c)).count();
    let (digits, letters) = (count(char::is_numeric), count(char::is_alphabetic));
    match mention.key {
        FieldKey::ContainerNumber => digits >= 4 && digits + letters >= 8,
        // Account numbers of countries without IBAN stand in the same place.
        FieldKey::Iban => digits >= 6,
        FieldKey::DocumentNumber
        | FieldKey::InvoiceNumber
        | FieldKey::PurchaseOrderNumber
        | FieldKey::TransportDocumentNumber
        | FieldKey::ContractNumber => digits > 0 && !is_date(text),
        FieldKey::SellerTaxId | FieldKey::BuyerTaxId => digits > 0 && !is_zip_code(text),
        // The carrier's letters before it are only a part of the number on a seal.
        FieldKey::SealNumber => digits > 0,
        FieldKey::SellerName
        | FieldKey::BuyerName
        | FieldKey::ConsigneeName
        | FieldKey::NotifyPartyName
        | FieldKey::ProducerName
        | FieldKey::VesselName
        | FieldKey::PortOfLoading
        | FieldKey::PortOfDischarge => letters >= 2,
        // A figure alone is a code for the means of payment.
        FieldKey::PaymentTerms => letters > 0,
        key => match key.value_form() {
            ValueForm::Decimal | ValueForm::Integer => digits > 0 && !is_date(text),
            ValueForm::MassKg => {
                digits > 0 && !is_date(text) && !text.contains(['%', '€', '$', '£', '₺', '¥'])
            }
            ValueForm::Date => digits > 0,
            // Four digits name a heading; national codes have up to twelve.
            ValueForm::HsCode => (4..=14).contains(&digits) && !is_date(text),
            // "DE123456789" is a tax number.
            ValueForm::Country => letters > 0 && digits == 0 && !is_continental(text),
            ValueForm::Incoterm | ValueForm::Unit => letters > 0,
            // A currency may be a mere sign.
            ValueForm::Currency => !text.trim().is_empty(),
            _ => digits + letters > 0,
        },
    }
}

/// Whether a text is a postal code of the United States with its four further figures, `05402-0530`: no taxpayer's number has that form.
fn is_zip_code(text: &str) -> bool {
    static ZIP: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\W*\d{5}-\d{4}\W*$").expect("a constant pattern"));
    ZIP.is_match(text)
}

/// A day and nothing else: no amount, mass, code or number is written so.
pub fn is_date(text: &str) -> bool {
    static IN_FIGURES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\W*\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\W*$").expect("a constant pattern")
    });
    static WITH_WORD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\W*\d{1,2}\W{1,2}\p{L}{3,9}\W{1,2}\d{2,4}\W*$").expect("a constant pattern")
    });
    // `12-INV-2024` is a number all the same.
    let names_month = || {
        let day = normalise(FieldKey::IssueDate, text, &Context::default());
        day.value.is_some()
    };
    IN_FIGURES.is_match(text) || (WITH_WORD.is_match(text) && names_month())
}

/// Candidates by key, each value once (its surest mention), the likeliest first.
pub fn candidates(
    mentions: impl IntoIterator<Item = Mention>,
    context: &Context,
) -> BTreeMap<FieldKey, Vec<Candidate>> {
    let mut by_key: BTreeMap<FieldKey, Vec<Candidate>> = BTreeMap::new();
    for mention in mentions {
        if !is_plausible(&mention) {
            continue;
        }
        let candidate = Candidate::new(mention, context);
        let known = by_key.entry(candidate.mention.key).or_default();
        let identity = candidate.identity();
        match known.iter_mut().find(|other| other.identity() == identity) {
            Some(same) => *same = agreed(same, candidate),
            None => known.push(candidate),
        }
    }
    for candidates in by_key.values_mut() {
        candidates.sort_by(|a, b| b.odds.total_cmp(&a.odds));
    }
    by_key
}

/// The surer of two mentions that say the same, a little surer still.
fn agreed(known: &Candidate, next: Candidate) -> Candidate {
    let odds = known.odds.max(next.odds) + SAID_AGAIN;
    let surer = if next.odds > known.odds {
        next
    } else {
        known.clone()
    };
    // Two repetitions are as good as twenty: a running header repeats a misreading too.
    let most = log_odds(surer.mention.confidence) + CHECK_DIGIT_HOLDS + 2.0 * SAID_AGAIN;
    Candidate {
        odds: odds.min(most),
        ..surer
    }
}

fn promise(key: FieldKey, text: &str, normalised: &Normalised) -> f32 {
    let value = normalised.value.as_deref();
    let check_digit = |holds: bool| {
        if holds {
            CHECK_DIGIT_HOLDS
        } else {
            -CHECK_DIGIT_FAILS
        }
    };
    match (key, value) {
        (FieldKey::ContainerNumber, Some(number)) => check_digit(is_container_number(number)),
        (FieldKey::Iban, Some(number)) => check_digit(is_iban(number)),
        (_, None) => -NO_VALUE,
        _ if key.value_form() == ValueForm::Text => {
            let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
            if letters < SHORTEST_TEXT {
                -NO_VALUE
            } else {
                0.0
            }
        }
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use docexam_domain::Rect;

    #[test]
    fn a_postal_code_is_no_number_of_a_taxpayer() {
        let plausible = |text| is_plausible(&mention(FieldKey::SellerTaxId, text, 0.9));
        assert!(!plausible("05402-0530"));
        assert!(plausible("12-3456789") && plausible("9125523796"));
    }

    #[test]
    fn a_part_of_the_world_is_no_country() {
        let plausible = |text| is_plausible(&mention(FieldKey::SellerCountry, text, 0.9));
        assert!(!plausible("South American"));
        // Misread, but one.
        assert!(plausible("SI OVAK REPUBLR"));
    }

    fn mention(key: FieldKey, text: &str, confidence: f32) -> Mention {
        Mention {
            key,
            page: 0,
            first_word: 0,
            text: text.to_owned(),
            bbox: Rect::default(),
            confidence,
        }
    }

    fn best(mentions: Vec<Mention>) -> String {
        let key = mentions[0].key;
        let found = candidates(mentions, &Context::default());
        found[&key][0].mention.text.clone()
    }

    #[test]
    fn a_value_of_the_right_form_beats_a_slightly_surer_one_of_the_wrong_form() {
        let total = |text, confidence| mention(FieldKey::TotalAmount, text, confidence);
        assert_eq!(
            best(vec![total("see above", 0.8), total("119.00", 0.7)]),
            "119.00"
        );
        let container = |text, confidence| mention(FieldKey::ContainerNumber, text, confidence);
        assert_eq!(
            best(vec![
                container("CSQU3054384", 0.8),
                container("CSQU3054383", 0.7)
            ]),
            "CSQU3054383"
        );
    }

    #[test]
    fn what_cannot_be_a_value_is_no_candidate() {
        let plausible = |key, text| is_plausible(&mention(key, text, 0.9));
        assert!(!plausible(FieldKey::TotalGrossMassKg, "KG"));
        assert!(plausible(FieldKey::TotalGrossMassKg, "1S35 KG"));
        assert!(plausible(FieldKey::Currency, "$"));
        assert!(!plausible(FieldKey::Iban, "%91"));
        assert!(!plausible(FieldKey::SellerName, "12"));
        assert!(!plausible(FieldKey::DocumentNumber, "Tarihi"));
        assert!(!plausible(FieldKey::InvoiceNumber, "04-Oct-2023"));
        assert!(plausible(FieldKey::InvoiceNumber, "04-EXP-2023"));
        assert!(!plausible(FieldKey::TotalAmount, "04.04.2020,"));
        assert!(plausible(FieldKey::TotalAmount, "1.234.567,89"));
        assert!(!plausible(FieldKey::TotalNetMassKg, "19 %"));
        assert!(!plausible(FieldKey::SellerCountry, "DE123456789"));
        assert!(!plausible(FieldKey::HsCode, "19"));
        assert!(plausible(FieldKey::HsCode, "8482.10.90.00 11"));
        assert!(!plausible(FieldKey::SealNumber, "ML-"));
        assert!(!plausible(FieldKey::PaymentTerms, "30"));
        assert!(plausible(FieldKey::PaymentTerms, "30天"));
    }

    #[test]
    fn saying_it_twice_helps() {
        let number = |text, confidence| mention(FieldKey::DocumentNumber, text, confidence);
        let said = vec![
            number("A-77", 0.75),
            number("B-12", 0.70),
            number("B-12", 0.70),
        ];
        assert_eq!(best(said), "B-12");
    }
}
