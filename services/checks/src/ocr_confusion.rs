//! Could a reading error explain the difference? Texts go in, a reason in words comes out.
//!
//! Two strengths of confusion. A letter where a digit belongs (0/O, 8/B, 1/I …), a comma for a point and
//! digits lost at either end of a number, or joined to its beginning, are doubtful however sure the reader was: it is sure of what
//! it saw, and knows nothing of what it did not see, nor where a cell ends. A digit for another digit (3/8, 5/6, 1/7 …) is
//! doubtful only where there is a reason to doubt ([`Doubt`]), and so is a lost character of an identifier.
//! Deliberately absent: any correction. Callers ask only about values read by OCR.

use crate::needed::Needed;
use rust_decimal::{Decimal, MathematicalOps};
use std::str::FromStr;

/// Letters that OCR reads for digits, and the digit. `sz` are the lower-case shapes.
const LETTER_FOR_DIGIT: &[(char, char)] = &[
    ('O', '0'),
    ('o', '0'),
    ('Q', '0'),
    ('D', '0'),
    ('I', '1'),
    ('l', '1'),
    ('i', '1'),
    ('|', '1'),
    ('Z', '2'),
    ('z', '2'),
    ('A', '4'),
    ('S', '5'),
    ('s', '5'),
    ('S', '8'),
    ('G', '6'),
    ('b', '6'),
    ('T', '7'),
    ('B', '8'),
    ('g', '9'),
    ('q', '9'),
];

/// Pairs of digits or of letters whose shapes touch; doubtful only when the reader was unsure.
const SIMILAR: &[(char, char)] = &[
    ('0', '6'),
    ('0', '8'),
    ('0', '9'),
    ('1', '4'),
    ('1', '7'),
    ('2', '7'),
    ('3', '5'),
    ('3', '8'),
    ('3', '9'),
    ('4', '9'),
    ('5', '6'),
    ('5', '9'),
    ('6', '8'),
    ('8', '9'),
    ('C', 'G'),
    ('E', 'F'),
    ('M', 'N'),
    ('U', 'V'),
    ('V', 'Y'),
    ('P', 'R'),
    ('O', 'Q'),
    ('O', 'D'),
];

/// Why a single digit may be misread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The reader itself was unsure.
    Unsure,
    /// Other papers say what is needed.
    Alone,
}

/// From here on the hundredths that are lost with the end of a narrow column are less than 1 % of a number.
const LARGE: i64 = 100;

/// What a large number without decimals may have been: the same with hundredths.
fn lost_decimals(normalised: &str) -> impl Iterator<Item = Decimal> {
    let whole = match normalised.contains('.') {
        true => None,
        false => Decimal::from_str(normalised).ok(),
    };
    let large = whole.filter(|value| value.abs() >= Decimal::from(LARGE));
    let with = |value: Decimal, hundredths: i64| {
        let mut decimals = Decimal::new(hundredths, 2);
        decimals.set_sign_negative(value.is_sign_negative());
        value.checked_add(decimals)
    };
    let all = large
        .into_iter()
        .flat_map(move |value| (1..100).map(move |n| (value, n)));
    all.filter_map(move |(value, n)| with(value, n))
}

