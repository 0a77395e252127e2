//! D09 Rows and items.
//!
//! *What it checks*: every row of the invoice belongs to a declared item and every item has a row,
//! by the optimal assignment that all item rules share. A row that no item takes is only held
//! against the declaration where the rows read add up to the invoice's total, for else the reader
//! may have missed or invented a row.
//! *Why it matters*: goods on the invoice that no item covers are smuggled; items without a row
//! are declared for somebody else.
//! *Example*: three rows, two items; the row of wooden chairs is not declared.

use super::Rule;
use crate::alignment::Row;
use crate::facts::Facts;
use crate::judge::{Judgement, Term, balance, too_weak};
use crate::pack::Parameters;
use crate::pointers;
use crate::sums::column;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{DocumentType, FieldKey};

pub const RULE: Rule = Rule {
    id: "D09",
    meaning: "invoice rows and declared items belong together",
    parameters: &["tolerance"],
    check,
};

fn check(facts: &Facts, parameters: &Parameters) -> Checked {
    let items = &facts.declaration.items;
    if items.is_empty() {
        return not_checked("the declaration has no items");
    }
    facts.need(DocumentType::CommercialInvoice)?;
    let lines = &facts.invoice_lines;
    if lines.rows.is_empty() {
        return not_checked("no rows were read on the commercial invoice");
    }
    let complete = rows_are_complete(facts, parameters);
    let mut verdicts = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let rows = lines.of_item(index)?;
        let number = item.number;
        let described = item.description.as_deref().unwrap_or("no description");
        let pointer = pointers::description(number);
        if !rows.is_empty() {
            let text = format!("Item {number} ({described}) is on the invoice.");
            let verdict = Verdict::pass(text).seen(rows.iter().map(Row::seen));
            verdicts.push(Ok(verdict));
            continue;
        }
        let text =
            format!("Item {number} ({described}) is declared, but no row of the invoice fits it.");
        let verdict = Verdict::of(complete.clone(), String::new(), text);
        verdicts.push(Ok(verdict.expected(pointer, described)));
    }
    for row in lines.unmatched()? {
        verdicts.push(Ok(undeclared(facts, &row, &complete)));
    }
    Ok(folded(verdicts))
}

fn undeclared(facts: &Facts, row: &Row, complete: &Judgement) -> Verdict {
    let seen = row.seen();
    let (text, place) = (seen.observed().value, seen.place());
    let named = [FieldKey::Description, FieldKey::HsCode]
        .iter()
        .any(|key| row.cell(*key).is_some());
    let judgement = match too_weak(facts, [seen]) {
        Some(reason) => Judgement::Doubtful(reason),
        None if !named => Judgement::Doubtful("The row as read names no goods.".to_owned()),
        None => complete.clone(),
    };
    let differs = format!("'{text}' on {place} belongs to no declared item.");
    Verdict::of(judgement, String::new(), differs).seen([seen])
}

/// `Differs` where an unmatched row or item is proof: the rows add up to what the invoice totals.
fn rows_are_complete(facts: &Facts, parameters: &Parameters) -> Judgement {
    let unsure = |why: &str| Judgement::Doubtful(why.to_owned());
    match add_up(facts, parameters) {
        Ok(true) => Judgement::Differs,
        Ok(false) => {
            unsure("The rows read do not add up to the invoice's total, so one may be missed.")
        }
        Err(_) => unsure("Whether every row was read cannot be told without amounts and a total."),
    }
}

fn add_up(facts: &Facts, parameters: &Parameters) -> Result<bool, Unable> {
    let tolerance = parameters.number("tolerance")?;
    for invoice in facts.of_type(DocumentType::CommercialInvoice) {
        let amounts = column(invoice, FieldKey::LineAmount)?;
        let total = match facts.number(invoice, FieldKey::GoodsAmount)? {
            Some(goods) => goods,
            None => facts.need_number(invoice, FieldKey::TotalAmount)?,
        };
        let mut terms: Vec<Term> = amounts
            .cells
            .iter()
            .map(|(seen, value)| Term::plus(*seen, *value))
            .collect();
        terms.push(Term::minus(total.0, total.1));
        if balance(facts, &terms, tolerance)? != Judgement::Agrees {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, TestDocument, invoice};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn declared() -> TestCase {
        TestCase::new().declaration(json!({"id": "1", "items": [{"number": 1,
            "hs_code": "848210", "description": "ball bearings",
            "price": {"amount": "600.00", "currency": "EUR"}}]}))
    }

    fn bearings() -> TestDocument {
        invoice().row(&[
            (FieldKey::Description, "Ball bearings 6204"),
            (FieldKey::LineAmount, "600.00"),
        ])
    }

    fn with_chairs() -> TestDocument {
        bearings().row(&[
            (FieldKey::Description, "Wooden chairs"),
            (FieldKey::LineAmount, "80.00"),
        ])
    }

    #[test]
    fn fires() {
        let verdicts = declared()
            .with(with_chairs().field(FieldKey::TotalAmount, "680.00"))
            .check("D09");
        assert_eq!(verdicts[0].outcome, Outcome::Pass);
        assert_eq!(verdicts[1].outcome, Outcome::Discrepancy);
        assert!(verdicts[1].explanation.contains("Wooden chairs"));
        assert!(verdicts[1].observed[0].page_anchor.is_some());
    }

    #[test]
    fn silent() {
        let invoice = bearings().field(FieldKey::TotalAmount, "600.00");
        assert_eq!(declared().with(invoice).outcomes("D09"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        let unproven = with_chairs().field(FieldKey::TotalAmount, "600.00");
        assert_eq!(
            declared().with(unproven).outcomes("D09"),
            [Outcome::Pass, Outcome::Indeterminate]
        );
        let nameless = bearings()
            .row(&[(FieldKey::LineAmount, "80.00")])
            .field(FieldKey::TotalAmount, "680.00");
        assert_eq!(
            declared().with(nameless).outcomes("D09"),
            [Outcome::Pass, Outcome::Indeterminate]
        );
        assert_eq!(
            declared().with(invoice()).outcomes("D09"),
            [Outcome::NotChecked]
        );
    }
}
