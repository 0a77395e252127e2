//! E03 Item prices.
//!
//! *What it checks*: the declared price of each item is the sum of the amounts of its rows, within
//! the pack's tolerance per row. Where the invoice shows charges or a discount of its own and the
//! declared prices together make its total, they may have been shared out, which stays open.
//! *Why it matters*: value moved from a dutiable item to a free one leaves the total untouched.
//! *Example*: bearings invoiced at 11,150.00 declared at 8,150.00, tyres at 3,000.00 more.

use super::Rule;
use crate::alignment::Row;
use crate::facts::{Facts, number_of};
use crate::judge::{Judgement, Term, balance, sum};
use crate::pack::Parameters;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{DeclarationItem, DocumentType, FieldKey};
use rust_decimal::Decimal;

pub const RULE: Rule = Rule {
    id: "E03",
    meaning: "declared price of each item and its rows",
    parameters: &["tolerance"],
    check,
};

fn check(facts: &Facts, parameters: &Parameters) -> Checked {
    let items = &facts.declaration.items;
    if items.iter().all(|item| item.price.is_none()) {
        return not_checked("the declaration gives no price of an item");
    }
    facts.need(DocumentType::CommercialInvoice)?;
    if facts.invoice_lines.rows.is_empty() {
        return not_checked("no rows were read on the commercial invoice");
    }
    let tolerance = parameters.number("tolerance")?;
    let shared_out = prices_make_the_total(facts, tolerance);
    Ok(folded(items.iter().enumerate().map(|(index, item)| {
        let rows = facts.invoice_lines.of_item(index)?;
        of_item(facts, item, &rows, tolerance, shared_out)
    })))
}

fn of_item(
    facts: &Facts,
    item: &DeclarationItem,
    rows: &[Row],
    tolerance: Decimal,
    shared_out: bool,
) -> Result<Verdict, Unable> {
    let number = item.number;
    let Some(price) = &item.price else {
        return not_checked(format!("item {number} is declared without price"));
    };
    if rows.is_empty() {
        return not_checked(format!("no row of the invoice belongs to item {number}"));
    }
    let mut terms = Vec::new();
    for row in rows {
        let Some(amount) = row.cell(FieldKey::LineAmount) else {
            return not_checked(format!("{} has no line_amount", row.seen().place()));
        };
        if let Some(currency) = facts.see(row.document, FieldKey::Currency)
            && !currency.value().eq_ignore_ascii_case(&price.currency)
        {
            let (printed, declared) = (currency.value(), &price.currency);
            let text = format!("Item {number} is declared in {declared}, invoiced in {printed}.");
            return Err(Verdict::indeterminate(text).seen([currency]).into_unable());
        }
        terms.push(Term::plus(amount, number_of(amount)?));
    }
    let printed = sum(&terms)?;
    let evidence: Vec<_> = terms.iter().filter_map(|term| term.seen).collect();
    let declared = price.amount;
    terms.push(Term::wanted(declared));
    let tolerance = tolerance
        .checked_mul(rows.len().into())
        .unwrap_or(tolerance);
    let judgement = match balance(facts, &terms, tolerance)? {
        Judgement::Differs if shared_out => Judgement::Doubtful(
            "Charges or a discount of the invoice may be shared out over the items.".to_owned(),
        ),
        other => other,
    };
    let currency = &price.currency;
    let numbers: Vec<String> = rows.iter().map(|row| row.number.to_string()).collect();
    let numbers = numbers.join(", ");
    let agrees = format!("Item {number}: {declared} {currency} declared and in row {numbers}.");
    let differs = format!(
        "Item {number} is declared at {declared} {currency}, but row {numbers} of the invoice gives {printed}."
    );
    Ok(Verdict::of(judgement, agrees, differs)
        .seen(evidence)
        .expected(None, format!("{declared} {currency}"))
        .tolerance(tolerance))
}

const SHARED: [FieldKey; 4] = [
    FieldKey::DiscountAmount,
    FieldKey::FreightAmount,
    FieldKey::InsuranceAmount,
    FieldKey::OtherChargesAmount,
];

fn prices_make_the_total(facts: &Facts, tolerance: Decimal) -> bool {
    let invoices = facts.of_type(DocumentType::CommercialInvoice);
    let has_charges = invoices.iter().any(|invoice| {
        let mut keys = SHARED.iter();
        keys.any(|key| facts.see(invoice, *key).is_some())
    });
    if !has_charges {
        return false;
    }
    let prices = facts
        .declaration
        .items
        .iter()
        .map(|item| Some(item.price.as_ref()?.amount));
    let declared = prices
        .into_iter()
        .try_fold(Decimal::ZERO, |sum, price| sum.checked_add(price?));
    let totals = invoices
        .iter()
        .map(|invoice| facts.see(invoice, FieldKey::TotalAmount)?.decimal());
    let printed = totals
        .into_iter()
        .try_fold(Decimal::ZERO, |sum, total| sum.checked_add(total?));
    match (declared, printed) {
        (Some(declared), Some(printed)) => declared
            .checked_sub(printed)
            .is_some_and(|difference| difference.abs() <= tolerance),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, invoice};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn declared() -> TestCase {
        TestCase::new().declaration(json!({"id": "1", "items": [{"number": 1,
            "description": "ball bearings", "price": {"amount": "8150.00", "currency": "EUR"}}]}))
    }

    fn case(amount: &str) -> TestCase {
        declared().with(invoice().row(&[
            (FieldKey::Description, "Ball bearings 6204"),
            (FieldKey::LineAmount, amount),
        ]))
    }

    #[test]
    fn fires() {
        let verdicts = case("11150.00").check("E03");
        assert_eq!(verdicts[0].outcome, Outcome::Discrepancy);
        assert_eq!(verdicts[0].observed[0].field, "line_item[1].line_amount");
    }

    #[test]
    fn silent() {
        assert_eq!(case("8150.01").outcomes("E03"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        let with_freight = declared().with(
            invoice()
                .row(&[
                    (FieldKey::Description, "Ball bearings"),
                    (FieldKey::LineAmount, "8000.00"),
                ])
                .field(FieldKey::FreightAmount, "150.00")
                .field(FieldKey::TotalAmount, "8150.00"),
        );
        assert_eq!(with_freight.outcomes("E03"), [Outcome::Indeterminate]);
        assert_eq!(
            declared().with(invoice()).outcomes("E03"),
            [Outcome::NotChecked]
        );
    }
}
