//! The pack's small dated tables: supplementary units, validity of certificates of origin, Incoterms.

use crate::error::ChecksError;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use std::path::Path;

/// First and last day on which something holds; open at the end if `valid_to` is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Period {
    #[serde(deserialize_with = "date_from_text")]
    pub valid_from: Date,
    #[serde(default, deserialize_with = "date_from_text_or_empty")]
    pub valid_to: Option<Date>,
}

impl Period {
    pub fn contains(&self, date: Date) -> bool {
        self.valid_from <= date && self.valid_to.is_none_or(|last| date <= last)
    }

    pub fn last(&self) -> Date {
        self.valid_to.unwrap_or(Date::MAX)
    }
}

pub(super) fn date_from_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.trim()
        .parse()
        .map_err(|_| serde::de::Error::custom(format!("'{text}' is not a date like 2026-05-04")))
}

pub(super) fn date_from_text_or_empty<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Date>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let date = text.trim().parse();
    date.map(Some)
        .map_err(|_| serde::de::Error::custom(format!("'{text}' is not a date like 2026-05-04")))
}

/// Which unit of quantity the goods of a heading are counted in.
#[derive(Clone, Debug, Deserialize)]
pub struct SupplementaryUnit {
    pub hs_prefix: String,
    /// UN/ECE Rec 20.
    pub unit: String,
    #[serde(deserialize_with = "date_from_text")]
    pub valid_from: Date,
    #[serde(deserialize_with = "date_from_text_or_empty")]
    pub valid_to: Option<Date>,
    pub legal_reference: String,
}

/// How long a certificate of origin of a kind is good for.
#[derive(Clone, Debug, Deserialize)]
pub struct OriginCertificate {
    pub form: String,
    /// How the kind is written on certificates and declarations, separated by `|`.
    pub names: String,
    /// From the day of issue; 0 if the kind does not expire.
    pub months: i32,
    #[serde(deserialize_with = "date_from_text")]
    pub valid_from: Date,
    #[serde(deserialize_with = "date_from_text_or_empty")]
    pub valid_to: Option<Date>,
    pub legal_reference: String,
}

impl OriginCertificate {
    /// Compared without case, blanks and punctuation: `EUR.1` is `EUR 1`.
    pub fn is_called(&self, text: &str) -> bool {
        let wanted = crate::judge::bare(text);
        let mut names = self.names.split('|').map(crate::judge::bare);
        names.any(|name| !name.is_empty() && name == wanted)
    }
}

/// A delivery term in one edition of the Incoterms rules.
#[derive(Clone, Debug, Deserialize)]
pub struct IncotermRow {
    pub code: String,
    /// `2020`.
    pub edition: String,
    /// Only for sea and inland waterway transport.
    pub water_only: bool,
    /// The seller pays the main carriage.
    pub freight_included: bool,
    /// The seller must insure the goods for the buyer.
    pub insurance_included: bool,
    #[serde(deserialize_with = "date_from_text")]
    pub valid_from: Date,
    #[serde(deserialize_with = "date_from_text_or_empty")]
    pub valid_to: Option<Date>,
}

/// Rows of CSV give their period in two columns (flattening would turn `0101` into a number).
macro_rules! has_period {
    ($($row:ty),*) => {$(
        impl $row {
            pub fn period(&self) -> Period {
                Period {
                    valid_from: self.valid_from,
                    valid_to: self.valid_to,
                }
            }
        }
    )*};
}
has_period!(SupplementaryUnit, OriginCertificate, IncotermRow);

pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, ChecksError> {
    let bytes = std::fs::read(path).map_err(|source| ChecksError::Read {
        path: path.to_owned(),
        source,
    })?;
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(bytes.as_slice());
    let rows: Result<Vec<T>, csv::Error> = reader.deserialize().collect();
    rows.map_err(|problem| ChecksError::Row {
        path: path.to_owned(),
        line: problem.position().map_or(1, csv::Position::line),
        problem: match problem.kind() {
            csv::ErrorKind::Deserialize { err, .. } => err.to_string(),
            _ => problem.to_string(),
        },
    })
}
