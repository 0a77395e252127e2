//! What stands below a description and looks like the cells beside it: codes, attributes, periods, the way
//! from the list price to the price, a discount of the row.
//!
//! Goes in: the row and its line. Comes out: one line of text. The article number is the row's
//! `product_code` and what is taken off the row its `discount_amount`; no other number here is a field.

use super::draft::Draft;
use super::rows::RowNote;
use super::table::{Column, Plan};
use crate::consignment::Line;
use crate::lexicon::LANGUAGES;
use crate::paper::escape;
use docexam_domain::FieldKey as K;
use rand::RngExt;
use rand::seq::{IndexedRandom, SliceRandom};
use rust_decimal::Decimal;

/// Of invoices with a few of them below their rows.
const SHARE: f64 = 0.38;
/// The same of packing lists.
const SHARE_OF_LISTS: f64 = 0.2;
/// Of papers without any other place for the article number.
const SHARE_ARTICLE: f64 = 0.3;
/// Of training papers that say how much was ordered.
const SHARE_ORDERED: f64 = 0.12;
/// Of invoices that say below the row what is taken off it, where anything is.
const SHARE_DISCOUNT: f64 = 0.45;

impl Draft<'_> {
    /// Which of them this invoice has; the column of what stands below the rows goes.
    pub fn draw_sub_rows(&mut self, plan: &mut Plan) {
        if self.it.of_services {
            use RowNote::{Batch, HsCode, Masses, Origin, Packages};
            let of_goods = [HsCode, Origin, Packages, Masses, Batch];
            self.row_notes.retain(|note| !of_goods.contains(note));
        }
        self.draw_article(plan);
        let discounts = plan.columns.contains(&Column::Discount);
        if discounts && self.chance(SHARE_DISCOUNT) {
            plan.columns
                .retain(|column| !matches!(column, Column::Discount | Column::DiscountRate));
            self.row_notes.push(RowNote::Discount);
        }
        if self.chance(SHARE) {
            let most = self.one_of(&[1, 1, 2, 2, 3, 4]);
            self.draw_some(RowNote::SUB_ROWS.to_vec(), most);
        }
        if self.training_chance(SHARE_ORDERED) {
            self.row_notes.push(RowNote::Ordered);
        }
    }

    /// Packing lists have fewer, and none that tells a price.
    pub fn draw_sub_rows_of_list(&mut self, plan: &Plan) {
        self.draw_article(plan);
        if self.chance(SHARE_OF_LISTS) {
            let mut kinds = RowNote::SUB_ROWS.to_vec();
            kinds.retain(|kind| !matches!(kind, RowNote::PriceBasis | RowNote::ListPrice));
            let most = self.one_of(&[1, 1, 2, 3]);
            self.draw_some(kinds, most);
        }
    }

    fn draw_article(&mut self, plan: &Plan) {
        let elsewhere = plan.columns.contains(&Column::ProductCode) || plan.extras.product_code;
        if !elsewhere && self.chance(SHARE_ARTICLE) {
            self.row_notes.insert(0, RowNote::Article);
        }
    }

    fn draw_some(&mut self, mut kinds: Vec<RowNote>, most: usize) {
        kinds.shuffle(&mut self.rng);
        kinds.truncate(most);
        self.row_notes.extend(kinds);
    }

    /// `Artikelnummer / Référence / Item no. 4711`, or in the language of the paper alone.
    pub fn article_note(&mut self, row: usize, line: &Line) -> String {
        let captions = self.remember("article captions", |rng| rng.random_range(0..4).to_string());
        let words = match captions.as_str() {
            "0" => self.in_three_languages("col.product_code"),
            _ => self.words("col.product_code"),
        };
        let code = self
            .ink
            .cell(row, K::ProductCode, &line.product_code, &line.product_code);
        self.below(&words, code)
    }

    fn in_three_languages(&mut self, key: &str) -> String {
        let language = self.speech.language.clone();
        self.remember(&format!("three times {key}"), |rng| {
            let others: Vec<&str> = LANGUAGES.sample(rng, 2).copied().collect();
            let all = [language.as_str(), others[0], others[1]];
            let said: Vec<&str> = all
                .iter()
                .map(|language| crate::lexicon::synonym(rng, language, key))
                .collect();
            said.join(" / ")
        })
    }

    /// `Rabatt 5 % -12,40`: of all numbers the amount alone is a field.
    pub fn discount_note(&mut self, row: usize, line: &Line) -> String {
        let Some(discount) = line.discount else {
            return String::new();
        };
        let full = line.amount + discount;
        let text = self.number_text(discount, 2);
        let amount = self
            .ink
            .cell(row, K::DiscountAmount, &text, &discount.to_string());
        let manner = self.remember("discounts below", |rng| rng.random_range(0..3).to_string());
        let words = self.words("col.discount_amount");
        let minus = self.remember("minus below", |rng| {
            ["", "#\"-\"", "#\"- \""][rng.random_range(0..3)].to_owned()
        });
        let rate = match full.is_zero() || manner == "0" {
            true => String::new(),
            false => {
                let rate = (discount * Decimal::from(100) / full)
                    .round_dp(1)
                    .normalize();
                let of = match manner.as_str() {
                    "1" => String::new(),
                    _ => format!(" / {}", self.number_text(full, 2)),
                };
                format!("{} ", escape(&format!("{rate} %{of}")))
            }
        };
        self.below(&words, format!("{rate}{minus}{amount}"))
    }

    /// The other ones, in which nothing is a field.
    pub fn sub_row(&mut self, kind: RowNote, line: &Line) -> String {
        match kind {
            RowNote::Serial => {
                let number = self.serial_number();
                self.told("row.serial", &number)
            }
            RowNote::Period => {
                let period = self.period();
                self.told("row.period", &period)
            }
            RowNote::DeliveryDate => {
                let day = self.day(self.it.dates.packed);
                self.told("other.delivery_date", &day)
            }
            RowNote::Colour => {
                let colour = self.speech.say_once(&mut self.rng, "row.colours");
                self.told("row.colour", &colour)
            }
            RowNote::Size => {
                let size = self.size();
                self.told("row.size", &size)
            }
            RowNote::Material => {
                let material = self.speech.say_once(&mut self.rng, "row.materials");
                self.told("row.material", &material)
            }
            RowNote::PriceBasis => {
                let unit = self.unit_printed(line);
                let one = self.remember("price basis", |rng| {
                    ["1", "1,00", "1.00", "1,000"][rng.random_range(0..4)].to_owned()
                });
                self.told("row.price_basis", &format!("{one} {unit}"))
            }
            RowNote::Ordered => {
                let number = self.rng.random_range(1..300);
                let quantity = format!("{number} {}", self.unit_printed(line));
                let said = self.speech.say_once(&mut self.rng, "row.ordered");
                escape(&said.replace("{q}", &quantity))
            }
            _ => self.list_price(line),
        }
    }

    fn told(&mut self, key: &str, value: &str) -> String {
        self.noted(key, escape(value))
    }

    /// A caption of the row's, in the house's manner, and what it says.
    pub fn below(&mut self, words: &str, value: String) -> String {
        let colon = self.remember("row colon", |rng| {
            [":", " :", "", ": ="][rng.random_range(0..4)].to_owned()
        });
        format!("{} {value}", escape(&format!("{words}{colon}")))
    }

    fn serial_number(&mut self) -> String {
        let digits = self.digits(8);
        match self.rng.random_range(0..3) {
            0 => digits,
            1 => format!("{}-{}", &digits[..4], &digits[4..]),
            _ => format!("{}{digits}", self.one_of(&["SN", "A", "KX", "M2"])),
        }
    }

    /// The month before the invoice, or the days from order to packing.
    pub fn period(&mut self) -> String {
        let dates = &self.it.dates;
        let (first, last) = match self.habit("whole months", 0.5) {
            true => (dates.packed.first_of_month(), dates.packed.last_of_month()),
            false => (dates.order, dates.packed),
        };
        let between = self.remember("between days", |rng| {
            [" - ", " – ", "-", " / "][rng.random_range(0..4)].to_owned()
        });
        format!("{}{between}{}", self.day(first), self.day(last))
    }

    fn size(&mut self) -> String {
        let number: u32 = self.rng.random_range(4..190);
        match self.rng.random_range(0..4) {
            0 => self
                .one_of(&["S", "M", "L", "XL", "42", "38/40"])
                .to_owned(),
            1 => format!("{number} x {} mm", number / 2 + 3),
            2 => format!("{} cm", number + 20),
            _ => format!("{number} x {} x {}", number / 2 + 2, number % 9 + 1),
        }
    }

    /// `Bruttopreis 12,00 Rabatt 10 % -1,20`: how the price of the row came about.
    fn list_price(&mut self, line: &Line) -> String {
        let percent = self.one_of(&[5, 10, 15, 20, 25, 30]);
        let hundred = Decimal::from(100);
        let gross = (line.unit_price * hundred / (hundred - Decimal::from(percent))).round_dp(2);
        let rebate = self.number_text(gross - line.unit_price, 2);
        let net = self.number_text(line.unit_price, 2);
        let gross = self.number_text(gross, 2);
        let list_price = self.words("row.gross_price");
        let discount = self.words("col.discount_amount");
        let manner = self.remember("list prices", |rng| rng.random_range(0..4).to_string());
        escape(&match manner.as_str() {
            "0" => format!("{list_price} {gross} {discount} {percent} % -{rebate}"),
            "1" => format!("{list_price}: {gross} - {percent}% = {net}"),
            "2" => format!("{list_price} {gross}, {discount} {rebate}"),
            _ => format!("{discount}: {percent},00 % ({gross} / {net})"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::plan::plain_plan;
    use crate::layout::tests::with_invoices;

    #[test]
    fn what_only_looks_like_a_cell_is_no_field() {
        with_invoices(30, |draft| {
            let line = &draft.it.lines[0];
            for kind in RowNote::SUB_ROWS {
                let text = draft.sub_row(kind, line);
                assert!(text.len() > 4, "{kind:?}: {text}");
            }
            assert!(draft.ink.mentions.is_empty(), "{:?}", draft.ink.mentions);
        });
    }

    #[test]
    fn of_an_article_note_the_number_alone_is_a_field() {
        with_invoices(30, |draft| {
            let line = &draft.it.lines[0];
            draft.article_note(0, line);
            let labels: Vec<String> = draft.ink.mentions.iter().map(|m| m.label()).collect();
            assert_eq!(labels, ["item.product_code"]);
            assert_eq!(draft.ink.mentions[0].text, line.product_code);
        });
    }

    #[test]
    fn a_discount_below_a_row_is_its_amount_and_not_its_rate() {
        with_invoices(30, |draft| {
            let mut line = draft.it.lines[0].clone();
            line.discount = None;
            assert!(draft.discount_note(0, &line).is_empty());
            line.discount = Some(Decimal::new(1240, 2));
            draft.discount_note(0, &line);
            let labels: Vec<String> = draft.ink.mentions.iter().map(|m| m.label()).collect();
            assert_eq!(labels, ["item.discount_amount"]);
            assert_eq!(draft.ink.mentions[0].value, "12.40");
            // Other notes are left out here and there; without this one price and amount would not fit.
            draft.row_notes = vec![RowNote::Discount];
            assert_eq!(draft.notes_of(0, &line).len(), 1);
        });
    }

    #[test]
    fn a_column_goes_where_its_values_stand_below_the_rows() {
        with_invoices(200, |draft| {
            let columns = vec![Column::Description, Column::Discount, Column::Amount];
            let mut plan = plain_plan(draft, columns, false);
            draft.draw_sub_rows(&mut plan);
            let below = draft.row_notes.contains(&RowNote::Discount);
            assert_eq!(below, !plan.columns.contains(&Column::Discount));
        });
    }
}
