//! G05 Licences and certificates.
//!
//! *What it checks*: the documents that the pack's measures require for an item's HS code, origin,
//! procedure and date are in the submission and valid.
//! *Why it matters*: plants without a phytosanitary certificate carry pests; animals, diseases.
//! *Example*: oranges of 0805.10 without a phytosanitary certificate.

use super::Rule;
use crate::facts::Facts;
use crate::measures_of_items::check_measures;
use crate::pack::Parameters;
use crate::verdict::Checked;

pub const RULE: Rule = Rule {
    id: "G05",
    meaning: "licences and certificates that measures require",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    check_measures(facts, RULE.id)
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, TestDocument, document};
    use docexam_domain::{DocumentType, FieldKey, Outcome};
    use serde_json::json;

    fn oranges() -> TestCase {
        TestCase::new().declaration(json!({"id": "1", "acceptance_date": "2026-05-04",
            "procedure": "import", "items": [{"number": 1, "hs_code": "08051000",
            "description": "fresh oranges", "country_of_origin": "ES"}]}))
    }

    fn certificate() -> TestDocument {
        document(DocumentType::PhytosanitaryCertificate).field(FieldKey::DocumentNumber, "PC 1")
    }

    #[test]
    fn fires() {
        let verdicts = oranges().check("G05");
        assert_eq!(verdicts[0].outcome, Outcome::Discrepancy);
        assert!(
            verdicts[0]
                .explanation
                .contains("phytosanitary certificate")
        );
        assert!(
            verdicts[0]
                .legal_reference
                .as_deref()
                .is_some_and(|text| text.contains("IPPC"))
        );
        let expired = certificate().field(FieldKey::ValidityDate, "2026-05-01");
        assert_eq!(
            oranges().with(expired).outcomes("G05"),
            [Outcome::Discrepancy]
        );
    }

    #[test]
    fn silent() {
        assert_eq!(
            oranges().with(certificate()).outcomes("G05"),
            [Outcome::Pass]
        );
        let bearings = json!({"id": "1", "acceptance_date": "2026-05-04", "procedure": "import",
            "items": [{"number": 1, "hs_code": "848210"}]});
        assert_eq!(
            TestCase::new().declaration(bearings).outcomes("G05"),
            [Outcome::Pass]
        );
    }

    #[test]
    fn cannot_judge() {
        let no_procedure = json!({"id": "1", "acceptance_date": "2026-05-04",
            "items": [{"number": 1, "hs_code": "08051000"}]});
        let verdicts = TestCase::new().declaration(no_procedure).check("G05");
        assert_eq!(verdicts[0].outcome, Outcome::Indeterminate);
        assert!(verdicts[0].explanation.contains("phyto"), "names the row");
        assert_eq!(TestCase::new().outcomes("G05"), [Outcome::NotChecked]);
    }
}
