//! G04 Supplementary unit.
//!
//! *What it checks*: goods of headings that are counted in a standard unit of quantity (pieces,
//! pairs, litres, square metres, carats …) are declared with a quantity in that unit.
//! *Why it matters*: quotas, specific duties and statistics need the unit; kilograms of shoes say
//! nothing about pairs.
//! *Example*: footwear of 6403 declared in KGM.

use super::Rule;
use crate::facts::Facts;
use crate::hs_codes::digits;
use crate::pack::{Parameters, SupplementaryUnit};
use crate::pointers;
use crate::units;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::DeclarationItem;
use jiff::civil::Date;

pub const RULE: Rule = Rule {
    id: "G04",
    meaning: "supplementary unit is the one of the heading",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let items = &facts.declaration.items;
    if items.is_empty() {
        return not_checked("the declaration has no items");
    }
    let date = facts.need_acceptance_date()?;
    Ok(folded(items.iter().map(|item| on_item(facts, item, date))))
}

fn on_item(facts: &Facts, item: &DeclarationItem, date: Date) -> Result<Verdict, Unable> {
    let number = item.number;
    let Some(code) = item.hs_code.as_deref().map(digits) else {
        return not_checked(format!("item {number} is declared without HS code"));
    };
    let Some(row) = facts.pack.supplementary_unit(&code, date) else {
        return Ok(Verdict::pass(format!(
            "Item {number}: no unit is prescribed for {code}."
        )));
    };
    let declared = match (&item.supplementary_quantity, &item.supplementary_unit) {
        (_, Some(unit)) => Some(unit.as_str()),
        _ => item.unit.as_deref(),
    };
    Ok(judge(number, row, declared)
        .expected(pointers::supplementary_quantity(number), &row.unit)
        .legal_reference(&row.legal_reference))
}

fn judge(number: u32, row: &SupplementaryUnit, declared: Option<&str>) -> Verdict {
    let (wanted, prefix) = (&row.unit, &row.hs_prefix);
    match declared {
        None => Verdict::discrepancy(format!(
            "Item {number}: goods of {prefix} are declared in {wanted}, but no unit is declared."
        )),
        Some(unit) if units::factor(unit, wanted).is_some() => Verdict::pass(format!(
            "Item {number}: {unit} fits {wanted}, the unit of {prefix}."
        )),
        Some(unit) if !units::is_known(unit) => Verdict::indeterminate(format!(
            "Item {number}: goods of {prefix} are declared in {wanted}; unit '{unit}' is not known."
        )),
        Some(unit) => Verdict::discrepancy(format!(
            "Item {number}: goods of {prefix} are declared in {wanted}, not in {unit}."
        )),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestCase;
    use docexam_domain::Outcome;
    use serde_json::json;

    fn outcomes(code: &str, unit: Option<&str>) -> Vec<Outcome> {
        TestCase::new()
            .declaration(json!({"id": "1", "acceptance_date": "2026-05-04",
                "items": [{"number": 1, "hs_code": code, "unit": unit}]}))
            .outcomes("G04")
    }

    #[test]
    fn fires() {
        assert_eq!(outcomes("640351", Some("KGM")), [Outcome::Discrepancy]);
        assert_eq!(outcomes("640351", None), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        assert_eq!(outcomes("640351", Some("NPR")), [Outcome::Pass]);
        assert_eq!(outcomes("848210", Some("KGM")), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(outcomes("640351", Some("QQQ")), [Outcome::Indeterminate]);
        let undated = json!({"id": "1", "items": [{"number": 1}]});
        assert_eq!(
            TestCase::new().declaration(undated).outcomes("G04"),
            [Outcome::NotChecked]
        );
    }
}
