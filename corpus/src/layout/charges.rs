//! What stands between the goods and the sums: discounts and charges with what they are reckoned from, the
//! discount for paying early, taxes by rate.
//!
//! The amount of a discount or charge is its field, here as among the sums. What it is reckoned from, its
//! rate, and every number of the other tables are no fields.

use super::draft::Draft;
use crate::consignment::Amounts;
use crate::paper::escape;
use docexam_domain::FieldKey as K;
use rand::RngExt;
use rust_decimal::Decimal;

/// The habit of naming them here and not again among the sums.
pub const CHARGES_APART: &str = "charges apart";

#[derive(Clone, Copy, Debug)]
pub struct Charge {
    pub caption: &'static str,
    pub field: K,
    /// Nought where there is none.
    pub amount: Decimal,
}

impl Charge {
    pub fn is_discount(&self) -> bool {
        self.field == K::DiscountAmount
    }
}

/// What stands between the value of the goods and the total, in its order among the sums.
pub fn charges_of(a: &Amounts) -> [Charge; 4] {
    [
        ("discount_amount", K::DiscountAmount, a.discount),
        ("freight_amount", K::FreightAmount, a.freight),
        ("insurance_amount", K::InsuranceAmount, a.insurance),
        ("other_charges_amount", K::OtherChargesAmount, a.other),
    ]
    .map(|(caption, field, amount)| Charge {
        caption,
        field,
        amount,
    })
}

