//! Kinds of package: as printed (`2 PALLETS`, `cartons`, `Holzkisten`) to UN/ECE Recommendation 21,
//! else the text as it is: the contract allows either.

use super::fold::plain_digits;
use super::synonyms::Synonyms;
use super::text::collapsed;
use std::collections::BTreeSet;
use std::sync::LazyLock;

static KINDS: LazyLock<Synonyms> =
    LazyLock::new(|| Synonyms::parse(include_str!("../../data/packages.csv")));

pub fn package_kind(text: &str) -> Option<String> {
    let plain = plain_digits(text);
    let words = words_of(&plain);
    code(words).map(str::to_owned).or_else(|| collapsed(words))
}

/// The code of Recommendation 21, if the text is one of its kinds.
pub fn package_code(text: &str) -> Option<String> {
    code(words_of(&plain_digits(text))).map(str::to_owned)
}

pub fn package_codes_near(folded: &str, errors: usize) -> BTreeSet<&'static str> {
    KINDS.codes_near(folded, errors)
}

fn words_of(plain: &str) -> &str {
    plain.trim_matches(|c: char| !c.is_alphabetic())
}

fn code(words: &str) -> Option<&'static str> {
    // "PALLETS (EUR)", "CARTONS ON PALLET": the first word names the kind.
    let first = || words.split_whitespace().next().and_then(|w| KINDS.code(w));
    KINDS.code(words).or_else(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_many_languages_and_others_as_printed() {
        for (text, code) in [
            ("CARTONS", "CT"),
            ("2 PALLETS", "PX"),
            ("Holzkisten", "7B"),
            ("çuval", "SA"),
            ("colis", "PK"),
            ("托盘", "PX"),
            ("12 drums", "DR"),
            ("Pallets (EUR)", "PX"),
            ("hampers", "hampers"),
        ] {
            assert_eq!(package_kind(text).as_deref(), Some(code), "{text}");
        }
        assert_eq!(package_kind("12"), None);
    }
}
