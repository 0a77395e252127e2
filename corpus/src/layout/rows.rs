//! What stands in the goods table beside its cells: notes under a row, rows of text between them.
//! Captions and most of the notes are no fields; a code, an origin, packages and masses are cells.

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
}

impl Draft<'_> {
    /// The notes under row `row`; not every row has all of them.
    pub fn notes_of(&mut self, row: usize, line: &Line) -> Vec<String> {
        let kinds = self.row_notes.clone();
        let mut notes = Vec::new();
        for kind in kinds {
            if self.chance(0.85) {
                notes.push(self.row_note(kind, row, line));
            }
        }
        notes
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
        }
    }

    fn noted(&mut self, key: &str, value: String) -> String {
        let words = self.words(key);
        let colon = self.remember("row colon", |rng| {
            [":", " :", "", ": ="][rng.random_range(0..4)].to_owned()
        });
        format!("{} {value}", escape(&format!("{words}{colon}")))
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
        let day = self
            .date_form
            .write(self.it.dates.packed, &self.speech.language);
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

    /// Whether this part of the table ends with the freight as a row of its own.
    pub fn freight_row_ends(&self, plan: &Plan, range: &Range<usize>) -> bool {
        let count = self.it.lines.len();
        let last = range.end == count && range.start < count;
        last && self.it.freight_as_row && plan.columns.contains(&Column::Amount)
    }

    /// A cell of that row: one freight, at its price.
    pub fn freight_cell(&mut self, column: Column) -> String {
        let row = self.it.lines.len();
        let freight = self.it.amounts.freight;
        let (key, text, value) = match column {
            Column::Description => {
                let words = self.words("freight_amount");
                (K::Description, words.clone(), words)
            }
            Column::Quantity | Column::QuantityUnit => {
                (K::Quantity, "1".to_owned(), "1".to_owned())
            }
            Column::UnitPrice => (
                K::UnitPrice,
                self.number_text(freight, 2),
                freight.to_string(),
            ),
            Column::Amount => (
                K::LineAmount,
                self.number_text(freight, 2),
                freight.to_string(),
            ),
            _ => return String::new(),
        };
        self.ink.cell(row, key, &text, &value)
    }
}
