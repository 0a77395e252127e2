//! What a confidence is worth: of fields that say 0.9, nine in ten shall be right.
//!
//! Goes in: fields of documents whose truth is known, each with the confidence the steps before gave it and
//! whether it was right. Comes out: a calibration, kept as JSON beside the weights it was fitted for, which
//! turns the confidences of new documents. Log-odds are stretched and moved by the quality of the page and moved
//! by the key: logistic regression (Platt 1999) whose key terms are held near zero, so that a rare key follows
//! the rest. The order of two candidates of one key on one page never changes.
//! Deliberately absent: where the truth comes from.

use crate::odds::{log_odds, probability};
use docexam_domain::{FieldKey, PageReading, ReadingSource};
use docexam_layout::{CALIBRATION_FILE, LayoutError, Model};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use strum::{Display, EnumIter, IntoEnumIterator};

const VERSION: u32 = 1;
/// A key is moved as if this many fields of it had been right as often as expected.
const KEY_PRIOR: f64 = 8.0;
/// Pages read worse than this, by the reader's mean confidence, are poor.
const POOR: f32 = 0.8;
/// Full steps of Newton's method; five are enough, the rest cost nothing.
const STEPS: usize = 25;

/// How well a page could be read.
#[derive(
    Clone, Copy, Debug, Display, EnumIter, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Tier {
    /// The PDF's own text.
    TextLayer,
    /// Read from pixels, clearly.
    Clear,
    /// Read from pixels, with doubts.
    Poor,
}

impl Tier {
    pub fn of(reading: &PageReading) -> Self {
        match reading.source {
            ReadingSource::TextLayer => Self::TextLayer,
            _ if reading.quality >= POOR => Self::Clear,
            _ => Self::Poor,
        }
    }
}

/// A field whose truth is known.
#[derive(Clone, Copy, Debug)]
pub struct Observation {
    pub key: FieldKey,
    /// Cell of a line item.
    pub is_cell: bool,
    pub tier: Tier,
    /// Before calibration, [0, 1].
    pub confidence: f32,
    pub right: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    version: u32,
    /// Fields it was fitted on.
    pub fields: usize,
    tiers: BTreeMap<Tier, Line>,
    /// Moves by key; cells of line items as `item.quantity`.
    keys: BTreeMap<String, f64>,
}

/// calibrated log-odds = stretch × log-odds + shift.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Line {
    stretch: f64,
    shift: f64,
}

impl Calibration {
    /// Writes it beside the weights it was fitted for, and seals the folder anew.
    pub fn write(&self, weights: &Path) -> Result<(), LayoutError> {
        let path = weights.join(CALIBRATION_FILE);
        std::fs::write(&path, self.to_json())
            .map_err(|error| LayoutError::file("write", &path, error))?;
        Model::seal(weights)
    }

    /// Takes a calibration away, so that confidences are what the model says.
    pub fn remove(weights: &Path) -> Result<(), LayoutError> {
        let path = weights.join(CALIBRATION_FILE);
        if path.exists() {
            std::fs::remove_file(&path)
                .map_err(|error| LayoutError::file("remove", &path, error))?;
        }
        Model::seal(weights)
    }

    pub fn from_json(json: &[u8]) -> Result<Self, String> {
        let calibration: Self = serde_json::from_slice(json).map_err(|e| e.to_string())?;
        match calibration.version {
            VERSION => Ok(calibration),
            other => Err(format!("version {other}, expected {VERSION}")),
        }
    }

