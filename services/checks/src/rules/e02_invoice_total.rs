//! E02 Invoice total.
//!
//! *What it checks*: the totals of the invoices together are the declared invoice total.
//! *Why it matters*: this is the value that duty and tax are computed from.
//! *Example*: invoice 11,510.00 EUR, declared 11,150.00 EUR.

use super::Rule;
use crate::facts::Facts;
use crate::judge::{Judgement, Term, balance, sum, too_weak};
use crate::pack::Parameters;
use crate::pointers;
use crate::seen::Seen;
use crate::verdict::{Checked, Verdict, not_checked};
use docexam_domain::{DocumentType, FieldKey};

pub const RULE: Rule = Rule {
    id: "E02",
    meaning: "invoice total and declared total",
    parameters: &["tolerance"],
    check,
};

fn check(facts: &Facts, parameters: &Parameters) -> Checked {
    let Some(declared) = &facts.declaration.invoice_total else {
        return not_checked("the declaration has no invoice total");
    };
    let invoices = facts.need(DocumentType::CommercialInvoice)?;
    let mut totals = Vec::new();
    let mut evidence: Vec<Seen> = Vec::new();
    for invoice in &invoices {
        let (seen, total) = facts.need_number(invoice, FieldKey::TotalAmount)?;
        totals.push(Term::plus(seen, total));
        evidence.push(seen);
    }
    let tolerance = parameters.number("tolerance")?;
    let printed = sum(&totals)?;
    let amount = declared.amount;
    totals.push(Term::wanted(amount));
    let mut judgement = balance(facts, &totals, tolerance)?;
    let other = other_currency(facts, &invoices, &declared.currency);
    if let Some(currency) = other {
        evidence.push(currency);
        if judgement == Judgement::Agrees {
            let weak = too_weak(facts, [currency]);
            let reason = weak.unwrap_or_else(|| "The currencies differ, see E01.".to_owned());
            judgement = Judgement::Doubtful(reason);
        }
    }
    let currency = &declared.currency;
    let place = match invoices.len() {
        1 => evidence.first().map(Seen::place).unwrap_or_default(),
        count => format!("{count} commercial invoices"),
    };
    let agrees = format!("The total on {place} is {printed}, as declared.");
    let differs =
        format!("The total on {place} is {printed}, but {amount} {currency} is declared.");
    Ok(vec![
        Verdict::of(judgement, agrees, differs)
            .seen(evidence)
            .expected(
                pointers::some(pointers::INVOICE_TOTAL),
                format!("{amount} {currency}"),
            )
            .tolerance(tolerance),
    ])
}

fn other_currency<'a>(
    facts: &Facts<'a>,
    invoices: &[&'a docexam_domain::Document],
    declared: &str,
) -> Option<Seen<'a>> {
    let currencies = invoices
        .iter()
        .filter_map(|invoice| facts.see(invoice, FieldKey::Currency));
    let mut others = currencies.filter(|seen| !seen.value().eq_ignore_ascii_case(declared));
    others.next()
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, invoice};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn declared() -> TestCase {
        let total = json!({"amount": "11150.00", "currency": "EUR"});
        TestCase::new().declaration(json!({"id": "1", "invoice_total": total}))
    }

    fn case(mention: &str, normalised: &str) -> TestCase {
        declared().with(invoice().read_as(FieldKey::TotalAmount, mention, normalised))
    }

    #[test]
    fn fires() {
        let verdicts = case("11,510.00", "11510.00").check("E02");
        let verdict = &verdicts[0];
        assert_eq!(verdict.outcome, Outcome::Discrepancy);
        assert!(
            verdict.explanation.contains("11510.00") && verdict.explanation.contains("11150.00")
        );
        let expected = verdict.expected.as_ref().expect("the declared total");
        assert_eq!(expected.declaration_pointer.as_deref(), Some("42A.109"));
        assert_eq!(verdict.observed[0].value, "11510.00");
        assert!(verdict.observed[0].page_anchor.is_some());
    }

    #[test]
    fn silent() {
        assert_eq!(
            case("11.150,00 EUR", "11150.00").outcomes("E02"),
            [Outcome::Pass]
        );
        let two = declared()
            .with(invoice().field(FieldKey::TotalAmount, "11000.00"))
            .with(invoice().field(FieldKey::TotalAmount, "150.00"));
        assert_eq!(two.outcomes("E02"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(
            case("11I50.00", "11.50").outcomes("E02"),
            [Outcome::Indeterminate]
        );
        let other_currency = declared().with(
            invoice()
                .field(FieldKey::TotalAmount, "11150.00")
                .field(FieldKey::Currency, "USD"),
        );
        assert_eq!(other_currency.outcomes("E02"), [Outcome::Indeterminate]);
        assert_eq!(declared().outcomes("E02"), [Outcome::NotChecked]);
        assert_eq!(
            declared().with(invoice()).outcomes("E02"),
            [Outcome::NotChecked]
        );
    }
}
