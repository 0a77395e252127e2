//! What stands in the goods table beside its cells: notes under a row, rows of text between them.
//! Captions and most of the notes are no fields; a code, an origin, packages and masses are cells.

use super::charges::{Charge, charges_of};
use super::draft::Draft;
use super::table::{Column, Plan};
use crate::consignment::Line;
use crate::lexicon::country_name;
use crate::paper::escape;
use docexam_domain::FieldKey as K;
use rand::RngExt;
use std::ops::Range;

/// What may stand under a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowNote {
    Ean,
    CustomerCode,
    GrossPrice,
    HsCode,
    Origin,
    Packages,
    Masses,
    Batch,
    Order,
    Text,
    /// The article number, where it has no column.
    Article,
    /// What is taken off the row, where that has no column.
    Discount,
    Serial,
    Period,
    DeliveryDate,
    Colour,
    Size,
    Material,
    PriceBasis,
    /// The list price and what is taken off it.
    ListPrice,
    /// How much was ordered, is outstanding, or fits in; on papers for training.
    Ordered,
}

impl RowNote {
    pub const ALL: [Self; 10] = [
        Self::Ean,
        Self::CustomerCode,
        Self::GrossPrice,
        Self::HsCode,
        Self::Origin,
        Self::Packages,
        Self::Masses,
        Self::Batch,
        Self::Order,
        Self::Text,
    ];

    /// Lines of which no part is a field, drawn apart from the others.
    pub const SUB_ROWS: [Self; 8] = [
        Self::Serial,
        Self::Period,
        Self::DeliveryDate,
        Self::Colour,
        Self::Size,
        Self::Material,
        Self::PriceBasis,
        Self::ListPrice,
    ];
}

