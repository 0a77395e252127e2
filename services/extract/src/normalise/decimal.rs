//! Decimals in any national notation: `1.234,56`, `1,234.56`, `1 234,56`, `1'234.56`, `1,23,456.00`,
//! digits of other scripts, a minus before or after, parentheses for a negative amount.
//! Comes out: digits with an optional point, the scale as printed. `1.234` alone says two things: the
//! document's other numbers decide, else both readings are kept.

use super::Normalised;
use super::context::Context;
use super::currency::is_currency_word;
use super::fold::plain_digits;
use super::unit::is_unit_word;
use docexam_domain::FieldKey;
use regex::Regex;
use rust_decimal::Decimal;
use std::str::FromStr;
use std::sync::LazyLock;

/// Units whose name holds a digit, codes of UN/ECE Recommendation 20 among them; it must not be taken for part of
/// the number.
static UNIT_WITH_DIGIT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(^|[^a-z])(?:(?:c?m|ft|km)\s?[23]\b|[²³]|(?:c62|h87)\b)")
        .expect("a constant pattern")
});

/// What a text says when read as one number.
#[derive(Clone, Debug, PartialEq)]
pub enum Number {
    Exact {
        value: Decimal,
        /// The decimal mark that the text proves its writer to use.
        proves: Option<char>,
    },
    /// One separator before exactly three digits.
    Ambiguous {
        as_decimal: Decimal,
        as_grouped: Decimal,
        separator: char,
    },
}

pub fn normalise(key: FieldKey, text: &str, context: &Context) -> Normalised {
    // Prices and volumes often have three decimals; amounts and counts in thousands are usual.
    let decimals_are_usual = matches!(key, FieldKey::UnitPrice | FieldKey::TotalVolumeM3);
    match number(text) {
        Some(number) => resolved(number, decimals_are_usual, context),
        None => Normalised::only_alternatives(if_confused(text)),
    }
}

/// Settles an ambiguous number by the document's decimal mark; without one, the usual reading is the
/// value and the other stays an alternative.
pub fn resolved(number: Number, decimals_are_usual: bool, context: &Context) -> Normalised {
    let (as_decimal, as_grouped, separator) = match number {
        Number::Exact { value, .. } => return Normalised::exactly(value.to_string()),
        Number::Ambiguous {
            as_decimal,
            as_grouped,
            separator,
        } => (as_decimal, as_grouped, separator),
    };
    match context.decimal_mark() {
        Some(mark) if mark == separator => Normalised::exactly(as_decimal.to_string()),
        Some(_) => Normalised::exactly(as_grouped.to_string()),
        None => {
            let (usual, other) = if decimals_are_usual {
                (as_decimal, as_grouped)
            } else {
                (as_grouped, as_decimal)
            };
            Normalised {
                value: Some(usual.to_string()),
                alternatives: vec![other.to_string()],
            }
        }
    }
}

/// The one number in a text; letters beside it must be a currency or a unit, or stand apart. The nought before its decimals may
/// be left out (`,50`).
pub fn number(text: &str) -> Option<Number> {
    let without_units = UNIT_WITH_DIGIT.replace_all(text, "$1 ");
    let plain = plain_digits(&without_units);
    // Arabic texts have separators of their own, which are unambiguous.
    if plain.contains('٫') || plain.contains('٬') {
        let western = plain.replace('٬', "").replace('٫', ".");
        return match number(&western)? {
            Number::Ambiguous { as_decimal, .. } => Some(Number::Exact {
                value: as_decimal,
                proves: None,
            }),
            exact => Some(exact),
        };
    }
    let first = plain.find(|c: char| c.is_ascii_digit())?;
    let last = plain.rfind(|c: char| c.is_ascii_digit())?;
    let (prefix, body, suffix) = (&plain[..first], &plain[first..=last], &plain[last + 1..]);
    let (prefix, nought) = match without_nought(prefix, body) {
        Some((before, mark)) => (before, Some(mark)),
        None => (prefix, None),
    };
    if !glued_before_is_known(prefix) || !glued_after_is_known(suffix) {
        return None;
    }
    let number = match nought {
        Some(mark) => single_mark(&format!("0{mark}{body}"), mark)?,
        None => unsigned(body)?,
    };
    Some(if is_negative(prefix, suffix) {
        negated(number)
    } else {
        number
    })
}

