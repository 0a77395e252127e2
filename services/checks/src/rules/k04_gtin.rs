//! K04 GTIN.
//!
//! *What it checks*: the check digit of product codes of 13 or 14 digits. Sellers have numbers of
//! that length of their own, so a failing one counts only where others on the document are valid.
//! *Why it matters*: the GTIN names the article; a wrong one hides which article was bought.
//! *Example*: 4006381333930; the right number ends with 1.

use super::Rule;
use crate::alignment::rows_of;
use crate::check_digit_rule::{Identifier, check_all};
use crate::check_digits::gtin;
use crate::facts::Facts;
use crate::judge::bare;
use crate::pack::Parameters;
use crate::seen::Seen;
use crate::verdict::{Checked, not_checked};
use docexam_domain::FieldKey;

pub const RULE: Rule = Rule {
    id: "K04",
    meaning: "check digits of GTINs",
    parameters: &[],
    check,
};

const GTIN: Identifier = Identifier {
    what: "GTIN",
    valid: gtin,
    form_matters: false,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let mut printed: Vec<Seen> = Vec::new();
    for document in facts.documents.iter().copied() {
        let codes = rows_of(document).filter_map(|row| row.cell(FieldKey::ProductCode));
        let codes: Vec<Seen> = codes.collect();
        let valid = |seen: &Seen| gtin(&bare(seen.value())) == Some(true);
        if codes.iter().any(valid) {
            printed.extend(codes);
        }
    }
    if printed.is_empty() {
        return not_checked("no document shows product codes that are GTINs");
    }
    check_all(facts, &GTIN, printed, [])
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, invoice};
    use docexam_domain::{FieldKey, Outcome};

    fn case(first: &str, second: &str, confidence: f32) -> TestCase {
        let invoice = invoice()
            .row(&[(FieldKey::ProductCode, first)])
            .row(&[(FieldKey::ProductCode, second)]);
        TestCase::new().with(invoice.confidence(confidence))
    }

    #[test]
    fn fires() {
        let case = case("4006381333931", "4006381333930", 0.98);
        assert_eq!(case.outcomes("K04"), [Outcome::Pass, Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        let case = case("4006381333931", "A-17", 0.98);
        assert_eq!(case.outcomes("K04"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        let unsure = case("4006381333931", "4006381333930", 0.6);
        assert_eq!(
            unsure.outcomes("K04"),
            [Outcome::Pass, Outcome::Indeterminate]
        );
        let own = case("4006381333930", "1000000000003", 0.98);
        assert_eq!(own.outcomes("K04"), [Outcome::NotChecked]);
    }
}
