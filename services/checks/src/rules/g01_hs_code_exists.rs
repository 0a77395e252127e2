//! G01 HS code exists.
//!
//! *What it checks*: the declared commodity code exists in the Harmonized System edition in force on
//! the acceptance date, at six digits; longer national codes are accepted on their first six.
//! *Why it matters*: a code that does not exist has no rate, no measure and no statistics.
//! *Example*: 848299 does exist; 848290 does not.

use super::Rule;
use crate::facts::Facts;
use crate::hs_codes::{INTERNATIONAL, digits};
use crate::nomenclature::{Lookup, obtain_hint};
use crate::pack::Parameters;
use crate::pointers;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::DeclarationItem;
use jiff::civil::Date;

pub const RULE: Rule = Rule {
    id: "G01",
    meaning: "declared HS code exists on the acceptance date",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let items = &facts.declaration.items;
    if items.is_empty() {
        return not_checked("the declaration has no items");
    }
    if facts.pack.nomenclature().is_empty() {
        return not_checked(format!("there is no nomenclature: {}", obtain_hint()));
    }
    let date = facts.need_acceptance_date()?;
    Ok(folded(items.iter().map(|item| on_item(facts, item, date))))
}

fn on_item(facts: &Facts, item: &DeclarationItem, date: Date) -> Result<Verdict, Unable> {
    let number = item.number;
    let Some(declared) = item.hs_code.as_deref() else {
        return not_checked(format!("item {number} is declared without HS code"));
    };
    let code = digits(declared);
    let pointer = pointers::commodity_code(number);
    let Some(six) = code.get(..INTERNATIONAL) else {
        let text = format!("Item {number}: '{declared}' has fewer than six digits.");
        return Ok(Verdict::discrepancy(text).expected(pointer, declared));
    };
    let nomenclature = facts.pack.nomenclature();
    let verdict = match nomenclature.lookup(six, date) {
        Lookup::Found(entry) => {
            let national = code.len() - INTERNATIONAL;
            let depth = match national {
                0 => String::new(),
                _ => format!(" The last {national} digits are national and not checked."),
            };
            let (edition, description) = (&entry.edition, &entry.description);
            Verdict::pass(format!(
                "Item {number}: {six} is in {edition}: {description}.{depth}"
            ))
        }
        Lookup::OtherDate(entry) => Verdict::discrepancy(format!(
            "Item {number}: {six} is in {}, which does not hold on {date}.",
            entry.edition
        )),
        Lookup::Unknown => Verdict::discrepancy(format!(
            "Item {number}: {six} (of {declared}) is not a code of {}.",
            nomenclature.editions()
        )),
        Lookup::NoEdition => Verdict::indeterminate(format!(
            "Item {number}: the nomenclature at hand ({}) does not cover {date}.",
            nomenclature.editions()
        )),
    };
    Ok(verdict.expected(pointer, declared))
}

#[cfg(test)]
mod tests {
    use crate::nomenclature::Nomenclature;
    use crate::testing::{TestCase, fresh_pack};
    use docexam_domain::Outcome;
    use serde_json::json;

    fn case(code: &str) -> TestCase {
        TestCase::new().declaration(json!({"id": "1", "acceptance_date": "2026-05-04",
            "items": [{"number": 1, "hs_code": code}]}))
    }

    #[test]
    fn fires() {
        assert_eq!(case("84829990").outcomes("G01"), [Outcome::Discrepancy]);
        assert_eq!(case("8482").outcomes("G01"), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        let verdicts = case("84821090").check("G01");
        assert_eq!(verdicts[0].outcome, Outcome::Pass);
        assert!(
            verdicts[0]
                .explanation
                .contains("last 2 digits are national")
        );
    }

    #[test]
    fn cannot_judge() {
        let empty = fresh_pack().with_nomenclature(Nomenclature::default());
        let verdicts = case("848210").check_with("G01", &empty);
        assert_eq!(verdicts[0].outcome, Outcome::NotChecked);
        assert!(
            verdicts[0]
                .explanation
                .contains("docexam nomenclature import")
        );
        let undated = TestCase::new().declaration(json!({"id": "1", "items": [{"number": 1}]}));
        assert_eq!(undated.outcomes("G01"), [Outcome::NotChecked]);
    }
}
