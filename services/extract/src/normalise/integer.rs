//! Whole counts: `2 PALLETS` is 2, `1,250 cartons` 1250, `TWO (2) CASES` 2. Of several counts the
//! first is the value and the others are alternatives.

use super::Normalised;
use super::decimal::{self, Number};
use super::fold::plain_digits;
use regex::Regex;
use rust_decimal::Decimal;
use std::sync::LazyLock;

static COUNT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\d{1,3}(?:[ .,']\d{3})+(?:[.,]0{1,3})?\b|\d+(?:[.,]0{1,2}\b)?")
        .expect("a constant pattern")
});

pub fn normalise(text: &str) -> Normalised {
    let plain = plain_digits(text);
    let mut counts: Vec<String> = Vec::new();
    for found in COUNT.find_iter(&plain) {
        let after = plain[found.end()..].chars().next();
        let before = plain[..found.start()].chars().next_back();
        // A digit inside a word or a fraction is not a count.
        let stands_alone = !before.is_some_and(|c| c.is_alphanumeric() || ".,".contains(c))
            && !is_misread(&plain[found.end()..])
            && !after.is_some_and(|c| ".,".contains(c) && has_digit_after(&plain, found.end()));
        match count(found.as_str()) {
            Some(count) if stands_alone => {
                if !counts.contains(&count) {
                    counts.push(count);
                }
            }
            _ => return Normalised::only_alternatives(decimal::if_confused(text)),
        }
    }
    if counts.is_empty() {
        return Normalised::default();
    }
    let value = counts.remove(0);
    Normalised {
        value: Some(value),
        alternatives: counts,
    }
}

/// Letters right after the digits that all look like digits: `1O`, `2l`.
fn is_misread(rest: &str) -> bool {
    let glued: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
    !glued.is_empty()
        && glued
            .chars()
            .all(|c| decimal::digit_confused_with(c).is_some())
}

fn has_digit_after(text: &str, index: usize) -> bool {
    text[index..]
        .chars()
        .nth(1)
        .is_some_and(|c| c.is_ascii_digit())
}

fn count(text: &str) -> Option<String> {
    let value = match decimal::number(text)? {
        Number::Exact { value, .. } => value,
        Number::Ambiguous { as_grouped, .. } => as_grouped,
    };
    (value.fract() == Decimal::ZERO).then(|| value.trunc().normalize().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_with_words_around_them() {
        for (text, expected) in [
            ("2", "2"),
            ("2 PALLETS", "2"),
            ("TWO (2) CASES", "2"),
            ("1,250 cartons", "1250"),
            ("1.250", "1250"),
            ("12.00", "12"),
            ("20箱", "20"),
            ("007", "7"),
        ] {
            assert_eq!(normalise(text).value.as_deref(), Some(expected), "{text}");
        }
        let both = normalise("2 pallets = 40 cartons");
        assert_eq!(both.value.as_deref(), Some("2"));
        assert_eq!(both.alternatives, ["40"]);
        for text in ["", "two", "2.5", "1O"] {
            assert_eq!(normalise(text).value, None, "{text}");
        }
    }
}
