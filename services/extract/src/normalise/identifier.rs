//! Numbers that identify: tax numbers, IBANs, containers. Spaces go, letters become capitals; a check
//! digit that fails changes nothing here, it only weighs when candidates compete.

use super::fold::plain_digits;
use regex::Regex;
use std::sync::LazyLock;

/// The end of a label, which may be glued to the number: `No.NL371847255B67`.
static LABEL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)^\s*(?:no|nr)\.\s*").expect("a constant pattern"));

/// Letters and digits only, label words before the number left out (`VAT No. DE 123456789`).
pub fn tax_id(text: &str) -> Option<String> {
    let plain = plain_digits(text);
    let after_label = plain.rsplit(':').next().unwrap_or(&plain);
    let after_label = LABEL.replace(after_label, "");
    let words: Vec<&str> = after_label.split_whitespace().collect();
    // Words without a digit are labels, but two letters right before the digits are a country.
    let first = words
        .iter()
        .position(|word| word.chars().any(|c| c.is_ascii_digit()))?;
    let prefixed = first > 0
        && words[first - 1].len() == 2
        && words[first - 1].chars().all(|c| c.is_ascii_uppercase());
    let from = if prefixed { first - 1 } else { first };
    // What follows the last digits is a label again: `CHE-123.456.789 MWST`.
    let last = words
        .iter()
        .rposition(|word| word.chars().any(|c| c.is_ascii_digit()))?;
    compact(&words[from..=last].concat())
}

pub fn iban(text: &str) -> Option<String> {
    let plain = plain_digits(text);
    let after_label = plain.rsplit(':').next().unwrap_or(&plain);
    let compacted = compact(after_label)?;
    let number = compacted.strip_prefix("IBAN").unwrap_or(&compacted);
    let shape = number.len() >= 15
        && number.len() <= 34
        && number.bytes().take(2).all(|b| b.is_ascii_uppercase())
        && number.bytes().skip(2).take(2).all(|b| b.is_ascii_digit());
    shape.then(|| number.to_owned())
}

/// Owner code and serial of ISO 6346 without separators; other texts stay compacted.
pub fn container_number(text: &str) -> Option<String> {
    let compacted = compact(text)?;
    // The size and type code often follows: "CSQU3054383 40HC" or "CSQU3054383/22G1".
    let shape = |s: &str| {
        s.len() == 11
            && s.bytes().take(4).all(|b| b.is_ascii_uppercase())
            && s.bytes().skip(4).all(|b| b.is_ascii_digit())
    };
    match compacted.get(..11) {
        Some(head) if shape(head) => Some(head.to_owned()),
        Some(head) => misread_container(head).or(Some(compacted)),
        None => Some(compacted),
    }
}

/// `0BRU8729116` is OBRU8729116: letters and figures that are read for each other, where the check digit then holds.
fn misread_container(read: &str) -> Option<String> {
    const ALIKE: [(char, char); 8] = [
        ('O', '0'),
        ('I', '1'),
        ('L', '1'),
        ('Z', '2'),
        ('S', '5'),
        ('G', '6'),
        ('T', '7'),
        ('B', '8'),
    ];
    let letter = |c: char| {
        ALIKE
            .iter()
            .find(|(_, figure)| *figure == c)
            .map_or(c, |pair| pair.0)
    };
    let figure = |c: char| {
        ALIKE
            .iter()
            .find(|(letter, _)| *letter == c)
            .map_or(c, |pair| pair.1)
    };
    let meant = read
        .chars()
        .enumerate()
        .map(|(at, c)| if at < 4 { letter(c) } else { figure(c) });
    Some(meant.collect::<String>()).filter(|number| is_container_number(number))
}

fn compact(text: &str) -> Option<String> {
    let compacted: String = text
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    (!compacted.is_empty()).then_some(compacted)
}

/// ISO 6346: letters 10 to 38 without multiples of 11, weights 2^i, modulo 11 modulo 10.
pub fn is_container_number(number: &str) -> bool {
    let characters: Vec<char> = number.chars().collect();
    let [head @ .., check] = characters.as_slice() else {
        return false;
    };
    if head.len() != 10 {
        return false;
    }
    let mut sum = 0u32;
    for (index, character) in head.iter().enumerate() {
        let value = match (index < 4, character) {
            (true, 'A') => 10,
            (true, 'B'..='Z') => {
                // 11, 22 and 33 are skipped: after A, K and U.
                let position = u32::from(*character) - u32::from('A');
                10 + position + (position - 1) / 10 + 1
            }
            (false, '0'..='9') => u32::from(*character) - u32::from('0'),
            _ => return false,
        };
        sum += value << index;
    }
    check.to_digit(10) == Some(sum % 11 % 10)
}

/// ISO 7064 mod 97-10 over the number with its first four characters moved to the end.
pub fn is_iban(number: &str) -> bool {
    let valid =
        (15..=34).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric());
    if !valid {
        return false;
    }
    let (head, tail) = number.split_at(4);
    let remainder = tail.chars().chain(head.chars()).try_fold(0u32, |sum, c| {
        let value = c.to_digit(36)?;
        let shift = if value < 10 { 10 } else { 100 };
        Some((sum * shift + value) % 97)
    });
    remainder == Some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_agree_with_the_standards_examples() {
        assert!(is_container_number("CSQU3054383"));
        assert!(!is_container_number("CSQU3054384"));
        assert!(!is_container_number("CSQU305438"));
        assert!(is_iban("GB82WEST12345698765432"));
        assert!(!is_iban("GB83WEST12345698765432"));
        assert!(!is_iban("ÄÖÜ"));
    }

    #[test]
    fn spaces_labels_and_separators_go() {
        assert_eq!(
            tax_id("VAT No.: DE 123 456 789").as_deref(),
            Some("DE123456789")
        );
        assert_eq!(
            tax_id("USt-IdNr. DE123456789").as_deref(),
            Some("DE123456789")
        );
        assert_eq!(tax_id("123-456-78").as_deref(), Some("12345678"));
        assert_eq!(
            tax_id("CHE-123.456.789 MWST").as_deref(),
            Some("CHE123456789")
        );
        assert_eq!(tax_id("none"), None);
        assert_eq!(
            iban("GB82 WEST 1234 5698 7654 32").as_deref(),
            Some("GB82WEST12345698765432")
        );
        assert_eq!(iban("12"), None);
        assert_eq!(
            container_number("csqu 305438-3").as_deref(),
            Some("CSQU3054383")
        );
        assert_eq!(
            container_number("CSQU3054383/40HC").as_deref(),
            Some("CSQU3054383")
        );
        assert_eq!(
            tax_id("No.NL371847255B67").as_deref(),
            Some("NL371847255B67")
        );
        assert_eq!(tax_id("No. 371847255").as_deref(), Some("371847255"));
    }

    #[test]
    fn a_container_is_what_its_check_digit_says_and_else_what_was_read() {
        for read in ["C5QU3054383", "CSQU30S43B3", "CSQU 3O54383"] {
            assert_eq!(
                container_number(read).as_deref(),
                Some("CSQU3054383"),
                "{read}"
            );
        }
        assert_eq!(
            container_number("C5QU3054384").as_deref(),
            Some("C5QU3054384")
        );
        assert_eq!(
            container_number("CSQU3054384").as_deref(),
            Some("CSQU3054384")
        );
    }
}
