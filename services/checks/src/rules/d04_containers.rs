//! D04 Containers.
//!
//! *What it checks*: the containers on each document are exactly those declared, or, where none is
//! declared, those of the transport document.
//! *Why it matters*: a container that is on no declaration leaves the port unexamined.
//! *Example*: declared CSQU3054383, bill of lading CSQU3054383 and MSKU9070323.

use super::Rule;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::pointers;
use crate::references::{Mentioned, one_set};
use crate::verdict::Checked;
use docexam_domain::FieldKey;

pub const RULE: Rule = Rule {
    id: "D04",
    meaning: "containers wherever they are mentioned",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let mentioned = Mentioned {
        key: FieldKey::ContainerNumber,
        what: "container",
        declared: None,
        pointer: Some(pointers::CONTAINERS),
    };
    one_set(facts, &mentioned, &facts.declaration.containers)
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, TestDocument, bill_of_lading, packing_list};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn declared() -> TestCase {
        TestCase::new().declaration(json!({"id": "1", "containers": ["CSQU3054383"]}))
    }

    fn lading(container: &str) -> TestDocument {
        bill_of_lading().field(FieldKey::ContainerNumber, container)
    }

    #[test]
    fn fires() {
        let two = lading("CSQU3054383").field(FieldKey::ContainerNumber, "MSKU9070323");
        let verdicts = declared().with(two).check("D04");
        assert_eq!(verdicts[0].outcome, Outcome::Discrepancy);
        assert!(verdicts[0].explanation.contains("only there MSKU9070323"));
        let list = packing_list().field(FieldKey::ContainerNumber, "MSKU9070323");
        let undeclared = TestCase::new().with(list).with(lading("CSQU3054383"));
        assert_eq!(undeclared.outcomes("D04"), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        assert_eq!(
            declared().with(lading("CSQU 305438-3")).outcomes("D04"),
            [Outcome::Pass]
        );
    }

    #[test]
    fn cannot_judge() {
        let misread = declared().with(lading("CSQU3O54383"));
        assert_eq!(misread.outcomes("D04"), [Outcome::Indeterminate]);
        assert_eq!(declared().outcomes("D04"), [Outcome::NotChecked]);
    }
}
