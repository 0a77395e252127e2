//! E01 Currency.
//!
//! *What it checks*: the currency on each invoice is a code of ISO 4217 and the declared one.
//! *Why it matters*: the same figures in another currency are another value.
//! *Example*: invoice in EUR, declared in USD.

use super::Rule;
use crate::code_lists::{CurrencyStatus, currency};
use crate::facts::Facts;
use crate::judge::{Judgement, Side, same_identifier, too_weak};
use crate::pack::Parameters;
use crate::pointers;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{Document, DocumentType, FieldKey};

pub const RULE: Rule = Rule {
    id: "E01",
    meaning: "currency is valid and the same everywhere",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let mut verdicts: Vec<Result<Verdict, Unable>> = Vec::new();
    let declared = declared_currency(facts);
    if let Some((code, _)) = &declared {
        verdicts.extend(invalid(code, "declared currency").map(Ok));
    }
    let invoices = facts.need(DocumentType::CommercialInvoice);
    match invoices {
        Ok(invoices) => {
            verdicts.extend(
                invoices
                    .into_iter()
                    .map(|invoice| on_invoice(facts, invoice, &declared)),
            );
        }
        Err(unable) => verdicts.push(Err(unable)),
    }
    Ok(folded(verdicts))
}

/// Of the invoice total, else of the first item with a price.
fn declared_currency(facts: &Facts) -> Option<(String, Option<String>)> {
    let declaration = facts.declaration;
    if let Some(total) = &declaration.invoice_total {
        return Some((
            total.currency.clone(),
            pointers::some(pointers::INVOICE_TOTAL),
        ));
    }
    let mut items = declaration.items.iter();
    items.find_map(|item| Some((item.price.as_ref()?.currency.clone(), None)))
}

fn invalid(code: &str, what: &str) -> Option<Verdict> {
    match currency(code) {
        CurrencyStatus::Valid => None,
        CurrencyStatus::Superseded(next) => Some(Verdict::discrepancy(format!(
            "The {what} {code} was withdrawn from ISO 4217 in favour of {next}."
        ))),
        CurrencyStatus::Unknown => Some(Verdict::discrepancy(format!(
            "The {what} '{code}' is not a code of ISO 4217."
        ))),
    }
}

fn on_invoice<'a>(
    facts: &Facts<'a>,
    invoice: &'a Document,
    declared: &Option<(String, Option<String>)>,
) -> Result<Verdict, Unable> {
    let seen = facts.need_seen(invoice, FieldKey::Currency)?;
    let (printed, place) = (seen.value(), seen.place());
    if let Some(problem) = invalid(printed, &format!("currency on {place}")) {
        let doubtful = too_weak(facts, [seen]).is_some() || facts.read_by_ocr(seen);
        let verdict = if doubtful {
            Verdict::indeterminate(format!("{} It may be misread.", problem.explanation))
        } else {
            problem
        };
        return Ok(verdict.seen([seen]));
    }
    let Some((code, pointer)) = declared else {
        return not_checked("the declaration gives no currency");
    };
    let judgement = match same_identifier(facts, Side::Seen(seen), Side::Declared(code)) {
        // Two codes that both exist are not each other's misreading.
        Judgement::Doubtful(_) if too_weak(facts, [seen]).is_none() => Judgement::Differs,
        other => other,
    };
    let agrees = format!("{place} is in {printed}, as declared.");
    let differs = format!("{place} is in {printed}, but {code} is declared.");
    Ok(Verdict::of(judgement, agrees, differs)
        .seen([seen])
        .expected(pointer.clone(), code))
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, invoice};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn case(printed: &str, declared: &str) -> TestCase {
        let total = json!({"amount": "1", "currency": declared});
        TestCase::new()
            .declaration(json!({"id": "1", "invoice_total": total}))
            .with(invoice().field(FieldKey::Currency, printed))
    }

    #[test]
    fn fires() {
        assert_eq!(case("EUR", "USD").outcomes("E01"), [Outcome::Discrepancy]);
        assert_eq!(
            case("EUR", "XQX").outcomes("E01"),
            [Outcome::Discrepancy, Outcome::Discrepancy]
        );
    }

    #[test]
    fn silent() {
        assert_eq!(case("EUR", "EUR").outcomes("E01"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(case("EUK", "EUR").outcomes("E01"), [Outcome::Indeterminate]);
        let undeclared = TestCase::new().with(invoice().field(FieldKey::Currency, "EUR"));
        assert_eq!(undeclared.outcomes("E01"), [Outcome::NotChecked]);
    }
}
