//! C08 Declared net mass per item.
//!
//! *What it checks*: the declared net mass of each item is that of its rows on the packing list
//! (on the invoice where the list shows none), within 0.5 kg or the pack's share. Where no row
//! shows a mass, the declared masses together are compared with the packing list's total.
//! *Why it matters*: specific duties, quotas and statistics are charged on net mass.
//! *Example*: item 1 declared with 1,450 kg, packed 1,540 kg.

use super::Rule;
use crate::facts::{Facts, number_of};
use crate::judge::{Term, balance, sum};
use crate::pack::Parameters;
use crate::pointers;
use crate::seen::Seen;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{DeclarationItem, DocumentType, FieldKey};
use rust_decimal::Decimal;

pub const RULE: Rule = Rule {
    id: "C08",
    meaning: "declared net mass of each item and its rows",
    parameters: &["tolerance_kg", "share"],
    check,
};

fn check(facts: &Facts, parameters: &Parameters) -> Checked {
    let items = &facts.declaration.items;
    if items.iter().all(|item| item.net_mass_kg.is_none()) {
        return not_checked("the declaration gives no net mass of an item");
    }
    let lines = [&facts.packing_lines, &facts.invoice_lines];
    let with_mass = lines.into_iter().find(|lines| {
        lines
            .rows
            .iter()
            .any(|row| row.cell(FieldKey::NetMassKg).is_some())
    });
    let Some(lines) = with_mass else {
        return Ok(vec![
            total(facts, parameters).unwrap_or_else(|unable| *unable),
        ]);
    };
    let verdicts = items.iter().enumerate().map(|(index, item)| {
        let rows = lines.of_item(index)?;
        let cells = rows.iter().filter_map(|row| row.cell(FieldKey::NetMassKg));
        of_item(facts, parameters, item, cells.collect())
    });
    Ok(folded(verdicts))
}

fn of_item(
    facts: &Facts,
    parameters: &Parameters,
    item: &DeclarationItem,
    cells: Vec<Seen>,
) -> Result<Verdict, Unable> {
    let number = item.number;
    let Some(declared) = item.net_mass_kg else {
        return not_checked(format!("item {number} is declared without net mass"));
    };
    if cells.is_empty() {
        return not_checked(format!("no row with a net mass belongs to item {number}"));
    }
    let what = format!("item {number}");
    let pointer = pointers::net_mass(number);
    compared(facts, parameters, &what, declared, &cells, pointer)
}

/// All items together against the packing list's total.
fn total(facts: &Facts, parameters: &Parameters) -> Result<Verdict, Unable> {
    let items = facts.declaration.items.iter();
    let declared = items
        .map(|item| item.net_mass_kg)
        .try_fold(Decimal::ZERO, |sum, mass| sum.checked_add(mass?));
    let Some(declared) = declared else {
        return not_checked("not every item is declared with its net mass");
    };
    let lists = facts.need(DocumentType::PackingList)?;
    let totals: Result<Vec<Seen>, Unable> = lists
        .into_iter()
        .map(|list| facts.need_seen(list, FieldKey::TotalNetMassKg))
        .collect();
    compared(facts, parameters, "all items", declared, &totals?, None)
}

fn compared(
    facts: &Facts,
    parameters: &Parameters,
    what: &str,
    declared: Decimal,
    seen: &[Seen],
    pointer: Option<String>,
) -> Result<Verdict, Unable> {
    let share = parameters.number("share")?;
    let of_share = declared.checked_mul(share).unwrap_or_default().abs();
    let tolerance = parameters.number("tolerance_kg")?.max(of_share).normalize();
    let terms: Result<Vec<Term>, Unable> = seen
        .iter()
        .map(|seen| Ok(Term::plus(*seen, number_of(*seen)?)))
        .collect();
    let terms = terms?;
    let printed = sum(&terms)?;
    let judgement = balance(
        facts,
        &[&terms[..], &[Term::wanted(declared)]].concat(),
        tolerance,
    )?;
    let place = seen.first().map(Seen::place).unwrap_or_default();
    let agrees = format!("Declared net mass of {what}, {declared} kg, is printed on {place}.");
    let differs =
        format!("Net mass of {what} is declared as {declared} kg, but {place} shows {printed} kg.");
    Ok(Verdict::of(judgement, agrees, differs)
        .seen(seen.iter().copied())
        .expected(pointer, declared)
        .tolerance(format!("{tolerance} kg")))
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, packing_list};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn declared() -> TestCase {
        TestCase::new().declaration(json!({"id": "1", "items": [{"number": 1,
            "hs_code": "84821090", "description": "ball bearings", "net_mass_kg": "1450"}]}))
    }

    fn case(net: &str) -> TestCase {
        declared().with(packing_list().row(&[
            (FieldKey::Description, "Ball bearings"),
            (FieldKey::NetMassKg, net),
        ]))
    }

    #[test]
    fn fires() {
        let verdicts = case("1540").check("C08");
        assert_eq!(verdicts[0].outcome, Outcome::Discrepancy);
        let expected = verdicts[0].expected.as_ref().expect("the declared mass");
        let pointer = expected.declaration_pointer.as_deref();
        assert_eq!(pointer, Some("42A.67A.68A[1].65A.128"));
    }

    #[test]
    fn silent() {
        assert_eq!(case("1451.2").outcomes("C08"), [Outcome::Pass]);
        let total = declared().with(packing_list().field(FieldKey::TotalNetMassKg, "1450"));
        assert_eq!(total.outcomes("C08"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(case("1.45O").outcomes("C08"), [Outcome::Indeterminate]);
        assert_eq!(declared().outcomes("C08"), [Outcome::NotChecked]);
    }
}
