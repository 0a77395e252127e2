//! F09 HS code on the certificate of origin.
//!
//! *What it checks*: the HS code of each item's rows on the certificate of origin is the declared
//! one at six digits (four where the certificate gives no more). A printed code that the current
//! edition does not know may be of another edition, which stays open.
//! *Why it matters*: preference is granted for the goods of the certificate, not for others.
//! *Example*: certificate for 8482.10, declared 8483.30.

use super::Rule;
use crate::facts::Facts;
use crate::hs_codes::compare;
use crate::pack::Parameters;
use crate::verdict::{Checked, folded, not_checked};
use docexam_domain::{DocumentType, FieldKey};

pub const RULE: Rule = Rule {
    id: "F09",
    meaning: "HS code on the certificate of origin and in the declaration",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let certificates = facts.need(DocumentType::CertificateOfOrigin)?;
    let mut verdicts = Vec::new();
    for (index, item) in facts.declaration.items.iter().enumerate() {
        for row in facts.origin_lines.of_item(index)? {
            let code = row.cell(FieldKey::HsCode);
            verdicts.extend(code.map(|code| compare(facts, code, item)));
        }
    }
    // A certificate for one kind of goods may print the code outside any row.
    if let (true, [item]) = (verdicts.is_empty(), facts.declaration.items.as_slice()) {
        let headers = certificates.into_iter();
        let codes = headers.filter_map(|certificate| facts.see(certificate, FieldKey::HsCode));
        verdicts.extend(codes.map(|code| compare(facts, code, item)));
    }
    if verdicts.is_empty() {
        return not_checked("no HS code on the certificate of origin belongs to a declared item");
    }
    Ok(folded(verdicts))
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, origin_certificate};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn case(code: &str) -> TestCase {
        TestCase::new()
            .declaration(
                json!({"id": "1", "acceptance_date": "2026-05-04", "items": [{"number": 1,
                "hs_code": "84821090", "description": "ball bearings"}]}),
            )
            .with(origin_certificate().row(&[
                (FieldKey::Description, "Ball bearings"),
                (FieldKey::HsCode, code),
            ]))
    }

    #[test]
    fn fires() {
        assert_eq!(case("401110").outcomes("F09"), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        assert_eq!(case("848210").outcomes("F09"), [Outcome::Pass]);
        assert_eq!(case("8482").outcomes("F09"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(case("848299").outcomes("F09"), [Outcome::Indeterminate]);
        let none = TestCase::new().with(origin_certificate());
        assert_eq!(none.outcomes("F09"), [Outcome::NotChecked]);
    }
}