/// Why `printed` may really be the number that is needed, or `None`.
/// `normalised` is what was made of `printed`; it stands in where `printed` was in another unit.
pub fn number(
    printed: &str,
    normalised: &str,
    doubt: Option<Doubt>,
    needed: Needed,
) -> Option<String> {
    let fits = |value: Decimal| needed.is(value);
    let close = |candidate: &str| Decimal::from_str(candidate).is_ok_and(fits);
    // A mass printed in tonnes is normalised to kilograms: then only the normalised digits compare.
    let text = match number_in(printed) {
        Some(number) if as_taken(&number, normalised).is_some() => number,
        Some(number) if letters_in(&number) => number,
        _ => number_in(normalised)?,
    };
    let digits = as_digits(&text);
    if separators(&digits).iter().any(|candidate| close(candidate)) {
        let what = if letters_in(&text) {
            "a letter read for a digit"
        } else {
            "a comma read for a point"
        };
        return Some(format!("The reading '{printed}' allows it: {what}."));
    }
    // 15477.000 and 15.477.000: which mark parts the thousands decides by a factor of a thousand.
    let thousand = Decimal::ONE_THOUSAND;
    let in_its_own_unit =
        number_in(printed).is_some_and(|number| as_taken(&number, normalised).is_some());
    let scaled = in_its_own_unit
        && Decimal::from_str(normalised).ok().is_some_and(|value| {
            let scaled = [value.checked_mul(thousand), value.checked_div(thousand)];
            scaled.into_iter().flatten().any(fits)
        });
    if scaled {
        return Some(format!(
            "The reading '{printed}' allows it: thousands read for decimals."
        ));
    }
    if in_its_own_unit && lost_decimals(normalised).any(fits) {
        return Some(format!(
            "The reading '{printed}' allows it: its decimals may be lost."
        ));
    }
    if in_its_own_unit && is_cut_short(&digits, normalised, needed) {
        return Some(format!(
            "The reading '{printed}' allows it: it may lack its beginning or end."
        ));
    }
    if in_its_own_unit && is_joined(&digits, normalised, needed) {
        return Some(format!(
            "The reading '{printed}' allows it: another number may be joined to it."
        ));
    }
    let why = match doubt? {
        Doubt::Unsure => "is unsure",
        Doubt::Alone => "stands alone against other papers",
    };
    let candidates = near_numbers(&digits);
    let explained = candidates
        .iter()
        .any(|near| separators(near).iter().any(|candidate| close(candidate)));
    explained.then(|| {
        format!("The reading '{printed}' {why}, and one digit of it may be misread or lost.")
    })
}

/// Digits that a number may have lost before or after what was read; more are another number.
const MOST_LOST: usize = 6;

/// Whether the number that is needed begins or ends with the digits read. A single digit ends every tenth number, and
/// zeros that lack at the end may be somebody's slip by a power of ten: both prove nothing.
fn is_cut_short(digits: &str, normalised: &str, needed: Needed) -> bool {
    let (Some(taken), Ok(value), Some(width)) = (
        as_taken(digits, normalised),
        Decimal::from_str(normalised),
        needed.width(),
    ) else {
        return false;
    };
    let whole = taken.split('.').next().unwrap_or_default().len();
    let count = taken.chars().filter(char::is_ascii_digit).count();
    if count < 2 || value <= Decimal::ZERO {
        return false;
    }
    let power = |places: usize| Decimal::TEN.checked_powu(places as u64);
    // What stood before: the needed number less the one read is a multiple of the next power of ten.
    let lost_before = power(whole).filter(|step| width < *step).and_then(|step| {
        let times = needed.most.checked_sub(value)?.checked_div(step)?.floor();
        let number = value.checked_add(times.checked_mul(step)?)?;
        let few = times >= Decimal::ONE && times < power(MOST_LOST)?;
        Some(few && needed.is(number))
    });
    let lost_after = match taken.split_once('.') {
        None => (1..=MOST_LOST).any(|lost| {
            let ends = power(lost).and_then(|step| {
                let first = value.checked_mul(step)?;
                Some((step, first, first.checked_add(step)?))
            });
            ends.is_some_and(|(step, first, next)| {
                width < step && needed.least > first && needed.most < next
            })
        }),
        // Money has more than one decimal. The tolerance is of the one that was seen, and as wide as what may be lost.
        Some((_, decimals)) => {
            let next = value.checked_add(Decimal::new(1, 1));
            decimals.len() == 1
                && needed.least > value
                && next.is_some_and(|next| needed.least < next)
        }
    };
    lost_before.unwrap_or(false) || lost_after
}

