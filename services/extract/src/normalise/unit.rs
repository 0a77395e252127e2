//! Units of quantity: as printed (`PCS`, `Stück`, `adet`, `个`) to UN/ECE Recommendation 20.
//! Packages used as units take the code of Recommendation 21 with `X` before it (`XCT`).

use super::fold::{fold, plain_digits};
use super::synonyms::Synonyms;
use std::collections::BTreeSet;
use std::sync::LazyLock;

static UNITS: LazyLock<Synonyms> =
    LazyLock::new(|| Synonyms::parse(include_str!("../../data/units.csv")));

pub fn unit(text: &str) -> Option<String> {
    let trimmed = text.trim();
    let without_number = plain_digits(trimmed);
    let without_number =
        without_number.trim_start_matches(|c: char| c.is_ascii_digit() || " .,'/".contains(c));
    // "Unit(s)", "Pcs (boxed)".
    let before_bracket = without_number.split('(').next().unwrap_or_default();
    [trimmed, without_number, before_bracket]
        .into_iter()
        .find_map(|candidate| UNITS.code(candidate))
        .map(str::to_owned)
        .or_else(|| UNITS.is_code(trimmed).then(|| trimmed.to_owned()))
}

pub fn unit_codes_near(folded: &str, errors: usize) -> BTreeSet<&'static str> {
    UNITS.codes_near(folded, errors)
}

/// The unit as a word of the table, whatever surrounds it; used to tell units from stray letters.
pub fn is_unit_word(word: &str) -> bool {
    !fold(word).is_empty() && UNITS.code(word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_many_languages() {
        for (text, code) in [
            ("PCS", "C62"),
            ("Pcs.", "C62"),
            ("pièces", "C62"),
            ("Stück", "C62"),
            ("adet", "C62"),
            ("个", "C62"),
            ("ks", "C62"),
            ("KG", "KGM"),
            ("公斤", "KGM"),
            ("M", "MTR"),
            ("m²", "MTK"),
            ("SET", "SET"),
            ("Paar", "PR"),
            ("L", "LTR"),
            ("ctns", "XCT"),
            ("100 PCS", "C62"),
            ("Unit(s)", "C62"),
            ("TNE", "TNE"),
        ] {
            assert_eq!(unit(text).as_deref(), Some(code), "{text}");
        }
        assert_eq!(unit("blorf"), None);
        assert_eq!(unit(""), None);
    }
}
