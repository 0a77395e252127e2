//! B03 Total of an invoice without tax.
//!
//! *What it checks*: goods amount − discount + freight, insurance and other charges = total
//! (EN 16931 BR-CO-13), on invoices that show no tax; B04 judges those that do. Charges that are
//! printed as already included in the prices are accepted.
//! *Why it matters*: the total is what is declared; the parts show what it is made of.
//! *Example*: goods 11,150.00 and freight 360.00 under a total of 11,150.00.

use super::Rule;
use crate::facts::Facts;
use crate::invoice_total::{WithTax, on_invoices};
use crate::pack::Parameters;
use crate::verdict::Checked;

pub const RULE: Rule = Rule {
    id: "B03",
    meaning: "goods amount, discount and charges make the total",
    parameters: &["tolerance"],
    check,
};

fn check(facts: &Facts, parameters: &Parameters) -> Checked {
    on_invoices(facts, parameters.number("tolerance")?, WithTax::No)
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, TestDocument, invoice};
    use docexam_domain::{FieldKey, Outcome};

    fn parts(total: &str) -> TestDocument {
        invoice()
            .field(FieldKey::GoodsAmount, "11150.00")
            .field(FieldKey::DiscountAmount, "150.00")
            .field(FieldKey::FreightAmount, "360.00")
            .field(FieldKey::TotalAmount, total)
    }

    #[test]
    fn fires() {
        let verdicts = TestCase::new().with(parts("11630.00")).check("B03");
        assert_eq!(verdicts[0].outcome, Outcome::Discrepancy);
        assert!(verdicts[0].explanation.contains("11360.00"));
    }

    #[test]
    fn silent() {
        assert_eq!(
            TestCase::new().with(parts("11360.00")).outcomes("B03"),
            [Outcome::Pass]
        );
        let included = TestCase::new().with(parts("11000.00"));
        assert_eq!(included.outcomes("B03"), [Outcome::Pass]);
    }

    #[test]
    fn cannot_judge() {
        let blurred = TestCase::new().with(parts("11630.00").confidence(0.2));
        assert_eq!(blurred.outcomes("B03"), [Outcome::Indeterminate]);
        let taxed = TestCase::new().with(parts("11630.00").field(FieldKey::TaxAmount, "1.00"));
        assert_eq!(taxed.outcomes("B03"), [Outcome::NotChecked]);
    }
}