/// Whether the number that is needed ends the digits read, behind at least two others: the code or the number of the next column. A
/// single digit before it may be somebody's slip, and a single digit that is no zero ends too many numbers.
fn is_joined(digits: &str, normalised: &str, needed: Needed) -> bool {
    const LEAST: usize = 2;
    let Some(taken) = as_taken(digits, normalised) else {
        return false;
    };
    let starts = taken.char_indices().map(|(at, _)| at).skip(LEAST);
    let ends = starts.map(|at| &taken[at..]);
    let telling = |end: &str| {
        let figures = end.chars().filter(char::is_ascii_digit);
        let figures: String = figures.collect();
        figures.trim_matches('0').len() >= LEAST
    };
    ends.filter(|end| telling(end) && end.starts_with(|c: char| c.is_ascii_digit()))
        .any(|end| Decimal::from_str(end).is_ok_and(|value| needed.is(value)))
}

/// Why an identifier read as `printed` may really be `wanted`. Both without blanks and punctuation.
pub fn identifier(printed: &str, wanted: &str, unsure: bool) -> Option<String> {
    let (read, other): (Vec<char>, Vec<char>) =
        (printed.chars().collect(), wanted.chars().collect());
    if let Some(different) = changed(printed, wanted) {
        if different.iter().all(|&(a, b)| letter_for_digit(a, b)) {
            let (a, b) = different.first()?;
            return Some(format!(
                "'{a}' and '{b}' are easily misread for each other."
            ));
        }
        let similar = different.iter().all(alike);
        if unsure && different.len() <= 2 && similar {
            let (a, b) = different.first()?;
            return Some(format!(
                "The reading is unsure; '{a}' may be a misread '{b}'."
            ));
        }
        return None;
    }
    // `printed` and `wanted` come without their slashes, but a slash read as a letter is still there.
    let strokes = |text: &[char]| -> String {
        text.iter()
            .filter(|c| !matches!(c, 'I' | 'i' | 'L' | 'l' | '1' | '|'))
            .collect()
    };
    if strokes(&read).len() >= 3 && strokes(&read) == strokes(&other) {
        return Some("A stroke may be a misread slash, I, l or 1.".to_owned());
    }
    let (shorter, longer) = if read.len() < other.len() {
        (&read, &other)
    } else {
        (&other, &read)
    };
    let one_lost = longer.len() == shorter.len() + 1
        && (longer.starts_with(shorter) || longer.ends_with(shorter));
    (unsure && one_lost && shorter.len() >= 3)
        .then(|| "The reading is unsure; a character at its end may be lost or added.".to_owned())
}

/// Whether an identifier is another one with some digits changed: too close to be another number, too far to be a
/// misreading. Two characters or more differ, some without a likeness, and most are the same. Other letters make it
/// another kind of number. Both without blanks and punctuation.
pub fn is_altered(printed: &str, other: &str) -> bool {
    let digits = |&(a, b): &(char, char)| a.is_ascii_digit() && b.is_ascii_digit();
    changed(printed, other).is_some_and(|changed| {
        changed.len() >= 2
            && printed.chars().count() > 2 * changed.len()
            && changed.iter().all(|pair| digits(pair) || alike(pair))
            && !changed.iter().all(alike)
    })
}

/// Whether one character is another, whatever their shapes. Both without blanks and punctuation.
pub fn differs_by_one(printed: &str, other: &str) -> bool {
    changed(printed, other).is_some_and(|changed| changed.len() == 1)
}

/// The characters that differ, pair by pair; `None` for texts of different lengths.
fn changed(text: &str, other: &str) -> Option<Vec<(char, char)>> {
    let pairs = text.chars().zip(other.chars());
    (text.chars().count() == other.chars().count()).then(|| pairs.filter(|(a, b)| a != b).collect())
}

fn alike(&(a, b): &(char, char)) -> bool {
    letter_for_digit(a, b) || look_alike(a, b)
}

fn letter_for_digit(a: char, b: char) -> bool {
    let pair = |letter: char, digit: char| {
        LETTER_FOR_DIGIT
            .iter()
            .any(|(l, d)| *d == digit && l.eq_ignore_ascii_case(&letter))
    };
    // I and L, O and Q are the same stroke in many faces once the case is gone.
    pair(a, b) || pair(b, a) || matches!((a, b), ('I', 'L') | ('L', 'I') | ('1', 'L') | ('L', '1'))
}

