//! Masses in kilograms: `1.535,00 kg`, `1,535 KGS`, `1.5 MT`, `3 lbs`, `500 g`. Without a unit the
//! column or the label has said kilograms.

use super::Normalised;
use super::context::Context;
use super::decimal;
use super::fold::{fold, plain_digits};
use rust_decimal::Decimal;

/// Names of the units, folded; what is not among them leaves the number in kilograms.
const GRAMS: [&str; 9] = [
    "g", "gr", "grs", "gram", "grams", "gramm", "gm", "gms", "克",
];
const TONNES: [&str; 15] = [
    "t",
    "to",
    "ton",
    "tons",
    "tonne",
    "tonnes",
    "tonnen",
    "tonelada",
    "toneladas",
    "tonnellate",
    "mt",
    "mts",
    "tne",
    "吨",
    "公吨",
];
const POUNDS: [&str; 6] = ["lb", "lbs", "lbr", "pound", "pounds", "磅"];
const KILOGRAMS: [&str; 12] = [
    "kg",
    "kgs",
    "kgm",
    "kilo",
    "kilos",
    "kilogram",
    "kilograms",
    "kilogramm",
    "kilogramme",
    "kilogrammes",
    "公斤",
    "千克",
];

/// Whether a word is the name of a unit of mass.
pub fn is_unit(word: &str) -> bool {
    kilograms_in(&fold(word)).is_some()
}

pub fn normalise(text: &str, context: &Context) -> Normalised {
    let unit = unit_of(text);
    let in_tonnes = unit == Some(Decimal::ONE_THOUSAND);
    let reading = match decimal::number(text) {
        None => Normalised::only_alternatives(decimal::if_confused(text)),
        // Nobody prints thousands of tonnes with a separator on a packing list; decimals are usual.
        Some(number) => decimal::resolved(number, in_tonnes, context),
    };
    match unit {
        Some(factor) => converted(reading, factor),
        None => reading,
    }
}

/// The factor to kilograms of the last unit named; `None` when it is kilograms or unnamed.
fn unit_of(text: &str) -> Option<Decimal> {
    let plain = plain_digits(text);
    let letters: String = plain
        .chars()
        .map(|c| if c.is_ascii_digit() { ' ' } else { c })
        .collect();
    let folded = fold(&letters);
    let mut words = folded.split_whitespace().rev();
    let factor = words.find_map(kilograms_in)?;
    (factor != Decimal::ONE).then_some(factor)
}

/// How many kilograms a unit is, by its folded name.
fn kilograms_in(unit: &str) -> Option<Decimal> {
    if KILOGRAMS.contains(&unit) {
        Some(Decimal::ONE)
    } else if GRAMS.contains(&unit) {
        Some(Decimal::new(1, 3))
    } else if TONNES.contains(&unit) {
        Some(Decimal::ONE_THOUSAND)
    } else if POUNDS.contains(&unit) {
        Some(Decimal::new(45_359_237, 8))
    } else {
        None
    }
}

fn converted(reading: Normalised, factor: Decimal) -> Normalised {
    let in_kg = |value: String| {
        let value: Decimal = value.parse().ok()?;
        Some(value.checked_mul(factor)?.normalize().to_string())
    };
    Normalised {
        value: reading.value.and_then(in_kg),
        alternatives: reading.alternatives.into_iter().filter_map(in_kg).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_units_become_kilograms() {
        for (text, expected) in [
            ("1,535.00 KGS", "1535.00"),
            ("1.535,50 kg", "1535.50"),
            ("1535", "1535"),
            ("1450公斤", "1450"),
            ("500 g", "0.5"),
            ("1.5 MT", "1500"),
            ("24.120 MT", "24120"),
            ("100 lbs", "45.359237"),
            ("12 kg net", "12"),
            ("Gross weight: 20 kg", "20"),
        ] {
            let value = normalise(text, &Context::default()).value;
            assert_eq!(value.as_deref(), Some(expected), "{text}");
        }
        let unsure = normalise("1.535 kg", &Context::default());
        assert_eq!(unsure.value.as_deref(), Some("1535"));
        assert_eq!(unsure.alternatives, ["1.535"]);
        assert_eq!(normalise("kg", &Context::default()).value, None);
    }
}
