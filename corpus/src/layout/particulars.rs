//! What goods are called beyond the words of the table: brand, grade, sizes, contents, standards, in the order and
//! with the marks that a house uses. A reader that has only seen the table's names knows them by heart.
//!
//! Goes in: what the table calls the goods. Comes out: the text of a description. Only papers of the training
//! split have it: those of the others stay what they were, so that figures of different days can be compared.

use super::draft::Draft;
use super::look::pick;
use crate::consignment::{attribute, goods, goods_of, letters};
use crate::lexicon::synonym;
use crate::split::Split;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Of the training papers, as a habit of the house.
const SHARE: f64 = 0.5;

impl Draft<'_> {
    /// As `chance`, on papers for training alone; the others draw nothing and stay as they are.
    pub fn training_chance(&mut self, probability: f64) -> bool {
        self.split == Split::Train && self.chance(probability)
    }

    /// As `habit`, on papers for training alone.
    pub fn training_habit(&mut self, what: &str, probability: f64) -> bool {
        self.split == Split::Train && self.habit(what, probability)
    }

    /// `name` with what a catalogue says beside it; `name` itself in most houses.
    pub fn with_particulars(&mut self, name: &str) -> String {
        if !self.training_habit("particulars", SHARE) {
            return name.to_owned();
        }
        let called = self.called(name);
        let count = self.one_of(&[0, 1, 1, 2, 2, 3, 4]);
        let mut parts: Vec<String> = (0..count).map(|_| self.particular()).collect();
        let model_first = self.habit("models first", 0.3);
        let branded = self.habit("brands", 0.35);
        if branded {
            let brand = self.remember("brand", brand);
            let at = self.one_of(&[0, 0, 0, 1]).min(parts.len());
            parts.insert(at, brand);
        }
        if self.habit("models", 0.45) {
            let model = model(&mut self.rng);
            let at = if model_first { 0 } else { parts.len() };
            parts.insert(at, model);
        }
        // What the goods are called stands first in most houses, behind brand and model in the others.
        let at = match self.habit("name last", 0.25) {
            true => parts.len(),
            false => usize::from(branded && parts.len() > 1 && self.chance(0.5)),
        };
        parts.insert(at, called);
        let between = self.remember("between particulars", |rng| {
            let marks = [" ", " ", " ", ", ", ", ", " - ", " / ", "; ", "\n", ","];
            marks[rng.random_range(0..marks.len())].to_owned()
        });
        parts.join(&between)
    }

    /// The name, cut to its first words, in short forms, or in other words than the table has.
    fn called(&mut self, name: &str) -> String {
        let language = self.speech.language.clone();
        let words: Vec<&str> = name.split(' ').collect();
        let manner = self.remember("names", |rng| rng.random_range(0..10).to_string());
        match manner.as_str() {
            "0" | "1" => words[..self.rng.random_range(1..=words.len())].join(" "),
            "2" => words
                .iter()
                .map(|word| shortened(word))
                .collect::<Vec<_>>()
                .join(" "),
            "3" | "4" | "5" => {
                let count = self.rng.random_range(1..4);
                let words: Vec<&str> = (0..count).map(|_| word(&mut self.rng, &language)).collect();
                words.join(" ")
            }
            _ => name.to_owned(),
        }
    }

    fn particular(&mut self) -> String {
        let language = self.speech.language.clone();
        let rng = &mut self.rng;
        let whole: u32 = rng.random_range(1..400);
        let number = self.number_form.write(
            rust_decimal::Decimal::new(i64::from(whole), rng.random_range(0..3)),
            0,
        );
        let gap = if rng.random_bool(0.5) { " " } else { "" };
        let say = |rng: &mut ChaCha8Rng, key: &str| synonym(rng, &language, key);
        let unit = |rng: &mut ChaCha8Rng| -> &str {
            const UNITS: [&str; 24] = [
                "mm", "cm", "m", "ml", "l", "L", "g", "kg", "KG", "W", "V", "A", "K", "bar", "Ah",
                "Hz", "GB", "gr", "cl", "µm", "mm²", "PN", "g/m²", "\"",
            ];
            pick::<&str>(rng, &UNITS)
        };
        match rng.random_range(0..15) {
            0 | 1 => format!("{number}{gap}{}", unit(rng)),
            2 => {
                let times = [" x ", "x", "*", "/", " × "][rng.random_range(0..5)];
                format!(
                    "{}{times}{number}{gap}{}",
                    rng.random_range(2..60),
                    unit(rng)
                )
            }
            3 => format!("{number}{gap}{} {}", unit(rng), say(rng, "goods.measures")),
            4 => {
                let equals = [" = ", "=", ": ", " "][rng.random_range(0..4)];
                let words = say(rng, "goods.measures");
                format!("{words}{equals}{number}{gap}{}", unit(rng))
            }
            5 => say(rng, "goods.colours").to_owned(),
            6 => format!("{} {}", rng.random_range(2..200), say(rng, "goods.packed")),
            7 => format!("{} {}", say(rng, "goods.joining"), word(rng, &language)),
            8 => standard(rng),
            9 => format!("({})", word(rng, &language)),
            10 => {
                let first = rng.random_range(5..96);
                let (one, other) = (word(rng, &language), word(rng, &language));
                match rng.random_bool(0.5) {
                    true => format!("{first}% {one} {}% {other}", 100 - first),
                    false => format!("%{first} {one}"),
                }
            }
            11 => format!(
                "{0}-{1}",
                rng.random_range(20..50),
                rng.random_range(50..110)
            ),
            12 => word(rng, &language).to_owned(),
            13 => format!("({})", attribute(rng)),
            _ => attribute(rng),
        }
    }
}

