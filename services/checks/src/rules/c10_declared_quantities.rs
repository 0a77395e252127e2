//! C10 Declared quantity per item.
//!
//! *What it checks*: the declared quantity of each item is that of its rows on the invoice and on
//! the packing list, after conversion of units (UN/ECE Rec 20). Counted goods must agree exactly,
//! bulk goods within the share that the importing country allows.
//! *Why it matters*: goods above the declared quantity enter without duty, licence or quota.
//! *Example*: 50,000 pieces declared, 5,500 dozen on the packing list.

use super::Rule;
use crate::alignment::{Lines, Row};
use crate::facts::{Facts, number_of};
use crate::judge::{Judgement, Term, balance, sum};
use crate::pack::Parameters;
use crate::seen::type_name;
use crate::units;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{DeclarationItem, FieldKey};
use rust_decimal::Decimal;

pub const RULE: Rule = Rule {
    id: "C10",
    meaning: "declared quantity of each item and its rows",
    parameters: &["bulk_share"],
    check,
};

fn check(facts: &Facts, parameters: &Parameters) -> Checked {
    let items = &facts.declaration.items;
    if items.iter().all(|item| item.quantity.is_none()) {
        return not_checked("the declaration gives no quantity of an item");
    }
    let mut verdicts = Vec::new();
    for lines in [&facts.invoice_lines, &facts.packing_lines] {
        if !lines
            .rows
            .iter()
            .any(|row| row.cell(FieldKey::Quantity).is_some())
        {
            continue;
        }
        for (index, item) in items.iter().enumerate() {
            verdicts.push(of_item(facts, parameters, lines, index, item));
        }
    }
    if verdicts.is_empty() {
        return not_checked("no row with a quantity was read on invoice or packing list");
    }
    Ok(folded(verdicts))
}

fn of_item(
    facts: &Facts,
    parameters: &Parameters,
    lines: &Lines,
    index: usize,
    item: &DeclarationItem,
) -> Result<Verdict, Unable> {
    let number = item.number;
    let Some(declared) = item.quantity else {
        return not_checked(format!("item {number} is declared without quantity"));
    };
    let rows = lines.of_item(index)?;
    let Some(first) = rows.first() else {
        return not_checked(format!("no row of the papers belongs to item {number}"));
    };
    let unit = item.unit.as_deref();
    let terms = terms(&rows, unit)?;
    let printed = sum(&terms)?;
    let share = match unit {
        Some(unit) if !units::is_count(unit) => {
            let country = facts.declaration.importing_country.as_deref();
            parameters.number_in("bulk_share", country)?
        }
        _ => Decimal::ZERO,
    };
    let tolerance = declared
        .checked_mul(share)
        .unwrap_or_default()
        .abs()
        .normalize();
    let mut judgement = balance(
        facts,
        &[&terms[..], &[Term::wanted(declared)]].concat(),
        tolerance,
    )?;
    let unit_unknown = unit.is_none() || rows.iter().any(|row| row.cell(FieldKey::Unit).is_none());
    if judgement == Judgement::Differs && unit_unknown {
        judgement = Judgement::Doubtful("The units are not all stated.".to_owned());
    }
    let paper = type_name(first.document.document_type);
    let unit = unit.unwrap_or_default();
    let (printed, rows_text) = (printed.normalize(), row_numbers(&rows));
    let agrees = format!("Item {number}: {declared} {unit} declared and on {paper} {rows_text}.");
    let differs = format!(
        "Item {number}: {declared} {unit} declared, but {paper} {rows_text} gives {printed} {unit}."
    );
    let evidence = rows.iter().flat_map(|row| {
        let cells = [row.cell(FieldKey::Quantity), row.cell(FieldKey::Unit)];
        cells.into_iter().flatten()
    });
    Ok(Verdict::of(judgement, agrees, differs)
        .seen(evidence)
        .expected(None, format!("{declared} {unit}").trim())
        .tolerance(tolerance))
}

/// The rows' quantities in the declared unit.
fn terms<'a>(rows: &[Row<'a>], declared_unit: Option<&str>) -> Result<Vec<Term<'a>>, Unable> {
    let mut terms = Vec::new();
    for row in rows {
        let Some(quantity) = row.cell(FieldKey::Quantity) else {
            return not_checked(format!("{} has no quantity", row.seen().place()));
        };
        let term = Term::plus(quantity, number_of(quantity)?);
        let printed_unit = row.cell(FieldKey::Unit);
        terms.push(match (printed_unit, declared_unit) {
            (Some(unit), Some(declared)) => match units::factor(unit.value(), declared) {
                Some(factor) => term.times(factor),
                None => {
                    let (unit_text, place) = (unit.value(), unit.place());
                    let text = format!(
                        "Unit {unit_text} on {place} does not convert to the declared {declared}."
                    );
                    return Err(Verdict::indeterminate(text)
                        .seen([quantity, unit])
                        .into_unable());
                }
            },
            _ => term,
        });
    }
    Ok(terms)
}

fn row_numbers(rows: &[Row]) -> String {
    let numbers: Vec<String> = rows.iter().map(|row| row.number.to_string()).collect();
    match numbers.len() {
        1 => format!("row {}", numbers.concat()),
        _ => format!("rows {}", numbers.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, invoice};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn case(quantity: &str, unit: &str, declared_unit: &str) -> TestCase {
        TestCase::new()
            .declaration(
                json!({"id": "1", "importing_country": "CN", "items": [{"number": 1,
                "description": "ball bearings", "quantity": "60000", "unit": declared_unit}]}),
            )
            .with(invoice().row(&[
                (FieldKey::Description, "Ball bearings 6204"),
                (FieldKey::Quantity, quantity),
                (FieldKey::Unit, unit),
            ]))
    }

    #[test]
    fn fires() {
        let verdicts = case("5500", "DZN", "C62").check("C10");
        assert_eq!(verdicts[0].outcome, Outcome::Discrepancy);
        assert!(
            verdicts[0].explanation.contains("66000"),
            "{}",
            verdicts[0].explanation
        );
    }

    #[test]
    fn silent() {
        assert_eq!(case("5000", "DZN", "C62").outcomes("C10"), [Outcome::Pass]);
        assert_eq!(case("61.2", "TNE", "KGM").outcomes("C10"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(
            case("60000", "CT", "C62").outcomes("C10"),
            [Outcome::Indeterminate]
        );
        assert_eq!(
            case("60O01", "C62", "C62").outcomes("C10"),
            [Outcome::Indeterminate]
        );
        let no_rows = case("1", "C62", "C62").with(invoice());
        assert_eq!(no_rows.outcomes("C10")[0], Outcome::Discrepancy);
        assert_eq!(TestCase::new().outcomes("C10"), [Outcome::NotChecked]);
    }
}
