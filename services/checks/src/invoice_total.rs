//! The arithmetic between an invoice's goods amount and its total, shared by B03 and B04.

use crate::facts::Facts;
use crate::judge::{Judgement, Term, balance, sum};
use crate::seen::name_of;
use crate::verdict::{Checked, Unable, Verdict, folded, not_checked};
use docexam_domain::{Document, DocumentType, FieldKey};
use rust_decimal::Decimal;

#[derive(Clone, Copy, PartialEq)]
pub enum WithTax {
    Yes,
    No,
}

pub fn on_invoices(facts: &Facts, tolerance: Decimal, with_tax: WithTax) -> Checked {
    let invoices = facts.need(DocumentType::CommercialInvoice)?;
    let verdicts = invoices.into_iter();
    Ok(folded(verdicts.map(|invoice| {
        on_invoice(facts, invoice, tolerance, with_tax)
    })))
}

/// Signs of the charges between goods amount and total.
const CHARGES: [FieldKey; 3] = [
    FieldKey::FreightAmount,
    FieldKey::InsuranceAmount,
    FieldKey::OtherChargesAmount,
];

fn on_invoice<'a>(
    facts: &Facts<'a>,
    invoice: &'a Document,
    tolerance: Decimal,
    with_tax: WithTax,
) -> Result<Verdict, Unable> {
    let tax = facts.number(invoice, FieldKey::TaxAmount)?;
    match (with_tax, tax) {
        (WithTax::Yes, None) => {
            return not_checked(format!("{} shows no tax_amount", name_of(invoice)));
        }
        (WithTax::No, Some(_)) => {
            let name = name_of(invoice);
            return not_checked(format!("{name} shows tax, and no net total apart from it"));
        }
        _ => {}
    }
    let (goods_seen, goods) = facts.need_number(invoice, FieldKey::GoodsAmount)?;
    let (total_seen, total) = facts.need_number(invoice, FieldKey::TotalAmount)?;
    let mut base = vec![Term::plus(goods_seen, goods)];
    if let Some((seen, discount)) = facts.number(invoice, FieldKey::DiscountAmount)? {
        // Some print the discount with its minus sign.
        base.push(Term::minus(seen, discount).times(signum(discount)));
    }
    base.extend(tax.map(|(seen, value)| Term::plus(seen, value)));
    let mut charges = Vec::new();
    for key in CHARGES {
        let charge = facts.number(invoice, key)?;
        charges.extend(charge.map(|(seen, value)| Term::plus(seen, value)));
    }
    let added: Vec<Term> = base.iter().chain(&charges).copied().collect();
    let computed = sum(&added)?;
    let last = Term::minus(total_seen, total);
    let judgement = balance(facts, &[added.as_slice(), &[last]].concat(), tolerance)?;
    let included = sum(&[base.as_slice(), &[last]].concat())?.abs() <= tolerance;
    let place = total_seen.place();
    let judgement = match judgement {
        Judgement::Differs if included => Judgement::Agrees,
        other => other,
    };
    let agrees = format!("The parts of the total on {place} make {total}, as printed.");
    let differs = format!("The parts on {place} make {computed}, but the total is {total}.");
    let evidence = added.iter().filter_map(|term| term.seen);
    Ok(Verdict::of(judgement, agrees, differs)
        .seen(evidence.chain([total_seen]))
        .expected(None, computed)
        .tolerance(tolerance))
}

fn signum(value: Decimal) -> Decimal {
    if value.is_sign_negative() {
        Decimal::NEGATIVE_ONE
    } else {
        Decimal::ONE
    }
}