/// A word out of the names of all goods of the split.
fn word(rng: &mut ChaCha8Rng, language: &str) -> &'static str {
    let kinds = goods_of(Split::Train);
    let name = goods()[*pick(rng, &kinds)].description(language);
    let words: Vec<&str> = name
        .split([' ', ',', ';'])
        .filter(|word| !word.is_empty())
        .collect();
    words
        .get(rng.random_range(0..words.len().max(1)))
        .copied()
        .unwrap_or(name)
}

/// `HEXA.`: the first letters of a long word.
fn shortened(word: &str) -> String {
    let letters: Vec<char> = word
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect();
    match letters.len() {
        0..5 => word.to_owned(),
        _ => format!("{}.", letters[..4].iter().collect::<String>()),
    }
}

fn brand(rng: &mut ChaCha8Rng) -> String {
    const FIRST: [&str; 14] = [
        "Nova", "Kri", "Velo", "Poly", "Aqua", "Tri", "Max", "Ombra", "Zeta", "Fior", "Dura",
        "Lino", "Oro", "Sub",
    ];
    const LAST: [&str; 12] = [
        "lene", "tec", "mix", "line", "soft", "plus", "rix", "dur", "flor", "bond", "zon", "cell",
    ];
    let name = format!("{}{}", pick(rng, &FIRST), pick(rng, &LAST));
    match rng.random_range(0..4) {
        0 => name.to_uppercase(),
        1 => format!("{name}®"),
        _ => name,
    }
}

/// `LL6201XR`, `H-030`, `6002 J`, `PRO 15`.
fn model(rng: &mut ChaCha8Rng) -> String {
    let number: u32 = rng.random_range(2..9999);
    match rng.random_range(0..6) {
        0 => format!("{}{number}{}", letters(rng, 2), letters(rng, 2)),
        1 => format!("{}-{number:03}", letters(rng, 1)),
        2 => format!("{number} {}", letters(rng, 1)),
        3 => format!(
            "{} {number}",
            ["PRO", "Typ", "MOD.", "Serie", "No.", "N°"][rng.random_range(0..6)]
        ),
        4 => format!("{}{number}/{}", letters(rng, 2), number % 60),
        _ => format!("{} {}", letters(rng, 2), number % 400),
    }
}

fn standard(rng: &mut ChaCha8Rng) -> String {
    let body = [
        "DIN", "EN", "ISO", "ASTM A", "GB/T", "JIS", "IP", "CL.", "AISI", "NF",
    ][rng.random_range(0..10)];
    let number: u32 = rng.random_range(4..11_000);
    match rng.random_bool(0.4) {
        true => format!("{body} {number}-{}", number % 6 + 1),
        false => format!("{body} {number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::tests::with_invoices;
    use std::collections::HashSet;

    #[test]
    fn training_papers_call_the_same_goods_by_many_names() {
        let mut said = HashSet::new();
        with_invoices(60, |draft| {
            said.insert(draft.with_particulars("Ball valves, brass"));
        });
        assert!(said.len() > 15, "{said:?}");
        assert!(said.contains("Ball valves, brass"));
    }

    #[test]
    fn papers_of_the_other_splits_stay_what_they_were() {
        with_invoices(10, |draft| {
            draft.split = Split::Test;
            let before = draft.rng.clone();
            assert_eq!(draft.with_particulars("Ball valves"), "Ball valves");
            assert!(!draft.training_chance(1.0));
            assert!(!draft.training_habit("models", 1.0));
            assert_eq!(draft.rng, before);
        });
    }
}
