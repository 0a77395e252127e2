//! G03 HS code on invoice and packing list.
//!
//! *What it checks*: the HS code of each item's rows on invoice and packing list is the declared
//! one at six digits.
//! *Why it matters*: the seller knows what was sold; another code on the declaration needs a reason.
//! *Example*: invoice row under 4011.10, declared 8482.10.

use super::Rule;
use crate::facts::Facts;
use crate::hs_codes::compare;
use crate::pack::Parameters;
use crate::verdict::{Checked, folded, not_checked};
use docexam_domain::FieldKey;

pub const RULE: Rule = Rule {
    id: "G03",
    meaning: "HS code on invoice and packing list and in the declaration",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    if facts.declaration.items.is_empty() {
        return not_checked("the declaration has no items");
    }
    let mut verdicts = Vec::new();
    for lines in [&facts.invoice_lines, &facts.packing_lines] {
        for (index, item) in facts.declaration.items.iter().enumerate() {
            for row in lines.of_item(index)? {
                let code = row.cell(FieldKey::HsCode);
                verdicts.extend(code.map(|code| compare(facts, code, item)));
            }
        }
    }
    if verdicts.is_empty() {
        return not_checked("no row of invoice or packing list shows an HS code");
    }
    Ok(folded(verdicts))
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, invoice};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn case(code: &str) -> TestCase {
        TestCase::new()
            .declaration(
                json!({"id": "1", "acceptance_date": "2026-05-04", "items": [{"number": 1,
                "hs_code": "84821090", "description": "ball bearings"}]}),
            )
            .with(invoice().row(&[
                (FieldKey::Description, "Ball bearings"),
                (FieldKey::HsCode, code),
            ]))
    }

    #[test]
    fn fires() {
        let verdicts = case("40111000").check("G03");
        assert_eq!(verdicts[0].outcome, Outcome::Discrepancy);
        let expected = verdicts[0].expected.as_ref().expect("the declared code");
        assert_eq!(
            expected.declaration_pointer.as_deref(),
            Some("42A.67A.68A[1].23A")
        );
    }

    #[test]
    fn silent() {
        assert_eq!(case("848210").outcomes("G03"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(case("84").outcomes("G03"), [Outcome::Indeterminate]);
        assert_eq!(TestCase::new().outcomes("G03"), [Outcome::NotChecked]);
    }
}