impl Draft<'_> {
    /// The notes under row `row`; not every row has all of them.
    pub fn notes_of(&mut self, row: usize, line: &Line) -> Vec<String> {
        let kinds = self.row_notes.clone();
        let mut notes = Vec::new();
        for kind in kinds {
            // Without what is taken off, the row's price and amount would not fit.
            if self.chance(0.85) || kind == RowNote::Discount {
                notes.push(self.row_note(kind, row, line));
            }
        }
        notes.retain(|note| !note.is_empty());
        self.sharing_lines(notes)
    }

    /// Short notes that stand beside each other, in houses that save lines.
    fn sharing_lines(&mut self, notes: Vec<String>) -> Vec<String> {
        let between = self.remember("between notes", |rng| {
            let marks = ["", "", "", "#\", \"", " #h(6pt) ", "#\" / \""];
            marks[rng.random_range(0..marks.len())].to_owned()
        });
        match between.is_empty() {
            true => notes,
            false => notes.chunks(2).map(|pair| pair.join(&between)).collect(),
        }
    }

    fn row_note(&mut self, kind: RowNote, row: usize, line: &Line) -> String {
        let language = self.speech.language.clone();
        match kind {
            RowNote::Ean => {
                let digits = self.digits(13);
                self.noted("row.ean", escape(&digits))
            }
            RowNote::CustomerCode => {
                let number = self.house_number();
                self.noted("row.customer_code", escape(&number))
            }
            RowNote::GrossPrice => {
                let price = self.number_text(line.unit_price, 2);
                self.noted("row.gross_price", escape(&price))
            }
            RowNote::HsCode => {
                let code = self.ink.cell(row, K::HsCode, &line.hs_code, &line.hs_code);
                self.noted("col.hs_code", code)
            }
            RowNote::Origin => {
                let name = match self.chance(0.4) {
                    true => line.origin.clone(),
                    false => country_name(&mut self.rng, &line.origin, &language),
                };
                let origin = self.ink.cell(row, K::CountryOfOrigin, &name, &line.origin);
                self.noted("col.country_of_origin", origin)
            }
            RowNote::Packages => {
                let text = line.packages.to_string();
                let count = self.ink.cell(row, K::Packages, &text, &text);
                let kind = self.package_kind_cell(row);
                self.noted("col.packages", format!("{count} {kind}"))
            }
            RowNote::Masses => {
                let net = format!("{} kg", self.number_text(line.net_kg, 2));
                let value = line.net_kg.normalize().to_string();
                let net = self.ink.cell(row, K::NetMassKg, &net, &value);
                self.noted("col.net_mass_kg", net)
            }
            RowNote::Batch => {
                let batch = self.ink.plain(K::BatchNumber, &line.batch);
                self.noted("batch_number", batch)
            }
            RowNote::Order => {
                let number = self.house_number();
                self.noted("other.order", escape(&number))
            }
            RowNote::Text => {
                let marks = self.one_of(&["", "* ", "- ", "("]);
                let end = if marks == "(" { ")" } else { "" };
                let text = self.speech.say_once(&mut self.rng, "row.note");
                escape(&format!("{marks}{text}{end}"))
            }
            RowNote::Article => self.article_note(row, line),
            RowNote::Discount => self.discount_note(row, line),
            other => self.sub_row(other, line),
        }
    }

    pub fn noted(&mut self, key: &str, value: String) -> String {
        let words = self.words(key);
        self.below(&words, value)
    }

    /// A row of text above some goods: a delivery note, an order, a group.
    pub fn row_heading(&mut self) -> String {
        let key = self.one_of(&[
            "other.delivery",
            "other.order",
            "other.delivery",
            "row.group",
        ]);
        let words = self.words(key);
        let number = self.house_number();
        let day = self.day(self.it.dates.packed);
        let dated = self.speech.say_once(&mut self.rng, "in_title.date");
        let text = match self.rng.random_range(0..3) {
            0 => format!("{words} {number}"),
            1 => format!("{words} {number} {dated} {day}"),
            _ => format!("{words}: {number} / {day}"),
        };
        match self.chance(0.5) {
            true => format!("#strong[{}]", escape(&text)),
            false => escape(&text),
        }
    }

    /// The charges with which this part of the table ends, as rows of their own.
    pub fn charge_rows(&self, plan: &Plan, range: &Range<usize>) -> Vec<(usize, Charge)> {
        let count = self.it.lines.len();
        let last = range.end == count && range.start < count;
        if !last || !self.it.charges_as_rows || !plan.columns.contains(&Column::Amount) {
            return Vec::new();
        }
        let charges = charges_of(&self.it.amounts).into_iter();
        let printed = charges.filter(|charge| !charge.is_discount() && !charge.amount.is_zero());
        (count..).zip(printed).collect()
    }

    /// A cell of that row: the service once, at its price.
    pub fn charge_cell(&mut self, column: Column, row: usize, charge: Charge) -> String {
        let amount = charge.amount;
        let (cell, text, value) = match column {
            Column::Description => {
                let words = self.service(charge.caption);
                (K::Description, words.clone(), words.replace('\n', " "))
            }
            Column::LineNumber if self.habit("charges numbered", 0.6) => {
                return self.line_number(row);
            }
            Column::Quantity => (K::Quantity, "1".to_owned(), "1".to_owned()),
            Column::QuantityUnit => {
                let one = self.ink.cell(row, K::Quantity, "1", "1");
                let unit = self.charge_cell(Column::Unit, row, charge);
                return format!("{one} {unit}");
            }
            Column::Unit if self.habit("lump sums", 0.5) => {
                let words = self.speech.say_once(&mut self.rng, "row.lump");
                (K::Unit, words, "LS".to_owned())
            }
            Column::UnitPrice => (
                K::UnitPrice,
                self.number_text(amount, 2),
                amount.to_string(),
            ),
            Column::Amount => (
                K::LineAmount,
                self.number_text(amount, 2),
                amount.to_string(),
            ),
            _ => return String::new(),
        };
        self.ink.cell(row, cell, &text, &value)
    }

    /// `Fracht`, or from where to where and on which terms below it.
    fn service(&mut self, key: &str) -> String {
        let words = self.words(key);
        let it = self.it;
        let (from, to) = (&it.loading.name, &it.discharge.name);
        match self.rng.random_range(0..5) {
            0 => format!("{words} {from} - {to}"),
            1 => format!("{words}\n{from} - {to}"),
            2 => format!(
                "{words}\n{} {}\n{from} / {to}",
                it.incoterm, it.incoterm_place
            ),
            _ => words,
        }
    }
}
