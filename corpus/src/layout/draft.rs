//! A document while it is written: the consignment behind it, its look, its way of speaking, the
//! ink that records every value, and the small fragments that all document types share.

use super::look::{Look, pick};
use super::rows::RowNote;
use crate::consignment::Consignment;
use crate::lexicon::{DateForm, NumberForm, Speech, country_name};
use crate::paper::{Ink, escape};
use crate::split::Split;
use docexam_domain::FieldKey;
use jiff::civil::Date;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rust_decimal::Decimal;
use std::collections::HashMap;

pub struct Draft<'a> {
    pub it: &'a Consignment,
    pub rng: ChaCha8Rng,
    pub ink: Ink,
    pub speech: Speech,
    pub look: Look,
    pub number_form: NumberForm,
    pub date_form: DateForm,
    /// What was drawn once and is kept for the document, by name.
    pub habits: HashMap<String, String>,
    pub split: Split,
    /// Layout family of the document; a form has its own.
    pub family: String,
    /// Typst source set before anything is printed: what lies under the page.
    pub backdrop: String,
    /// `set` rules of the pages beyond the usual ones: heads and feet that repeat.
    pub page_rules: String,
    /// What stands under each row of the goods table.
    pub row_notes: Vec<RowNote>,
    /// In a row of their own, not in the cell of the description.
    pub notes_below: bool,
    /// Rows of text stand between the goods.
    pub text_rows: bool,
}

/// A caption key and the Typst fragment of its value.
pub type Pair = (String, String);

impl Draft<'_> {
    pub fn chance(&mut self, probability: f64) -> bool {
        self.rng.random_bool(probability)
    }

    pub fn one_of<T: Copy>(&mut self, from: &[T]) -> T {
        *pick(&mut self.rng, from)
    }

    /// The words of a caption, without styling.
    pub fn words(&mut self, key: &str) -> String {
        let said = self.speech.say(&mut self.rng, key);
        let said = said.replace("CUR", &self.it.amounts.currency);
        match self.look.captions_upper {
            true => said.to_uppercase(),
            false => said,
        }
    }

    /// A caption as a fragment, with the colon of the house.
    pub fn caption(&mut self, key: &str) -> String {
        let words = self.words(key);
        let text = escape(&format!("{words}{}", self.look.colon));
        self.styled_caption(&text)
    }

    /// A caption as it stands in a box or a table head, without colon.
    pub fn heading(&mut self, key: &str) -> String {
        let words = self.words(key);
        self.styled_caption(&escape(&words))
    }

    fn styled_caption(&self, text: &str) -> String {
        match self.look.captions_bold {
            true => format!("#strong[{text}]"),
            false => text.to_owned(),
        }
    }

    fn styled_value(&self, text: String) -> String {
        match self.look.strong_values && !text.is_empty() {
            true => format!("#strong[{text}]"),
            false => text,
        }
    }

    pub fn plain(&mut self, key: FieldKey, text: &str) -> String {
        let fragment = self.ink.plain(key, text);
        self.styled_value(fragment)
    }

    /// In the form and language of the document.
    pub fn day(&self, date: Date) -> String {
        self.date_form.write(date, &self.speech.language)
    }

    pub fn date(&mut self, key: FieldKey, date: Date) -> String {
        let text = self.day(date);
        let fragment = self.ink.field(key, &text, &date.to_string());
        self.styled_value(fragment)
    }

    pub fn country(&mut self, key: FieldKey, code: &str) -> String {
        let language = match &self.speech.second {
            Some(second) if self.rng.random_bool(0.5) => second.clone(),
            _ => self.speech.language.clone(),
        };
        let text = match self.rng.random_range(0..12) {
            0 => code.to_owned(),
            _ => country_name(&mut self.rng, code, &language),
        };
        let fragment = self.ink.field(key, &text, code);
        self.styled_value(fragment)
    }

    pub fn number_text(&self, value: Decimal, places: u32) -> String {
        self.number_form.write(value, places)
    }

    /// An amount, mostly with the currency beside it.
    pub fn money(&mut self, key: FieldKey, amount: Decimal, with_currency: bool) -> String {
        let text = self.number_form.write_money(amount);
        if !with_currency {
            return self.ink.field(key, &text, &amount.to_string());
        }
        let currency = self.it.amounts.currency.clone();
        match self.one_of(&[0, 0, 0, 1, 1, 2]) {
            0 => {
                let before = self.ink.plain(FieldKey::Currency, &currency);
                format!(
                    "{before} {}",
                    self.ink.field(key, &text, &amount.to_string())
                )
            }
            1 => {
                let amount = self.ink.field(key, &text, &amount.to_string());
                format!("{amount} {}", self.ink.plain(FieldKey::Currency, &currency))
            }
            _ => {
                let sign = match currency.as_str() {
                    "EUR" => "€",
                    "USD" => "$",
                    "GBP" => "£",
                    other => other,
                };
                let before = self.ink.field(FieldKey::Currency, sign, &currency);
                let gap = if sign.chars().count() == 1 { "" } else { " " };
                format!(
                    "{before}{gap}{}",
                    self.ink.field(key, &text, &amount.to_string())
                )
            }
        }
    }

    /// A mass with its unit: both belong to the mention, because the unit is needed to read it.
    pub fn mass(&mut self, key: FieldKey, kg: Decimal) -> String {
        let tonnes = kg >= Decimal::from(20_000) && self.chance(0.15);
        let (value, unit) = match tonnes {
            true => (kg / Decimal::from(1000), self.one_of(&["MT", "t", "TONS"])),
            false => (kg, self.one_of(&["KG", "kg", "KGS", "kgs", "Kg"])),
        };
        let places = if tonnes {
            3
        } else {
            self.one_of(&[0, 0, 2, 2, 3])
        };
        let gap = if self.chance(0.1) { "" } else { " " };
        let text = format!("{}{gap}{unit}", self.number_text(value, places));
        let fragment = self.ink.field(key, &text, &kg.normalize().to_string());
        self.styled_value(fragment)
    }

    /// A piece of free text, no field.
    pub fn note(&mut self, key: &str) -> String {
        escape(&self.speech.say_once(&mut self.rng, key))
    }

    /// Draws once a document and then says the same.
    pub fn remember(&mut self, what: &str, draw: impl FnOnce(&mut ChaCha8Rng) -> String) -> String {
        if let Some(drawn) = self.habits.get(what) {
            return drawn.clone();
        }
        let drawn = draw(&mut self.rng);
        self.habits.insert(what.to_owned(), drawn.clone());
        drawn
    }

    /// Yes or no, drawn once a document.
    pub fn habit(&mut self, what: &str, probability: f64) -> bool {
        self.remember(what, |rng| rng.random_bool(probability).to_string()) == "true"
    }

    /// Whether that was drawn, and the answer was yes.
    pub fn has_habit(&self, what: &str) -> bool {
        self.habits.get(what).is_some_and(|drawn| drawn == "true")
    }

    /// A time of day.
    pub fn clock(&mut self) -> String {
        format!(
            "{:02}:{:02}",
            self.rng.random_range(7..19),
            self.rng.random_range(0..60)
        )
    }
}
