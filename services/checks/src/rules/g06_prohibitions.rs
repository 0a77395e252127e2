//! G06 Prohibitions and restrictions.
//!
//! *What it checks*: no item falls under a prohibition of the pack on the acceptance date, and goods
//! that are restricted come with the permit the restriction names.
//! *Why it matters*: banned chemicals, ivory and arms do harm once they are out of the port.
//! *Example*: aldrin, heptachlor or chlordane of 2903.82.

use super::Rule;
use crate::facts::Facts;
use crate::measures_of_items::check_measures;
use crate::pack::Parameters;
use crate::verdict::Checked;

pub const RULE: Rule = Rule {
    id: "G06",
    meaning: "prohibited and restricted goods",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    check_measures(facts, RULE.id)
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, fresh_pack};
    use docexam_domain::Outcome;
    use serde_json::json;

    fn goods(code: &str, documents: serde_json::Value) -> TestCase {
        TestCase::new().declaration(json!({"id": "1", "acceptance_date": "2026-05-04",
            "procedure": "import", "documents": documents,
            "items": [{"number": 1, "hs_code": code, "country_of_origin": "IN"}]}))
    }

    #[test]
    fn fires() {
        assert_eq!(
            goods("290382", json!([])).outcomes("G06"),
            [Outcome::Discrepancy]
        );
        assert_eq!(
            goods("930190", json!([])).outcomes("G06"),
            [Outcome::Discrepancy]
        );
    }

    #[test]
    fn silent() {
        let licensed = goods("930190", json!([{"type": "911", "number": "L 1"}]));
        assert_eq!(licensed.outcomes("G06"), [Outcome::Pass]);
        assert_eq!(goods("848210", json!([])).outcomes("G06"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        let mut pack = fresh_pack();
        let measures = pack.measures_mut();
        let row = measures
            .iter_mut()
            .find(|row| row.id == "arms-ammunition")
            .expect("a row");
        row.set_condition("item.calibre > 5.0");
        let verdicts = goods("930190", json!([])).check_with("G06", &pack);
        assert_eq!(verdicts[0].outcome, Outcome::Indeterminate);
        assert!(verdicts[0].explanation.contains("arms-ammunition"));
        assert_eq!(TestCase::new().outcomes("G06"), [Outcome::NotChecked]);
    }
}
