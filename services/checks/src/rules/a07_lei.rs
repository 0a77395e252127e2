//! A07 Legal Entity Identifier.
//!
//! *What it checks*: the check digits (ISO 17442) of tax numbers that have the form of an LEI: 18
//! letters and digits with at least one letter, then two digits.
//! *Why it matters*: an LEI names one legal entity in the world; a wrong one names none.
//! *Example*: 5493001KJTIIGC8Y1R13; the right one ends with 12.

use super::Rule;
use crate::check_digit_rule::{Identifier, check_all};
use crate::check_digits::lei;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::pointers;
use crate::seen::Seen;
use crate::verdict::Checked;
use docexam_domain::FieldKey;

pub const RULE: Rule = Rule {
    id: "A07",
    meaning: "check digits of Legal Entity Identifiers",
    parameters: &[],
    check,
};

const LEI: Identifier = Identifier {
    what: "LEI",
    valid: lei_with_letters,
    form_matters: false,
};

/// Twenty digits alone are some country's tax number.
fn lei_with_letters(number: &str) -> Option<bool> {
    let letters = number.bytes().any(|b| b.is_ascii_alphabetic());
    lei(number).filter(|_| letters)
}

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let declaration = facts.declaration;
    let parties = [
        (&declaration.exporter, pointers::EXPORTER),
        (&declaration.consignee, pointers::CONSIGNEE),
    ];
    let declared = parties.into_iter().filter_map(|(party, pointer)| {
        let tax_id = party.as_ref()?.tax_id.as_deref()?;
        Some((tax_id, pointers::some(pointer)))
    });
    let keys = [FieldKey::SellerTaxId, FieldKey::BuyerTaxId];
    let documents = facts.documents.iter().copied();
    let printed: Vec<Seen> = documents
        .flat_map(|document| keys.map(|key| facts.see(document, key)))
        .flatten()
        .collect();
    check_all(facts, &LEI, printed, declared)
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, invoice};
    use docexam_domain::{FieldKey, Outcome};

    fn case(number: &str, confidence: f32) -> TestCase {
        let invoice = invoice().field(FieldKey::SellerTaxId, number);
        TestCase::new().with(invoice.confidence(confidence))
    }

    #[test]
    fn fires() {
        let wrong = case("5493001KJTIIGC8Y1R13", 0.98);
        assert_eq!(wrong.outcomes("A07"), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        assert_eq!(
            case("5493001KJTIIGC8Y1R12", 0.98).outcomes("A07"),
            [Outcome::Pass]
        );
    }

    #[test]
    fn cannot_judge() {
        let unsure = case("5493001KJTIIGC8Y1R13", 0.6);
        assert_eq!(unsure.outcomes("A07"), [Outcome::Indeterminate]);
        assert_eq!(
            case("DE123456789", 0.98).outcomes("A07"),
            [Outcome::NotChecked]
        );
    }
}