    pub fn to_json(&self) -> String {
        // Plain data: there is nothing in it that JSON could not hold.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// The calibrated confidence, [0, 1].
    pub fn apply(&self, key: FieldKey, is_cell: bool, tier: Tier, confidence: f32) -> f32 {
        probability(self.expected(key, is_cell, tier, confidence) as f32)
    }

    /// The calibrated log-odds.
    fn expected(&self, key: FieldKey, is_cell: bool, tier: Tier, confidence: f32) -> f64 {
        let x = f64::from(log_odds(confidence));
        let line = self.tiers.get(&tier).copied().unwrap_or(Line {
            stretch: 1.0,
            shift: 0.0,
        });
        let moved = self.keys.get(&name(key, is_cell)).copied().unwrap_or(0.0);
        line.stretch * x + line.shift + moved
    }

    /// Fits tiers first, then keys against what the tiers expect.
    pub fn fit(observations: &[Observation]) -> Self {
        let mut calibration = Self {
            version: VERSION,
            fields: observations.len(),
            tiers: BTreeMap::new(),
            keys: BTreeMap::new(),
        };
        for tier in Tier::iter() {
            let of_tier = observations.iter().filter(|o| o.tier == tier);
            let cases: Vec<(f64, bool)> = of_tier
                .map(|o| (f64::from(log_odds(o.confidence)), o.right))
                .collect();
            calibration.tiers.insert(tier, line(&cases));
        }
        let mut by_key: BTreeMap<String, Vec<(f64, bool)>> = BTreeMap::new();
        for o in observations {
            let expected = calibration.expected(o.key, o.is_cell, o.tier, o.confidence);
            let cases = by_key.entry(name(o.key, o.is_cell)).or_default();
            cases.push((expected, o.right));
        }
        calibration.keys = by_key
            .iter()
            .map(|(key, cases)| (key.clone(), shift(cases)))
            .collect();
        calibration
    }
}

fn name(key: FieldKey, is_cell: bool) -> String {
    if is_cell {
        format!("item.{key}")
    } else {
        key.to_string()
    }
}

/// Stretch and shift of the greatest likelihood, drawn a little towards 1 and 0; unchanged without cases.
fn line(cases: &[(f64, bool)]) -> Line {
    let (mut a, mut b) = (1.0_f64, 0.0_f64);
    for _ in 0..STEPS {
        // Gradient and curvature of the penalty, then of the cases.
        let (mut ga, mut gb) = (a - 1.0, b);
        let (mut aa, mut ab, mut bb) = (1.0, 0.0, 1.0);
        for (x, right) in cases {
            let p = sigmoid(a * x + b);
            let miss = p - f64::from(u8::from(*right));
            let weight = p * (1.0 - p);
            ga += miss * x;
            gb += miss;
            aa += weight * x * x;
            ab += weight * x;
            bb += weight;
        }
        let determinant = (aa * bb - ab * ab).max(1e-9);
        a -= (bb * ga - ab * gb) / determinant;
        b -= (aa * gb - ab * ga) / determinant;
        // Surer readings must never count for less.
        a = a.clamp(0.05, 3.0);
        b = b.clamp(-6.0, 6.0);
    }
    Line {
        stretch: a,
        shift: b,
    }
}

/// Shift of greatest likelihood under the prior that a key is like the others.
fn shift(cases: &[(f64, bool)]) -> f64 {
    let mut b = 0.0_f64;
    for _ in 0..STEPS {
        // The prior weighs like that many fields of even odds: a quarter each.
        let (mut gradient, mut curvature) = (b * KEY_PRIOR / 4.0, KEY_PRIOR / 4.0);
        for (x, right) in cases {
            let p = sigmoid(x + b);
            gradient += p - f64::from(u8::from(*right));
            curvature += p * (1.0 - p);
        }
        b = (b - gradient / curvature).clamp(-4.0, 4.0);
    }
    b
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `n` fields of a key at one confidence, of which the share `right` is right.
    fn fields(
        key: FieldKey,
        tier: Tier,
        confidence: f32,
        n: usize,
        right: f32,
    ) -> Vec<Observation> {
        (0..n)
            .map(|i| Observation {
                key,
                is_cell: false,
                tier,
                confidence,
                right: (i as f32) < right * n as f32,
            })
            .collect()
    }

    #[test]
    fn confidences_become_shares_of_right_fields() {
        let key = FieldKey::TotalAmount;
        let seen = [
            fields(key, Tier::Clear, 0.99, 400, 0.9),
            fields(key, Tier::Clear, 0.6, 400, 0.4),
            fields(key, Tier::Poor, 0.99, 400, 0.6),
        ]
        .concat();
        let fitted = Calibration::fit(&seen);
        let at = |tier, c| fitted.apply(key, false, tier, c);
        assert!(
            (at(Tier::Clear, 0.99) - 0.9).abs() < 0.03,
            "{}",
            at(Tier::Clear, 0.99)
        );
        assert!(
            (at(Tier::Clear, 0.6) - 0.4).abs() < 0.05,
            "{}",
            at(Tier::Clear, 0.6)
        );
        assert!(
            (at(Tier::Poor, 0.99) - 0.6).abs() < 0.05,
            "{}",
            at(Tier::Poor, 0.99)
        );
        assert!(at(Tier::Clear, 0.8) > at(Tier::Clear, 0.7));
    }

    #[test]
    fn a_key_that_is_often_wrong_is_trusted_less_and_a_rare_key_like_the_rest() {
        let seen = [
            fields(FieldKey::TotalAmount, Tier::TextLayer, 0.9, 500, 0.9),
            fields(FieldKey::SellerName, Tier::TextLayer, 0.9, 200, 0.5),
            fields(FieldKey::Iban, Tier::TextLayer, 0.9, 1, 0.0),
        ]
        .concat();
        let fitted = Calibration::fit(&seen);
        let at = |key| fitted.apply(key, false, Tier::TextLayer, 0.9);
        assert!((at(FieldKey::SellerName) - 0.5).abs() < 0.06);
        assert!((at(FieldKey::TotalAmount) - 0.9).abs() < 0.04);
        assert!(at(FieldKey::Iban) > 0.55, "{}", at(FieldKey::Iban));
        assert_eq!(at(FieldKey::Currency), {
            let unknown = Calibration {
                keys: BTreeMap::new(),
                ..fitted.clone()
            };
            unknown.apply(FieldKey::Currency, false, Tier::TextLayer, 0.9)
        });
    }

    #[test]
    fn it_is_kept_as_json_and_another_version_is_refused() {
        let fitted = Calibration::fit(&fields(FieldKey::Iban, Tier::Poor, 0.8, 20, 0.5));
        let json = fitted.to_json();
        let read = Calibration::from_json(json.as_bytes()).expect("readable");
        // The last digit of a number may be lost in JSON.
        let at = |c: &Calibration| c.apply(FieldKey::Iban, false, Tier::Poor, 0.7);
        assert!((at(&read) - at(&fitted)).abs() < 1e-6 && read.fields == 20);
        let other = json.replace("\"version\": 1", "\"version\": 9");
        let error = Calibration::from_json(other.as_bytes()).expect_err("refused");
        assert_eq!(error, "version 9, expected 1");
    }
}
