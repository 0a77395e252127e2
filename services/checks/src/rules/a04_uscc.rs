//! A04 Unified Social Credit Code.
//!
//! *What it checks*: the check character (GB 32100-2015) of every tax number of 18 characters of a
//! Chinese party, printed or declared. Three of four issued codes that were
//! tried fail, so a failure is never a discrepancy: it is left to the officer.
//! *Why it matters*: an invented importer has an invented number.
//! *Example*: 91350100M000100Y4Z, where the check character is 3.

use super::Rule;
use crate::check_digits::uscc;
use crate::facts::Facts;
use crate::judge::bare;
use crate::pack::Parameters;
use crate::pointers;
use crate::seen::Seen;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::FieldKey;

pub const RULE: Rule = Rule {
    id: "A04",
    meaning: "check character of Unified Social Credit Codes",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let mut verdicts: Vec<Result<Verdict, Unable>> = Vec::new();
    let declaration = facts.declaration;
    let parties = [
        (&declaration.exporter, pointers::EXPORTER),
        (&declaration.consignee, pointers::CONSIGNEE),
    ];
    for (party, pointer) in parties {
        let tax_id = party.as_ref().and_then(|party| party.tax_id.as_deref());
        let verdict = tax_id.and_then(|id| judged(id, "the declaration"));
        verdicts.extend(
            verdict.map(|v| Ok(v.expected(pointers::some(pointer), tax_id.unwrap_or_default()))),
        );
    }
    for document in facts.documents.iter().copied() {
        for key in [FieldKey::SellerTaxId, FieldKey::BuyerTaxId] {
            let seen = facts.see(document, key);
            verdicts.extend(seen.and_then(|seen| printed(seen)).map(Ok));
        }
    }
    if verdicts.is_empty() {
        return not_checked("no Unified Social Credit Code is printed or declared");
    }
    Ok(folded(verdicts))
}

/// A wrong check character is a reason to look, no more.
fn judged(code: &str, place: &str) -> Option<Verdict> {
    let (valid, right) = uscc(&bare(code))?;
    Some(if valid {
        Verdict::pass(format!(
            "Code {code} in {place} has the right check character."
        ))
    } else {
        Verdict::indeterminate(format!(
            "Code {code} in {place} should end with '{right}'; issued codes that do not exist too."
        ))
    })
}

fn printed(seen: Seen) -> Option<Verdict> {
    Some(judged(seen.value(), &seen.place())?.seen([seen]))
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, TestDocument, invoice};
    use docexam_domain::{FieldKey, Outcome};

    fn buyer(code: &str) -> TestDocument {
        invoice().field(FieldKey::BuyerTaxId, code)
    }

    #[test]
    fn fires() {
        let verdicts = TestCase::new()
            .with(buyer("91350100M000100Y4Z"))
            .check("A04");
        assert_eq!(verdicts[0].outcome, Outcome::Indeterminate);
        assert!(verdicts[0].explanation.contains("'3'"));
    }

    #[test]
    fn silent() {
        let case = TestCase::new().with(buyer("91350100M000100Y43"));
        assert_eq!(case.outcomes("A04"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        let other = TestCase::new().with(buyer("DE123456789"));
        assert_eq!(other.outcomes("A04"), [Outcome::NotChecked]);
    }
}
