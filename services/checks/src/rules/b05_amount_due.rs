//! B05 Amount due.
//!
//! *What it checks*: the amount due is the total (EN 16931 BR-CO-16) and never above it. A smaller
//! one means that something was paid before, which no field shows, so that is not checked.
//! *Why it matters*: a second amount on the invoice is where an undeclared payment shows.
//! *Example*: total 11,150.00, amount due 13,150.00.

use super::Rule;
use crate::facts::Facts;
use crate::judge::{Judgement, Term, balance};
use crate::pack::Parameters;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{Document, DocumentType, FieldKey};
use rust_decimal::Decimal;

pub const RULE: Rule = Rule {
    id: "B05",
    meaning: "amount due and total",
    parameters: &["tolerance"],
    check,
};

fn check(facts: &Facts, parameters: &Parameters) -> Checked {
    let tolerance = parameters.number("tolerance")?;
    let invoices = facts.need(DocumentType::CommercialInvoice)?;
    let verdicts = invoices.into_iter();
    Ok(folded(
        verdicts.map(|invoice| on_invoice(facts, invoice, tolerance)),
    ))
}

fn on_invoice<'a>(
    facts: &Facts<'a>,
    invoice: &'a Document,
    tolerance: Decimal,
) -> Result<Verdict, Unable> {
    let (due_seen, due) = facts.need_number(invoice, FieldKey::AmountDue)?;
    let (total_seen, total) = facts.need_number(invoice, FieldKey::TotalAmount)?;
    let terms = [Term::plus(due_seen, due), Term::minus(total_seen, total)];
    let judgement = balance(facts, &terms, tolerance)?;
    if judgement == Judgement::Differs && due < total {
        let place = due_seen.place();
        return not_checked(format!("no field of {place} shows what was paid before"));
    }
    let place = due_seen.place();
    let agrees = format!("The amount due on {place} is the total, {total}.");
    let differs = format!("The amount due on {place} is {due}, the total {total}.");
    Ok(Verdict::of(judgement, agrees, differs)
        .seen([due_seen, total_seen])
        .tolerance(tolerance))
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, invoice};
    use docexam_domain::{FieldKey, Outcome};

    fn outcomes(due: &str) -> Vec<Outcome> {
        let invoice = invoice()
            .field(FieldKey::TotalAmount, "11150.00")
            .field(FieldKey::AmountDue, due);
        TestCase::new().with(invoice).outcomes("B05")
    }

    #[test]
    fn fires() {
        assert_eq!(outcomes("13150.00"), [Outcome::Discrepancy]);
    }

    #[test]
    fn silent() {
        assert_eq!(outcomes("11150.00"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(outcomes("5000.00"), [Outcome::NotChecked]);
        assert_eq!(outcomes("1115O.00"), [Outcome::Indeterminate]);
        assert_eq!(
            TestCase::new().with(invoice()).outcomes("B05"),
            [Outcome::NotChecked]
        );
    }
}
