//! K03 Air waybill check digit.
//!
//! *What it checks*: the eighth digit of an air waybill's serial is the first seven modulo 7 (IATA).
//! *Why it matters*: a waybill that no airline could issue covers no flight.
//! *Example*: 020-12345676; the right number ends with 5.

use super::Rule;
use crate::check_digit_rule::{Identifier, check_all};
use crate::check_digits::air_waybill;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::seen::Seen;
use crate::verdict::Checked;
use docexam_domain::{DocumentType, FieldKey};

pub const RULE: Rule = Rule {
    id: "K03",
    meaning: "check digits of air waybills",
    parameters: &[],
    check,
};

const AIR_WAYBILL: Identifier = Identifier {
    what: "air waybill number",
    valid: air_waybill,
    // House waybills of forwarders have numbers of their own.
    form_matters: false,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let waybills = facts.of_type(DocumentType::AirWaybill);
    let keys = [FieldKey::DocumentNumber, FieldKey::TransportDocumentNumber];
    let printed: Vec<Seen> = waybills
        .into_iter()
        .flat_map(|waybill| keys.map(|key| facts.see(waybill, key)))
        .flatten()
        .collect();
    // Mode 4 is air (UN/ECE Rec 19): only then is the declared number an air waybill.
    let by_air = facts
        .declaration
        .transport_mode
        .as_deref()
        .is_some_and(|m| m.starts_with('4'));
    let declared = facts.declaration.transport_document_number.as_deref();
    let declared = declared.filter(|_| by_air).map(|number| (number, None));
    check_all(facts, &AIR_WAYBILL, printed, declared)
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, document};
    use docexam_domain::{DocumentType, FieldKey, Outcome};

    fn case(number: &str, confidence: f32) -> TestCase {
        let waybill = document(DocumentType::AirWaybill).field(FieldKey::DocumentNumber, number);
        TestCase::new().with(waybill.confidence(confidence))
    }

    #[test]
    fn fires() {
        assert_eq!(
            case("020-12345676", 0.98).outcomes("K03"),
            [Outcome::Discrepancy]
        );
    }

    #[test]
    fn silent() {
        assert_eq!(case("020-1234 5675", 0.98).outcomes("K03"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(
            case("020-12345676", 0.6).outcomes("K03"),
            [Outcome::Indeterminate]
        );
        assert_eq!(case("HAWB77", 0.98).outcomes("K03"), [Outcome::NotChecked]);
    }
}
