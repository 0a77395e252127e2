//! B01 Line amount.
//!
//! *What it checks*: quantity × unit price − discount = amount, in every row of the invoice. The
//! tolerance is what rounding of the printed price and amount can do:
//! 0.5 × step of the price × quantity + 0.5 × step of the amount. Where the declared quantity or
//! price of an item makes the row right, the printed one may be misread.
//! *Why it matters*: an altered quantity or price leaves the other cells of the row as they were.
//! *Example*: 500 × 2.23 printed with 1,511.00.

use super::Rule;
use crate::alignment::{Row, rows_of};
use crate::facts::{Facts, number_of};
use crate::judge::{Judgement, misread, too_weak};
use crate::needed::Needed;
use crate::pack::Parameters;
use crate::seen::Seen;
use crate::verdict::{Checked, Unable, Verdict, failed, folded, not_checked};
use docexam_domain::{DocumentType, FieldKey};
use rust_decimal::Decimal;

pub const RULE: Rule = Rule {
    id: "B01",
    meaning: "quantity times price less discount is the line amount",
    parameters: &[],
    check,
};

fn check(facts: &Facts, _: &Parameters) -> Checked {
    let invoices = facts.need(DocumentType::CommercialInvoice)?;
    let rows: Vec<Row> = invoices.into_iter().flat_map(rows_of).collect();
    if rows.is_empty() {
        return not_checked("no rows were read on the commercial invoice");
    }
    Ok(folded(rows.iter().map(|row| in_row(facts, row))))
}