/// What stands before a number and its decimal mark, if it is printed without its nought. More than two figures are rather a
/// number with a speck before it.
fn without_nought<'a>(prefix: &'a str, body: &str) -> Option<(&'a str, char)> {
    let before = prefix.strip_suffix(['.', ','])?;
    let mark = prefix.chars().next_back()?;
    let begins = |c: char| c.is_whitespace() || "+-−($€£¥₺".contains(c);
    let is_fraction = body.len() <= 2 && body.bytes().all(|b| b.is_ascii_digit());
    (is_fraction && before.chars().next_back().is_none_or(begins)).then_some((before, mark))
}

/// The number between its first and last digit.
fn unsigned(body: &str) -> Option<Number> {
    if !body
        .chars()
        .all(|c| c.is_ascii_digit() || "., '".contains(c))
    {
        return None;
    }
    let body = without_spaces_beside_marks(body);
    let separators: Vec<char> = body.chars().filter(|c| !c.is_ascii_digit()).collect();
    let points = separators.iter().filter(|c| **c == '.').count();
    let commas = separators.iter().filter(|c| **c == ',').count();
    let others = separators.len() - points - commas;
    match (points, commas) {
        (0, 0) => grouped(&body, None).or_else(|| lost_mark(&body)),
        (1, 0) | (0, 1) if others > 0 => {
            let mark = if points == 1 { '.' } else { ',' };
            with_decimals(&body, mark)
        }
        (1, 0) => single_mark(&body, '.'),
        (0, 1) => single_mark(&body, ','),
        (_, 0) => grouped(&body, Some(',')).or_else(|| misread_mark(&body, '.')),
        (0, _) => grouped(&body, Some('.')).or_else(|| misread_mark(&body, ',')),
        (_, _) => {
            // The mark that comes last is the decimal one, and comes once.
            let mark = separators.iter().rev().find(|c| ".,".contains(**c))?;
            let once = separators.iter().filter(|c| *c == mark).count() == 1;
            once.then(|| with_decimals(&body, *mark)).flatten()
        }
    }
}

/// `636 60`: a point that was not read, for no thousands have two figures. `12 34` may be two numbers.
fn lost_mark(body: &str) -> Option<Number> {
    let (whole, fraction) = body.rsplit_once(' ')?;
    (whole.len() >= 3 && fraction.len() == 2)
        .then(|| misread_mark(body, ' '))
        .flatten()
}

/// `4.117.09`: a comma read as a point, for the last group is too short for thousands.
fn misread_mark(body: &str, mark: char) -> Option<Number> {
    let (whole, fraction) = body.rsplit_once(mark)?;
    let value = decimal(&digits(whole), fraction)?;
    let exact = Number::Exact {
        value,
        proves: None,
    };
    ((1..=2).contains(&fraction.len()) && is_grouping(whole)).then_some(exact)
}

fn single_mark(body: &str, mark: char) -> Option<Number> {
    let (whole, fraction) = body.split_once(mark)?;
    let may_be_grouped =
        fraction.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0');
    let as_decimal = decimal(whole, fraction)?;
    if !may_be_grouped {
        return Some(Number::Exact {
            value: as_decimal,
            proves: Some(mark),
        });
    }
    Some(Number::Ambiguous {
        as_decimal,
        as_grouped: decimal(&format!("{whole}{fraction}"), "")?,
        separator: mark,
    })
}

fn with_decimals(body: &str, mark: char) -> Option<Number> {
    let (whole, fraction) = body.rsplit_once(mark)?;
    if !fraction.bytes().all(|b| b.is_ascii_digit()) || !is_grouping(whole) {
        return None;
    }
    Some(Number::Exact {
        value: decimal(&digits(whole), fraction)?,
        proves: Some(mark),
    })
}

fn grouped(body: &str, proves: Option<char>) -> Option<Number> {
    if !is_grouping(body) {
        return None;
    }
    Some(Number::Exact {
        value: decimal(&digits(body), "")?,
        proves,
    })
}

/// Groups of three after a first group of one to three; or the Indian way, twos and a last three.
fn is_grouping(whole: &str) -> bool {
    let separators: Vec<char> = whole.chars().filter(|c| !c.is_ascii_digit()).collect();
    let Some(first_separator) = separators.first() else {
        return true;
    };
    if separators.iter().any(|c| c != first_separator) {
        return false;
    }
    let groups: Vec<&str> = whole.split(*first_separator).collect();
    let [first, middle @ .., last] = groups.as_slice() else {
        return false;
    };
    let by_threes = (1..=3).contains(&first.len()) && middle.iter().all(|g| g.len() == 3);
    let indian = *first_separator == ','
        && (1..=2).contains(&first.len())
        && middle.iter().all(|g| g.len() == 2);
    last.len() == 3 && (by_threes || indian)
}

