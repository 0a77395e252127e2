//! D03 Transport document number.
//!
//! *What it checks*: the number of the bill of lading or waybill is the same on the document itself,
//! on every paper that mentions it and in the declaration.
//! *Why it matters*: it ties papers to the cargo; a wrong one releases somebody else's goods.
//! *Example*: bill of lading MEDUX1234567, declared MEDUX1234576.

use super::Rule;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::references::{Mentioned, one_number};
use crate::seen::Seen;
use crate::verdict::Checked;
use docexam_domain::FieldKey;

pub const RULE: Rule = Rule {
    id: "D03",
    meaning: "transport document number wherever it is mentioned",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let mentioned = Mentioned {
        key: FieldKey::TransportDocumentNumber,
        what: "transport document number",
        declared: facts.declaration.transport_document_number.as_deref(),
        pointer: None,
    };
    let transport = facts.transport_documents().into_iter();
    let own: Vec<Seen> = transport
        .filter_map(|document| facts.see(document, FieldKey::DocumentNumber))
        .collect();
    one_number(facts, &mentioned, own)
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, bill_of_lading, invoice};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn case(number: &str) -> TestCase {
        TestCase::new()
            .declaration(json!({"id": "1", "transport_document_number": "MEDUX1234567"}))
            .with(bill_of_lading().field(FieldKey::DocumentNumber, number))
    }

    #[test]
    fn fires() {
        let verdicts = case("MEDUX1234576").check("D03");
        assert_eq!(verdicts[0].outcome, Outcome::Discrepancy);
        assert!(verdicts[0].explanation.contains("MEDUX1234567"));
    }

    #[test]
    fn silent() {
        let mention = invoice().field(FieldKey::TransportDocumentNumber, "MEDUX 1234567");
        assert_eq!(
            case("MEDUX1234567").with(mention).outcomes("D03"),
            [Outcome::Pass]
        );
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(
            case("MEDUXI234567").outcomes("D03"),
            [Outcome::Indeterminate]
        );
        assert_eq!(TestCase::new().outcomes("D03"), [Outcome::NotChecked]);
    }
}
