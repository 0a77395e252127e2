//! K01 Container check digit.
//!
//! *What it checks*: the check digit (ISO 6346) of every printed and declared container number.
//! *Why it matters*: a typing error sends the wrong container to the scanner.
//! *Example*: CSQU3054384; the right number ends with 3.

use super::Rule;
use crate::check_digit_rule::{Identifier, check_all};
use crate::check_digits::container;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::pointers;
use crate::verdict::Checked;
use docexam_domain::FieldKey;

pub const RULE: Rule = Rule {
    id: "K01",
    meaning: "check digits of container numbers",
    parameters: &[],
    check,
};

const CONTAINER: Identifier = Identifier {
    what: "container number",
    valid: container,
    form_matters: true,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let documents = facts.documents.iter().copied();
    let printed = documents.flat_map(|document| facts.see_all(document, FieldKey::ContainerNumber));
    let declared = facts.declaration.containers.iter();
    let declared = declared.map(|text| (text.as_str(), pointers::some(pointers::CONTAINERS)));
    check_all(facts, &CONTAINER, printed, declared)
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, bill_of_lading};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn printed(number: &str) -> TestCase {
        TestCase::new().with(bill_of_lading().field(FieldKey::ContainerNumber, number))
    }

    #[test]
    fn fires() {
        assert_eq!(
            printed("CSQU3054384").outcomes("K01"),
            [Outcome::Discrepancy]
        );
        let declared = json!({"id": "1", "containers": ["CSQU3054384"]});
        let case = TestCase::new().declaration(declared);
        assert_eq!(case.outcomes("K01"), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        assert_eq!(printed("CSQU 305438-3").outcomes("K01"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(
            printed("CSQU3O54383").outcomes("K01"),
            [Outcome::Indeterminate]
        );
        assert_eq!(
            printed("CSQU3O54383").text_layer().outcomes("K01"),
            [Outcome::Discrepancy]
        );
        assert_eq!(TestCase::new().outcomes("K01"), [Outcome::NotChecked]);
    }
}
