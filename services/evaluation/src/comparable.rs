//! When two values of a key are the same: the rule of every comparison here, for truth and reading alike.
//!
//! - Decimals, masses and counts are compared as numbers (`1450` is `1450.00`); a discount without its sign,
//!   because pages print it with and without.
//! - Dates, countries, currencies, Incoterms rules and HS codes by their normal form (HS codes to the digits
//!   that are printed, all of them).
//! - Units by their code; piece (`H87`), each (`EA`) and one (`C62`) are the same.
//! - Texts (names, numbers of documents, descriptions) without case, accents, punctuation and spaces: a lost
//!   blank or accent is not a wrong value, a lost letter is.
//! - Addresses as the set of their words, in any order, without the name or code of a country and without
//!   the country letters before a postcode: where lines end and in which order they stand is not a value.

use docexam_domain::{FieldKey, ValueForm};
use docexam_extract::{Context, fold, normalise};
use regex::Regex;
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Units that trade uses for "one piece" side by side.
const PIECES: [&str; 5] = ["C62", "H87", "EA", "PCE", "NAR"];
/// A word of this length may name a country by itself inside an address; shorter ones only as a code.
const SHORTEST_COUNTRY: usize = 4;
/// Postal codes begin with so many figures.
const POSTAL_FIGURES: usize = 4;

/// Two values of `key` are the same exactly when this is equal.
pub fn comparable(key: FieldKey, value: &str) -> String {
    match key.value_form() {
        ValueForm::Decimal | ValueForm::Integer | ValueForm::MassKg => number(key, value),
        ValueForm::Unit => unit(value),
        ValueForm::Text if is_address(key) => address(value),
        ValueForm::Text | ValueForm::Country | ValueForm::HsCode => compact(value),
        ValueForm::Date | ValueForm::Currency | ValueForm::Incoterm | ValueForm::Flag => {
            value.trim().to_ascii_uppercase()
        }
    }
}

/// Without case, accents, punctuation and spaces; what has nothing else (`---`) as it is.
pub fn compact(text: &str) -> String {
    let folded = fold(text).replace(' ', "");
    if folded.is_empty() {
        text.trim().to_owned()
    } else {
        folded
    }
}

fn number(key: FieldKey, value: &str) -> String {
    match value.trim().parse::<Decimal>() {
        Ok(number) if key == FieldKey::DiscountAmount => number.abs().normalize().to_string(),
        Ok(number) => number.normalize().to_string(),
        Err(_) => compact(value),
    }
}

fn unit(value: &str) -> String {
    let code = value.trim().to_uppercase();
    if PIECES.contains(&code.as_str()) {
        "C62".to_owned()
    } else {
        compact(value)
    }
}

pub fn is_address(key: FieldKey) -> bool {
    matches!(
        key,
        FieldKey::SellerAddress | FieldKey::BuyerAddress | FieldKey::ConsigneeAddress
    )
}

fn address(value: &str) -> String {
    let words: BTreeSet<String> = address_words(value).into_iter().collect();
    words.into_iter().collect::<Vec<_>>().join(" ")
}

/// The folded words of an address that are not about its country, in their order.
pub fn address_words(value: &str) -> Vec<String> {
    static BEFORE_POSTCODE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b[A-Z]{1,2}\s?-\s?(\d{4,6})\b").expect("a constant pattern")
    });
    let plain = BEFORE_POSTCODE.replace_all(value, "$1");
    let parts = plain.split([',', '\n']).filter(|part| {
        let names_a_country = country(part.trim()).is_some();
        // "10000 Kosovo" names one too, but says more.
        !(names_a_country && fold(part).split(' ').count() <= 3 && !has_digit(part))
    });
    parts
        .flat_map(|part| {
            let words: Vec<&str> = part.split_whitespace().collect();
            let is_kept = |at: &usize| !is_country_word(words[*at], words.get(at + 1).copied());
            let kept = (0..words.len()).filter(is_kept);
            kept.map(|at| words[at]).collect::<Vec<_>>()
        })
        .flat_map(|word| {
            fold(word)
                .split(' ')
                .map(str::to_owned)
                .collect::<Vec<String>>()
        })
        .filter(|word| !word.is_empty())
        .collect()
}

fn has_digit(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit())
}

/// Names of countries, and codes that end a line or stand before a postal code: `NO 108` numbers a house and is not in Norway,
/// and a street in capitals may be `NA PŘÍKOPĚ`.
fn is_country_word(word: &str, next: Option<&str>) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    let is_postal_code = |next: &str| {
        next.chars()
            .take(POSTAL_FIGURES)
            .filter(char::is_ascii_digit)
            .count()
            == POSTAL_FIGURES
    };
    let stands_as_code = !word.ends_with(['.', ':']) && next.is_none_or(is_postal_code);
    let may_be_code = stands_as_code
        && matches!(bare.len(), 2 | 3)
        && bare.bytes().all(|b| b.is_ascii_uppercase());
    let may_be_name = bare.chars().count() >= SHORTEST_COUNTRY && !has_digit(bare);
    (may_be_code || may_be_name) && country(bare).is_some()
}

fn country(text: &str) -> Option<String> {
    normalise(FieldKey::SellerCountry, text, &Context::default()).value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(key: FieldKey, one: &str, other: &str) -> bool {
        comparable(key, one) == comparable(key, other)
    }

    #[test]
    fn forms_differ_and_values_do_not() {
        assert!(same(FieldKey::TotalNetMassKg, "1450", "1450.00"));
        assert!(!same(FieldKey::TotalNetMassKg, "1450", "14500"));
        assert!(same(FieldKey::DiscountAmount, "-11.21", "11.21"));
        assert!(!same(FieldKey::TotalAmount, "-11.21", "11.21"));
        assert!(same(FieldKey::Unit, "H87", "C62"));
        assert!(!same(FieldKey::Unit, "KGM", "C62"));
        assert!(same(
            FieldKey::SellerName,
            "ÇELİK RULMAN A.Ş.",
            "Celik Rulman AS"
        ));
        assert!(!same(FieldKey::SellerName, "Kestrel Bay", "Kestral Bay"));
        assert!(same(FieldKey::DocumentNumber, "K-17 / 2026", "K-17/2026"));
        assert!(same(FieldKey::Marks, "---", " --- "));
        assert!(!same(FieldKey::Marks, "---", "N/M"));
    }

    #[test]
    fn addresses_are_their_words_without_the_country() {
        let printed = "Hafenweg 20\nDE 80333 München";
        for other in [
            "Hafenweg 20, 80333 München, Germany",
            "80333 MUENCHEN",
            "Hafenweg 20, D-80333 München, Almanya",
            "München 80333 Hafenweg 20, Deutschland",
        ] {
            let expected = other != "80333 MUENCHEN";
            assert_eq!(
                same(FieldKey::SellerAddress, printed, other),
                expected,
                "{other}"
            );
        }
        // Another street number is another address.
        assert!(!same(
            FieldKey::BuyerAddress,
            "Hafenweg 2, Porto",
            "Hafenweg 20, Porto"
        ));
        // In capitals as in small letters.
        assert!(same(
            FieldKey::BuyerAddress,
            "NO. 108, BINHAI AVENUE",
            "No. 108, Binhai Avenue, China"
        ));
        assert!(same(
            FieldKey::BuyerAddress,
            "NO 108 NA PŘÍKOPĚ, 301 00 PLZEŇ CZ",
            "No 108 Na Příkopě, 301 00 Plzeň"
        ));
    }
}
