//! `pack.toml`: the pack's name, dates and bounds, and per rule its severity, legal reference and
//! whatever numbers and lists the rule needs.

use super::tables::Period;
use crate::error::ChecksError;
use crate::verdict::{Unable, failed};
use docexam_domain::Severity;
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub name: String,
    pub version: String,
    /// For people; rules do not read it.
    #[serde(rename = "description")]
    _description: String,
    pub period: Period,
    pub bounds: Bounds,
    pub rules: BTreeMap<String, Parameters>,
}

/// Where readings are too weak, for every rule that says nothing else.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// A field below this cannot by itself prove a discrepancy, [0, 1].
    pub low_confidence: f32,
    /// Below this, a word may have one digit misread or a character lost, [0, 1].
    pub unsure_word: f32,
    /// A row that agrees less than this with every item belongs to none, [0, 1].
    pub alignment: f64,
}

/// What the pack sets for one rule.
#[derive(Clone, Debug, Deserialize)]
pub struct Parameters {
    pub severity: Severity,
    #[serde(default)]
    pub legal_reference: String,
    /// Takes the place of the bound for all rules, [0, 1]: where the document itself speaks against a
    /// misreading, or readings of the kind are never surer.
    pub low_confidence: Option<f32>,
    #[serde(flatten)]
    values: BTreeMap<String, toml::Value>,
}

impl Parameters {
    /// A number, written as a string ("0.01") or plainly.
    pub fn number(&self, name: &str) -> Result<Decimal, Unable> {
        self.number_if_set(name).ok_or_else(|| {
            failed(format!(
                "The rule pack sets no number '{name}' for this rule."
            ))
        })
    }

    fn number_if_set(&self, name: &str) -> Option<Decimal> {
        let text = match self.values.get(name)? {
            toml::Value::String(text) => text.clone(),
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Float(number) => number.to_string(),
            _ => return None,
        };
        Decimal::from_str(&text).ok()
    }

    /// A number that some countries set otherwise: `bulk_share_cn` before `bulk_share`.
    pub fn number_in(&self, name: &str, country: Option<&str>) -> Result<Decimal, Unable> {
        let own = country.map(|country| format!("{name}_{}", country.to_lowercase()));
        let own = own.and_then(|name| self.number_if_set(&name));
        own.map_or_else(|| self.number(name), Ok)
    }

    /// A share or similarity as a float.
    pub fn share(&self, name: &str) -> Result<f64, Unable> {
        let number = self.number(name)?;
        f64::try_from(number).map_err(|_| failed(format!("'{name}' is out of range.")))
    }

    pub fn texts(&self, name: &str) -> Result<Vec<&str>, Unable> {
        let array = self.values.get(name).and_then(toml::Value::as_array);
        let texts = array.map(|values| values.iter().filter_map(toml::Value::as_str).collect());
        texts.ok_or_else(|| {
            failed(format!(
                "The rule pack sets no list '{name}' for this rule."
            ))
        })
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    #[cfg(test)]
    pub fn set(&mut self, name: &str, value: &str) {
        let value = toml::Value::String(value.to_owned());
        self.values.insert(name.to_owned(), value);
    }
}

pub(super) fn read(path: &Path) -> Result<Header, ChecksError> {
    let text = std::fs::read_to_string(path).map_err(|source| ChecksError::Read {
        path: path.to_owned(),
        source,
    })?;
    toml::from_str(&text).map_err(|problem| ChecksError::Content {
        path: path.to_owned(),
        problem: problem.to_string(),
    })
}
