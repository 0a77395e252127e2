//! B04 Total of an invoice with tax.
//!
//! *What it checks*: goods amount − discount + charges + tax = total (EN 16931 BR-CO-15).
//! *Why it matters*: a wrong tax amount makes the invoice void for value added tax and shows that
//! the total was changed after the fact.
//! *Example*: 1,000.00 and 19 % tax of 190.00 under a total of 1,109.00.

use super::Rule;
use crate::facts::Facts;
use crate::invoice_total::{WithTax, on_invoices};
use crate::pack::Parameters;
use crate::verdict::Checked;

pub const RULE: Rule = Rule {
    id: "B04",
    meaning: "net amount and tax make the total",
    parameters: &["tolerance"],
    check,
};

fn check(facts: &Facts, parameters: &Parameters) -> Checked {
    on_invoices(facts, parameters.number("tolerance")?, WithTax::Yes)
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, TestDocument, invoice};
    use docexam_domain::{FieldKey, Outcome};

    fn taxed(total: &str) -> TestDocument {
        invoice()
            .field(FieldKey::GoodsAmount, "1000.00")
            .field(FieldKey::TaxAmount, "190.00")
            .field(FieldKey::TotalAmount, total)
    }

    #[test]
    fn fires() {
        let verdicts = TestCase::new().with(taxed("1109.00")).check("B04");
        assert_eq!(verdicts[0].outcome, Outcome::Discrepancy);
        assert_eq!(verdicts[0].observed.len(), 3);
    }

    #[test]
    fn silent() {
        assert_eq!(
            TestCase::new().with(taxed("1190.00")).outcomes("B04"),
            [Outcome::Pass]
        );
    }

    #[test]
    fn cannot_judge() {
        let misread = invoice()
            .field(FieldKey::GoodsAmount, "1000.00")
            .read_as(FieldKey::TaxAmount, "1,900", "1.900")
            .field(FieldKey::TotalAmount, "2900.00");
        assert_eq!(
            TestCase::new().with(misread).outcomes("B04"),
            [Outcome::Indeterminate]
        );
        let untaxed = invoice().field(FieldKey::GoodsAmount, "1000.00");
        assert_eq!(
            TestCase::new().with(untaxed).outcomes("B04"),
            [Outcome::NotChecked]
        );
    }
}
