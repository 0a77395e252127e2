//! Commodity codes: digits only, 4 to 12 of them, whatever separates or announces them.

use super::Normalised;
use super::fold::plain_digits;
use regex::Regex;
use std::sync::LazyLock;

/// A run of digits with the separators that tariffs print: point, space, dash, slash is not one.
static RUN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\d[\d .\-·]*\d").expect("a constant pattern"));

pub fn normalise(text: &str) -> Normalised {
    let plain = plain_digits(text);
    let letters_touch = |start: usize, end: usize| {
        let before = plain[..start].chars().next_back();
        let after = plain[end..].chars().next();
        before.is_some_and(char::is_alphabetic) || after.is_some_and(char::is_alphabetic)
    };
    let runs: Vec<_> = RUN.find_iter(&plain).collect();
    if let [run] = runs.as_slice()
        && !letters_touch(run.start(), run.end())
        && let Some(code) = code_of(run.as_str())
    {
        return Normalised::exactly(code);
    }
    // "HS 2022: 8482.10": the run that has a tariff's length and is not a year decides, if only one.
    let codes: Vec<String> = runs
        .iter()
        .filter(|run| !letters_touch(run.start(), run.end()))
        .filter_map(|run| code_of(run.as_str()))
        .filter(|code| code.len() >= 6)
        .collect();
    match codes.as_slice() {
        [code] => Normalised::exactly(code.clone()),
        [] => Normalised::only_alternatives(as_if_confused(&plain).into_iter().collect()),
        _ => Normalised::only_alternatives(codes),
    }
}

fn code_of(run: &str) -> Option<String> {
    let digits: String = run.chars().filter(char::is_ascii_digit).collect();
    (4..=12).contains(&digits.len()).then_some(digits)
}

/// The code that letters read for digits may hide.
fn as_if_confused(text: &str) -> Option<String> {
    let digits: Option<String> = text
        .chars()
        .filter(|c| !" .-·".contains(*c))
        .map(super::decimal::digit_confused_with)
        .collect();
    digits.filter(|d| (4..=12).contains(&d.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_and_labels_are_dropped_but_letters_are_not_guessed() {
        let value = |text| normalise(text).value;
        for text in [
            "8482.10.90",
            "8482 10 90",
            "HS CODE: 84821090",
            "8482-10-90",
            "８４８２１０９０",
        ] {
            assert_eq!(value(text).as_deref(), Some("84821090"), "{text}");
        }
        assert_eq!(
            value("GTİP 8482.10.90.00.11").as_deref(),
            Some("848210900011")
        );
        assert_eq!(value("HS 2022: 8482.10").as_deref(), Some("848210"));
        assert_eq!(value("848"), None);
        assert_eq!(value("8482.1O.90"), None);
        assert_eq!(normalise("8482.1O.90").alternatives, ["84821090"]);
    }
}