/// OCR puts spaces around points and commas; `1, 234 . 5` is `1,234.5`.
fn without_spaces_beside_marks(body: &str) -> String {
    let collapsed = super::text::collapsed(body).unwrap_or_default();
    let mut tight = String::with_capacity(collapsed.len());
    for character in collapsed.chars() {
        if ".,'".contains(character) && tight.ends_with(' ') {
            tight.pop();
        }
        if !(character == ' ' && tight.ends_with(['.', ',', '\''])) {
            tight.push(character);
        }
    }
    tight
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn decimal(whole: &str, fraction: &str) -> Option<Decimal> {
    // 28 digits is what a decimal holds exactly; a longer run of digits is not a quantity.
    if whole.len() + fraction.len() > 28 {
        return None;
    }
    let text = if fraction.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole}.{fraction}")
    };
    Decimal::from_str(&text).ok()
}

fn negated(number: Number) -> Number {
    match number {
        Number::Exact { value, proves } => Number::Exact {
            value: -value,
            proves,
        },
        Number::Ambiguous {
            as_decimal,
            as_grouped,
            separator,
        } => Number::Ambiguous {
            as_decimal: -as_decimal,
            as_grouped: -as_grouped,
            separator,
        },
    }
}

/// `-5`, `- EUR 5`, `5-`, `(5)`; but not `500,-` (no cents) and not the dash of `PO-5`.
fn is_negative(prefix: &str, suffix: &str) -> bool {
    let before = prefix
        .trim_end_matches(|c: char| c.is_alphabetic() || c.is_whitespace() || "$€£¥₺".contains(c));
    // "Total - 500": a dash after a label is no sign.
    let dash_before = before.strip_suffix('-').is_some_and(|rest| {
        let label = rest.trim();
        label.is_empty() || label == "(" || is_currency_word(label)
    });
    let dash_after = suffix.starts_with('-') || suffix.trim_start() == "-";
    let in_parentheses = prefix.trim_start().starts_with('(') && suffix.trim_end().ends_with(')');
    dash_before || dash_after || in_parentheses
}

/// A letter glued to the number is a misread digit unless it belongs to a currency (`US$5`, `Rs5`).
fn glued_before_is_known(prefix: &str) -> bool {
    let run = last_letters(prefix);
    !prefix.ends_with('|') && (run.is_empty() || is_currency_word(run))
}

fn glued_after_is_known(suffix: &str) -> bool {
    // A table's rule, if a unit stands behind it; else it may be a misread 1.
    if let Some(behind) = suffix.strip_prefix('|') {
        return is_unit_word(behind.trim());
    }
    let end = suffix
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(suffix.len());
    let run = &suffix[..end];
    let confused = run.chars().all(|c| digit_confused_with(c).is_some());
    run.is_empty() || (!confused && (is_currency_word(run) || is_unit_word(run)))
}

fn last_letters(text: &str) -> &str {
    let start = text
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphabetic())
        .last()
        .map_or(text.len(), |(index, _)| index);
    &text[start..]
}

/// Readings in which a misread letter is the digit it looks like. Never a value, only a hint.
pub fn if_confused(text: &str) -> Vec<String> {
    let words = text.split_whitespace().map(digits_for_letters);
    let changed = words.collect::<Vec<_>>().join(" ");
    if changed == text {
        return Vec::new();
    }
    match number(&changed) {
        Some(Number::Exact { value, .. }) => vec![value.to_string()],
        Some(Number::Ambiguous {
            as_decimal,
            as_grouped,
            ..
        }) => vec![as_grouped.to_string(), as_decimal.to_string()],
        None => Vec::new(),
    }
}

/// A word that has digits, with the digits for the letters that look like them; other words as they are.
pub fn digits_for_letters(word: &str) -> String {
    let looks_numeric = word.chars().any(|c| c.is_ascii_digit());
    let digits: Option<String> = word
        .chars()
        .map(|c| digit_confused_with(c).or_else(|| (!c.is_alphanumeric()).then_some(c)))
        .collect();
    digits
        .filter(|_| looks_numeric)
        .unwrap_or_else(|| word.to_owned())
}

/// The digit that OCR may have read as this character; digits stand for themselves.
pub fn digit_confused_with(character: char) -> Option<char> {
    match character {
        '0'..='9' => Some(character),
        'O' | 'o' | 'Q' | 'D' => Some('0'),
        'l' | 'I' | 'i' | '|' => Some('1'),
        'Z' | 'z' => Some('2'),
        'S' | 's' => Some('5'),
        'G' | 'b' => Some('6'),
        'B' => Some('8'),
        'q' => Some('9'),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
