//! B02 Goods amount.
//!
//! *What it checks*: the line amounts of the invoice sum to its goods amount (EN 16931 BR-CO-10).
//! Without a goods amount, the total stands in if the invoice shows no charge, discount or tax.
//! *Why it matters*: a removed row or an altered total shows here and nowhere else.
//! *Example*: rows of 11,150.00 and 360.00 under a subtotal of 11,150.00.

use super::Rule;
use crate::facts::Facts;
use crate::pack::Parameters;
use crate::seen::{Seen, name_of};
use crate::sums::{column, column_equals};
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{Document, DocumentType, FieldKey};
use rust_decimal::Decimal;

pub const RULE: Rule = Rule {
    id: "B02",
    meaning: "line amounts sum to the goods amount",
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
    let amounts = column(invoice, FieldKey::LineAmount)?;
    let total = goods_amount(facts, invoice)?;
    column_equals(facts, &amounts, total, tolerance, "line amounts")
}

/// Everything that may stand between the goods amount and the total.
const BETWEEN: [FieldKey; 5] = [
    FieldKey::DiscountAmount,
    FieldKey::FreightAmount,
    FieldKey::InsuranceAmount,
    FieldKey::OtherChargesAmount,
    FieldKey::TaxAmount,
];

fn goods_amount<'a>(
    facts: &Facts<'a>,
    invoice: &'a Document,
) -> Result<(Seen<'a>, Decimal), Unable> {
    if let Some(goods) = facts.number(invoice, FieldKey::GoodsAmount)? {
        return Ok(goods);
    }
    if BETWEEN.iter().any(|key| facts.see(invoice, *key).is_some()) {
        return not_checked(format!("{} shows no goods_amount", name_of(invoice)));
    }
    facts.need_number(invoice, FieldKey::TotalAmount)
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, TestDocument, invoice};
    use docexam_domain::{FieldKey, Outcome};

    fn rows() -> TestDocument {
        invoice()
            .row(&[(FieldKey::LineAmount, "11150.00")])
            .row(&[(FieldKey::LineAmount, "360.00")])
    }

    #[test]
    fn fires() {
        let case = TestCase::new().with(rows().field(FieldKey::GoodsAmount, "11150.00"));
        let verdicts = case.check("B02");
        assert_eq!(verdicts[0].outcome, Outcome::Discrepancy);
        assert!(verdicts[0].explanation.contains("11510.00"));
        assert_eq!(verdicts[0].observed.len(), 3);
    }

    #[test]
    fn silent() {
        let case = TestCase::new().with(rows().field(FieldKey::TotalAmount, "11510.00"));
        assert_eq!(case.outcomes("B02"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        let gap = rows().row(&[(FieldKey::Quantity, "3")]);
        let case = TestCase::new().with(gap.field(FieldKey::GoodsAmount, "12000.00"));
        assert_eq!(case.outcomes("B02"), [Outcome::Indeterminate]);
        assert_eq!(
            TestCase::new().with(rows()).outcomes("B02"),
            [Outcome::NotChecked]
        );
    }
}
