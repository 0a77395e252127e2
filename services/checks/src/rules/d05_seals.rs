//! D05 Seals.
//!
//! *What it checks*: the seals on each document are exactly those declared, or, where none is
//! declared, those of the transport document.
//! *Why it matters*: another seal means the container was opened on the way.
//! *Example*: declared seal CN458812, bill of lading CN458821.

use super::Rule;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::references::{Mentioned, one_set};
use crate::verdict::Checked;
use docexam_domain::FieldKey;

pub const RULE: Rule = Rule {
    id: "D05",
    meaning: "seals wherever they are mentioned",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let mentioned = Mentioned {
        key: FieldKey::SealNumber,
        what: "seal",
        declared: None,
        pointer: None,
    };
    one_set(facts, &mentioned, &facts.declaration.seals)
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, bill_of_lading};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn outcomes(seal: &str) -> Vec<Outcome> {
        TestCase::new()
            .declaration(json!({"id": "1", "seals": ["CN458812"]}))
            .with(bill_of_lading().field(FieldKey::SealNumber, seal))
            .outcomes("D05")
    }

    #[test]
    fn fires() {
        assert_eq!(outcomes("CN458821"), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        assert_eq!(outcomes("CN 458812"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(outcomes("CN4588I2"), [Outcome::Indeterminate]);
        // The letters before the figures were not read.
        assert_eq!(outcomes("458812"), [Outcome::Indeterminate]);
        assert_eq!(TestCase::new().outcomes("D05"), [Outcome::NotChecked]);
    }
}