fn look_alike(a: char, b: char) -> bool {
    SIMILAR.contains(&(a, b)) || SIMILAR.contains(&(b, a))
}

fn as_digits(text: &str) -> String {
    text.chars()
        .map(|c| {
            let digit = LETTER_FOR_DIGIT.iter().find(|(letter, _)| *letter == c);
            digit.map_or(c, |(_, digit)| *digit)
        })
        .collect()
}

fn letters_in(text: &str) -> bool {
    text.chars().any(|c| c.is_alphabetic() || c == '|')
}

fn same_number(candidate: &str, normalised: &str) -> bool {
    match (Decimal::from_str(candidate), Decimal::from_str(normalised)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

/// The longest stretch that can be a number: digits, their look-alikes and separators.
fn number_in(text: &str) -> Option<String> {
    let allowed = |c: char| {
        c.is_ascii_digit()
            || matches!(c, '.' | ',' | '\'' | '-')
            || LETTER_FOR_DIGIT.iter().any(|(letter, _)| *letter == c)
    };
    let mut groups: Vec<String> = Vec::new();
    let mut joins = false;
    for token in text.split_whitespace() {
        let number = token.chars().all(allowed) && token.chars().any(|c| c.is_ascii_digit());
        match groups.last_mut() {
            // "1 234,56": a blank may group thousands.
            Some(last) if number && joins => last.push_str(token),
            _ if number => groups.push(token.to_owned()),
            _ => {}
        }
        joins = number;
    }
    let longest = groups.into_iter().max_by_key(String::len)?;
    Some(longest.trim_matches(['.', ',', '\'']).to_owned())
}

/// A number with its separators taken as they were when `normalised` was made of it.
fn as_taken(number: &str, normalised: &str) -> Option<String> {
    let mut takings = separators(number).into_iter();
    takings.find(|candidate| same_number(candidate, normalised))
}

/// Every way to take the separators of `text`: none decimal, or one of them decimal.
fn separators(text: &str) -> Vec<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let plain: String = digits.chars().filter(char::is_ascii_digit).collect();
    let mut candidates = vec![format!("{sign}{plain}")];
    let mut before = 0;
    for c in digits.chars() {
        if c.is_ascii_digit() {
            before += 1;
        } else if matches!(c, '.' | ',') && before > 0 && before < plain.len() {
            candidates.push(format!("{sign}{}.{}", &plain[..before], &plain[before..]));
        }
    }
    candidates
}

/// One digit replaced by one of similar shape, lost at either end, or added at either end.
fn near_numbers(digits: &str) -> Vec<String> {
    let characters: Vec<char> = digits.chars().collect();
    let mut near = Vec::new();
    for (at, c) in characters.iter().enumerate() {
        for replacement in ('0'..='9').filter(|d| look_alike(*c, *d)) {
            let mut changed = characters.clone();
            changed[at] = replacement;
            near.push(changed.iter().collect());
        }
    }
    for digit in '0'..='9' {
        near.push(format!("{digit}{digits}"));
        near.push(format!("{digits}{digit}"));
    }
    if let [_, rest @ ..] = characters.as_slice() {
        near.push(rest.iter().collect());
    }
    if let [rest @ .., _] = characters.as_slice() {
        near.push(rest.iter().collect());
    }
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(printed: &str, normalised: &str, wanted: &str, unsure: bool) -> bool {
        let wanted = Decimal::from_str(wanted).expect("a number");
        let needed = Needed::within(wanted, Decimal::new(1, 2)).expect("a small number");
        let doubt = unsure.then_some(Doubt::Unsure);
        number(printed, normalised, doubt, needed).is_some()
    }

    #[test]
    fn letters_and_separators_are_doubtful_however_sure_the_reader_was() {
        assert!(explained("11I50.00", "", "11150.00", false));
        assert!(explained("1.450", "1.450", "1450", false));
        assert!(explained("EUR 1 5B0,25", "", "1580.25", false));
        assert!(!explained("11,150.00", "11150.00", "11510.00", false));
    }

    #[test]
    fn large_numbers_without_decimals_may_have_lost_them() {
        assert!(explained("12313", "12313", "12313.20", false));
        assert!(!explained("12313", "12313", "12314.20", false));
        assert!(!explained("12313.00", "12313.00", "12313.20", false));
        assert!(!explained("13", "13", "13.20", false));
    }

    #[test]
    fn digits_that_were_not_seen_may_be_lost_at_either_end() {
        assert!(explained("7,146.92", "7146.92", "57146.92", false));
        assert!(explained("261", "261", "261038.61", false));
        assert!(explained("2779", "2779", "12779", false));
        assert!(!explained("7,146.92", "7146.92", "57146.02", false));
        assert!(!explained("261", "261", "262038.61", false));
        assert!(explained("21.2", "21.2", "21.28", false));
        assert!(!explained("21.20", "21.20", "21.28", false));
        assert!(!explained("21.2", "21.2", "21.38", false));
        assert!(!explained("5", "5", "15", false), "ends every tenth number");
        assert!(!explained("500", "500", "5000", false), "a slip by ten");
        assert!(!explained("-146.92", "-146.92", "57146.92", false));
        let absurd = "9".repeat(28);
        assert!(!explained(&absurd, &absurd, "57146.92", false));
    }

    #[test]
    fn the_end_of_a_column_may_be_joined_to_the_next() {
        assert!(explained("90990.61", "90990.61", "0.61", false));
        assert!(!explained("90990.61", "90990.61", "0.68", false));
        assert!(!explained("11150.00", "11150.00", "0", false));
        assert!(!explained("11150.00", "11150.00", "50", false));
        assert!(!explained("11150.00", "11150.00", "5000", false));
        assert!(!explained("4500", "4500", "500", false), "one digit");
        assert!(
            !explained("127", "127", "7", false),
            "ends every tenth number"
        );
    }

    #[test]
    fn digits_are_doubtful_only_when_the_reader_was_unsure() {
        assert!(!explained("1535", "1535", "1585", false));
        assert!(explained("1535", "1535", "1585", true));
        assert!(
            !explained("11150.00", "11150.00", "11510.00", true),
            "two digits swapped"
        );
        assert!(explained("145", "145", "1450", true), "a lost zero");
        assert!(!explained("145", "145", "1450", false));
    }

    #[test]
    fn a_mass_in_tonnes_is_compared_in_kilograms() {
        assert!(!explained("1.45 t", "1450", "1.45", false));
        assert!(!explained("1.45 t", "1450", "1460", false));
        assert!(explained("1.45 t", "1450", "1460", true) == explained("", "1450", "1460", true));
    }

    #[test]
    fn an_altered_number_is_close_and_no_misreading() {
        assert!(is_altered("23697629", "23697655"));
        assert!(is_altered("CI47324F", "C147303F"));
        assert!(!is_altered("885812725", "885812025"), "one digit");
        assert!(!is_altered("885818666", "885810566"), "shapes alike");
        assert!(!is_altered("SC2026000012", "CI2026000034"), "a contract");
        assert!(!is_altered("23697629", "2369762"), "another length");
        assert!(!is_altered("23697629", "98140655"), "another number");
    }

    #[test]
    fn identifiers_differ_by_shape_or_really() {
        let doubt = |a: &str, b: &str, unsure| identifier(a, b, unsure).is_some();
        assert!(doubt("CSQU3O54383", "CSQU3054383", false));
        assert!(doubt("INV2O26B1", "INV202681", false));
        assert!(!doubt("INV20261", "INV20267", false));
        assert!(doubt("INV20261", "INV20267", true));
        assert!(doubt("NV20261", "INV20261", true));
        assert!(
            !doubt("INV20261", "INV20361", true),
            "2 and 3 are not alike"
        );
        assert!(!doubt("ABC", "XYZ", true));
    }
}
