//! Values of the wire that are narrower than their wire type: decimals, dates, digests, names.

use docexam_domain::Sha256Digest;
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::str::FromStr;

/// A field of a message, by its path, that does not hold what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct BadField {
    pub field: String,
    pub problem: String,
}

impl BadField {
    pub(crate) fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            problem: problem.into(),
        }
    }
}

/// Digits with an optional sign and point: no grouping, no exponent, at most 28 digits.
pub(crate) fn decimal(text: &str, field: &str) -> Result<Decimal, BadField> {
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    plain
        .then(|| Decimal::from_str_exact(text).ok())
        .flatten()
        .ok_or_else(|| {
            BadField::new(
                field,
                format!("{:?} is not a decimal like \"11150.00\"", shortened(text)),
            )
        })
}

/// ISO 8601 calendar date.
pub(crate) fn date(text: &str, field: &str) -> Result<Date, BadField> {
    let bad = || {
        BadField::new(
            field,
            format!("{:?} is not a date like \"2026-05-04\"", shortened(text)),
        )
    };
    // jiff also reads dates with a time; those are not plain dates.
    match text.len() {
        10 => Date::from_str(text).map_err(|_| bad()),
        _ => Err(bad()),
    }
}

/// `sha256:<64 hex digits>`.
pub(crate) fn digest(text: &str, field: &str) -> Result<Sha256Digest, BadField> {
    Sha256Digest::parse(text).ok_or_else(|| {
        let text = shortened(text);
        BadField::new(
            field,
            format!("{text:?} is not \"sha256:\" and 64 lowercase hex digits"),
        )
    })
}

/// A name that becomes a key or part of a message: some text, bounded, without control characters.
pub(crate) fn name(text: &str, field: &str, max_bytes: usize) -> Result<String, BadField> {
    if text.trim().is_empty() {
        return Err(BadField::new(field, "is empty"));
    }
    if text.len() > max_bytes {
        return Err(BadField::new(
            field,
            format!("has {} bytes, limit {max_bytes}", text.len()),
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(BadField::new(field, "has control characters"));
    }
    Ok(text.to_owned())
}

/// Enough of a refused value to recognise it in a message.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_decimals_are_decimals() {
        for good in ["0", "11150.00", "-0.5", "1234567890123456789012345678"] {
            assert_eq!(decimal(good, "x").expect(good).to_string(), good);
        }
        for bad in [
            "",
            "1,5",
            "1_000",
            "1e5",
            "0x10",
            ".",
            "-",
            "1.2.3",
            "NaN",
            &"9".repeat(40),
        ] {
            assert!(decimal(bad, "x").is_err(), "{bad}");
        }
    }

    #[test]
    fn only_calendar_dates_are_dates() {
        assert!(date("2026-02-28", "x").is_ok());
        for bad in [
            "2026-02-30",
            "20260228",
            "2026-02-28T00:00",
            "28.02.2026",
            "",
        ] {
            assert!(date(bad, "x").is_err(), "{bad}");
        }
    }
}