/// The cells of a row that the arithmetic needs.
struct Cells<'a> {
    quantity: (Seen<'a>, Decimal),
    price: (Seen<'a>, Decimal),
    amount: (Seen<'a>, Decimal),
    discount: Option<(Seen<'a>, Decimal)>,
}

fn in_row(facts: &Facts, row: &Row) -> Result<Verdict, Unable> {
    let cells = cells_of(row)?;
    let (quantity, price) = (cells.quantity.1, cells.price.1);
    let amount = cells.amount.1;
    let overflow = || failed("The numbers of the row are too large to compute with.");
    let product = quantity.checked_mul(price).ok_or_else(overflow)?;
    // Some print what is taken off with its minus sign; on a credit note it is less of what is given back.
    let mut discount = cells.discount.map_or(Decimal::ZERO, |(_, value)| value);
    discount.set_sign_negative(product.is_sign_negative());
    let computed = product.checked_sub(discount).ok_or_else(overflow)?;
    let tolerance = rounding(&cells).ok_or_else(overflow)?;
    let judgement = judge(facts, &cells, computed, discount, tolerance);
    let place = cells.amount.0.place();
    let formula = match cells.discount {
        Some(_) => format!("{quantity} × {price} − {discount}"),
        None => format!("{quantity} × {price}"),
    };
    let computed = computed.normalize();
    let agrees = format!("{formula} = {amount} on {place}.");
    let differs = format!("{formula} is {computed} on {place}, but {amount} is printed.");
    let evidence = [cells.quantity.0, cells.price.0, cells.amount.0];
    Ok(Verdict::of(judgement, agrees, differs)
        .seen(
            evidence
                .into_iter()
                .chain(cells.discount.map(|(seen, _)| seen)),
        )
        .expected(None, computed)
        .tolerance(tolerance.normalize()))
}

fn cells_of<'a>(row: &Row<'a>) -> Result<Cells<'a>, Unable> {
    let cell = |key: FieldKey| match row.cell(key) {
        Some(seen) => Ok((seen, number_of(seen)?)),
        None => not_checked(format!("{} has no {key}", row.seen().place())),
    };
    Ok(Cells {
        quantity: cell(FieldKey::Quantity)?,
        price: cell(FieldKey::UnitPrice)?,
        amount: cell(FieldKey::LineAmount)?,
        discount: match row.cell(FieldKey::DiscountAmount) {
            Some(seen) => Some((seen, number_of(seen)?)),
            None => None,
        },
    })
}

/// 0.5 × res(price) × |quantity| + 0.5 × res(amount).
fn rounding(cells: &Cells) -> Option<Decimal> {
    let of_price = cells
        .price
        .0
        .resolution()
        .checked_mul(cells.quantity.1.abs())?;
    let both = of_price.checked_add(cells.amount.0.resolution())?;
    both.checked_div(Decimal::TWO)
}

fn judge(
    facts: &Facts,
    cells: &Cells,
    computed: Decimal,
    discount: Decimal,
    tolerance: Decimal,
) -> Judgement {
    let (amount_seen, amount) = cells.amount;
    let needed_amount = Needed::within(computed, tolerance);
    let fits = |value: Decimal| needed_amount.is_some_and(|needed| needed.is(value));
    if fits(amount) {
        return Judgement::Agrees;
    }
    let evidence = [cells.quantity.0, cells.price.0, amount_seen];
    if let Some(reason) = too_weak(facts, evidence) {
        return Judgement::Doubtful(reason);
    }
    for basis in [Decimal::ONE_HUNDRED, Decimal::ONE_THOUSAND] {
        if amount.checked_mul(basis).is_some_and(fits) {
            let reason = format!("The price may be per {basis}.");
            return Judgement::Doubtful(reason);
        }
    }
    // What each cell would have to be for the row to be right.
    let (quantity, price) = (cells.quantity.1, cells.price.1);
    let gross = amount.checked_add(discount);
    let needed = |by: Decimal| gross.and_then(|gross| gross.checked_div(by));
    let allowed = |by: Decimal| tolerance.checked_div(by.abs());
    let needed_beside = |other| Needed::within_computed(needed(other), allowed(other));
    let needed_quantity = needed_beside(price);
    let needs = [
        (amount_seen, needed_amount),
        (cells.quantity.0, needed_quantity),
        (cells.price.0, needed_beside(quantity)),
    ];
    for (seen, needed) in needs {
        if let Some(reason) = needed.and_then(|needed| misread(facts, seen, &evidence, needed)) {
            return Judgement::Doubtful(reason);
        }
    }
    let items = facts.declaration.items.iter();
    let quantities = items.clone().filter_map(|item| item.quantity);
    let amounts = items.filter_map(|item| Some(item.price.as_ref()?.amount));
    let reason = declared_instead(facts, cells.quantity.0, needed_quantity, quantities)
        .or_else(|| declared_instead(facts, amount_seen, needed_amount, amounts));
    reason.map_or(Judgement::Differs, Judgement::Doubtful)
}

/// A range wider than this, in shares of its end, meets one of several declared values by chance.
const NEAR: Decimal = Decimal::from_parts(2, 0, 0, false, 2);

/// Why a cell may be misread, by whatever many characters: a declared value would make the row right. If it is the
/// paper that is wrong, C10 or E03 says so.
fn declared_instead(
    facts: &Facts,
    printed: Seen,
    needed: Option<Needed>,
    mut declared: impl Iterator<Item = Decimal>,
) -> Option<String> {
    let needed = needed.filter(|_| facts.read_by_ocr(printed))?;
    let is_near = needed.width()?.checked_div(needed.most)? <= NEAR;
    let value = declared.find(|value| is_near && needed.is(*value))?;
    let printed = printed.value();
    Some(format!(
        "{value} is declared and makes the row right; '{printed}' may be misread."
    ))
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestCase, invoice};
    use docexam_domain::{FieldKey, Outcome};
    use serde_json::json;

    fn case(quantity: &str, price: &str, amount: &str) -> TestCase {
        TestCase::new().with(invoice().row(&[
            (FieldKey::Quantity, quantity),
            (FieldKey::UnitPrice, price),
            (FieldKey::LineAmount, amount),
        ]))
    }

    #[test]
    fn fires() {
        let verdicts = case("500", "2.23", "1511.00").check("B01");
        assert_eq!(verdicts[0].outcome, Outcome::Discrepancy);
        assert!(
            verdicts[0].explanation.contains("1115"),
            "{}",
            verdicts[0].explanation
        );
        assert_eq!(verdicts[0].observed.len(), 3);
        assert_eq!(verdicts[0].observed[0].field, "line_item[1].quantity");
    }

    #[test]
    fn silent() {
        assert_eq!(
            case("500", "2.23", "1115.00").outcomes("B01"),
            [Outcome::Pass]
        );
        for discount in ["1349.82", "-1349.82"] {
            let row = invoice().row(&[
                (FieldKey::Quantity, "16150"),
                (FieldKey::UnitPrice, "1.6716"),
                (FieldKey::DiscountAmount, discount),
                (FieldKey::LineAmount, "25646.52"),
            ]);
            assert_eq!(TestCase::new().with(row).outcomes("B01"), [Outcome::Pass]);
        }
        // 0.223 is printed as 0.22: rounding of the price explains up to 150.
        assert_eq!(
            case("30000", "0.22", "6690.00").outcomes("B01"),
            [Outcome::Pass]
        );
    }

    #[test]
    fn cannot_judge() {
        assert_eq!(
            case("50000", "22.30", "11150.00").outcomes("B01"),
            [Outcome::Indeterminate]
        );
        assert_eq!(
            case("S00", "2.23", "1115.00").outcomes("B01"),
            [Outcome::Indeterminate]
        );
        let declared = json!({"id": "1", "items": [{"number": 1, "quantity": "17279"}]});
        let misread = || case("2779", "2.76", "47690.04").declaration(declared.clone());
        assert_eq!(misread().outcomes("B01"), [Outcome::Indeterminate]);
        assert_eq!(
            misread().text_layer().outcomes("B01"),
            [Outcome::Discrepancy]
        );
        let price = json!({"amount": "6363.00", "currency": "EUR"});
        let declared = json!({"id": "1", "items": [{"number": 1, "price": price}]});
        let misread = case("300", "21.21", "634.00").declaration(declared);
        assert_eq!(misread.outcomes("B01"), [Outcome::Indeterminate]);
        let no_price = invoice().row(&[(FieldKey::Quantity, "5"), (FieldKey::LineAmount, "10")]);
        assert_eq!(
            TestCase::new().with(no_price).outcomes("B01"),
            [Outcome::NotChecked]
        );
        let absurd = "9".repeat(28);
        assert_eq!(
            case(&absurd, &absurd, "1.00").outcomes("B01"),
            [Outcome::Indeterminate]
        );
    }
}
