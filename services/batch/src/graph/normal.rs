//! When are two printed values the same? By these forms, and by nothing else.

use deunicode::deunicode;
use docexam_checks::normalised_party_name;

/// Without case, script, punctuation and legal form. The first line: a name field may carry an address line.
pub(super) fn party(name: &str) -> String {
    normalised_party_name(name.lines().next().unwrap_or_default()).join(" ")
}

/// Words and numbers in alphabetical order: "12 rue de Lyon" and "Rue de Lyon, 12" are one address.
pub(super) fn address(text: &str) -> String {
    // On one line first: transliteration drops line ends, and would join the words around them.
    let latin = deunicode(&shown(text)).to_lowercase();
    let mut words: Vec<&str> = latin
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.sort_unstable();
    words.join(" ")
}

/// Letters and digits, in upper case.
pub(super) fn number(text: &str) -> String {
    deunicode(text)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// On one line, as it is shown.
pub(super) fn shown(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_in_other_print() {
        assert_eq!(
            address("12, Rue de l'Été\nLYON"),
            address("Rue de l’Ete 12 Lyon")
        );
        assert_ne!(address("12 rue de Lyon"), address("21 rue de Lyon"));
        assert_eq!(
            number("DE89 3704 0044 0532 0130 00"),
            "DE89370400440532013000"
        );
        assert_eq!(number("csqu 305438-3"), "CSQU3054383");
        assert_eq!(
            party("Nordwind Handels GmbH\nHafenstr. 1"),
            party("NORDWIND HANDELS G.m.b.H.")
        );
    }
}
