//! A document while it is written: the consignment behind it, its look, its way of speaking, the
//! ink that records every value, and the small fragments that all document types share.

use super::look::{Info, Look, pick};
use crate::consignment::{Consignment, Party};
use crate::lexicon::{DateForm, NumberForm, Speech, country_name};
use crate::paper::{Ink, escape};
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

    pub fn date(&mut self, key: FieldKey, date: Date) -> String {
        let text = self.date_form.write(date, &self.speech.language);
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
        let text = self.number_text(amount, 2);
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

    /// Header values in the placement of the look.
    pub fn info(&mut self, pairs: Vec<Pair>) -> String {
        self.info_as(self.look.info, pairs)
    }

    /// Header values where half the page's width is to be had.
    pub fn narrow_info(&mut self, pairs: Vec<Pair>) -> String {
        let placement = match self.look.info {
            Info::TwoColumns => Info::Columns,
            placement => placement,
        };
        self.info_within(placement, pairs, 2)
    }

    pub fn info_as(&mut self, placement: Info, pairs: Vec<Pair>) -> String {
        self.info_within(placement, pairs, 5)
    }

    /// At most `across` values beside each other.
    fn info_within(&mut self, placement: Info, pairs: Vec<Pair>, across: usize) -> String {
        let pairs: Vec<Pair> = pairs
            .into_iter()
            .filter(|pair| !pair.1.is_empty())
            .collect();
        if pairs.is_empty() {
            return String::new();
        }
        match placement {
            Info::Inline => pairs
                .into_iter()
                .map(|(key, value)| format!("{} {value}", self.caption(&key)))
                .collect::<Vec<_>>()
                .join(" \\\n"),
            Info::Columns => self.columns(pairs, 1),
            Info::TwoColumns => self.columns(pairs, 2),
            Info::BoxedAbove => {
                let across = self.one_of(&[2, 3, 4]).min(across);
                let cells: Vec<String> = pairs
                    .into_iter()
                    .map(|(key, value)| {
                        format!("[#text(0.8em)[{}] \\ {value}]", self.heading(&key))
                    })
                    .collect();
                let accent = self.look.accent;
                format!(
                    "#table(columns: (1fr,) * {across}, stroke: 0.6pt + {accent}, inset: 4pt, {})",
                    cells.join(", ")
                )
            }
            Info::Strip => pairs
                .chunks(across)
                .map(|pairs| {
                    let heads: Vec<String> = pairs
                        .iter()
                        .map(|(key, _)| format!("[{}]", self.heading(key)))
                        .collect();
                    let values: Vec<String> = pairs
                        .iter()
                        .map(|(_, value)| format!("[{value}]"))
                        .collect();
                    format!(
                        "#table(columns: (1fr,) * {}, stroke: 0.5pt, inset: 3pt, {}, {})",
                        pairs.len(),
                        heads.join(", "),
                        values.join(", ")
                    )
                })
                .collect::<Vec<_>>()
                .join("\n"),
        }
    }

    fn columns(&mut self, pairs: Vec<Pair>, across: usize) -> String {
        let mut cells: Vec<String> = pairs
            .into_iter()
            .map(|(key, value)| format!("[{}], [{value}]", self.caption(&key)))
            .collect();
        while cells.len() % across != 0 {
            cells.push("[], []".to_owned());
        }
        let widths = vec!["auto, 1fr"; across].join(", ");
        format!(
            "#grid(columns: ({widths}), column-gutter: 8pt, row-gutter: 5pt, {})",
            cells.join(", ")
        )
    }

    /// The lines of a party: name, address, country, tax id and perhaps a telephone.
    pub fn party(&mut self, role: Role, party: &Party) -> String {
        let keys = role.keys();
        let mut lines = vec![self.name(keys.name, &party.name)];
        if let Some(address) = keys.address {
            let one_line = self.chance(0.15);
            let mut rows = party.address.clone();
            // A role without a country of its own has the country in its address.
            if keys.country.is_none() {
                rows.push(country_name(
                    &mut self.rng,
                    &party.country,
                    &self.speech.language,
                ));
            }
            let text = rows.join(if one_line { ", " } else { "\n" });
            let value = rows.join(", ");
            lines.push(self.ink.field(address, &text, &value));
        }
        // The address of a notify party or producer is no field, but it is printed.
        if keys.address.is_none() && self.chance(0.6) {
            let nation = country_name(&mut self.rng, &party.country, &self.speech.language);
            lines.extend(
                party
                    .address
                    .iter()
                    .chain([&nation])
                    .map(|line| escape(line)),
            );
        }
        if let Some(key) = keys.country
            && self.chance(0.85)
        {
            let fragment = self.country(key, &party.country);
            match self.chance(0.2) && lines.len() > 1 {
                true => {
                    let last = lines.pop().unwrap_or_default();
                    lines.push(format!("{last}#\",\" {fragment}"));
                }
                false => lines.push(fragment),
            }
        }
        if let Some(key) = keys.tax_id
            && self.chance(0.55)
        {
            let caption = self.words(role.tax_caption());
            let tax_id = self.plain(key, &party.tax_id);
            lines.push(format!("{} {tax_id}", escape(&format!("{caption}:"))));
        }
        if self.chance(0.3) {
            let tel = self.words("tel");
            lines.push(escape(&format!("{tel}: {}", party.phone)));
        }
        if self.chance(0.15) {
            lines.push(escape(&party.email));
        }
        if self.chance(0.12) {
            lines.push(escape(&format!("Attn: {}", party.person)));
        }
        lines.retain(|line| !line.is_empty());
        lines.join(" \\\n")
    }

    fn name(&mut self, key: FieldKey, name: &str) -> String {
        let fragment = self.ink.plain(key, name);
        match self.chance(0.4) {
            true => format!("#strong[{fragment}]"),
            false => fragment,
        }
    }
}

/// Who a party is on this document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Seller,
    Buyer,
    Consignee,
    Notify,
    Producer,
}

struct RoleKeys {
    name: FieldKey,
    address: Option<FieldKey>,
    country: Option<FieldKey>,
    tax_id: Option<FieldKey>,
}

impl Role {
    fn keys(self) -> RoleKeys {
        use FieldKey::*;
        let (name, address, country, tax_id) = match self {
            Self::Seller => (
                SellerName,
                Some(SellerAddress),
                Some(SellerCountry),
                Some(SellerTaxId),
            ),
            Self::Buyer => (
                BuyerName,
                Some(BuyerAddress),
                Some(BuyerCountry),
                Some(BuyerTaxId),
            ),
            Self::Consignee => (ConsigneeName, Some(ConsigneeAddress), None, None),
            Self::Notify => (NotifyPartyName, None, None, None),
            Self::Producer => (ProducerName, None, None, None),
        };
        RoleKeys {
            name,
            address,
            country,
            tax_id,
        }
    }

    fn tax_caption(self) -> &'static str {
        match self {
            Self::Seller => "tax_id.seller",
            _ => "tax_id.buyer",
        }
    }
}
