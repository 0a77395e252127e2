//! D02 Contract and purchase order.
//!
//! *What it checks*: every document that names a contract or a purchase order names the same one.
//! *Why it matters*: the price is that of the contract; another contract is another price.
//! *Example*: invoice under order 4500012345, packing list under 4500012354.

use super::Rule;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::references::{Mentioned, one_number};
use crate::verdict::{Checked, folded, not_checked};
use docexam_domain::{FieldKey, Outcome};

pub const RULE: Rule = Rule {
    id: "D02",
    meaning: "contract and purchase order wherever they are mentioned",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let keys = [
        (FieldKey::ContractNumber, "contract number"),
        (FieldKey::PurchaseOrderNumber, "purchase order number"),
    ];
    let mut verdicts = Vec::new();
    for (key, what) in keys {
        let mentioned = Mentioned {
            key,
            what,
            declared: None,
            pointer: None,
        };
        let checked = one_number(facts, &mentioned, Vec::new());
        let checked = checked.unwrap_or_else(|unable| vec![*unable]);
        verdicts.extend(
            checked
                .into_iter()
                .filter(|v| v.outcome != Outcome::NotChecked),
        );
    }
    if verdicts.is_empty() {
        return not_checked("no two documents show a contract or purchase order number");
    }
    Ok(folded(verdicts.into_iter().map(Ok)))
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, invoice, packing_list};
    use docexam_domain::{FieldKey, Outcome};

    fn outcomes(on_list: &str) -> Vec<Outcome> {
        TestCase::new()
            .with(invoice().field(FieldKey::PurchaseOrderNumber, "4500012345"))
            .with(packing_list().field(FieldKey::PurchaseOrderNumber, on_list))
            .outcomes("D02")
    }

    #[test]
    fn fires() {
        assert_eq!(outcomes("4500012354"), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        assert_eq!(outcomes("45 000 12345"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(outcomes("45OOO12345"), [Outcome::Indeterminate]);
        assert_eq!(TestCase::new().outcomes("D02"), [Outcome::NotChecked]);
    }
}