impl Draft<'_> {
    /// The discounts and charges that are not nought, but mostly nothing.
    pub fn charges_block(&mut self) -> String {
        let charges = self.charges();
        if charges.is_empty() || !self.chance(0.45) {
            return String::new();
        }
        self.habit(CHARGES_APART, 0.5);
        let manner = self.rng.random_range(0..3);
        let mut rows = Vec::new();
        for charge in &charges {
            let (base, rate) = self.reckoned(charge);
            let amount = self.money(charge.field, charge.amount, manner == 2);
            let minus = match charge.is_discount() && self.chance(0.5) {
                true => "#\"-\"",
                false => "",
            };
            let words = escape(&self.words(charge.caption));
            let (base, rate) = (escape(&base), escape(&rate));
            rows.push(match manner {
                0 => format!("[{words}], [{base}], [{rate}], [{minus}{amount}]"),
                1 => format!("[{words} {rate}], [{base}], [], [{minus}{amount}]"),
                _ => format!("{words} {rate} {base} {minus}{amount}"),
            });
        }
        match manner {
            0 => self.charges_table(rows),
            1 => format!(
                "#grid(columns: (1fr, auto, 0pt, 22%), row-gutter: 4pt, column-gutter: 10pt, \
                 align: (left, right, left, right), {})\n#v(4pt)\n",
                rows.join(", ")
            ),
            _ => format!("{}\n#v(4pt)\n", rows.join(" \\\n")),
        }
    }

    fn charges(&self) -> Vec<Charge> {
        let among_goods = self.it.charges_as_rows;
        let charges = charges_of(&self.it.amounts).into_iter();
        charges
            .filter(|charge| !charge.amount.is_zero() && (charge.is_discount() || !among_goods))
            .collect()
    }

    /// From which sum, and at what rate; freight is seldom reckoned from the goods.
    fn reckoned(&mut self, charge: &Charge) -> (String, String) {
        let goods = self.it.amounts.goods;
        let often = if charge.is_discount() { 0.9 } else { 0.3 };
        if goods.is_zero() || !self.chance(often) {
            return (String::new(), String::new());
        }
        let rate = (charge.amount * Decimal::from(100) / goods)
            .abs()
            .round_dp(2);
        let rate = self.number_text(rate, 2);
        (self.number_text(goods, 2), format!("{rate} %"))
    }

    fn charges_table(&mut self, rows: Vec<String>) -> String {
        let title = self.heading("charges.title");
        let heads = ["tax.base", "col.line_amount"].map(|key| self.heading(key));
        let stroke = self.one_of(&["0.5pt", "none", "(bottom: 0.4pt)"]);
        let width = self.one_of(&["100%", "100%", "75%"]);
        format!(
            "#block(width: {width})[#table(columns: (1fr, auto, auto, auto), stroke: {stroke}, inset: 3pt, \
             align: (left, right, right, right), [{title}], [{}], [{}], [{}], {})]\n",
            heads[0],
            escape("%"),
            heads[1],
            rows.join(", ")
        )
    }

    /// What may be taken off until which day, and what is left to pay then; no field.
    pub fn cash_discount(&mut self) -> String {
        let it = self.it;
        let (percent, days) = self.cash_discount_terms();
        let rate: Decimal = percent.replace(',', ".").parse().unwrap_or_default();
        let off = (it.amounts.total * rate / Decimal::from(100)).round_dp(2);
        let day = self.day_after_invoice(days);
        let until = self.speech.say_once(&mut self.rng, "payment.until");
        let words = self.words("cash_discount");
        let left = self.words("cash_discount.payable");
        let (off, rest) = (
            self.number_text(off, 2),
            self.number_text(it.amounts.total - off, 2),
        );
        let currency = &it.amounts.currency;
        match self.rng.random_range(0..3) {
            0 => escape(&format!(
                "{words} {percent} % {until} {day}: {off} {currency}, {left}: {rest} {currency}"
            )),
            1 => format!(
                "{} \\ {}",
                escape(&format!("{words} {until} {day}: {off}")),
                escape(&format!("{left}: {rest}"))
            ),
            _ => {
                let cells = [
                    until,
                    "%".to_owned(),
                    words,
                    left,
                    day,
                    percent.to_owned(),
                    off,
                    rest,
                ];
                let cells: Vec<String> = cells
                    .iter()
                    .map(|cell| format!("[{}]", escape(cell)))
                    .collect();
                let stroke = self.one_of(&["0.5pt", "none"]);
                format!(
                    "#text(0.9em)[#table(columns: 4, stroke: {stroke}, inset: 3pt, {})]",
                    cells.join(", ")
                )
            }
        }
    }

    /// Percent and days, the same wherever the document names them.
    pub fn cash_discount_terms(&mut self) -> (&'static str, i64) {
        let drawn = self.remember("cash discount", |rng| rng.random_range(0..20).to_string());
        let drawn: usize = drawn.parse().unwrap_or_default();
        let percent = ["2", "3", "1,5", "2.5", "5"][drawn % 5];
        (percent, [7, 8, 10, 14][drawn / 5])
    }

    pub fn day_after_invoice(&self, days: i64) -> String {
        use jiff::ToSpan;
        let invoice = self.it.dates.invoice;
        let day = invoice.checked_add(days.days()).unwrap_or(invoice);
        self.day(day)
    }

    /// Taxes by rate; the sum of it stands among the sums, so no part of it is a field.
    pub fn tax_table(&mut self) -> String {
        let a = self.it.amounts.clone();
        let rate = a.tax_rate.normalize();
        let form = self.number_form;
        let number = |value: Decimal| form.write(value, 2);
        let base = a.total - a.tax;
        let mut rows = vec![[
            format!("{rate} %"),
            number(base),
            number(a.tax),
            number(a.total),
        ]];
        let nought = number(Decimal::ZERO);
        // Those that every invoice of the house lists, whether anything is taxed so or not.
        for other in ["0 %", "7 %", "10 %", "5,5 %"] {
            if other != rows[0][0] && self.chance(0.16) {
                rows.push([
                    other.to_owned(),
                    nought.clone(),
                    nought.clone(),
                    nought.clone(),
                ]);
            }
        }
        let kind = self.one_of(&["", "VAT (S) ", "S ", "A "]);
        for row in &mut rows {
            row[0] = format!("{kind}{}", row[0]);
        }
        if self.chance(0.3) {
            let words = self.words("total");
            rows.push([words, number(base), number(a.tax), number(a.total)]);
        }
        if self.chance(0.2) {
            rows.reverse();
        }
        let gross = self.chance(0.3);
        let width = if gross { 4 } else { 3 };
        let heads = ["tax.rate", "tax.base", "tax.amount", "total"].map(|key| self.heading(key));
        let heads = heads.into_iter().take(width);
        let values = rows.iter().flat_map(|row| row.iter().take(width));
        let cells: Vec<String> = heads
            .chain(values.map(|value| escape(value)))
            .map(|cell| format!("[{cell}]"))
            .collect();
        let title = match self.chance(0.4) {
            true => format!("{} \\\n", self.heading("tax.breakdown")),
            false => String::new(),
        };
        let stroke = self.one_of(&["0.5pt", "none", "(bottom: 0.4pt)"]);
        let across = self.one_of(&["auto", "auto", "1fr"]);
        format!(
            "{title}#text(0.85em)[#table(columns: ({across},) * {width}, stroke: {stroke}, inset: 3pt, {})]\n",
            cells.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::tests::with_invoices;

    #[test]
    fn of_discounts_and_charges_the_amounts_alone_are_fields() {
        let blocks = std::cell::Cell::new(0);
        with_invoices(60, |draft| {
            if draft.charges_block().is_empty() {
                return;
            }
            blocks.set(blocks.get() + 1);
            let expected: Vec<(K, String)> = draft
                .charges()
                .iter()
                .map(|charge| (charge.field, charge.amount.to_string()))
                .collect();
            let printed: Vec<(K, String)> = draft
                .ink
                .mentions
                .iter()
                .filter(|mention| mention.key != K::Currency)
                .map(|mention| (mention.key, mention.value.clone()))
                .collect();
            assert_eq!(printed, expected);
        });
        assert!(blocks.get() > 8, "{}", blocks.get());
    }

    #[test]
    fn taxes_by_rate_and_what_is_paid_early_are_no_fields() {
        with_invoices(30, |draft| {
            draft.tax_table();
            draft.cash_discount();
            assert!(draft.ink.mentions.is_empty(), "{:?}", draft.ink.mentions);
        });
    }
}
