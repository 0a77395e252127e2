//! C12 Units and package kinds.
//!
//! *What it checks*: the declared units and package kinds are codes of UN/ECE Recommendations 20
//! and 21, and the units and kinds printed in rows can be resolved to such codes.
//! *Why it matters*: a quantity in an unknown unit cannot be compared with anything.
//! *Example*: unit `kilos` where `KGM` is the code.

use super::Rule;
use crate::alignment::rows_of;
use crate::code_lists::package_kind;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::pointers;
use crate::seen::Seen;
use crate::units;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::FieldKey;

pub const RULE: Rule = Rule {
    id: "C12",
    meaning: "units and package kinds are codes of the UN/ECE lists",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let mut verdicts = declared(facts);
    for document in facts.documents.iter().copied() {
        for row in rows_of(document) {
            let cells = [FieldKey::Unit, FieldKey::PackageKind].map(|key| row.cell(key));
            verdicts.extend(cells.into_iter().flatten().map(|cell| Ok(printed(cell))));
        }
    }
    if verdicts.is_empty() {
        return not_checked("no unit or package kind is declared or printed in rows");
    }
    Ok(folded(verdicts))
}

fn resolvable(key: FieldKey, value: &str) -> bool {
    match key {
        FieldKey::Unit => units::is_known(value) || package_kind(value).is_some(),
        _ => package_kind(value).is_some(),
    }
}

/// Rec 20 codes have two or three letters or digits, Rec 21 codes two.
fn has_form(key: FieldKey, code: &str) -> bool {
    let lengths = if key == FieldKey::Unit { 2..=3 } else { 2..=2 };
    lengths.contains(&code.len())
        && code
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// A word on paper may be any language's: what cannot be resolved is left to the officer.
fn printed(cell: Seen) -> Verdict {
    let (name, value, place) = (cell.name(), cell.value(), cell.place());
    let verdict = if resolvable(cell.field.key, value) {
        Verdict::pass("Printed units and package kinds are known.")
    } else {
        Verdict::indeterminate(format!("{name} '{value}' on {place} is not a known code."))
    };
    verdict.seen([cell])
}

fn declared(facts: &Facts) -> Vec<Result<Verdict, Unable>> {
    let mut verdicts = Vec::new();
    for item in &facts.declaration.items {
        let number = item.number;
        let codes = [
            (FieldKey::Unit, item.unit.as_deref()),
            (FieldKey::Unit, item.supplementary_unit.as_deref()),
            (FieldKey::PackageKind, item.package_kind.as_deref()),
        ];
        for (key, code) in codes {
            let Some(code) = code else { continue };
            let verdict = if resolvable(key, code) {
                Verdict::pass("Declared units and package kinds are known.")
            } else if has_form(key, code) {
                // The lists here hold the usual codes, the Recommendations some thousands.
                Verdict::indeterminate(format!(
                    "Item {number}: {key} '{code}' is not a usual code."
                ))
            } else {
                Verdict::discrepancy(format!(
                    "Item {number} is declared with unknown {key} '{code}'."
                ))
            };
            let pointer = match key {
                FieldKey::Unit => pointers::supplementary_quantity(number),
                _ => pointers::packages(number),
            };
            verdicts.push(Ok(verdict.expected(pointer, code)));
        }
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, invoice};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn declared(unit: &str) -> TestCase {
        let items = json!([{"number": 1, "unit": unit}]);
        TestCase::new().declaration(json!({"id": "1", "items": items}))
    }

    #[test]
    fn fires() {
        assert_eq!(declared("kilos").outcomes("C12"), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        let printed = invoice().row(&[(FieldKey::Unit, "C62"), (FieldKey::PackageKind, "cartons")]);
        assert_eq!(
            declared("KGM").with(printed).outcomes("C12"),
            [Outcome::Pass]
        );
    }

    #[test]
    fn cannot_judge() {
        let printed = invoice().row(&[(FieldKey::Unit, "stuk")]);
        assert_eq!(
            TestCase::new().with(printed).outcomes("C12"),
            [Outcome::Indeterminate]
        );
        assert_eq!(TestCase::new().outcomes("C12"), [Outcome::NotChecked]);
    }
}
